"""Looks at consumer groups again and again, and says after each look how they do."""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from kafka import TopicPartition
from kafka.errors import KafkaError

from operations.lag.history import History
from operations.lag.offsets import Membership, Offsets
from operations.lag.report import GroupLag, PartitionLag
from operations.lag.status import WINDOW, Look, evaluate

_TIMEOUT_SECONDS = 10.0
_UNKNOWN = Membership("Unknown", 0)


def _now() -> datetime:
    return datetime.now(UTC)


class LagMonitor:
    """Watches the lag of consumer groups from outside. Use as a context manager.

    Args:
        bootstrap_servers: Brokers as `host:port`, separated by commas.
        groups: The topics that each group reads; None: those that it has committed offsets of.
        exact: Read the first unread record for its age, even where the history tells it.
        clock: The time, in UTC.
    """

    def __init__(
        self,
        bootstrap_servers: str,
        groups: Mapping[str, Sequence[str] | None],
        *,
        exact: bool = False,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        self._bootstrap_servers = bootstrap_servers
        self._clock = clock
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
            seen = [group.observe(self._offsets, self._clock()) for group in self._groups]
        except KafkaError:
            self._disconnect()
            raise
        if not all(group.answered for group in self._groups):
            # The client asks the same coordinator for ever, though another one may have the group.
            self._disconnect()
        return seen

    def _disconnect(self) -> None:
        if self._offsets is not None:
            self._offsets.close()
            self._offsets = None


class _Group:
    """One group, and what was seen of it.

    Attributes:
        answered: Whether its coordinator could say how it is, at the last look.
    """

    def __init__(self, name: str, topics: Sequence[str] | None, *, exact: bool) -> None:
        self.answered = False
        self._name = name
        self._topics = topics
        self._exact = exact
        self._membership = _UNKNOWN
        self._committed: Mapping[TopicPartition, int] = {}
        self._partitions: dict[TopicPartition, _Partition] = {}

    def observe(self, offsets: Offsets, at: datetime) -> GroupLag:
        """Look once."""
        self._ask(offsets)
        topics = (
            {place.topic for place in self._committed} if self._topics is None else self._topics
        )
        places = sorted(offsets.partitions(topics))
        # Before the ends, so that no lag is below nothing.
        earliest = offsets.earliest(places)
        positions = {place: max(earliest[place], self._committed.get(place, 0)) for place in places}
        ends = offsets.ends(places)
        self._partitions = {place: self._partitions.get(place, _Partition()) for place in places}
        ages = self._ages(offsets, at.timestamp(), positions, ends)
        for place, partition in self._partitions.items():
            state = self._membership.state
            partition.see(
                Look(at.timestamp(), positions[place], ends[place], ages.get(place), state)
            )
        return GroupLag(
            group=self._name,
            at=at,
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
        membership = offsets.membership(self._name)
        self.answered = committed is not None and membership is not None
        if committed is not None:
            self._committed = committed
        self._membership = membership or self._membership

    def _ages(
        self,
        offsets: Offsets,
        at: float,
        positions: Mapping[TopicPartition, int],
        ends: Mapping[TopicPartition, int],
    ) -> dict[TopicPartition, float]:
        """How old the first unread records are, in seconds; 0 where there is none."""
        written: dict[TopicPartition, float] = {}
        to_read: dict[TopicPartition, int] = {}
        for place, partition in self._partitions.items():
            partition.history.add(at, ends[place])
            when: float | None = at
            if positions[place] < ends[place]:
                when = None if self._exact else partition.history.when(positions[place])
            if when is None:
                to_read[place] = positions[place]
            else:
                written[place] = when
        written |= offsets.written_at(to_read)
        return {place: max(0.0, at - when) for place, when in written.items()}


class _Partition:
    """One partition, and what was seen of it."""

    def __init__(self) -> None:
        self.history = History()
        self._window: deque[Look] = deque(maxlen=WINDOW)
        self._moved_at = 0.0

    def see(self, look: Look) -> None:
        """Take in a look."""
        # An idle consumer does not commit: the time counts from when there is something to do.
        if not self._window or not look.lag or look.position != self._window[-1].position:
            self._moved_at = look.at
        self._window.append(look)

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
            consumed_per_second=_rate(last.position - first.position, elapsed),
            commit_age=last.at - self._moved_at,
        )


def _rate(records: int, seconds: float) -> float | None:
    """Records a second; none where offsets went back, None where no time has gone by."""
    return max(0, records) / seconds if seconds > 0 else None
