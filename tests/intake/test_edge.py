"""What crosses the edge, and what does not."""

import copy

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.edge import Edge
from intake.masking import Masking
from intake.pseudonyms import Pseudonymiser
from schemas.events import ContributionSubmitted, decode

PSEUDONYMS = Pseudonymiser(b"k" * 32)
EDGE = Edge(PSEUDONYMS, "hall", Masking(region="DE"))
OPEN_EDGE = Edge(PSEUDONYMS, "hall")
WRITTEN = "Call Ann: 030 1234567 or ann@example.org"

json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
data_names = st.sampled_from(("participant", "text", "title", "question", "reason", "topic"))
payloads = st.dictionaries(
    st.sampled_from(("data", "id", "source", "type")),
    json | st.dictionaries(data_names, json),
)


def submitted(**data):
    return {
        "specversion": "1.0",
        "type": "contribution.submitted.v1",
        "id": "1",
        "source": "urn:hall",
        "data": {
            "consultation": "parks",
            "topic": "trees",
            "contribution": "1",
            "channel": "hall",
            "mode": "offline",
            "text": "More trees.",
            "occurred_at": "2024-05-02T18:00:00+02:00",
            **data,
        },
    }


def test_a_participant_crosses_under_a_pseudonym():
    crossed = EDGE.cross(submitted(participant="Ann Smith"))

    assert PSEUDONYMS.of("Ann Smith", scope="hall") == crossed["data"]["participant"]


def test_a_pseudonym_crosses_as_it_is():
    pseudonym = PSEUDONYMS.of("Ann Smith", scope="register")

    assert pseudonym == EDGE.cross(submitted(participant=pseudonym))["data"]["participant"]


@pytest.mark.parametrize(
    "name", ["p-" + "0" * 31, "p-" + "0" * 33, "p-" + "G" * 32, "p-" + "0" * 32 + "\n"]
)
def test_what_only_resembles_a_pseudonym_gets_one(name):
    assert EDGE.participant(name) == EDGE.cross(submitted(participant=name))["data"]["participant"]


@pytest.mark.parametrize("name", ["", "Anonymous", "n/a"])
def test_an_unknown_author_crosses_as_nobody(name):
    assert EDGE.cross(submitted(participant=name))["data"]["participant"] is None


@pytest.mark.parametrize("field", ["text", "title", "question", "reason"])
def test_contact_data_in_texts_stays_behind(field):
    crossed = EDGE.cross({"data": {field: WRITTEN}})

    assert {"data": {field: "Call Ann: [phone] or [mail]"}} == crossed


def test_without_a_masking_texts_cross_as_they_are():
    assert WRITTEN == OPEN_EDGE.cross(submitted(text=WRITTEN))["data"]["text"]
    assert WRITTEN == OPEN_EDGE.text(WRITTEN)


def test_an_event_that_crossed_is_an_event():
    event = decode(orjson.dumps(EDGE.cross(submitted(participant="Ann Smith", text=WRITTEN))))

    assert isinstance(event, ContributionSubmitted)
    assert event.data.participant == EDGE.participant("Ann Smith")


@given(payloads)
def test_a_payload_of_any_shape_crosses_and_is_left_as_it_was(payload):
    before = copy.deepcopy(payload)

    EDGE.cross(payload)

    assert before == payload


@given(payloads)
def test_crossing_twice_is_crossing_once(payload):
    crossed = EDGE.cross(payload)

    assert crossed == EDGE.cross(crossed)


@given(payloads)
def test_nothing_but_participants_and_texts_changes(payload):
    def rest(event):
        data = event.get("data")
        if not isinstance(data, dict):
            return event
        names = {"participant", "text", "title", "question", "reason"}
        return {**event, "data": {name: data[name] for name in data if name not in names}}

    assert rest(payload) == rest(EDGE.cross(payload))
