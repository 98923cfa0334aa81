"""What is said of a consumer group."""

from dataclasses import replace
from datetime import UTC, datetime
from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from operations.lag.report import GroupLag, GroupStatus, PartitionLag, PartitionStatus

PARTITION = PartitionLag(
    topic="events",
    partition=0,
    committed=100,
    end=400,
    lag=300,
    seconds=30.0,
    status=PartitionStatus.OK,
    produced_per_second=10.0,
    consumed_per_second=20.0,
    commit_age=1.0,
)


def group(*statuses):
    partitions = [replace(PARTITION, status=status) for status in statuses]
    return GroupLag("readers", datetime(2026, 3, 1, tzinfo=UTC), "Stable", 2, partitions)


def test_what_is_gained_a_second_drains_the_lag():
    assert 30.0 == PARTITION.drain_seconds


@pytest.mark.parametrize("consumed", [0.0, 9.0, 10.0])
def test_without_a_gain_it_never_drains(consumed):
    assert inf == replace(PARTITION, consumed_per_second=consumed).drain_seconds


def test_without_lag_it_is_drained():
    assert 0.0 == replace(PARTITION, lag=0, consumed_per_second=None).drain_seconds


@pytest.mark.parametrize("rate", ["produced_per_second", "consumed_per_second"])
def test_without_a_rate_nobody_knows_when_it_is_drained(rate):
    assert replace(PARTITION, **{rate: None}).drain_seconds is None


@settings(deadline=None)
@given(st.floats(0, 1e6), st.floats(0.01, 1e6), st.integers(1, 10**9))
def test_after_the_time_to_drain_as_much_was_gained_as_lags(produced, gain, lag):
    draining = replace(
        PARTITION, produced_per_second=produced, consumed_per_second=produced + gain, lag=lag
    )
    assert lag == pytest.approx(draining.drain_seconds * gain, rel=1e-3)


@pytest.mark.parametrize(
    ("partition", "expected"),
    [
        (PartitionStatus.OK, GroupStatus.OK),
        (PartitionStatus.WARN, GroupStatus.WARN),
        (PartitionStatus.REBALANCING, GroupStatus.WARN),
        (PartitionStatus.STALL, GroupStatus.ERR),
        (PartitionStatus.STOP, GroupStatus.ERR),
        (PartitionStatus.REWIND, GroupStatus.ERR),
    ],
)
def test_a_group_is_as_bad_as_its_partition(partition, expected):
    assert expected == group(PartitionStatus.OK, partition).status


def test_the_worst_partition_counts():
    assert GroupStatus.ERR == group(PartitionStatus.WARN, PartitionStatus.STOP).status


def test_a_group_without_partitions_is_ok():
    assert GroupStatus.OK == group().status


def test_a_group_lags_by_all_that_its_partitions_lag_by():
    assert 600 == group(PartitionStatus.OK, PartitionStatus.OK).lag
