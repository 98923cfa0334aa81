"""Contributions page by page: what the filters ask for, and nothing of another consultation."""

from datetime import date
from random import Random

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from schemas.records import Kind
from sinks.reading import contributions as reading
from sinks.reading.contributions import (
    Contribution,
    blocks,
    contributions,
    one,
    read_place,
    total,
    write_place,
)
from sinks.reading.filters import Filters
from sinks.terms import key_terms
from tests.sinks.reading_rows import NEIGHBOUR, TOPICS, random_consultation, wanted
from tests.sinks.rows import TEXTS, contribution, insert, moment, pseudonym, standing

SAID = random_consultation(seed=1)


VALUES = {
    "topic": TOPICS,
    "since": (date(2024, 3, 2), date(2024, 3, 4)),
    "until": (date(2024, 3, 3), date(2024, 3, 5)),
    "channel": ("web", "a 'quoted' \\ one\n", "nowhere"),
    "mode": ("online", "offline"),
    "language": ("en", "none"),
    "verdict": ("original", "campaign", "resubmitted", "redelivered"),
    "stance": ("for", "none"),
    "role": ("participant", "official"),
    "participant": (pseudonym(3), "none"),
    "group": ("north", "none"),
    "letter": (0, 3),
    "late": (True,),
    "state": ("withdrawn", "superseded", "all"),
    "q": ("trees", "weiße", "STRASSE", "σίσυφο", "% of_"),
}
ALONE = [Filters(**{name: value}) for name, values in VALUES.items() for value in values]


def together(seed):
    rng = Random(seed)
    names = rng.sample(sorted(VALUES), rng.randrange(2, 4))
    return Filters(**{name: rng.choice(VALUES[name]) for name in names})


@pytest.fixture
def parks(client):
    SAID.write(client)
    return client


def shown(rows):
    return [{name: row[name] for name in Contribution.__annotations__} for row in rows]


def test_each_filter_finds_what_it_asks_for(parks):
    for filters in [Filters(), *ALONE, *map(together, range(60))]:
        expected = shown(wanted(SAID.current(), filters))
        assert (filters, expected) == (filters, contributions(parks, "parks", filters, limit=1000))
        assert (filters, len(expected)) == (filters, total(parks, "parks", filters))


def test_the_filters_are_not_all_empty_handed():
    found = [len(wanted(SAID.current(), filters)) for filters in ALONE]
    assert 1 == found.count(0), found


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ("strasse", "Eine Straße."),
        ("Straße", "EINE STRASSE."),
        ("strasse", "EINE STRAẞE."),
        ("Straße", "EINE STRAẞE."),
        ("İstanbul", "Greetings from İSTANBUL."),
        ("stanbul", "Greetings from İstanbul."),
        ("ﬁne", "A FINE café."),
        ("e", "cafe\u0301"),
    ],
)
def test_a_text_is_searched_as_it_stands_and_folded(client, asked, text):
    insert(client, Kind.CONTRIBUTION, contribution(0, text=text), contribution(1, text="Nothing"))
    found = contributions(client, "parks", Filters(q=asked))
    assert [text] == [row["text"] for row in found]


@pytest.mark.parametrize("asked", ["\u00ad", "\u200d", "\ufe0f", "\u0301"])
def test_a_character_that_is_not_seen_is_not_found_everywhere(client, asked):
    insert(client, Kind.CONTRIBUTION, contribution(0, text="Trees"))
    assert 0 == total(client, "parks", Filters(q=asked))


