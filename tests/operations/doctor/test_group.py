"""What the doctor says of the workers."""

from datetime import UTC, datetime

import pytest

from operations.doctor import group
from operations.doctor.cluster import GroupSeen
from operations.doctor.finding import Level
from operations.lag.report import GroupLag, PartitionLag, PartitionStatus
from operations.lag.status import WINDOW

START = "isegoria worker"
PLACES = frozenset({("events", 0), ("events", 1)})


def lagging(status=PartitionStatus.OK, seconds=60.0):
    partition = PartitionLag(
        topic="events",
        partition=1,
        committed=0,
        end=7,
        lag=7,
        seconds=seconds,
        status=status,
        produced_per_second=None,
        consumed_per_second=None,
        commit_age=seconds,
    )
    return GroupLag("isegoria", datetime.now(UTC), "Stable", 1, [partition])


class Looks:
    """A monitor that sees one thing after the other, and the last for good."""

    def __init__(self, *looks):
        self._looks = looks
        self.taken = 0

    def observe(self):
        self.taken += 1
        return [self._looks[min(self.taken, len(self._looks)) - 1]]


def test_workers_that_have_all_partitions_are_right():
    assert Level.OK is group.members(GroupSeen("Stable", 2, PLACES), PLACES, START).level


@pytest.mark.parametrize("state", ["Empty", "Dead"])
def test_without_a_worker_one_is_to_be_started(state):
    found = group.members(GroupSeen(state, 0, frozenset()), PLACES, START)
    assert (Level.WRONG, START) == (found.level, found.mend)


@pytest.mark.parametrize("state", ["PreparingRebalance", "CompletingRebalance"])
def test_partitions_that_are_being_handed_out_are_a_warning(state):
    assert Level.WARNING is group.members(GroupSeen(state, 1, frozenset()), PLACES, START).level


def test_a_partition_that_nobody_has_is_named():
    found = group.members(GroupSeen("Stable", 1, frozenset({("events", 0)})), PLACES, START)
    assert (Level.WRONG, "partitions that nobody has: events 1") == (found.level, found.says)


@pytest.mark.parametrize(
    ("status", "level"),
    [
        (PartitionStatus.OK, Level.OK),
        (PartitionStatus.WARN, Level.WARNING),
        (PartitionStatus.REBALANCING, Level.WARNING),
        (PartitionStatus.STALL, Level.WRONG),
        (PartitionStatus.STOP, Level.WRONG),
        (PartitionStatus.REWIND, Level.WRONG),
    ],
)
def test_lag_is_as_bad_as_the_worst_partition(status, level):
    assert level is group.lag(lagging(status), START).level


def test_lag_of_a_group_that_is_gone_is_mended_by_a_worker():
    assert START == group.lag(lagging(PartitionStatus.STOP), START).mend


def test_lag_of_a_group_that_stands_still_is_mended_by_restarting_it():
    assert "restart the workers" in group.lag(lagging(PartitionStatus.STALL), START).mend


@pytest.mark.parametrize(
    ("looks", "taken"),
    [
        ([lagging(seconds=0.5)], 1),
        ([lagging(PartitionStatus.STOP)], 1),
        ([lagging(), lagging(), lagging(seconds=0.5)], 3),
        ([lagging()], WINDOW),
        ([lagging(seconds=None)], WINDOW),
    ],
    ids=["nothing late", "nobody there", "caught up", "late all the time", "of unknown age"],
)
def test_it_looks_as_often_as_it_takes_to_judge(looks, taken):
    monitor = Looks(*looks)
    group.judged(monitor, wait=lambda _: None)
    assert taken == monitor.taken
