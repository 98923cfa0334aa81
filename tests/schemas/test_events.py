"""The contract of the events: what comes in whole, and what is refused with which words."""

import re

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.events import (
    ConsultationOpened,
    ConsultationOpenedData,
    InvalidEventError,
    decode,
    encode,
    partition_key,
)
from tests.make import contribution, support, topic_opened

CONSULTATION = ConsultationOpened(
    id="c", source="urn:test", data=ConsultationOpenedData(consultation="borough", title="Plan")
)


@pytest.mark.parametrize(
    "event", [CONSULTATION, topic_opened(), contribution("1"), support("v", on="1")]
)
def test_what_is_encoded_decodes_equal(event):
    assert event == decode(encode(event))


@given(st.text(max_size=200).filter(lambda text: text.isprintable()))
def test_a_text_comes_through_letter_for_letter(text):
    assert text == decode(encode(contribution("1", text))).data.text


def changed(**fields):
    """A contribution's JSON with fields of its data changed, or taken out where they are None."""
    document = orjson.loads(encode(contribution("1")))
    document["data"] |= fields
    document["data"] = {name: value for name, value in document["data"].items() if value != "-"}
    return orjson.dumps(document)


@pytest.mark.parametrize(
    ("payload", "sentence"),
    [
        (b"", "event: Invalid JSON"),
        (b"[1]", "event: "),
        (b'{"type":"contribution.shouted.v1"}', "type: not one of consultation.opened.v1"),
        (changed(text="-"), "data.text: Field required"),
        (changed(mode="telepathy"), "data.mode: Input should be 'online' or 'offline'"),
        (changed(occurred_at="2026-03-01T09:00:00"), "data.occurred_at: .*timezone"),
        (changed(occurred_at="0001-01-01T00:00:00+14:00"), "data.occurred_at: .*1900"),
        (changed(occurred_at="9999-12-31T23:59:59Z"), "data.occurred_at: .*2200"),
        (changed(occurred_at=1e300), "data.occurred_at"),
        (changed(participant="Ada Lovelace"), "data.participant: String should match"),
        (changed(consultation="two words"), "data.consultation: String should match"),
        (changed(particpant="p-1"), "data\\.…: Extra inputs are not permitted"),
        (changed(text="x" * 20_001), "data.text: String should have at most 20000"),
        (encode(contribution("1")).replace(b'"urn:test"', b'"a\\u0000b"'), "source: String"),
        (encode(contribution("1")).replace(b"tram line", b"\\ud800"), "Invalid JSON"),
        (encode(contribution("1")).replace(b'"specversion"', b"[" * 5_000), "Invalid JSON"),
        (b" " * 262_145, "event: 262,145 bytes, at most 262,144"),
    ],
)
def test_what_breaks_the_contract_is_refused_with_the_field_and_the_reason(payload, sentence):
    with pytest.raises(InvalidEventError, match=sentence):
        decode(payload)


def test_the_refusal_does_not_repeat_what_was_said():
    with pytest.raises(InvalidEventError) as refusal:
        decode(changed(participant="Ada Lovelace"))
    assert not re.search("Ada", str(refusal.value))


def test_an_extension_attribute_of_the_envelope_is_allowed():
    document = orjson.loads(encode(contribution("1"))) | {"traceparent": "00-abc"}
    assert contribution("1") == decode(orjson.dumps(document))


def test_events_of_a_topic_share_a_key():
    keys = {partition_key(e) for e in (topic_opened(), contribution("1"), support("v", on="1"))}
    assert {"borough/tram"} == keys


def test_a_type_that_is_none_is_refused_without_repeating_it():
    with pytest.raises(InvalidEventError, match=r"type: not one of consultation\.opened") as found:
        decode(b'{"specversion": "1.0", "id": "1", "source": "urn:a", "type": "Ann Smith"}')
    assert "Ann Smith" not in str(found.value)
