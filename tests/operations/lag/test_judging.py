"""How often a group is looked at before it is judged."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from operations.lag.judging import judged
from operations.lag.report import UNKNOWN as UNKNOWN_STATE
from operations.lag.report import GroupLag, PartitionLag, PartitionStatus
from operations.lag.status import ALLOWED_SECONDS, WINDOW


def group(status=PartitionStatus.OK, *, lag=7, seconds=ALLOWED_SECONDS):
    partition = PartitionLag(
        topic="events",
        partition=0,
        committed=0,
        end=lag,
        lag=lag,
        seconds=seconds,
        status=status,
        produced_per_second=None,
        consumed_per_second=None,
        commit_age=0.0,
    )
    return GroupLag("readers", datetime(2026, 3, 1, tzinfo=UTC), "Stable", 1, [partition])


DONE = group(lag=0, seconds=0.0)
YOUNG = group(seconds=0.9 * ALLOWED_SECONDS)
LATE = group()
UNKNOWN = group(seconds=None)
SILENT = replace(LATE, state=UNKNOWN_STATE, partitions=[])
GATHERING = replace(LATE, state="PreparingRebalance")
REBALANCING = group(PartitionStatus.REBALANCING)
STOPPED = group(PartitionStatus.STOP)
WENT_BACK = group(PartitionStatus.REWIND)


class Looks:
    """A monitor that sees one thing after the other, and the last for good."""

    def __init__(self, *looks):
        self._looks = looks
        self.taken = 0

    def observe(self):
        self.taken += 1
        return self._looks[min(self.taken, len(self._looks)) - 1]


@pytest.mark.parametrize(
    ("looks", "taken"),
    [
        ([[DONE]], 1),
        ([[YOUNG]], 1),
        ([[STOPPED]], 1),
        ([[LATE], [LATE], [WENT_BACK]], 3),
        ([[LATE], [LATE], [DONE]], 3),
        ([[LATE]], WINDOW),
        ([[UNKNOWN]], WINDOW),
        ([[REBALANCING]], WINDOW),
        ([[DONE, STOPPED]], 1),
        ([[STOPPED, LATE]], WINDOW),
        ([[]], 1),
        ([[SILENT], [SILENT], [DONE]], 3),
        ([[LATE], [LATE], [GATHERING]], 2 + WINDOW),
        ([[LATE], [GATHERING]] * 3 * WINDOW, 3 * WINDOW),
    ],
    ids=[
        "done",
        "not yet late",
        "stopped",
        "went back",
        "caught up",
        "late all the time",
        "of unknown age",
        "handing out partitions",
        "one done, one stopped",
        "one stopped, one late",
        "no group",
        "not said anything of, then done",
        "in another state since the third look",
        "in another state at each look",
    ],
)
def test_groups_are_looked_at_until_each_is_judged(looks, taken):
    monitor = Looks(*looks)
    judged(monitor, 0)
    assert taken == monitor.taken


def test_the_last_look_counts():
    assert [WENT_BACK] == judged(Looks([LATE], [WENT_BACK]), 0)


def test_every_look_is_told():
    told = []
    judged(Looks([LATE], [LATE], [DONE]), 0, told.append)
    assert [1, 2, 3] == told


def test_there_is_an_interval_between_two_looks_and_none_after_the_last(monkeypatch):
    waited = []
    monkeypatch.setattr("time.sleep", waited.append)
    judged(Looks([LATE], [LATE], [DONE]), 1.5)
    assert [1.5, 1.5] == waited
