"""The mixes and the timeline: each number is that of the contributions which its filter finds."""

from datetime import date

import pytest

from schemas.records import Kind
from sinks.reading.contributions import total
from sinks.reading.filters import Filters
from sinks.reading.mixes import DIMENSIONS, mixes, timeline
from tests.sinks.reading_rows import NEIGHBOUR, days, random_consultation, shares, wanted
from tests.sinks.rows import contribution, insert, moment

SAID = random_consultation(seed=2)
FILTERS = [
    Filters(),
    Filters(topic="trees"),
    Filters(mode="offline", role="participant"),
    Filters(language="none", state="all"),
    Filters(verdict="redelivered"),
    Filters(topic="benches", stance="for", since=date(2024, 3, 2), until=date(2024, 3, 4)),
    Filters(channel="nowhere"),
]


@pytest.fixture
def parks(client):
    SAID.write(client)
    return client


def test_the_mix_is_that_of_what_the_filters_find(parks):
    for filters in FILTERS:
        rows = wanted(SAID.current(), filters)
        expected = {name: shares(rows, name) for name in DIMENSIONS}
        assert (filters, expected) == (filters, mixes(parks, "parks", filters))


def test_each_share_is_the_total_of_its_own_filter(parks):
    for filters in FILTERS[:4]:
        for dimension, found in mixes(parks, "parks", filters).items():
            for share in found:
                own = filters.but(**{dimension: share["value"]})
                assert (own, share["contributions"]) == (own, total(parks, "parks", own))


def test_the_timeline_is_that_of_what_the_filters_find(parks):
    for filters in FILTERS:
        expected = days(wanted(SAID.current(), filters))
        assert (filters, expected) == (filters, timeline(parks, "parks", filters))


NUMBERS_OF_A_DAY = {
    "online": {"mode": "online"},
    "offline": {"mode": "offline"},
    "late_online": {"mode": "online", "late": True},
    "late_offline": {"mode": "offline", "late": True},
    "originals": {"verdict": "original"},
    "resubmitted": {"verdict": "resubmitted"},
    "campaign": {"verdict": "campaign"},
}


def test_each_number_of_a_day_is_the_total_of_its_own_filters(parks):
    for filters in (Filters(), Filters(topic="trees", language="none", state="all")):
        for day in timeline(parks, "parks", filters):
            on = date.fromisoformat(day["day"])
            for name, changes in NUMBERS_OF_A_DAY.items():
                own = filters.but(since=on, until=on, **changes)
                assert (own, day[name]) == (own, total(parks, "parks", own))


def test_a_contribution_is_late_from_the_seventh_day_on(client):
    week = 7 * 24 * 60
    rows = [
        contribution(n, mode="offline", occurred_at=moment(0), recorded_at=moment(minutes))
        for n, minutes in enumerate((0, week - 1, week, week + 1))
    ]
    insert(client, Kind.CONTRIBUTION, *rows)
    ((day),) = timeline(client, "parks", Filters())
    assert (4, 2, 0) == (day["offline"], day["late_offline"], day["late_online"])


def test_another_consultation_adds_nothing(client):
    insert(client, Kind.CONTRIBUTION, contribution(0, consultation=NEIGHBOUR))
    assert {name: [] for name in DIMENSIONS} == mixes(client, "parks", Filters(state="all"))
    assert [] == timeline(client, "parks", Filters(topic="trees"))
