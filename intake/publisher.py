"""The publisher: events go to Kafka, and every one of them is accounted for.

kafka-python answers each event with a future and forgets it. Here every future is looked at:
leaving the `with` block means that all events are in Kafka, or an error names those that are not.
They can be published again with the same `source` and `id`; the streams see a redelivery as such.
One event that Kafka refuses can take along others in flight, which are then named as well.

With an outbox they need not be: it holds what is not in Kafka until it is.
"""

import logging
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Protocol, Self, TypeAlias

from kafka import KafkaProducer
from kafka.codec import has_lz4
from kafka.errors import (
    KafkaError,
    KafkaTimeoutError,
    MessageSizeTooLargeError,
    RecordListTooLargeError,
)

from intake.outbox import (
    MAX_OUTBOX_BYTES,
    Entry,
    Outbox,
    OutboxError,
    OutboxFullError,
    Outgoing,
    Refused,
)
from schemas.events import Event, PolicySet, encode, partition_key
from schemas.topics import EVENTS, partition_of

MAX_IN_FLIGHT_EVENTS = 50_000
MAX_IN_FLIGHT_BYTES = 64 * 1024 * 1024
DELIVERY_SECONDS = 30.0
CONNECT_SECONDS = 10.0

_BATCH_BYTES = 128 * 1024
_LINGER_MILLISECONDS = 10
# kafka-python gives up an event a little after its delivery timeout; it decides, not we.
_GRACE_SECONDS = 5.0
_CLOSE_SECONDS = 5.0
_FAILURES_IN_MESSAGE = 5

# From the outbox: how many events are read at once, and how long to leave Kafka alone after it
# failed, and to wait for its answers before looking whether there is more to send.
_TAKEN_AT_ONCE = 1000
_PAUSE_SECONDS = 1.0
_POLL_SECONDS = 0.1
_FOREVER_MILLISECONDS = 2**31 - 1
_TOO_LARGE = (MessageSizeTooLargeError, RecordListTooLargeError)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Failure:
    """An event that is not known to be in Kafka: its `source` and `id`, and why."""

    source: str
    id: str
    reason: str


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """What became of the events published so far.

    Attributes:
        acknowledged: How many are in Kafka.
        failed: Those that are not known to be, and were not published again with success. With an
            outbox: those that Kafka refused, now or in earlier runs, and that are set aside in it.
        held: How many wait in the outbox to be sent; 0 without one.
    """

    acknowledged: int
    failed: Sequence[Failure]
    held: int = 0


class DeliveryError(Exception):
    """Events did not reach Kafka; `failures` names each, to be published again."""

    def __init__(self, failures: Sequence[Failure]) -> None:
        self.failures = tuple(failures)
        named = "; ".join(
            f"{failure.source} {failure.id}: {failure.reason}"
            for failure in self.failures[:_FAILURES_IN_MESSAGE]
        )
        more = len(self.failures) - _FAILURES_IN_MESSAGE
        rest = f"; and {more:,} more" if more > 0 else ""
        super().__init__(
            f"{len(self.failures):,} events did not reach Kafka, publish them again: {named}{rest}"
        )


class UnreachableError(DeliveryError):
    """No broker answers, or it lacks the topic: nothing was published."""

    def __init__(self, message: str) -> None:
        super().__init__(())
        self.args = (message,)


