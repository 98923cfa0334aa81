"""Dates and times: read in the one way that was declared, or refused."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.moments import UndeclaredError, moment
from intake.tables import BadFieldError

VIENNA = ZoneInfo("Europe/Vienna")


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2026-03-01T18:40:00+01:00", datetime(2026, 3, 1, 17, 40, tzinfo=UTC)),
        ("2026-03-01 18:40Z", datetime(2026, 3, 1, 18, 40, tzinfo=UTC)),
        ("2026-03-01T18:40:00.25-0330", datetime(2026, 3, 1, 22, 10, 0, 250_000, tzinfo=UTC)),
    ],
)
def test_a_time_with_its_offset_needs_no_zone(cell, expected):
    assert expected == moment("occurred_at", cell, None, None)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2026-01-31", datetime(2026, 1, 31, 11, tzinfo=UTC)),
        ("2026-07-31", datetime(2026, 7, 31, 10, tzinfo=UTC)),
        ("2028-02-29", datetime(2028, 2, 29, 11, tzinfo=UTC)),
    ],
)
def test_a_day_alone_is_its_noon_in_the_zone(cell, expected):
    assert expected == moment("occurred_at", cell, VIENNA, None)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2026-10-25 02:30", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("2026-03-29 02:30", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        ("2026-03-29 9:05", datetime(2026, 3, 29, 7, 5, tzinfo=UTC)),
    ],
    ids=["in the repeated hour", "in the skipped hour", "an hour of one digit"],
)
def test_a_local_time_is_that_of_the_zone(cell, expected):
    assert expected == moment("occurred_at", cell, VIENNA, None)


@pytest.mark.parametrize("cell", ["2026-03-01", "2026-03-01 18:40", "2026-03-01T18:40:00"])
def test_a_time_without_a_zone_is_not_guessed(cell):
    with pytest.raises(UndeclaredError, match="--zone"):
        moment("occurred_at", cell, None, None)


@pytest.mark.parametrize("cell", ["03/04/2026", "25.4.2026", "3-4-2026 18:40"])
def test_the_order_of_day_and_month_is_not_guessed(cell):
    with pytest.raises(UndeclaredError, match="date_order"):
        moment("occurred_at", cell, VIENNA, None)


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("day-first", datetime(2026, 4, 3, 16, 40, tzinfo=UTC)),
        ("month-first", datetime(2026, 3, 4, 17, 40, tzinfo=UTC)),
    ],
)
def test_the_declared_order_holds(order, expected):
    assert expected == moment("occurred_at", "03/04/2026, 18:40", VIENNA, order)


@given(
    st.datetimes(datetime(1900, 1, 2), datetime(2199, 12, 30)),  # noqa: DTZ001  the local clock
    st.sampled_from([("day-first", "%d.%m.%Y"), ("month-first", "%m/%d/%Y")]),
)
def test_both_orders_and_iso_say_the_same(local, order):
    name, form = order
    day = local.replace(year=max(local.year, 1000))

    assert moment("at", f"{day:%Y-%m-%d %H:%M}", VIENNA, None) == moment(
        "at", day.strftime(f"{form} %H:%M"), VIENNA, name
    )


@pytest.mark.parametrize(
    ("cell", "order", "reason"),
    [
        ("2026-02-29", None, "there is no such day"),
        ("29.02.2026", "day-first", "there is no such day"),
        ("25/04/2026", "month-first", "there is no such day"),
        ("2026-04-31", None, "there is no such day"),
        ("1899-12-31", None, "not a day of 1900 to 2199"),
        ("2026-03-01 24:00", None, "there is no such time of day"),
        ("2026-03-01T10:00+99:00", None, "there is no such offset from UTC"),
        ("3.4.26", "day-first", "not a date like"),
        ("20260301", None, "not a date like"),
        ("2026-W09-1", None, "not a date like"),
        ("12:00:00", None, "not a date like"),
        ("last week", None, "not a date like"),
        ("٢٠٢٦-03-01", None, "not a date like"),
    ],
)
def test_what_is_no_date_is_a_bad_field(cell, order, reason):
    with pytest.raises(BadFieldError, match=reason):
        moment("occurred_at", cell, VIENNA, order)
