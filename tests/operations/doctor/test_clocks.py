"""What the doctor says of clocks."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from operations.doctor import clocks
from operations.doctor.finding import Level

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def seconds(number):
    return timedelta(seconds=number)


@settings(deadline=None)
@given(st.floats(0, 100), st.floats(0, 100))
def test_a_slow_answer_is_no_skew(asked_for, answered_after):
    theirs = NOW + seconds(asked_for)
    found = clocks.clickhouse_clock(NOW, theirs, theirs + seconds(answered_after))
    assert Level.OK is found.level


@pytest.mark.parametrize(
    ("skew", "says"), [(60, "60.0 s ahead of ours"), (-60, "60.0 s behind ours")]
)
def test_a_clock_that_differs_is_a_warning(skew, says):
    found = clocks.clickhouse_clock(NOW, NOW + seconds(skew), NOW)
    assert (Level.WARNING, says) == (found.level, found.says)


def test_an_event_dated_ahead_is_a_warning():
    assert Level.WARNING is clocks.publishers_clock(NOW + seconds(60), NOW).level


@pytest.mark.parametrize("newest", [None, NOW, NOW - timedelta(days=3)])
def test_an_old_event_tells_nothing_of_a_clock(newest):
    assert Level.OK is clocks.publishers_clock(newest, NOW).level