class Publisher:
    """Publishes events in bulk, or one now and then; for one thread.

    What is in flight is bounded by count and by bytes. Without an outbox `publish` waits beyond
    either for the oldest event to be acknowledged.

    With an outbox no broker need answer: `publish` stores the event, and a thread of the publisher
    sends what is stored, what earlier runs left first. When `publish` has returned, the event
    outlives the process however it ends, SIGKILL included; when `flush` has returned, a power cut
    too. It leaves the outbox once Kafka has acknowledged it. Events of one Kafka key reach Kafka in
    the order in which they were published. After a crash some are sent again, which the streams see
    as redelivered. An event too large for Kafka is set aside, for it would stop all that follow.

    Args:
        bootstrap_servers: Brokers to ask first, as `host:port`, several separated by commas.
        client_id: What the broker's logs and quotas know this publisher by.
        topic: Where the events go.
        delivery_seconds: How long Kafka may take to acknowledge an event before it has failed; with
            an outbox, before a new connection is made.
        connect_seconds: How long the first contact with a broker may take.
        max_in_flight_events: Most events without an acknowledgement.
        max_in_flight_bytes: Most bytes of JSON without an acknowledgement.
        outbox: A file that holds events until Kafka has them; see `intake.outbox.Outbox`.
        max_outbox_bytes: The largest that it may become.

    Raises:
        UnreachableError: No broker answers in time, or it does not have the topic; not with an
            outbox.
        OutboxError: Another publisher uses the outbox, or the file is something else.
    """

    def __init__(  # noqa: PLR0913  all but the first have a default
        self,
        bootstrap_servers: str,
        client_id: str = "isegoria-publisher",
        *,
        topic: str = EVENTS,
        delivery_seconds: float = DELIVERY_SECONDS,
        connect_seconds: float = CONNECT_SECONDS,
        max_in_flight_events: int = MAX_IN_FLIGHT_EVENTS,
        max_in_flight_bytes: int = MAX_IN_FLIGHT_BYTES,
        outbox: str | os.PathLike[str] | None = None,
        max_outbox_bytes: int = MAX_OUTBOX_BYTES,
    ) -> None:
        connect = partial(
            _connect,
            bootstrap_servers,
            client_id,
            topic=topic,
            delivery_seconds=delivery_seconds,
            connect_seconds=connect_seconds,
        )
        bounds = _Bounds(delivery_seconds, max_in_flight_events, max_in_flight_bytes)
        self._way: _Direct | _Stored
        if outbox is None:
            self._way = _Direct(connect, topic, bounds)
        else:
            store = Outbox(Path(outbox), max_bytes=max_outbox_bytes)
            self._way = _Stored(partial(connect, from_outbox=True), topic, bounds, store)

    @property
    def partitions(self) -> int:
        """How many partitions the topic has.

        Raises:
            UnreachableError: With an outbox: no broker has answered yet.
        """
        return self._way.partitions

    def publish(self, event: Event) -> None:
        """Hand over one event.

        Without an outbox it is in Kafka when a later `flush` or the `with` block says so; with one
        it is safe from now on.

        Raises:
            DeliveryError: Kafka takes no more: earlier events were not acknowledged in time. This
                event was not sent; it is named, and so are the failures known so far.
            ValueError: A policy names a partition that the topic does not have; with an outbox it
                is set aside instead.
            OutboxFullError: The outbox is full, and Kafka takes nothing out of it. This event was
                not stored.
            OutboxError: The outbox can no longer be used.
        """
        self._way.publish(event)

    def flush(self, timeout: float | None = None) -> DeliveryReport:
        """Wait until every event is acknowledged or has failed.

        Args:
            timeout: Seconds to wait at most; by default as long as Kafka itself may take. Events
                still open then count as failed in this report, and may yet arrive; with an outbox
                they count as held. By default an outbox is waited for as long as Kafka answers: up
                to `connect_seconds` for a broker, `delivery_seconds` from answer to answer.

        Raises:
            OutboxError: The outbox can no longer be used.
        """
        return self._way.flush(timeout)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Flush and close.

        Events held in an outbox are no error: a warning in the log says how many there are.
        """
        failures = self._way.leave(error)
        if not failures:
            return
        failure = DeliveryError(failures)
        if error is None or isinstance(error, DeliveryError):
            raise failure from None
        error.add_note(str(failure))


class _Bounds(NamedTuple):
    """How long an acknowledgement may take, and how much may wait for one."""

    seconds: float
    events: int
    bytes: int


class _Direct:
    """Sends each event as it is published."""

    def __init__(self, connect: "_Connect", topic: str, bounds: _Bounds) -> None:
        self._connect = connect
        self._topic = topic
        self._settle_seconds = bounds.seconds + _GRACE_SECONDS
        self._max_events = bounds.events
        self._max_bytes = bounds.bytes
        self._in_flight: deque[_InFlight] = deque()
        self._bytes = 0
        self._acknowledged = 0
        self._failed: dict[tuple[str, str], Failure] = {}
        self._timed_out = False
        self._broken = False
        self._producer, self.partitions = connect()

    def publish(self, event: Event) -> None:
        value = encode(event)
        self._make_room(len(value))
        if self._broken:
            self._renew(event)
        if self._timed_out:
            self._timed_out = False
            self._fail(event.source, event.id, "not sent: Kafka acknowledges nothing")
            raise DeliveryError(tuple(self._failed.values()))
        key = partition_key(event)
        if isinstance(event, PolicySet):
            partition = event.data.partition
        else:
            # Kafka's own choice, remembered per key: kafka-python would hash every event in Python.
            partition = partition_of(key, self.partitions)
        try:
            future = self._producer.send(
                self._topic, value=value, key=key.encode(), partition=partition
            )
        except KafkaError as error:
            self._settle_failed(event.source, event.id, error)
        else:
            self._bytes += len(value)
            self._in_flight.append(_InFlight(future, event.source, event.id, len(value)))

    def flush(self, timeout: float | None) -> DeliveryReport:
        deadline = time.monotonic() + (self._settle_seconds if timeout is None else timeout)
        while self._in_flight:
            _wait(self._in_flight[0].future, deadline - time.monotonic())
            if not self._settle():
                break
        unsettled = [
            Failure(event.source, event.id, "not acknowledged in time") for event in self._in_flight
        ]
        return DeliveryReport(self._acknowledged, (*self._failed.values(), *unsettled))

    def leave(self, error: BaseException | None) -> Sequence[Failure]:
        """Flush and close; returns what failed."""
        # Where Kafka has stopped answering, `publish` has waited long enough already.
        report = self.flush(0 if isinstance(error, DeliveryError) else None)
        _close(self._producer, in_flight=bool(self._in_flight))
        return report.failed

    def _renew(self, event: Event) -> None:
        """Go on with a new producer: kafka-python 3.0.12 fails all that follows a refused event."""
        self.flush(None)
        _close(self._producer, in_flight=bool(self._in_flight))
        try:
            self._producer, self.partitions = self._connect()
        except UnreachableError as error:
            self._fail(event.source, event.id, f"not sent: {error}")
            raise DeliveryError(tuple(self._failed.values())) from error
        self._broken = False

    def _make_room(self, size: int) -> None:
        self._settle()
        while self._in_flight and (
            len(self._in_flight) >= self._max_events or self._bytes + size > self._max_bytes
        ):
            _wait(self._in_flight[0].future, self._settle_seconds)
            if not self._settle():
                self._timed_out = True
                return

    def _settle(self) -> int:
        """Take the settled events off the head of the queue; says how many."""
        in_flight = self._in_flight
        settled = 0
        while in_flight and in_flight[0].future.is_done:
            future, source, identity, size = in_flight.popleft()
            self._bytes -= size
            settled += 1
            if future.exception is not None:
                self._settle_failed(source, identity, future.exception)
                continue
            self._acknowledged += 1
            if self._failed:
                self._failed.pop((source, identity), None)
        return settled

    def _settle_failed(self, source: str, identity: str, error: BaseException) -> None:
        if isinstance(error, KafkaTimeoutError):
            self._timed_out = True
        else:
            self._broken = True
        self._fail(source, identity, str(error))

    def _fail(self, source: str, identity: str, reason: str) -> None:
        self._failed[source, identity] = Failure(source, identity, reason)


class _Stored:
    """Puts each event into the outbox, and has it sent from there."""

    def __init__(self, connect: "_Connect", topic: str, bounds: _Bounds, outbox: Outbox) -> None:
        self._outbox = outbox
        self._drain = _Drain(connect, topic, bounds, outbox)

    @property
    def partitions(self) -> int:
        drain = self._drain
        drain.wait(lambda: bool(drain.partitions or drain.trouble))
        if drain.partitions is None:
            raise UnreachableError(f"how many partitions there are is not known: {drain.trouble}")
        return drain.partitions

    def publish(self, event: Event) -> None:
        self._drain.raise_failure()
        partition = event.data.partition if isinstance(event, PolicySet) else None
        outgoing = Outgoing(event.source, event.id, partition_key(event), partition, encode(event))
        while True:
            before = self._outbox.held
            try:
                self._outbox.append(outgoing)
            except OutboxFullError:
                if not self._drain.makes_room(before):
                    raise
            else:
                break
        self._drain.wake()

    def flush(self, timeout: float | None) -> DeliveryReport:
        self._outbox.sync()
        self._drain.wait_until_empty(timeout)
        failed = tuple(Failure(*refused) for refused in self._outbox.refused())
        return DeliveryReport(self._drain.acknowledged, failed, self._outbox.held)

    def leave(self, error: BaseException | None) -> Sequence[Failure]:
        """Flush and close; returns what was refused since the publisher was made."""
        try:
            self.flush(None if error is None else 0)
        finally:
            self._drain.close()
            refused = [each for each in self._outbox.refused() if each in self._drain.refused]
            self._outbox.close()
        if self._outbox.held:
            _log.warning(
                "%d events are held in the outbox %s (%s); the next publisher with it sends them",
                self._outbox.held,
                self._outbox.path,
                self._drain.trouble or "there was no time to send them",
            )
        return [Failure(*each) for each in refused]


class _StoppedError(Exception):
    """Kafka does not take what is sent; the message says why."""


class _Drain:
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

    def __init__(self, connect: "_Connect", topic: str, bounds: _Bounds, outbox: Outbox) -> None:
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
            _close(producer, in_flight=bool(in_flight))

    def _pause(self, trouble: str) -> None:
        if trouble != self.trouble:
            _log.warning("events stay in the outbox %s for now: %s", self._outbox.path, trouble)
        with self._changed:
            self.trouble = trouble
            self._changed.notify_all()
        self._closing.wait(_PAUSE_SECONDS)

    def _send(self, producer: "_Producer", partitions: int, in_flight: "deque[_Sent]") -> None:
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
            _wait(in_flight[0].future, 0 if entries else _POLL_SECONDS)
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

    def _send_one(self, producer: "_Producer", partitions: int, entry: Entry) -> "_Future | None":
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


def _connect(
    bootstrap_servers: str,
    client_id: str,
    *,
    topic: str,
    delivery_seconds: float,
    connect_seconds: float,
    from_outbox: bool = False,
) -> tuple["_Producer", int]:
    """Make a producer and ask for the topic's number of partitions.

    Args:
        bootstrap_servers: As the publisher has it, and so the others.
        client_id: Likewise.
        topic: Likewise.
        delivery_seconds: Likewise.
        connect_seconds: Likewise.
        from_outbox: As `_Drain` wants it: one request at a time, without end.

    Raises:
        UnreachableError: No broker answers in time, or it does not have the topic.
    """
    connect_milliseconds = round(connect_seconds * 1000)
    delivery_milliseconds = round(delivery_seconds * 1000)
    try:
        producer: _Producer = KafkaProducer(
            bootstrap_servers=bootstrap_servers.split(","),
            client_id=client_id,
            # Said although they are the defaults: the implicit ones give way to other settings.
            acks="all",
            enable_idempotence=not from_outbox,
            max_in_flight_requests_per_connection=1 if from_outbox else 5,
            compression_type="lz4" if has_lz4() else None,
            linger_ms=_LINGER_MILLISECONDS,
            batch_size=_BATCH_BYTES,
            delivery_timeout_ms=_FOREVER_MILLISECONDS if from_outbox else delivery_milliseconds,
            request_timeout_ms=delivery_milliseconds // 2,
            max_block_ms=connect_milliseconds,
            bootstrap_timeout_ms=connect_milliseconds,
            reconnect_backoff_max_ms=1000,
            allow_auto_create_topics=False,
            metrics_enabled=False,
        )
    except KafkaError as error:
        raise UnreachableError(
            f"no Kafka broker answers at {bootstrap_servers} within {connect_seconds:g} s"
            f" ({error}): is it running, and is the address right?"
        ) from error
    try:
        return producer, len(producer.partitions_for(topic))
    except KafkaError as error:
        producer.close(timeout=_CLOSE_SECONDS)
        raise UnreachableError(
            f"topic {topic} was not found at {bootstrap_servers} within {connect_seconds:g} s"
            f" ({error}): create it first"
        ) from error


def _close(producer: "_Producer", *, in_flight: bool) -> None:
    if in_flight:
        # `close` alone would raise here, and leave its thread running (kafka-python 3.0.12).
        producer._sender.force_close()  # noqa: SLF001
    producer.close(timeout=_CLOSE_SECONDS)


class _Future(Protocol):
    """The part of kafka-python's `FutureRecordMetadata` that is used here."""

    is_done: bool
    exception: BaseException | None

    def get(self, timeout: float) -> object: ...


class _Sender(Protocol):
    """The thread of a `KafkaProducer`."""

    def force_close(self) -> None: ...


class _Producer(Protocol):
    """The part of kafka-python's `KafkaProducer` that is used here."""

    _sender: _Sender

    def send(self, topic: str, *, value: bytes, key: bytes, partition: int) -> _Future: ...
    def partitions_for(self, topic: str) -> set[int]: ...
    def close(self, timeout: float) -> None: ...


_Connect: TypeAlias = Callable[[], tuple[_Producer, int]]
"""Makes a producer, and says how many partitions the topic has; may raise UnreachableError."""


class _Sent(NamedTuple):
    """An event of the outbox on its way."""

    future: _Future
    position: int
    size: int


class _InFlight(NamedTuple):
    """An event on its way; holding the names and not the event keeps it small."""

    future: _Future
    source: str
    id: str
    size: int


def _wait(future: _Future, seconds: float) -> None:
    """Wait until the future is settled, either way, or the time is over."""
    # Why it failed stands in the future, and is read there.
    with suppress(KafkaError):
        future.get(timeout=max(seconds, 0.0))
