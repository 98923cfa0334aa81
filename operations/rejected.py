"""Rejected events: what stands on `participation.rejected`, and whether it could be read by now.

A rejected record holds what the channel sent, unchecked: names, or what makes a terminal do things.
What is told of it is where it was, how large it is and why it was rejected; its bytes go to whoever
asks for that one.
"""

import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol, Self

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaTimeoutError

from schemas.admission import receive
from schemas.events import Event, InvalidEventError
from schemas.topics import MEBIBYTE, REJECTED, LogRecord

_CLIENT_ID = "isegoria-operations"
_POLL_MS = 1_000
_TIMEOUT_SECONDS = 30
_TIMEOUT_MS = _TIMEOUT_SECONDS * 1_000
_FETCH_BYTES = 16 * MEBIBYTE
_PLACE = re.compile(r"(\d{1,9})/(\d{1,18})", re.ASCII)

OnRead = Callable[[int, int], None]
"""Is told, now and then, how many records were read so far, and of about how many."""


class _Record(LogRecord, Protocol):
    """A record with the time at which it was written, in Unix milliseconds."""

    @property
    def timestamp(self) -> int: ...


class RejectedError(Exception):
    """What was asked for is not among the rejected events; the message says what to do."""


@dataclass(frozen=True, order=True)
class Place:
    """Where a record was on `participation.events`; written as PARTITION/OFFSET."""

    partition: int
    offset: int

    @classmethod
    def read(cls, written: str) -> Self:
        """A place as it is written.

        Raises:
            ValueError: It is none.
        """
        if (found := _PLACE.fullmatch(written)) is None:
            raise ValueError(f"{written!r} is no PARTITION/OFFSET, such as 2/17")
        return cls(int(found[1]), int(found[2]))

    def __str__(self) -> str:
        return f"{self.partition}/{self.offset}"


@dataclass(frozen=True)
class Rejected:
    """A record that was rejected.

    Attributes:
        place: Where it was.
        last_offset: The last offset that it stands for: another one only for a whole record batch.
        at: When it was rejected.
        reason: Why, in a sentence of one line; what it names from the event is made printable.
        payload: The bytes that came.
    """

    place: Place
    last_offset: int
    at: datetime
    reason: str
    payload: bytes

    def event(self, now: datetime) -> Event:
        """The event, where it is one by now: the contracts may have grown since.

        Raises:
            InvalidEventError: It still is none, or may not enter (`schemas.admission`).
        """
        return receive(self.payload, now)

    def obstacle(self, now: datetime) -> str | None:
        """Why it is no event that may enter; None where it is one."""
        try:
            self.event(now)
        except InvalidEventError as error:
            return printable(str(error))
        return None


def printable(text: str) -> str:
    """A line without what a terminal would obey."""
    return "".join(c if c.isprintable() else f"\\u{{{ord(c):x}}}" for c in text)


def read_rejected(
    bootstrap_servers: str,
    partition: int | None = None,
    on_read: OnRead = lambda *_: None,
) -> Iterator[Rejected]:
    """Read what was rejected, each record once, in the order of the log by partition.

    A worker that was killed writes what it rejected last again; the first of equals counts.

    Args:
        bootstrap_servers: Brokers as `host:port`, separated by commas.
        partition: Only of this partition; by default of all.
        on_read: Is told how far it is.

    Raises:
        KafkaError: Kafka does not answer.
        RejectedError: There is no such topic or partition.
    """
    with closing(_consumer(bootstrap_servers)) as consumer:
        places = _places(consumer, partition)
        begins, ends = consumer.beginning_offsets(places), consumer.end_offsets(places)
        total = sum(ends[place] - begins[place] for place in places)
        done = 0
        for place in places:
            seen: set[int] = set()
            for record in _records(consumer, place, begins[place], ends[place]):
                done += 1
                on_read(done, total)
                found = _rejected(record)
                if found is not None and found.place.offset not in seen:
                    seen.add(found.place.offset)
                    yield found


def find_rejected(bootstrap_servers: str, places: Sequence[Place]) -> list[Rejected]:
    """The records that were rejected at these places, in this order.

    Raises:
        KafkaError: Kafka does not answer.
        RejectedError: At one of them none was.
    """
    wanted, found = set(places), dict[Place, Rejected]()
    for partition in sorted({place.partition for place in places}):
        for record in read_rejected(bootstrap_servers, partition):
            if record.place in wanted:
                found[record.place] = record
    if missing := [str(place) for place in places if place not in found]:
        raise RejectedError(
            f"nothing was rejected at {', '.join(missing)}: 'isegoria rejected list' has the places"
        )
    return [found[place] for place in places]


def _consumer(bootstrap_servers: str) -> KafkaConsumer:
    return KafkaConsumer(
        bootstrap_servers=bootstrap_servers,
        client_id=_CLIENT_ID,
        bootstrap_timeout_ms=_TIMEOUT_MS,
        request_timeout_ms=_TIMEOUT_MS,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        max_partition_fetch_bytes=_FETCH_BYTES,
        allow_auto_create_topics=False,
    )


def _places(consumer: KafkaConsumer, partition: int | None) -> list[TopicPartition]:
    """The partitions to read.

    Raises:
        RejectedError: There are none such.
    """
    numbers = consumer.partitions_for_topic(REJECTED) or set()
    if not numbers:
        raise RejectedError(f"Kafka has no topic {REJECTED}: 'isegoria doctor' says how to make it")
    if partition is not None and partition not in numbers:
        raise RejectedError(f"there is no partition {partition}; the last is {max(numbers)}")
    return [TopicPartition(REJECTED, n) for n in sorted(numbers) if partition in (None, n)]


def _records(
    consumer: KafkaConsumer, place: TopicPartition, begin: int, end: int
) -> Iterator[_Record]:
    """The records of a partition between two offsets.

    Raises:
        KafkaTimeoutError: Nothing came for as long as a request may take.
    """
    consumer.assign([place])
    consumer.seek(place, begin)
    deadline = time.monotonic() + _TIMEOUT_SECONDS
    while (consumer.position(place, _TIMEOUT_MS) or 0) < end:
        if time.monotonic() > deadline:
            raise KafkaTimeoutError(f"nothing came of {place.topic} for {_TIMEOUT_SECONDS} s")
        fetched = consumer.poll(_POLL_MS).get(place, ())
        if fetched:
            yield from (record for record in fetched if record.offset < end)
            deadline = time.monotonic() + _TIMEOUT_SECONDS


def _rejected(record: _Record) -> Rejected | None:
    """What a record says; None for one that no worker wrote."""
    headers = dict(record.headers)
    try:
        place = Place(int(headers["partition"]), int(headers["offset"]))
        last_offset = int(headers["last_offset"])
        reason = headers["reason"].decode()
    except (KeyError, ValueError):
        return None
    at = datetime.fromtimestamp(record.timestamp / 1000, UTC)
    return Rejected(place, last_offset, at, printable(reason), record.value or b"")