@given(st.lists(st.sampled_from((*TEXTS, "İSTANBUL İZMİR", "STRAẞE", "Straße")), min_size=2))
@settings(
    deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whatever_key_terms_there_are_each_is_found_at_least_as_often(client, texts):
    client.command("TRUNCATE TABLE contributions")
    rows = [contribution(n, text=text, participant=pseudonym(n)) for n, text in enumerate(texts)]
    insert(client, Kind.CONTRIBUTION, *rows)
    for term in key_terms(client, "parks"):
        asked = Filters(topic="trees", role="participant", q=term["term"])
        assert term["people"] <= total(client, "parks", asked), term


@pytest.mark.parametrize("filters", [Filters(), Filters(topic="trees"), Filters(mode="online")])
def test_pages_follow_one_another_without_a_gap_or_a_repeat(parks, filters):
    found, after = [], None
    while page := contributions(parks, "parks", filters, after, limit=7):
        found += page
        after = page[-1]["partition"], page[-1]["offset"]
        assert len(page) <= 7
    assert shown(wanted(SAID.current(), filters)) == found


def test_a_page_goes_on_after_a_place_that_the_filters_leave_out(client):
    rows = [contribution(n, mode=("online", "offline")[n % 2]) for n in range(6)]
    insert(client, Kind.CONTRIBUTION, *rows)
    found = contributions(client, "parks", Filters(mode="offline"), after=(0, 2))
    assert [3, 5] == [row["offset"] for row in found]


@pytest.mark.parametrize("after", [(7, 7), (2**32 - 1, 2**63 - 1)])
def test_after_a_place_that_is_not_there_nothing_comes(client, after):
    insert(client, Kind.CONTRIBUTION, contribution(0))
    assert [] == contributions(client, "parks", Filters(), after)


@given(st.integers(0, 2**32 - 1), st.integers(0, 2**63 - 1))
def test_a_place_in_an_address_is_read_as_it_was_written(partition, offset):
    assert (partition, offset) == read_place(write_place((partition, offset)))


@pytest.mark.parametrize(
    "text", ["", "1", "1.", ".1", "1.2.3", "-1.2", "4294967296.0", "0.9223372036854775808", "٣.1"]
)
def test_what_is_no_place_is_none(text):
    assert read_place(text) is None


def test_what_arrives_meanwhile_moves_no_page(client):
    insert(client, Kind.CONTRIBUTION, *(contribution(n, topic="trees") for n in range(4)))
    first = contributions(client, "parks", Filters(), limit=2)
    insert(client, Kind.CONTRIBUTION, contribution(9, topic="trees"), contribution(8, topic="a"))
    second = contributions(client, "parks", Filters(), (0, first[-1]["offset"]), limit=2)
    assert [2, 3] == [row["offset"] for row in second]


def test_an_export_is_all_pages_in_blocks(parks, monkeypatch):
    monkeypatch.setattr(reading, "BLOCK_ROWS", 40)
    found = list(blocks(parks, "parks", Filters(state="all")))
    expected = shown(wanted(SAID.current(), Filters(state="all")))
    assert expected == [row for block in found for row in block]
    assert {40} == {len(block) for block in found[:-1]}


def test_all_that_came_with_an_id_is_given_whatever_became_of_it(client):
    rows = (
        contribution(1, contribution="c"),
        contribution(2, contribution="c", correction=1, text="Better words"),
        contribution(3, contribution="c", verdict="redelivered"),
        contribution(4, contribution="other"),
        contribution(5, contribution="c", topic="benches"),
        contribution(6, contribution="c", consultation="parks2"),
    )
    insert(client, Kind.CONTRIBUTION, *rows)
    insert(client, Kind.STANDING, standing(1, as_of_offset=2, superseded=1))
    assert [(1, 1, "original"), (2, 0, "original"), (3, 0, "redelivered")] == [
        (row["offset"], row["superseded"], row["verdict"])
        for row in one(client, "parks", "trees", "c")
    ]
    assert [] == one(client, "parks", "trees", "nothing")


def test_a_contribution_is_shown_with_all_that_it_says(client):
    said = contribution(
        3,
        partition=1,
        attachments=["file-1"],
        group="north",
        stance="for",
        refers_to="c1",
        reply_to="c0",
        verdict="campaign",
        root_offset=1,
        recorded_at=moment(9),
    )
    insert(client, Kind.CONTRIBUTION, said)
    expected = {
        "partition": 1,
        "offset": 3,
        "topic": "trees",
        "contribution": "c3",
        "text": "Text number 3",
        "attachments": ["file-1"],
        "participant": pseudonym(1),
        "role": "participant",
        "channel": "web",
        "mode": "online",
        "group": "north",
        "language": "en",
        "stance": "for",
        "verdict": "campaign",
        "refers_to": "c1",
        "reply_to": "c0",
        "root_offset": 1,
        "occurred_at": "2024-03-01T09:03:00.250Z",
        "recorded_at": "2024-03-01T09:09:00.250Z",
        "withdrawn": 0,
        "superseded": 0,
    }
    assert [expected] == contributions(client, "parks", Filters())


def test_a_day_begins_and_ends_at_midnight_of_utc(client):
    at = ("2024-03-01T23:59:59.999Z", "2024-03-02T00:00:00.000Z", "2024-03-02T23:59:59.999Z")
    rows = [contribution(n, occurred_at=moment) for n, moment in enumerate(at)]
    insert(client, Kind.CONTRIBUTION, *rows, contribution(3, occurred_at="2024-03-03T00:00:00Z"))
    day = date(2024, 3, 2)
    found = contributions(client, "parks", Filters(since=day, until=day))
    assert [1, 2] == [row["offset"] for row in found]


@pytest.mark.parametrize("day", [date(1900, 1, 1), date(1969, 12, 31), date(2199, 12, 31)])
def test_the_first_and_the_last_days_are_days(client, day):
    insert(client, Kind.CONTRIBUTION, contribution(0, occurred_at=f"{day}T12:00:00.000Z"))
    assert 1 == total(client, "parks", Filters(since=day, until=day))


@settings(
    deadline=None,
    max_examples=20,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=100))
@example("\0")
@example("it's `quoted` \\ {q:String} %(where)s")
def test_every_value_reaches_the_tables_as_it_is(client, value):
    right = contribution(0, group=value, text=f"{value}!", topic=value)
    neighbour = {**right, "offset": 1, "consultation": NEIGHBOUR}
    insert(client, Kind.CONTRIBUTION, right, neighbour)
    for filters in (Filters(topic=value), Filters(group=value), Filters(q=value, topic=value)):
        assert [value] == [row["group"] for row in contributions(client, "parks", filters)]


def test_another_consultations_topics_never_leak(client):
    rows = (
        contribution(n, partition=n, consultation=c) for n, c in enumerate(("parks", NEIGHBOUR))
    )
    insert(client, Kind.CONTRIBUTION, *rows)
    for filters in (Filters(topic="trees", state="all"), Filters(q="Text"), Filters(letter=1)):
        found = contributions(client, "parks", filters, after=(1, 1))
        assert {0} >= {row["partition"] for row in found}
        assert [] == contributions(client, "nothing", filters)
        assert 0 == total(client, "nothing", filters)
    assert [] == one(client, "parks", "trees", "c1")
