"""What is accepted is in Kafka, without the names in it."""

import json
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from intake.pseudonyms import Pseudonymiser
from schemas.events import encode
from tests.fixtures.processes import wait_for
from tests.intake.http.serving import (
    BATCH,
    BINARY,
    KEY,
    SOURCE,
    STRUCTURED,
    channel,
    event,
    read,
    ready,
    serving,
)
from tests.make import response, topic_opened

NAME = "Wilhelmina Featherstonehaugh"


def found(kafka, topic, event_id):
    """The one event of an id."""
    (one,) = [one for one in read(kafka, topic) if one.id == event_id]
    return one


def bearer(name):
    return f"Bearer the-token-of-{name}"


def binary(event_id, **headers):
    named = {"ce-specversion": "1.0", "ce-type": event()["type"], "ce-source": SOURCE}
    return {**named, "ce-id": event_id, **headers}


def test_an_event_that_was_accepted_is_in_kafka_as_it_was_sent(kafka, intake, topic):
    answer = intake.post(event("whole"), STRUCTURED)
    assert (202, {"accepted": 1}) == (answer.status, answer.json)
    assert event("whole") == json.loads(encode(found(kafka, topic, "whole")))


def test_binary_mode_says_the_same_as_structured_mode(kafka, intake, topic):
    assert 202 == intake.post(event("binary")["data"], BINARY, **binary("binary")).status
    assert event("binary") == json.loads(encode(found(kafka, topic, "binary")))


@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=st.text(st.characters(exclude_categories=["C"]), min_size=1, max_size=40))
@pytest.mark.usefixtures("intake")
def test_every_printable_id_passes_percent_encoded_in_a_header(intake, text):
    answer = intake.post(event()["data"], BINARY, **binary(quote(text, safe="")))
    assert 202 == answer.status


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("Euro%20%E2%82%AC%20%F0%9F%98%80", "Euro € 😀"),
        ("a%2525b", "a%25b"),
        ('"quoted %41 \\" id"', 'quoted A " id'),
        ("100%", "100%"),
    ],
)
def test_a_header_is_unquoted_then_percent_decoded_once(kafka, intake, topic, header, expected):
    assert 202 == intake.post(event()["data"], BINARY, **binary(header)).status
    assert found(kafka, topic, expected)


@pytest.mark.parametrize(
    "media_type",
    [
        "application/cloudevents+json; charset=utf-8",
        'Application/CloudEvents+JSON; charset="UTF-8"',
        "application/cloudevents+json;charset=utf-8; q=1",
    ],
)
def test_a_media_type_may_be_written_in_any_way(intake, media_type):
    assert 202 == intake.post(event(), media_type).status


def test_an_empty_batch_is_accepted(intake):
    assert {"accepted": 0} == intake.post([], BATCH).json


def test_a_batch_keeps_its_order_within_a_topic(kafka, intake, topic):
    ids = [f"ordered-{number}" for number in range(1000)]
    answer = intake.post([event(name, topic="ordered") for name in ids], BATCH)
    assert {"accepted": 1000} == answer.json
    assert ids == [one.id for one in read(kafka, topic) if one.id.startswith("ordered")]


def test_a_body_may_come_in_chunks(kafka, intake, topic):
    body = json.dumps([event("chunks")]).encode()
    chunks = (body[start : start + 100] for start in range(0, len(body), 100))
    headers = {**intake.headers, "Content-Type": BATCH}
    answer = intake.request("POST", "/events", chunks, headers, encode_chunked=True)
    assert 202 == answer.status
    assert found(kafka, topic, "chunks")


def test_with_one_wrong_event_nothing_of_a_batch_is_published(kafka, intake, topic):
    batch = [event("half-1"), event("half-2", text=...), event("half-3")]
    assert 400 == intake.post(batch, BATCH).status
    assert not [one for one in read(kafka, topic) if one.id.startswith("half")]


def test_requests_at_once_are_all_in_kafka(kafka, intake, topic):
    def post(number):
        names = [f"at-once-{number}-{place}" for place in range(20)]
        return intake.post([event(name) for name in names], BATCH).status

    with ThreadPoolExecutor(16) as pool:
        assert {202} == set(pool.map(post, range(50)))
    published = [one.id for one in read(kafka, topic) if one.id.startswith("at-once")]
    assert 1000 == len(published) == len(set(published))


def test_whom_the_channel_knows_by_name_is_a_pseudonym_in_kafka(kafka, intake, topic):
    intake.post(event("named", participant=NAME), STRUCTURED)
    expected = Pseudonymiser(KEY).of(NAME, scope=SOURCE)
    assert expected == found(kafka, topic, "named").data.participant


def test_channels_of_one_scope_know_one_person_by_one_pseudonym(kafka, intake, topic):
    for name in ("hall", "members"):
        one = {**event(f"scoped-{name}", participant=NAME), "source": f"urn:{name}"}
        assert 202 == intake.post(one, STRUCTURED, Authorization=bearer(name)).status
    seen = {found(kafka, topic, f"scoped-{name}").data.participant for name in ("hall", "members")}
    assert {Pseudonymiser(KEY).of(NAME, scope="members")} == seen


def test_an_anonymous_author_is_none(kafka, intake, topic):
    intake.post(event("anonymous", participant="Anonymous"), STRUCTURED)
    assert found(kafka, topic, "anonymous").data.participant is None


def test_a_channel_with_pseudonyms_of_its_own_passes_them_on(kafka, intake, topic):
    answer = intake.post(event("own"), STRUCTURED, Authorization=bearer("own"))
    assert 202 == answer.status
    assert event()["data"]["participant"] == found(kafka, topic, "own").data.participant


def test_contact_data_is_masked_where_the_channel_has_it_masked(kafka, intake, topic):
    text = "Write to me at someone@example.org about the tram."
    intake.post(event("masked", text=text), STRUCTURED, Authorization=bearer("masked"))
    assert "example.org" not in found(kafka, topic, "masked").data.text


def test_a_channel_that_has_a_type_listed_may_publish_it(intake):
    one = {**json.loads(encode(response("r"))), "source": SOURCE}
    assert 202 == intake.post(one, STRUCTURED, Authorization=bearer("staff")).status


def test_a_channel_may_open_a_topic_by_default(intake):
    one = {**json.loads(encode(topic_opened())), "source": SOURCE}
    assert 202 == intake.post(one, STRUCTURED).status


def test_a_request_under_way_is_answered_when_the_intake_stops(kafka, topic):
    """The body's second half comes after the stop was asked for."""
    body = json.dumps(event("last")).encode()
    stopping = threading.Event()
    with serving(kafka, topic) as client:
        ready(client)
        head = f"""POST /events HTTP/1.1
Host: intake
Authorization: {client.headers["Authorization"]}
Content-Type: {STRUCTURED}
Content-Length: {len(body)}
"""

        def parts():
            yield body[:100]
            stopping.wait(30)
            yield body[100:]

        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(lambda: client.raw(head, parts()))
            wait_for(lambda: client.server.server_state.tasks)
            client.server.handle_exit(signal.SIGTERM, None)
            stopping.set()
            assert 202 == answer.result().status
    assert found(kafka, topic, "last")


def test_channels_are_told_apart_by_their_tokens(kafka, topic):
    channels = {"a": channel("token-a", source="urn:a"), "b": channel("token-b", source="urn:b")}
    with serving(kafka, topic, channels) as client:
        ready(client)
        one = {**event(), "source": "urn:b"}
        assert [403, 202] == [
            client.post(one, STRUCTURED, Authorization=f"Bearer token-{name}").status
            for name in "ab"
        ]
