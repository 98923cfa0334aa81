"""Publishing from asyncio: a request waits until Kafka has acknowledged each of its events.

A producer of kafka-python that has once failed is not trusted again: it is replaced, and until the
new one has a connection every request is told so at once. What was under way is sent again by the
channel, and recognised by its `source` and `id`.
"""

import asyncio
import threading
import time
from collections.abc import Sequence
from typing import Self

import structlog
from kafka.errors import KafkaError
from starlette.concurrency import run_in_threadpool

from intake.admin import REACHED_SECONDS, kafka_answers
from intake.delivery import UnreachableError
from intake.producer import GRACE_SECONDS, Producer, close, connect
from schemas.events import Event, encode, partition_key
from schemas.topics import EVENTS, partition_of

DELIVERY_SECONDS = 10.0
CONNECT_SECONDS = 5.0

_PAUSE_SECONDS = 1.0

_log = structlog.get_logger("intake.http")


class NotAcknowledgedError(Exception):
    """Events are not known to be in Kafka; sending them again is safe."""


class AcknowledgedPublisher:
    """Publishes for many requests at once, inside one event loop.

    Args:
        bootstrap_servers: Brokers to ask first, as `host:port`, several separated by commas.
        topic: Where the events go.
        delivery_seconds: How long Kafka may take to acknowledge an event before it has failed.
        connect_seconds: How long a contact with a broker may take.
    """

    def __init__(
        self,
        bootstrap_servers: str,
        *,
        topic: str = EVENTS,
        delivery_seconds: float = DELIVERY_SECONDS,
        connect_seconds: float = CONNECT_SECONDS,
    ) -> None:
        self._servers = bootstrap_servers
        self._topic = topic
        self._delivery_seconds = delivery_seconds
        self._connect_seconds = connect_seconds
        self._connected: tuple[Producer, int] | None = None
        self._replace = asyncio.Event()
        self._closing = asyncio.Event()
        self._probing = asyncio.Lock()
        self._probed = (-REACHED_SECONDS, False)

    async def __aenter__(self) -> Self:
        self._keeper = asyncio.create_task(self._keep_connected())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._closing.set()
        self._replace.set()
        await self._keeper

    async def publish(self, events: Sequence[Event]) -> None:
        """Publish events, in order within each Kafka key; returns when all are acknowledged.

        Raises:
            NotAcknowledgedError: Some are not, or there is no connection to Kafka.
        """
        if self._connected is None:
            raise NotAcknowledgedError("there is no connection to Kafka")
        if not events:
            return
        producer, partitions = self._connected
        batch = _Batch(len(events))
        await run_in_threadpool(self._send, producer, partitions, events, batch)
        try:
            async with asyncio.timeout(self._delivery_seconds + GRACE_SECONDS):
                failure = await batch.settled
        except TimeoutError as error:
            failure = error
        if failure is not None:
            if self._connected is not None and self._connected[0] is producer:
                self._replace.set()
            raise NotAcknowledgedError(type(failure).__name__) from failure

    async def reachable(self) -> bool:
        """Whether a broker answers now; asked anew at most every 2 seconds."""
        async with self._probing:
            at, answered = self._probed
            if time.monotonic() - at >= REACHED_SECONDS:
                answered = await run_in_threadpool(kafka_answers, self._servers)
                self._probed = (time.monotonic(), answered)
        return answered and self._connected is not None

    def _send(
        self, producer: Producer, partitions: int, events: Sequence[Event], batch: "_Batch"
    ) -> None:
        for sent, event in enumerate(events):
            key = partition_key(event)
            try:
                future = producer.send(
                    self._topic,
                    value=encode(event),
                    key=key.encode(),
                    partition=partition_of(key, partitions),
                )
            except KafkaError as error:
                batch.settle(len(events) - sent, error)
                return
            future.add_callback(batch.acknowledge)
            future.add_errback(batch.fail)

    async def _keep_connected(self) -> None:
        while not self._closing.is_set():
            try:
                producer, partitions = await run_in_threadpool(
                    connect,
                    self._servers,
                    "isegoria-intake",
                    topic=self._topic,
                    delivery_seconds=self._delivery_seconds,
                    connect_seconds=self._connect_seconds,
                )
            except UnreachableError as error:
                _log.warning("kafka is away", reason=str(error))
                await self._pause()
                continue
            self._connected = producer, partitions
            await self._replace.wait()
            self._connected = None
            if not self._closing.is_set():
                self._replace.clear()
                _log.warning("events were not acknowledged; connecting to kafka anew")
            await run_in_threadpool(close, producer, in_flight=True)

    async def _pause(self) -> None:
        try:
            async with asyncio.timeout(_PAUSE_SECONDS):
                await self._closing.wait()
        except TimeoutError:
            pass


class _Batch:
    """Events that are waited for together; told of each by kafka-python's thread."""

    def __init__(self, count: int) -> None:
        self._loop = asyncio.get_running_loop()
        self._lock = threading.Lock()
        self._left = count
        self._failure: BaseException | None = None
        self.settled: asyncio.Future[BaseException | None] = self._loop.create_future()

    def acknowledge(self, _: object) -> None:
        self.settle(1, None)

    def fail(self, failure: BaseException) -> None:
        self.settle(1, failure)

    def settle(self, count: int, failure: BaseException | None) -> None:
        with self._lock:
            self._left -= count
            self._failure = self._failure or failure
            done = self._left == 0
        if done:
            self._loop.call_soon_threadsafe(self._finish)

    def _finish(self) -> None:
        # Who waited may have given up.
        if not self.settled.done():
            self.settled.set_result(self._failure)
