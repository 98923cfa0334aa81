"""Admission: what a new event must satisfy, and what the log may hold all the same."""

from datetime import UTC, datetime, timedelta

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.admission import admit, receive, refusals
from schemas.events import (
    ConsultationOpened,
    ConsultationOpenedData,
    InvalidEventError,
    decode,
    encode,
)
from tests.make import contribution

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

PHONES = [
    "+43 660 1234567",
    "+436601234567",
    "+43 (0)660/123-45-67",
    "0660 1234567",
    "0660-1234567",
    "(0)660/1234567",
    "(01) 234 56 78",
    "01 23 45 67 89",
    "0043 660 1234567",
    "00-43-660-1234567",
    "hall +43 660 1234567",
    "0660\u20111234567",
]
EMAILS = ["ann@example.org", "Ann <ann.b+c@mail.example.org>", "ann@bücher.example"]
NUMBERS = [
    "1234567",
    "20200131",
    "06601234567",
    "036000291452",
    "2020-01-31",
    "01-02-2026",
    "01.02.2026-0003",
    "0-596-52068-9",
    "0194-0001",
    "0001-0023-0001",
    "01234567-8901-2345-6789-012345678901",
    "550e8400-e29b-41d4-a716-446655440000",
    "1.2.3+20200131",
    "package@1.2.3",
    "2026-03-01T09:00:00+01:00",
    "team@north",
]


def paths(event):
    return [field.path for field in refusals(event, NOW)]


@pytest.mark.parametrize("value", [*PHONES, *EMAILS, "tel:123"])
@pytest.mark.parametrize("field", ["channel", "device", "group"])
def test_contact_data_is_refused_where_an_id_is_expected(field, value):
    assert [f"data.{field}"] == paths(contribution("1", **{field: value}))


@pytest.mark.parametrize("value", NUMBERS)
def test_what_platforms_number_things_with_is_admitted(value):
    assert [] == paths(contribution("1", device=value, group=value))


@given(st.from_regex(r"[0-9]{1,20}", fullmatch=True))
def test_digits_alone_are_never_a_phone_number(digits):
    assert [] == paths(contribution("1", contribution=digits, device=digits))


@given(st.dates(), st.sampled_from(("%d-%m-%Y", "%Y-%m-%d", "%d.%m.%Y", "%Y%m%d")))
def test_a_date_is_never_a_phone_number(date, form):
    date = date.replace(year=1900 + date.year % 200)
    assert [] == paths(contribution("1", device=date.strftime(form)))


@given(st.uuids())
def test_a_uuid_is_never_a_phone_number(identity):
    assert [] == paths(contribution(str(identity)))


@pytest.mark.parametrize("name", ["consultation", "topic", "contribution", "reply_to"])
def test_an_identifier_holds_no_phone_number(name):
    assert f"data.{name}" in paths(contribution("1", **{name: "0660-1234567"}))


@pytest.mark.parametrize(
    ("envelope", "path"),
    [
        ({"id": "ann@example.org"}, "id"),
        ({"id": "+43 660 1234567"}, "id"),
        ({"source": "mailto:clerk@example.org"}, "source"),
        ({"source": "tel:+436601234567"}, "source"),
        ({"source": "urn:mail:ann@example.org"}, "source"),
        ({"subject": "ann@example.org"}, "subject"),
    ],
)
def test_the_envelope_holds_no_contact_data(envelope, path):
    assert [path] == paths(contribution("1").model_copy(update=envelope))


def test_a_source_that_is_an_address_of_a_person_gets_advice():
    [field] = refusals(contribution("1", source="mailto:clerk@example.org"), NOW)
    assert "name the system" in field.reason


def test_attachments_and_demographics_hold_no_contact_data():
    event = contribution("1", attachments=["a", "ann@example.org"], demographics={"tel": PHONES[0]})
    assert ["data.attachments.1", "data.demographics"] == paths(event)


def test_titles_owners_and_texts_may_hold_contact_data():
    data = ConsultationOpenedData(
        consultation="borough", title="Write to ann@example.org", owner="Office, +43 660 1234567"
    )
    assert [] == paths(ConsultationOpened(id="1", source="urn:test", data=data))
    assert [] == paths(contribution("1", "Call 0660 1234567 or write to ann@example.org"))


@pytest.mark.parametrize("name", ["occurred_at", "recorded_at"])
def test_a_time_more_than_a_day_ahead_is_refused(name):
    ahead = NOW + timedelta(days=1)
    assert [] == paths(contribution("1", **{name: ahead}))
    assert [f"data.{name}"] == paths(contribution("1", **{name: ahead + timedelta(seconds=1)}))


def test_the_envelopes_time_is_not_ahead_either():
    event = contribution("1").model_copy(update={"time": NOW + timedelta(days=2)})
    assert ["time"] == paths(event)


def test_what_is_planned_may_be_ahead():
    data = ConsultationOpenedData(
        consultation="borough", title="Plan", closes_at=NOW + timedelta(days=90)
    )
    assert [] == paths(ConsultationOpened(id="1", source="urn:test", data=data))


def test_a_language_is_a_well_formed_tag():
    assert [] == paths(contribution("1", language="zh-Hant"))
    assert ["data.language"] == paths(contribution("1", language="German (Austria)"))


def test_all_wrong_fields_are_named_at_once_and_no_value_is():
    event = contribution("1", device="ann@example.org", group=PHONES[0], language="en_GB")
    with pytest.raises(InvalidEventError) as refusal:
        admit(event, NOW)
    assert {"data.device", "data.group", "data.language"} == {
        field.path for field in refusal.value.fields
    }
    assert not any(word in str(refusal.value) for word in ("ann", "660", "en_GB"))


def test_what_the_models_refuse_is_named_field_by_field_too():
    document = orjson.loads(encode(contribution("1")))
    document["data"] |= {"mode": "telepathy", "participant": "Ada"}
    with pytest.raises(InvalidEventError) as refusal:
        receive(orjson.dumps(document), NOW)
    assert {"data.mode", "data.participant"} == {field.path for field in refusal.value.fields}


def sent(**fields):
    document = orjson.loads(encode(contribution("1")))
    document["data"] |= fields
    return orjson.dumps(document)


@pytest.mark.parametrize(
    "written", [1_772_355_600, "1772355600", "2026-03-01T09:00Z", 1_772_355_600_000]
)
def test_a_time_whose_unit_or_form_would_be_guessed_is_not_received(written):
    assert decode(sent(occurred_at=written)).data.occurred_at == datetime(2026, 3, 1, 9, tzinfo=UTC)
    with pytest.raises(InvalidEventError, match=r"data\.occurred_at"):
        receive(sent(occurred_at=written), NOW)


def test_json_that_only_some_would_read_is_not_received():
    with pytest.raises(InvalidEventError, match="Invalid JSON"):
        receive(sent().replace(b'"specversion"', b'"extension":NaN,"specversion"'), NOW)


def test_what_is_received_is_what_was_sent():
    assert contribution("1") == receive(encode(contribution("1")), NOW)


def test_the_log_is_read_whatever_the_clock_and_the_rules_of_admission_say():
    event = contribution("1", occurred_at="2199-01-01T00:00:00Z", device=PHONES[0], language="?")
    assert event == decode(encode(event))
