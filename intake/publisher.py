"""The publisher: events go to Kafka, and every one of them is accounted for.

kafka-python answers each event with a future and forgets it. Here every future is looked at:
leaving the `with` block means that all events are in Kafka, or an error names those that are not.
They can be published again with the same `source` and `id`; the streams see a redelivery as such.
One event that Kafka refuses can take along others in flight, which are then named as well.

With an outbox they need not be: it holds what is not in Kafka until it is.
"""

import logging
import os
import time
from collections import deque
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from kafka.errors import KafkaError, KafkaTimeoutError

from intake.delivery import DeliveryError, DeliveryReport, Failure, UnreachableError
from intake.draining import Drain
from intake.outbox import MAX_OUTBOX_BYTES, Outbox, OutboxFullError, Outgoing
from intake.producer import GRACE_SECONDS, Bounds, Connect, Future, close, connect, wait
from schemas.admission import admit
from schemas.events import Event, PolicySet, encode, partition_key
from schemas.topics import EVENTS, partition_of

MAX_IN_FLIGHT_EVENTS = 50_000
MAX_IN_FLIGHT_BYTES = 64 * 1024 * 1024
DELIVERY_SECONDS = 30.0
CONNECT_SECONDS = 10.0

_log = logging.getLogger(__name__)


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
        OutboxError: Another publisher uses the outbox, it is for another topic, or the file is
            something else.
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
        connecting = partial(
            connect,
            bootstrap_servers,
            client_id,
            topic=topic,
            delivery_seconds=delivery_seconds,
            connect_seconds=connect_seconds,
        )
        bounds = Bounds(delivery_seconds, max_in_flight_events, max_in_flight_bytes)
        self._way: _Direct | _Stored
        if outbox is None:
            self._way = _Direct(connecting, topic, bounds)
        else:
            store = Outbox(Path(outbox), topic=topic, max_bytes=max_outbox_bytes)
            self._way = _Stored(partial(connecting, from_outbox=True), topic, bounds, store)

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
            InvalidEventError: It may not enter (`schemas.admission`): its time is more than a day
                ahead, or an id of it looks like an e-mail address or a phone number.
            DeliveryError: Kafka takes no more: earlier events were not acknowledged in time. This
                event was not sent; it is named, and so are the failures known so far.
            ValueError: A policy names a partition that the topic does not have; with an outbox it
                is set aside instead.
            OutboxFullError: The outbox is full, and Kafka takes nothing out of it. This event was
                not stored.
            OutboxError: The outbox can no longer be used.
        """
        admit(event, datetime.now(UTC))
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


class _Direct:
    """Sends each event as it is published."""

    def __init__(self, connect: Connect, topic: str, bounds: Bounds) -> None:
        self._connect = connect
        self._topic = topic
        self._settle_seconds = bounds.seconds + GRACE_SECONDS
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
            wait(self._in_flight[0].future, deadline - time.monotonic())
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
        close(self._producer, in_flight=bool(self._in_flight))
        return report.failed

    def _renew(self, event: Event) -> None:
        """Go on with a new producer: kafka-python 3.0.12 fails all that follows a refused event."""
        self.flush(None)
        close(self._producer, in_flight=bool(self._in_flight))
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
            wait(self._in_flight[0].future, self._settle_seconds)
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

    def __init__(self, connect: Connect, topic: str, bounds: Bounds, outbox: Outbox) -> None:
        self._outbox = outbox
        self._drain = Drain(connect, topic, bounds, outbox)

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


class _InFlight(NamedTuple):
    """An event on its way; holding the names and not the event keeps it small."""

    future: Future
    source: str
    id: str
    size: int
