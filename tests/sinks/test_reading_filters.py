"""Filters in an address: read without trust, written so that they are read the same."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sinks.reading.filters import Filters
from tests.sinks.rows import pseudonym

utf8 = st.characters(codec="utf-8")
ids = st.text(utf8, max_size=128)
days = st.none() | st.dates(date(1900, 1, 1), date(2199, 12, 31))


@st.composite
def filters(draw: st.DrawFn) -> Filters:
    topic = draw(ids)
    letters = st.none() | st.integers(0, 2**63 - 1) if topic else st.none()
    people = st.sampled_from(["", "none"]) | st.integers(0, 2**128 - 1).map(pseudonym)
    return Filters(
        topic=topic,
        since=draw(days),
        until=draw(days),
        channel=draw(ids),
        mode=draw(st.sampled_from(["", "online", "offline"])),
        language=draw(ids),
        verdict=draw(st.sampled_from(["", "original", "redelivered", "resubmitted", "campaign"])),
        stance=draw(st.sampled_from(["", "for", "against", "neutral", "none"])),
        role=draw(st.sampled_from(["", "participant", "organiser", "official"])),
        participant=draw(people),
        group=draw(ids),
        letter=draw(letters),
        late=draw(st.booleans()),
        attachment_only=draw(st.booleans()),
        state=draw(st.sampled_from(["", "withdrawn", "superseded", "all"])),
        q=draw(st.text(utf8, max_size=100)),
    )


@settings(deadline=None)
@given(filters())
def test_what_is_written_is_read_the_same(asked):
    assert (asked, []) == Filters.read(asked.query())


NAMES = list(Filters.__dataclass_fields__)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(NAMES) | st.text(), st.text()))
def test_nothing_that_is_read_raises_and_what_is_left_out_is_named(address):
    found, unusable = Filters.read(address)
    assert {name for name in NAMES if address.get(name)} == {*found.query(), *unusable}
    assert (found, []) == Filters.read(found.query())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("topic", "x" * 129),
        ("topic", "\ud800"),
        ("since", "2024-02-30"),
        ("since", "20240201"),
        ("since", "1899-12-31"),
        ("until", "2200-01-01"),
        ("until", "9999-99-99"),
        ("channel", "x" * 129),
        ("mode", "Online"),
        ("language", "x" * 129),
        ("verdict", "guilty"),
        ("stance", "maybe"),
        ("role", "none"),
        ("participant", "Jane"),
        ("participant", "p-" + "A" * 32),
        ("group", "\udfff"),
        ("letter", "9223372036854775808"),
        ("letter", "1" * 5_000),
        ("letter", "-1"),
        ("letter", "٣"),
        ("late", "no"),
        ("state", "live"),
        ("q", "x" * 101),
    ],
)
def test_a_value_that_cannot_be_used_is_left_out_and_its_name_given(name, value):
    assert (Filters(topic="t" if name != "topic" else ""), [name]) == Filters.read(
        {"topic": "t", name: value}
    )


def test_a_letter_is_one_of_a_topic():
    assert (Filters(), ["letter"]) == Filters.read({"letter": "7"})
    assert (Filters(topic="trees", letter=0), []) == Filters.read({"topic": "trees", "letter": "0"})


def test_empty_values_and_other_names_are_passed_over():
    assert (Filters(), []) == Filters.read({"topic": "", "since": "", "letter": "", "lang": "de"})


def test_the_address_names_what_is_set_in_one_order():
    asked = Filters(q="tram", topic="trees", letter=3, since=date(2024, 3, 1), late=True)
    expected = {
        "topic": "trees",
        "since": "2024-03-01",
        "letter": "3",
        "late": "yes",
        "q": "tram",
    }
    assert list(expected.items()) == list(asked.query().items())
    assert {} == Filters().query()


def test_one_filter_is_changed_and_the_others_stay():
    asked = Filters(topic="trees", mode="online")
    assert Filters(topic="trees", mode="offline") == asked.but(mode="offline")
    with pytest.raises(TypeError):
        asked.but(colour="red")


def test_a_letter_does_not_move_to_another_topic():
    asked = Filters(topic="trees", letter=3)
    assert Filters(topic="benches") == asked.but(topic="benches")
    assert Filters(topic="benches", letter=4) == asked.but(topic="benches", letter=4)
    assert Filters(topic="trees", letter=3, mode="online") == asked.but(mode="online")
