"""What is said of a consumer group: per partition, and of the group as a whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

UNKNOWN = "Unknown"
"""The state of a group of which Kafka has not said anything yet."""


class PartitionStatus(StrEnum):
    """How a partition's consumer does; after LinkedIn's Burrow, but for `REBALANCING`."""

    OK = "OK"
    WARN = "WARN"
    REBALANCING = "REBALANCING"
    STALL = "STALL"
    STOP = "STOP"
    REWIND = "REWIND"


_ERRORS = frozenset({PartitionStatus.STALL, PartitionStatus.STOP, PartitionStatus.REWIND})


class GroupStatus(StrEnum):
    """How a group does: as its worst partition."""

    OK = "OK"
    WARN = "WARN"
    ERR = "ERR"


@dataclass(frozen=True)
class PartitionLag:
    """One partition, as it was seen last.

    Attributes:
        topic: The topic.
        partition: Its number.
        committed: Where the group would read on; None before its first commit.
        end: Where the partition ends.
        lag: Records that are not committed; without a commit, all that are there.
        seconds: Age of the first of them; 0 without lag, None where it is not known.
        status: What the window of observations says.
        produced_per_second: Records written, over the window; None with fewer than two looks.
        consumed_per_second: Records committed, likewise.
        commit_age: Seconds since the committed offset was seen to move; 0 without lag.
    """

    topic: str
    partition: int
    committed: int | None
    end: int
    lag: int
    seconds: float | None
    status: PartitionStatus
    produced_per_second: float | None
    consumed_per_second: float | None
    commit_age: float

    @property
    def drain_seconds(self) -> float | None:
        """Time until nothing lags at these rates; infinite where it grows, None if not known."""
        if not self.lag:
            return 0.0
        if self.produced_per_second is None or self.consumed_per_second is None:
            return None
        gain = self.consumed_per_second - self.produced_per_second
        return self.lag / gain if gain > 0 else float("inf")


@dataclass(frozen=True)
class GroupLag:
    """A consumer group, as it was seen last.

    Attributes:
        group: Its name.
        at: When it was looked at, in UTC.
        state: Kafka's word for it: Stable, PreparingRebalance, Empty, Dead and so on; or `UNKNOWN`,
            and then there are no partitions.
        members: How many workers share the partitions.
        partitions: By topic and number.
    """

    group: str
    at: datetime
    state: str
    members: int
    partitions: Sequence[PartitionLag]

    @property
    def status(self) -> GroupStatus:
        """The worst partition's; OK where there is none."""
        statuses = {partition.status for partition in self.partitions}
        if statuses & _ERRORS:
            return GroupStatus.ERR
        return GroupStatus.OK if statuses <= {PartitionStatus.OK} else GroupStatus.WARN

    @property
    def lag(self) -> int:
        """Records that are not committed, of all partitions."""
        return sum(partition.lag for partition in self.partitions)
