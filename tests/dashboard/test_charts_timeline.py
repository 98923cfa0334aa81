"""Contributions over time, and periods of any length."""

import json
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.charts import timeline
from dashboard.charts.periods import MAX_PERIODS, Length, Periods, periods
from dashboard.i18n import ENGLISH, Words

WORDS = Words(ENGLISH)


def day(of, online=0, offline=0, late_online=0, late_offline=0):
    return {
        "day": of,
        "online": online,
        "offline": offline,
        "late_online": late_online,
        "late_offline": late_offline,
    }


def columns(chart):
    return [
        (part["kind"], part["x"], part["y"], part["y2"])
        for part in json.loads(chart.spec)["datasets"]["columns"]
    ]


def test_a_day_is_a_column_of_what_was_said_online_on_what_was_said_offline():
    chart = timeline([day("2026-03-02", online=5, offline=3)], WORDS, "k")

    assert [(kind, low, high) for kind, _x, low, high in columns(chart)] == [
        ("offline", 0, 3),
        ("online", 3, 8),
    ]


def test_what_arrived_late_is_a_part_of_its_own_under_a_mark():
    chart = timeline([day("2026-03-02", 5, 3, 1, 2), day("2026-03-03", online=2)], WORDS, "k")

    assert [(kind, low, high) for kind, x, low, high in columns(chart) if x < 1] == [
        ("offline", 0, 1),
        ("offline, arrived late", 1, 3),
        ("online", 3, 7),
        ("online, arrived late", 7, 8),
    ]
    assert json.loads(chart.spec)["datasets"]["late"] == [{"x": 0.5, "y": 8}]


def test_a_table_counts_what_is_late_in_the_whole_too():
    chart = timeline([day("2026-03-02", 5, 3, 1, 2)], WORDS, "k")

    assert chart.header == (
        "Day", "Online", "Offline", "Online, arrived late", "Offline, arrived late",
    )  # fmt: skip
    assert chart.rows == (("2 Mar 2026", "5", "3", "1", "2"),)


@pytest.mark.parametrize(
    ("late", "sentence"),
    [
        (2, "2 of them arrived late (a triangle above the column)."),
        (0, "none arrived late."),
    ],
)
def test_a_description_says_how_much_arrived_late(late, sentence):
    chart = timeline([day("2026-03-02", 5, 3, late_offline=late)], WORDS, "k")

    assert chart.description == f"8 contributions, 5 online and 3 offline; {sentence}"


def test_one_contribution_is_told_as_one():
    chart = timeline([day("2026-03-02", 1, 0)], WORDS, "k")

    assert chart.description == "1 contribution, 1 online and 0 offline; none arrived late."


@pytest.mark.parametrize(
    ("apart", "header", "first"),
    [
        (91, "Day", "4 Mar 2026"),
        (92, "Week from", "2 Mar 2026"),
        (700, "Month from", "1 Mar 2026"),
        (3000, "Year from", "1 Jan 2026"),
    ],
)
def test_many_days_are_put_together(apart, header, first):
    first_day = date(2026, 3, 4)
    last_day = first_day + timedelta(days=apart)

    chart = timeline(
        [day(first_day.isoformat(), online=1), day(last_day.isoformat(), online=1)], WORDS, "k"
    )

    assert (chart.header[0], chart.rows[0][0]) == (header, first)
    assert len(chart.rows) == 2


def test_days_of_a_period_are_summed():
    days = [day("2026-03-02", online=2), day("2026-03-04", offline=3), day("2026-08-04", online=1)]

    chart = timeline(days, WORDS, "k")

    assert chart.rows[0] == ("2 Mar 2026", "2", "3", "0", "0")


def test_days_without_anything_said_leave_a_gap():
    chart = timeline(
        [day("2026-03-02", online=2), day("2026-03-03"), day("2026-03-04", online=1)], WORDS, "k"
    )

    assert [round(x) for _kind, x, _low, _high in columns(chart)] == [0, 2]
    assert len(chart.rows) == 2


@settings(deadline=None)
@given(st.sets(st.dates(), min_size=1, max_size=20))
def test_every_day_has_a_place_among_the_periods(days):
    found = periods(days)

    assert {0, len(found) - 1} <= {found.place(one) for one in days}
    assert all(0 <= found.place(one) < len(found) for one in days)
    assert found.length is Length.YEAR or len(found) <= MAX_PERIODS


@settings(deadline=None)
@given(st.sampled_from(Length), st.dates(), st.dates())
def test_a_period_begins_on_its_own_first_day(length, one, other):
    found = Periods(length, min(one, other), max(one, other))

    place = found.place(max(one, other))
    start = found.start(place)
    assert start <= max(one, other)
    assert found.place(start) == place
    assert start == date.min or found.place(start - timedelta(days=1)) == place - 1


@settings(deadline=None)
@given(st.dates(), st.dates())
def test_a_few_periods_are_named(one, other):
    found = periods([one, other])

    assert found.ticks()[0] == 0
    assert len(found.ticks()) <= 5
    assert all(tick < len(found) for tick in found.ticks())


def test_a_week_begins_on_monday():
    found = periods([date(2026, 1, 1), date(2026, 4, 30)])

    assert found.length is Length.WEEK
    assert found.start(1).isoformat() == "2026-01-05"
    assert found.start(1).isoweekday() == 1
