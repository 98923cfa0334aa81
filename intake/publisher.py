"""The publisher: events go to Kafka, and every one of them is accounted for.

kafka-python answers each event with a future and forgets it. Here every future is looked at:
leaving the `with` block means that all events are in Kafka, or an error names those that are not.
They can be published again with the same `source` and `id`; the streams see a redelivery as such.
One event that Kafka refuses can take along others in flight, which are then named as well.
"""

import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import NamedTuple, Protocol, Self

from kafka import KafkaProducer
from kafka.codec import has_lz4
from kafka.errors import KafkaError, KafkaTimeoutError

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
        failed: Those that are not known to be, and were not published again with success.
    """

    acknowledged: int
    failed: Sequence[Failure]


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

    What is in flight is bounded by count and by bytes: beyond either, `publish` waits for the
    oldest event to be acknowledged.

    Args:
        bootstrap_servers: Brokers to ask first, as `host:port`, several separated by commas.
        client_id: What the broker's logs and quotas know this publisher by.
        topic: Where the events go.
        delivery_seconds: How long Kafka may take to acknowledge an event before it has failed.
        connect_seconds: How long the first contact with a broker may take.
        max_in_flight_events: Most events without an acknowledgement.
        max_in_flight_bytes: Most bytes of JSON without an acknowledgement.

    Raises:
        UnreachableError: No broker answers in time, or it does not have the topic.
    """

    def __init__(
        self,
        bootstrap_servers: str,
        client_id: str = "isegoria-publisher",
        *,
        topic: str = EVENTS,
        delivery_seconds: float = DELIVERY_SECONDS,
        connect_seconds: float = CONNECT_SECONDS,
        max_in_flight_events: int = MAX_IN_FLIGHT_EVENTS,
        max_in_flight_bytes: int = MAX_IN_FLIGHT_BYTES,
    ) -> None:
        self._topic = topic
        self._settle_seconds = delivery_seconds + _GRACE_SECONDS
        self._max_events = max_in_flight_events
        self._max_bytes = max_in_flight_bytes
        self._in_flight: deque[_InFlight] = deque()
        self._bytes = 0
        self._acknowledged = 0
        self._failed: dict[tuple[str, str], Failure] = {}
        self._timed_out = False
        self._broken = False
        self._connect = partial(
            _connect,
            bootstrap_servers,
            client_id,
            topic=topic,
            delivery_seconds=delivery_seconds,
            connect_seconds=connect_seconds,
        )
        self._producer, self._partitions = self._connect()

    @property
    def partitions(self) -> int:
        """How many partitions the topic has."""
        return self._partitions

    def publish(self, event: Event) -> None:
        """Hand over one event; it is in Kafka when a later `flush` or the `with` block says so.

        Raises:
            DeliveryError: Kafka takes no more: earlier events were not acknowledged in time. This
                event was not sent; it is named, and so are the failures known so far.
            ValueError: A policy names a partition that the topic does not have.
        """
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
            partition = partition_of(key, self._partitions)
        try:
            future = self._producer.send(
                self._topic, value=value, key=key.encode(), partition=partition
            )
        except KafkaError as error:
            self._settle_failed(event.source, event.id, error)
        else:
            self._bytes += len(value)
            self._in_flight.append(_InFlight(future, event.source, event.id, len(value)))

    def flush(self, timeout: float | None = None) -> DeliveryReport:
        """Wait until every event is acknowledged or has failed.

        Args:
            timeout: Seconds to wait at most; by default as long as Kafka itself may take. Events
                still open then count as failed in this report, and may yet arrive.
        """
        deadline = time.monotonic() + (self._settle_seconds if timeout is None else timeout)
        while self._in_flight:
            _wait(self._in_flight[0].future, deadline - time.monotonic())
            if not self._settle():
                break
        unsettled = [
            Failure(event.source, event.id, "not acknowledged in time") for event in self._in_flight
        ]
        return DeliveryReport(self._acknowledged, (*self._failed.values(), *unsettled))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        # Where Kafka has stopped answering, `publish` has waited long enough already.
        report = self.flush(timeout=0 if isinstance(error, DeliveryError) else None)
        self._close()
        if not report.failed:
            return
        failure = DeliveryError(report.failed)
        if error is None or isinstance(error, DeliveryError):
            raise failure from None
        error.add_note(str(failure))

    def _renew(self, event: Event) -> None:
        """Go on with a new producer: kafka-python 3.0.12 fails all that follows a refused event."""
        self.flush()
        self._close()
        try:
            self._producer, self._partitions = self._connect()
        except UnreachableError as error:
            self._fail(event.source, event.id, f"not sent: {error}")
            raise DeliveryError(tuple(self._failed.values())) from error
        self._broken = False

    def _close(self) -> None:
        if self._in_flight:
            # `close` alone would raise here, and leave its thread running (kafka-python 3.0.12).
            self._producer._sender.force_close()  # noqa: SLF001
        self._producer.close(timeout=_CLOSE_SECONDS)

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


def _connect(
    bootstrap_servers: str,
    client_id: str,
    *,
    topic: str,
    delivery_seconds: float,
    connect_seconds: float,
) -> tuple["_Producer", int]:
    """Make a producer and ask for the topic's number of partitions.

    Raises:
        UnreachableError: No broker answers in time, or it does not have the topic.
    """
    connect_milliseconds = round(connect_seconds * 1000)
    try:
        producer: _Producer = KafkaProducer(
            bootstrap_servers=bootstrap_servers.split(","),
            client_id=client_id,
            # Said although they are the defaults: the implicit ones give way to other settings.
            acks="all",
            enable_idempotence=True,
            compression_type="lz4" if has_lz4() else None,
            linger_ms=_LINGER_MILLISECONDS,
            batch_size=_BATCH_BYTES,
            delivery_timeout_ms=round(delivery_seconds * 1000),
            request_timeout_ms=round(delivery_seconds * 500),
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
