"""Looks at consumer groups again and again, and says after each look how they do."""

import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from kafka import TopicPartition

from operations.lag.history import History
from operations.lag.offsets import Membership, Offsets
from operations.lag.report import UNKNOWN, GroupLag, PartitionLag
from operations.lag.status import WINDOW, Look, Phase, evaluate, is_late

_TIMEOUT_SECONDS = 10.0
_UNKNOWN = Membership(UNKNOWN, 0)


def _now() -> datetime:
    return datetime.now(UTC)


class LagMonitor:
    """Watches the lag of consumer groups from outside. Use as a context manager.

    Lag is what a group could read. Where it stands right before the mark of a transaction, or what
    compaction left, and nothing comes after it, its lag is 0, though it is not at the end.

    Args:
        bootstrap_servers: Brokers as `host:port`, separated by commas.
        groups: The topics that each group reads; None: those that it has committed offsets of.
        exact: Read the first unread record for its age, even where the history tells it.
        clock: The time, in UTC: when a look was taken, and how old a record is by its own time.
        seconds: Seconds, on a clock that nobody sets: all that lies between two looks.
    """

    def __init__(
        self,
        bootstrap_servers: str,
        groups: Mapping[str, Sequence[str] | None],
        *,
        exact: bool = False,
        clock: Callable[[], datetime] = _now,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._bootstrap_servers = bootstrap_servers
        self._clock = clock
        self._seconds = seconds
        self._offsets: Offsets | None = None
        self._groups = [_Group(name, topics, exact=exact) for name, topics in groups.items()]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._disconnect()

    def observe(self) -> list[GroupLag]:
        """Look at every group once, and say how each does by the looks so far.

        Raises:
            KafkaError: Kafka does not answer; the next look may succeed.
        """
        if self._offsets is None:
            self._offsets = Offsets(self._bootstrap_servers, _TIMEOUT_SECONDS)
        try:
            return [
                group.observe(self._offsets, _Moment(self._clock(), self._seconds()))
                for group in self._groups
            ]
        except Exception:
            self._disconnect()
            raise

    def _disconnect(self) -> None:
        if self._offsets is not None:
            self._offsets.close()
            self._offsets = None


@dataclass(frozen=True)
class _Moment:
    """When a look is taken, on both clocks."""

    utc: datetime
    seconds: float


class _Group:
    """One group, and what was seen of it."""

    def __init__(self, name: str, topics: Sequence[str] | None, *, exact: bool) -> None:
        self._name = name
        self._topics = topics
        self._exact = exact
        self._membership = _UNKNOWN
        self._committed: Mapping[TopicPartition, int] = {}
        self._partitions: dict[TopicPartition, _Partition] = {}

    def observe(self, offsets: Offsets, now: _Moment) -> GroupLag:
        """Look once."""
        self._ask(offsets)
        if self._membership is _UNKNOWN:
            return GroupLag(self._name, now.utc, UNKNOWN, 0, [])
        topics = (
            {place.topic for place in self._committed} if self._topics is None else self._topics
        )
        places = sorted(offsets.partitions(topics))
        # Before the ends, so that no lag is below nothing.
        earliest = offsets.earliest(places)
        ends = offsets.ends(places)
        self._partitions = {
            place: self._partitions.get(place, _Partition(earliest[place])) for place in places
        }
        positions = {place: max(earliest[place], self._committed.get(place, 0)) for place in places}
        unread = self._unread(offsets, now, positions, ends)
        for place, partition in self._partitions.items():
            lag, age = unread[place]
            partition.see(
                now.seconds,
                self._committed.get(place),
                ends[place],
                lag,
                age,
                Phase.of(self._membership.state),
            )
        return GroupLag(
            group=self._name,
            at=now.utc,
            state=self._membership.state,
            members=self._membership.members,
            partitions=[
                partition.report(place, self._committed.get(place))
                for place, partition in self._partitions.items()
            ],
        )

    def _ask(self, offsets: Offsets) -> None:
        """Ask the coordinator; while it cannot say, what it said last holds."""
        committed = offsets.committed(self._name)
        if committed is not None:
            self._committed = committed
        self._membership = offsets.membership(self._name) or self._membership

    def _unread(
        self,
        offsets: Offsets,
        now: _Moment,
        positions: Mapping[TopicPartition, int],
        ends: Mapping[TopicPartition, int],
    ) -> dict[TopicPartition, tuple[int, float | None]]:
        """Of each partition the records that are not read, and the age of the first in seconds."""
        ages: dict[TopicPartition, float | None] = {}
        to_read: dict[TopicPartition, int] = {}
        for place, partition in self._partitions.items():
            position, end = positions[place], ends[place]
            ages[place] = partition.age(now.seconds, position, end)
            if ages[place] is None or (self._exact and position < end):
                to_read[place] = position
        nothing = set()
        for place, written in offsets.written_at(to_read, ends).items():
            if written is None:
                nothing.add(place)
            else:
                ages[place] = max(0.0, now.utc.timestamp() - written)
                self._partitions[place].readable = positions[place]
        return {
            place: (0, 0.0) if place in nothing else (max(0, ends[place] - position), ages[place])
            for place, position in positions.items()
        }


class _Partition:
    """One partition, and what was seen of it.

    Args:
        began: Its first offset, from which a group counts until it commits.

    Attributes:
        readable: An offset from which on a record is known to be there.
    """

    def __init__(self, began: int) -> None:
        self.readable: int | None = None
        self._began = began
        self._history = History()
        self._window: deque[Look] = deque(maxlen=WINDOW)
        self._position: int | None = None
        self._moved_at = 0.0
        self._still_since = 0.0

    def age(self, at: float, position: int, end: int) -> float | None:
        """Take in where the partition ends, and say how old the first unread record is by that.

        Returns:
            Seconds, 0 where there is none; None where the record must be read to tell.
        """
        stands, self._position = position == self._position, position
        self._history.add(at, end)
        if position >= end:
            return 0.0
        when = self._history.when(position)
        if when is None:
            return None
        # A group that stands still may have nothing before it but the mark of a transaction.
        known = position == self.readable or not stands
        return at - when if known or not is_late(end - position, at - when) else None

    def see(
        self,
        at: float,
        committed: int | None,
        end: int,
        lag: int,
        age: float | None,
        phase: Phase,
    ) -> None:
        """Take in a look."""
        reached = self._began if committed is None else committed
        before = self._window[-1] if self._window else None
        # An idle consumer does not commit: the time counts from when there is something to do.
        if before is None or not lag or reached != before.committed:
            self._moved_at = self._still_since = at
        elif phase is not before.phase:
            self._still_since = at
        self._window.append(Look(at, reached, end, lag, age, phase, at - self._still_since))

    def report(self, place: TopicPartition, committed: int | None) -> PartitionLag:
        """How the partition does."""
        first, last = self._window[0], self._window[-1]
        elapsed = last.at - first.at
        return PartitionLag(
            topic=place.topic,
            partition=place.partition,
            committed=committed,
            end=last.end,
            lag=last.lag,
            seconds=last.age,
            status=evaluate(tuple(self._window)),
            produced_per_second=_rate(last.end - first.end, elapsed),
            consumed_per_second=_rate(last.committed - first.committed, elapsed),
            commit_age=last.at - self._moved_at,
        )


def _rate(records: int, seconds: float) -> float | None:
    """Records a second; none where offsets went back, None where no time has gone by."""
    return max(0, records) / seconds if seconds > 0 else None
