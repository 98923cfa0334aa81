"""Kafka does not acknowledge an answer. That it may not is shown at `tests/intake/http`."""

from typing import Self

import pytest
from starlette.testclient import TestClient

from dashboard.app import create_app
from dashboard.config import development
from dashboard.security import FORM_TOKEN
from intake.http.acknowledged import NotAcknowledgedError
from tests.dashboard.answering import ORIGIN, address, forms, preview, send
from tests.dashboard.conftest import PORT, TRUE_UP_TO
from tests.dashboard.forms import fields_of, parse
from tests.dashboard.looking import text_of


class Unheard:
    """A publisher whose broker is away."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        pass

    async def publish(self, _events: object) -> None:
        raise NotAcknowledgedError("there is no connection to Kafka")


@pytest.fixture
def without_kafka(system):
    app = create_app(development(PORT), system.clickhouse, Unheard, lambda: TRUE_UP_TO)
    with TestClient(app, ORIGIN, client=("127.0.0.1", 50000)) as client:
        yield client


def test_nothing_is_published_and_nothing_is_lost(without_kafka, town):
    here = address(town, "night-bus")
    publish, _ = forms(preview(without_kafka, here, owner="Patience"))
    fields = fields_of(publish)
    refused = send(without_kafka, here, fields, "publish")

    assert 503 == refused.status_code
    assert "Nothing was published" in text_of(parse(refused.text).find(".//*[@role='alert']"))
    again, change = forms(refused)
    for form in (again, change):
        assert fields | {FORM_TOKEN: ""} == fields_of(form) | {FORM_TOKEN: ""}
