"""Where the events go when their topic gets another number of partitions; pure.

An event that can be read goes to the partition of its key. All of a key come from one partition and
in its order, so they keep their order.

A policy holds for a whole partition, from its place in the log on: it is written to every new
partition, and stands there between the same events as before. So the logs are read together up to
their next policy, and that one is written everywhere before any of them is read on. A policy that
did not reach every partition reaches every new one.

What was rejected is rejected again. What cannot be read goes, byte for byte, to the partition of
its Kafka key, or without one to that of its old number modulo the new count. An event that was
where it does not belong goes to the partition of its old number, modulo likewise, or to the next
one, should it belong there now. Where there is one partition alone, everything belongs there, and
such an event is taken.
"""

from collections.abc import AsyncIterator, Sequence
from typing import NamedTuple, Protocol

from kafka.partitioner import murmur2

from schemas.events import Event, InvalidEventError, PolicySet, decode, encode, partition_key
from schemas.topics import LogRecord, partition_of
from streams.transport import unreadable


class TimedRecord(LogRecord, Protocol):
    """A record that says when it was written."""

    @property
    def timestamp(self) -> int:
        """Unix milliseconds; negative where there are none."""


class Copy(NamedTuple):
    """A record as it is written again.

    Attributes:
        key: As it was.
        value: As it was, but for a policy's partition.
        headers: As they were.
        timestamp: In Unix milliseconds, as it was; negative where there was none.
    """

    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]
    timestamp: int

    @classmethod
    def of(cls, record: TimedRecord) -> "Copy":
        """The same again."""
        return cls(record.key, record.value, record.headers, record.timestamp)


class _Policy(NamedTuple):
    """A policy that is where it belongs, and the record that it came in."""

    record: TimedRecord
    event: PolicySet

    @property
    def identity(self) -> tuple[object, ...]:
        """What is the same in every partition to which one `isegoria policy apply` wrote."""
        # The id is not: it names the partition, too.
        return self.event.source, self.event.time, self.event.data.policy.hash

    def copy(self, partition: int) -> Copy:
        """What is written to a new partition."""
        data = self.event.data.model_copy(update={"partition": partition})
        event = self.event.model_copy(update={"data": data})
        return Copy.of(self.record)._replace(value=encode(event))


async def replaced(
    logs: Sequence[AsyncIterator[TimedRecord]], partitions: int
) -> AsyncIterator[tuple[int, Copy]]:
    """Every record of the old partitions, with the new partition that it goes to.

    Args:
        logs: The old partitions by number, each in order.
        partitions: How many new ones there are.

    Yields:
        In the order in which they are to be written.
    """
    waiting: dict[int, _Policy] = {}
    while True:
        for number, log in enumerate(logs):
            if number in waiting:
                continue
            async for record in log:
                event = _decoded(record)
                if isinstance(event, PolicySet) and event.data.partition == number:
                    waiting[number] = _Policy(record, event)
                    break
                yield _place(record, event, len(logs), partitions), Copy.of(record)
        if not waiting:
            return
        first = min(waiting.values(), key=lambda policy: policy.record.timestamp)
        for partition in range(partitions):
            yield partition, first.copy(partition)
        waiting = {
            number: policy
            for number, policy in waiting.items()
            if policy.identity != first.identity
        }


def _place(record: LogRecord, event: Event | None, before: int, after: int) -> int:
    """The new partition of a record that is no policy in its place."""
    if event is None:
        return record.partition % after if record.key is None else _of_bytes(record.key, after)
    if isinstance(event, PolicySet):
        return _away_from(event.data.partition, record.partition, after)
    key = partition_key(event)
    own = partition_of(key, after)
    if partition_of(key, before) == record.partition:
        return own
    return _away_from(own, record.partition, after)


def _away_from(own: int, old: int, after: int) -> int:
    stays = old % after
    return stays if stays != own else (own + 1) % after


def _of_bytes(key: bytes, partitions: int) -> int:
    hashed: int = murmur2(key)
    return (hashed & 0x7FFFFFFF) % partitions


def _decoded(record: LogRecord) -> Event | None:
    if unreadable(record):
        return None
    try:
        return decode(record.value or b"")
    except InvalidEventError:
        return None
