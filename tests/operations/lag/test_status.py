"""What a window of looks at a partition says."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from operations.lag.report import PartitionStatus
from operations.lag.status import (
    ALLOWED_SECONDS,
    STALL_SECONDS,
    WINDOW,
    Look,
    Phase,
    evaluate,
)

OLD = 2 * ALLOWED_SECONDS
LONG = 2 * STALL_SECONDS
SHORT = 0.9 * STALL_SECONDS


def looks(committed, ends, *, age=OLD, phase=Phase.WORKING, still=LONG):
    """A look a second; `age`, `phase` and `still` of each, or the same for all."""
    each = [one if isinstance(one, list) else [one] * len(committed) for one in (age, phase, still)]
    return [
        Look(float(second), reached, end, end - reached, *others)
        for second, (reached, end, *others) in enumerate(zip(committed, ends, *each, strict=True))
    ]


def still(count=WINDOW, **others):
    """A consumer that stands still while records come in."""
    return looks([100] * count, range(200, 200 + count), **others)


def growing(count=WINDOW, **others):
    """A consumer that reads five records for ten that come in."""
    return looks(range(100, 100 + 5 * count, 5), range(200, 200 + 10 * count, 10), **others)


def shrinking(count=WINDOW, **others):
    """A consumer that reads ten records for five that come in."""
    return looks(range(100, 100 + 10 * count, 10), range(400, 400 + 5 * count, 5), **others)


def test_no_lag_is_ok():
    assert PartitionStatus.OK == evaluate(looks([100] * WINDOW, [100] * WINDOW, age=0.0))


def test_records_that_came_in_between_two_commits_are_no_lag():
    assert PartitionStatus.OK == evaluate(still(age=0.9 * ALLOWED_SECONDS))


def test_a_record_of_unknown_age_is_lag():
    assert PartitionStatus.STALL == evaluate(still(age=None))


@pytest.mark.parametrize(
    ("state", "phase"),
    [
        ("Stable", Phase.WORKING),
        ("Unknown", Phase.WORKING),
        ("PreparingRebalance", Phase.REBALANCING),
        ("CompletingRebalance", Phase.REBALANCING),
        ("Empty", Phase.GONE),
        ("Dead", Phase.GONE),
    ],
)
def test_a_state_is_of_a_phase(state, phase):
    assert phase is Phase.of(state)


def test_lag_without_members_is_a_stop_at_once():
    assert PartitionStatus.STOP == evaluate(still(1, phase=Phase.GONE))


def test_a_group_without_members_that_is_done_is_ok():
    assert PartitionStatus.OK == evaluate(looks([100], [100], age=0.0, phase=Phase.GONE))


def test_lag_while_partitions_are_handed_out_is_rebalancing():
    phases = [Phase.WORKING] * 8 + [Phase.REBALANCING] * 2
    assert PartitionStatus.REBALANCING == evaluate(still(phase=phases))


def test_partitions_that_are_handed_out_for_a_whole_window_are_a_stall():
    assert PartitionStatus.STALL == evaluate(still(phase=Phase.REBALANCING))


def test_partitions_that_are_handed_out_for_a_short_time_are_no_stall_however_many_looks_see_it():
    window = still(phase=Phase.REBALANCING, still=SHORT)
    assert PartitionStatus.REBALANCING == evaluate(window)


def test_a_window_that_is_not_full_is_no_stall_of_a_rebalance():
    assert PartitionStatus.REBALANCING == evaluate(still(WINDOW - 1, phase=Phase.REBALANCING))


def test_a_commit_in_a_rebalance_begins_the_wait_anew():
    window = looks([100] * 5 + [110] * 5, range(200, 210), phase=Phase.REBALANCING)
    assert PartitionStatus.REBALANCING == evaluate(window)


@pytest.mark.parametrize("away", [Phase.GONE, Phase.REBALANCING])
@pytest.mark.parametrize("back", [1, WINDOW - 1])
def test_whoever_has_just_come_back_is_not_judged_by_the_time_before(away, back):
    phases = [away] * (WINDOW - back) + [Phase.WORKING] * back
    assert PartitionStatus.OK == evaluate(still(phase=phases))


def test_a_group_that_went_back_without_members_has_gone_back():
    phases = [Phase.GONE] * 2 + [Phase.WORKING]
    window = looks([100, 20, 20], [120] * 3, phase=phases)
    assert PartitionStatus.REWIND == evaluate(window)


def test_a_group_that_went_back_is_a_rewind():
    assert PartitionStatus.REWIND == evaluate(looks([100, 110, 20, 30], [120, 120, 120, 120]))


def test_a_group_that_went_back_and_came_further_is_none():
    assert PartitionStatus.OK == evaluate(looks([100, 110, 20, 115], [120, 120, 120, 120]))


def test_a_window_that_is_not_full_says_nothing_of_a_consumer_at_work():
    assert PartitionStatus.OK == evaluate(still(WINDOW - 1))


def test_lag_without_any_commit_in_the_window_is_a_stall():
    assert PartitionStatus.STALL == evaluate(still())


def test_looks_that_come_faster_than_commits_are_no_stall_but_a_warning():
    assert PartitionStatus.WARN == evaluate(still(still=SHORT))


def test_a_stall_is_none_the_better_for_records_that_kafka_deletes():
    window = [replace(look, lag=100 - 10 * n) for n, look in enumerate(still())]
    assert PartitionStatus.STALL == evaluate(window)
    assert PartitionStatus.WARN == evaluate([replace(look, still=SHORT) for look in window])


def test_a_partition_that_was_up_to_date_within_the_window_is_ok():
    assert PartitionStatus.OK == evaluate(still(age=[0.0] + [OLD] * (WINDOW - 1)))


def test_lag_that_grows_is_a_warning():
    assert PartitionStatus.WARN == evaluate(growing())


def test_lag_that_grows_as_a_sawtooth_is_a_warning():
    lags = [100, 140, 120, 160, 140, 180, 160, 200, 180, 220]
    ends = [1000 + 50 * second for second in range(WINDOW)]
    positions = [end - lag for end, lag in zip(ends, lags, strict=True)]
    assert PartitionStatus.WARN == evaluate(looks(positions, ends))


def test_lag_that_shrinks_is_ok():
    assert PartitionStatus.OK == evaluate(shrinking())


windows = st.lists(
    st.builds(
        Look,
        at=st.floats(0, 1e9),
        committed=st.integers(0, 30),
        end=st.integers(30, 40),
        lag=st.integers(0, 40),
        age=st.none() | st.floats(0, 10),
        phase=st.sampled_from(Phase),
        still=st.floats(0, 100),
    ),
    min_size=1,
    max_size=WINDOW,
)


@settings(deadline=None)
@given(windows)
def test_whatever_was_before_no_lag_now_is_ok(window):
    last = replace(window[-1], lag=0)
    assert PartitionStatus.OK == evaluate([*window[:-1], last])


@settings(deadline=None)
@given(windows, st.floats(-1e6, 1e6), st.integers(0, 10**12))
def test_a_window_at_another_time_and_place_has_the_same_status(window, seconds, offset):
    moved = [
        replace(
            look, at=look.at + seconds, committed=look.committed + offset, end=look.end + offset
        )
        for look in window
    ]
    assert evaluate(window) == evaluate(moved)


@settings(deadline=None)
@given(windows)
def test_without_members_late_is_a_stop_and_nothing_else_is(window):
    last = replace(window[-1], phase=Phase.GONE)
    stopped = evaluate([*window[:-1], last]) is PartitionStatus.STOP
    assert last.late == stopped


@settings(deadline=None)
@given(windows)
def test_a_stall_has_lasted(window):
    stalled = evaluate(window) is PartitionStatus.STALL
    assert not stalled or window[-1].still >= STALL_SECONDS


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), min_size=WINDOW, max_size=WINDOW)
)
def test_what_burrow_warns_of_is_a_warning_or_a_stall(steps):
    committed, lag, window = 0, 10, []
    for second, (read, more) in enumerate(steps):
        committed += read
        lag += more
        look = Look(float(second), committed, committed + lag, lag, OLD, Phase.WORKING, LONG)
        window.append(look)
    assert evaluate(window) in {PartitionStatus.WARN, PartitionStatus.STALL}
