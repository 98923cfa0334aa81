"""Sending what an outbox holds."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from kafka.errors import KafkaError, MessageSizeTooLargeError, RecordListTooLargeError

from intake.delivery import UnreachableError
from intake.outbox import Entry, Outbox, OutboxError, Refused
from intake.producer import Bounds, Connect, Future, Producer, close, wait
from schemas.topics import partition_of

# How many events are read at once, and how long to leave Kafka alone after it failed, and to wait
# for its answers before looking whether there is more to send.
_TAKEN_AT_ONCE = 1000
_PAUSE_SECONDS = 1.0
_POLL_SECONDS = 0.1
_TOO_LARGE = (MessageSizeTooLargeError, RecordListTooLargeError)

_log = logging.getLogger(__name__)


class _Sent(NamedTuple):
    """An event of the outbox on its way."""

    future: Future
    position: int
    size: int


class _StoppedError(Exception):
    """Kafka does not take what is sent; the message says why."""


class Drain:
    """Sends what an outbox holds, in order, in a thread of its own.

    One request at a time, and kafka-python repeats it without end: what is in flight of a partition
    is always the oldest, so that sending it again puts no later event before an earlier one. That
    gives the order by itself, where an idempotent producer of kafka-python 3.0.12 fails all that
    follows a refused event.

    Attributes:
        acknowledged: How many events Kafka has acknowledged.
        partitions: Of the topic; None before a broker has answered.
        trouble: Why nothing is sent at the moment; None while all is well.
        refused: What was set aside.
    """

    def __init__(self, connect: Connect, topic: str, bounds: Bounds, outbox: Outbox) -> None:
        self.acknowledged = 0
        self.partitions: int | None = None
        self.trouble: str | None = None
        self.refused: set[Refused] = set()
        self._connect = connect
        self._topic = topic
        self._bounds = bounds
        self._outbox = outbox
        self._failure: Exception | None = None
        self._changed = threading.Condition()
        self._stored = threading.Event()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="isegoria-outbox", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """There is something new to send."""
        self._stored.set()

    def wait(self, until: Callable[[], bool], timeout: float | None = None) -> None:
        """Wait for a condition on what this has done, or for the end of the thread."""
        with self._changed:
            self._changed.wait_for(lambda: until() or self._failure is not None, timeout)
        self.raise_failure()

    def wait_until_empty(self, timeout: float | None) -> None:
        """Wait until nothing is held; without a timeout, or until there is trouble."""
        gives_up = timeout is None
        self.wait(lambda: not self._outbox.held or (gives_up and self.trouble is not None), timeout)

    def makes_room(self, held: int) -> bool:
        """Wait until fewer events are held; False where none are, or there is trouble."""
        if held:
            self.wait(lambda: self._outbox.held < held or self.trouble is not None)
        return self._outbox.held < held

    def raise_failure(self) -> None:
        """Tell the publisher's thread what ended this one.

        Raises:
            OutboxError: It ended by an error.
        """
        if self._failure is not None:
            raise OutboxError(
                f"nothing more is sent from outbox {self._outbox.path}, it keeps what it holds:"
                f" {self._failure}"
            ) from self._failure

    def close(self) -> None:
        """End the thread; what is in flight stays in the outbox."""
        self._closing.set()
        self._stored.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            while not self._closing.is_set():
                try:
                    self._send_with_new_producer()
                except (UnreachableError, _StoppedError) as error:
                    self._pause(str(error))
        except Exception as error:  # noqa: BLE001  raised in the publisher's thread
            with self._changed:
                self._failure = error
                self._changed.notify_all()

    def _send_with_new_producer(self) -> None:
        producer, partitions = self._connect()
        with self._changed:
            self.partitions, self.trouble = partitions, None
            self._changed.notify_all()
        in_flight: deque[_Sent] = deque()
        try:
            self._send(producer, partitions, in_flight)
        finally:
            close(producer, in_flight=bool(in_flight))

    def _pause(self, trouble: str) -> None:
        if trouble != self.trouble:
            _log.warning("events stay in the outbox %s for now: %s", self._outbox.path, trouble)
        with self._changed:
            self.trouble = trouble
            self._changed.notify_all()
        self._closing.wait(_PAUSE_SECONDS)

    def _send(self, producer: Producer, partitions: int, in_flight: "deque[_Sent]") -> None:
        """Send from the oldest event on, until this is closed.

        Raises:
            _StoppedError: Kafka takes no more from this producer.
        """
        last = in_flight_bytes = 0
        deadline = 0.0
        while not self._closing.is_set():
            self._stored.clear()
            entries = self._take(last, len(in_flight), in_flight_bytes)
            if entries and not in_flight:
                deadline = time.monotonic() + self._bounds.seconds
            for entry in entries:
                future = self._send_one(producer, partitions, entry)
                last = entry.position
                if future is not None:
                    in_flight.append(_Sent(future, entry.position, len(entry.value)))
                    in_flight_bytes += len(entry.value)
            if not in_flight:
                if not entries:
                    self._stored.wait()
                continue
            wait(in_flight[0].future, 0 if entries else _POLL_SECONDS)
            settled = self._settle(in_flight)
            in_flight_bytes -= settled
            if settled:
                deadline = time.monotonic() + self._bounds.seconds
            elif time.monotonic() > deadline:
                raise _StoppedError(f"Kafka acknowledges nothing within {self._bounds.seconds:g} s")

    def _take(self, last: int, in_flight: int, in_flight_bytes: int) -> list[Entry]:
        most_events = min(_TAKEN_AT_ONCE, self._bounds.events - in_flight)
        most_bytes = self._bounds.bytes - in_flight_bytes
        if most_events <= 0 or most_bytes <= 0:
            return []
        return self._outbox.take(last, most_events=most_events, most_bytes=most_bytes)

    def _send_one(self, producer: Producer, partitions: int, entry: Entry) -> Future | None:
        """Give an event to the producer; None where it was refused at once."""
        partition = entry.partition
        if partition is None:
            partition = partition_of(entry.key, partitions)
        elif partition >= partitions:
            self._set_aside(entry.position, f"partition {partition} of {partitions} does not exist")
            return None
        try:
            return producer.send(
                self._topic, value=entry.value, key=entry.key.encode(), partition=partition
            )
        except _TOO_LARGE as error:
            self._set_aside(entry.position, str(error))
            return None
        except (KafkaError, ValueError) as error:  # ValueError: the topic has changed
            raise _StoppedError(str(error)) from error

    def _settle(self, in_flight: "deque[_Sent]") -> int:
        """Take what is settled off the head of the queue and out of the outbox.

        Returns:
            How many bytes it was.

        Raises:
            _StoppedError: An event failed, and not because of what it is.
        """
        acknowledged: list[int] = []
        failed: BaseException | None = None
        settled = 0
        while in_flight and in_flight[0].future.is_done and failed is None:
            future, position, size = in_flight.popleft()
            settled += size
            if future.exception is None:
                acknowledged.append(position)
            elif isinstance(future.exception, _TOO_LARGE):
                self._set_aside(position, str(future.exception))
            else:
                failed = future.exception
        if acknowledged:
            # Both at once to who waits: an empty outbox means that all are counted.
            with self._changed:
                self._outbox.remove(acknowledged)
                self.acknowledged += len(acknowledged)
                self._changed.notify_all()
        if failed is not None:
            raise _StoppedError(str(failed)) from failed
        return settled

    def _set_aside(self, position: int, reason: str) -> None:
        with self._changed:
            self.refused.add(self._outbox.set_aside(position, reason))
            self._changed.notify_all()
