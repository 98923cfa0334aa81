"""What the doctor says of the workers."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from operations.doctor import group
from operations.doctor.cluster import GroupSeen
from operations.doctor.finding import Level, Remedies
from operations.lag.report import GroupLag, PartitionLag, PartitionStatus

START = "isegoria worker --data-dir '/my data'"
REMEDIES = Remedies(Path("/my data"), "isegoria up", START)
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


def judged(status, *, clickhouse_is_wrong=False):
    return group.lag(lagging(status), REMEDIES, clickhouse_is_wrong=clickhouse_is_wrong)


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
    assert level is judged(status).level


@pytest.mark.parametrize("clickhouse_is_wrong", [False, True])
def test_lag_of_a_group_that_is_gone_is_mended_by_a_worker(clickhouse_is_wrong):
    found = judged(PartitionStatus.STOP, clickhouse_is_wrong=clickhouse_is_wrong)
    assert START == found.mend


def test_lag_of_a_group_that_stands_still_is_mended_by_restarting_it():
    assert "restart the workers" in judged(PartitionStatus.STALL).mend


@pytest.mark.parametrize("status", [PartitionStatus.STALL, PartitionStatus.WARN])
def test_workers_that_cannot_write_wait_for_clickhouse(status):
    assert "see ClickHouse first" == judged(status, clickhouse_is_wrong=True).mend


def test_lag_that_does_not_shrink_is_watched_here():
    first = judged(PartitionStatus.WARN).mend.splitlines()[0]
    assert "isegoria lag --watch --data-dir '/my data'" == first
