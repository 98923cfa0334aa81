"""When a partition ended where."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from operations.lag.history import POINTS, History


def history(*points):
    made = History()
    for at, end in points:
        made.add(at, end)
    return made


def test_between_two_looks_it_is_interpolated():
    assert 12.5 == history((10.0, 100), (20.0, 200)).when(125)


@pytest.mark.parametrize(("written_at", "wrong_by"), [(10.0, 5.0), (20.0, -5.0)])
def test_of_a_burst_between_two_looks_it_is_wrong_by_less_than_they_are_apart(written_at, wrong_by):
    assert wrong_by == history((10.0, 100), (20.0, 200)).when(150) - written_at


def test_an_offset_that_was_the_end_has_the_time_of_the_look():
    assert 20.0 == history((10.0, 100), (20.0, 200), (30.0, 300)).when(200)


def test_after_a_pause_records_begin_at_the_last_look_without_them():
    assert 30.0 == history((10.0, 100), (20.0, 100), (30.0, 100), (40.0, 200)).when(100)


@pytest.mark.parametrize("offset", [99, 200, 201])
def test_nothing_is_known_before_the_first_look_or_after_the_last(offset):
    assert history((10.0, 100), (20.0, 200)).when(offset) is None


def test_one_look_tells_nothing():
    assert history((10.0, 100)).when(100) is None


def test_a_pause_takes_two_points_however_long_it_is():
    paused = history(*((float(second), 100) for second in range(1000)))
    assert 2 == len(paused)


def test_no_more_points_are_kept_than_are_looked_at():
    busy = history(*((float(second), second) for second in range(1000)))
    assert POINTS == len(busy)


def test_a_topic_that_is_made_anew_has_no_history():
    assert history((10.0, 100), (20.0, 200), (30.0, 5), (40.0, 10)).when(150) is None


@settings(deadline=None)
@given(
    st.integers(1, 1000),
    st.lists(st.integers(1, 100), min_size=2, max_size=POINTS),
    st.data(),
)
def test_of_a_steady_producer_it_is_exact(rate, pauses, data):
    moments = [sum(pauses[:count]) for count in range(len(pauses))]
    made = history(*((float(at), rate * at) for at in moments))
    offset = data.draw(st.integers(rate * moments[0], rate * moments[-1] - 1))
    assert made.when(offset) == pytest.approx(offset / rate)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(1, 100), st.integers(0, 100)), min_size=2, max_size=80))
def test_a_later_record_is_never_older(steps):
    at, end, made = 0, 0, History()
    for seconds, records in steps:
        at, end = at + seconds, end + records
        made.add(float(at), end)
    known = [when for offset in range(end) if (when := made.when(offset)) is not None]
    assert all(earlier <= later + 1e-9 for earlier, later in pairwise(known))
