"""OpenAPI says what the intake does: schemathesis sends what it makes of the document."""

import jsonschema
import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from intake.http import contract
from tests.intake.http.serving import STRUCTURED, event

# A list that is too long is an invalid one, and answered with 413.
rejection = {"expected-statuses": [400, 401, 403, 411, 413, 415]}
config = schemathesis.Config.from_dict({"checks": {"negative_data_rejection": rejection}})
schema = schemathesis.openapi.from_dict(contract.openapi(), config=config)


def requests_to(path):
    """A test for what is sent to a path: schemathesis gives the tests of several paths one name."""
    some = settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
    return lambda test: schema.include(path=path).parametrize()(some(test))


@requests_to("/events")
def test_every_answer_to_events_is_one_that_the_document_describes(case, intake):
    check_answer(case, intake)


@requests_to("/healthz")
def test_every_answer_about_health_is_one_that_the_document_describes(case, intake):
    check_answer(case, intake)


@requests_to("/readyz")
def test_every_answer_about_readiness_is_one_that_the_document_describes(case, intake):
    check_answer(case, intake)


def test_every_path_of_the_document_is_tried():
    assert {"/events", "/healthz", "/readyz"} == contract.openapi()["paths"].keys()


def check_answer(case, intake):
    case.call_and_validate(
        base_url=f"http://127.0.0.1:{intake.port}",
        headers=intake.headers,
        # OpenAPI cannot say that the ce- headers are needed with one of the media types alone.
        excluded_checks=[positive_data_acceptance],
    )


def test_the_document_is_openapi():
    document = contract.openapi()
    assert "3.1.1" == document["openapi"]


def test_an_event_as_channels_send_it_is_valid_by_the_document():
    validate(event(participant="Wilhelmina Featherstonehaugh"))


@pytest.mark.parametrize("name", ["specversion", "type", "id", "source", "data"])
def test_an_event_without_what_cloudevents_asks_for_is_not(name):
    sent = {key: value for key, value in event().items() if key != name}
    with pytest.raises(jsonschema.ValidationError):
        validate(sent)


def validate(sent):
    document = contract.openapi()
    content = document["paths"]["/events"]["post"]["requestBody"]["content"]
    jsonschema.validate(
        sent, {**content[STRUCTURED]["schema"], "components": document["components"]}
    )


def test_a_policy_is_not_in_it():
    assert "policy.set.v1" not in contract.event_models()


def test_the_page_loads_nothing_from_anywhere(intake):
    answer = intake.request("GET", "/docs")
    page = answer.body.decode()
    assert (
        "default-src 'none'; style-src 'unsafe-inline'" == answer.headers["content-security-policy"]
    )
    assert "http://" not in page
    assert "https://" not in page.replace("matching ^https?://", "")
    assert not [name for name in contract.event_models() if f'id="{name}"' not in page]
