"""kafka-python's producer: made, closed, and waited for.

It is untyped; what is used of it is said here.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple, Protocol, TypeAlias

from kafka import KafkaProducer
from kafka.codec import has_lz4
from kafka.errors import KafkaError, KafkaTimeoutError

from intake.delivery import UnreachableError

GRACE_SECONDS = 5.0
"""How long after its delivery timeout to wait for kafka-python to give up an event: it decides."""

_BATCH_BYTES = 128 * 1024
_LINGER_MILLISECONDS = 10
_CLOSE_SECONDS = 5.0
_FOREVER_MILLISECONDS = 2**31 - 1


class Future(Protocol):
    """The part of kafka-python's `FutureRecordMetadata` that is used here."""

    is_done: bool
    exception: BaseException | None

    def get(self, timeout: float) -> object:
        """Wait for the acknowledgement."""

    def add_callback(self, function: Callable[[object], None]) -> object:
        """Call the function once Kafka has acknowledged the record."""

    def add_errback(self, function: Callable[[BaseException], None]) -> object:
        """Call the function once the record has failed."""


class _Sender(Protocol):
    """The thread of a `KafkaProducer`."""

    def force_close(self) -> None: ...


class Producer(Protocol):
    """The part of kafka-python's `KafkaProducer` that is used here."""

    _sender: _Sender

    def send(self, topic: str, *, value: bytes, key: bytes, partition: int) -> Future:
        """Put a record into the next batch of its partition."""

    def partitions_for(self, topic: str) -> set[int]:
        """The numbers of a topic's partitions."""

    def close(self, timeout: float) -> None:
        """Send what is waiting, and end."""


Connect: TypeAlias = Callable[[], tuple[Producer, int]]
"""Makes a producer, and says how many partitions the topic has; may raise UnreachableError."""


class Bounds(NamedTuple):
    """How long an acknowledgement may take, and how much may wait for one."""

    seconds: float
    events: int
    bytes: int


def connect(
    bootstrap_servers: str,
    client_id: str,
    *,
    topic: str,
    delivery_seconds: float,
    connect_seconds: float,
    from_outbox: bool = False,
) -> tuple[Producer, int]:
    """Make a producer and ask for the topic's number of partitions.

    Args:
        bootstrap_servers: Brokers to ask first, as `host:port`, several separated by commas.
        client_id: What the broker's logs and quotas know the producer by.
        topic: Where its events go.
        delivery_seconds: How long Kafka may take to acknowledge an event before it has failed.
        connect_seconds: How long the first contact with a broker may take.
        from_outbox: As `intake.draining` wants it: one request at a time, without end.

    Raises:
        UnreachableError: No broker answers in time, or it does not have the topic.
    """
    connect_milliseconds = round(connect_seconds * 1000)
    delivery_milliseconds = round(delivery_seconds * 1000)
    try:
        producer: Producer = KafkaProducer(
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


def close(producer: Producer, *, in_flight: bool) -> None:
    """End a producer.

    Args:
        producer: To end.
        in_flight: Whether something may be in flight; it is given up.
    """
    if in_flight:
        # `close` alone would raise here, and leave its thread running (kafka-python 3.0.12).
        producer._sender.force_close()  # noqa: SLF001
    try:
        producer.close(timeout=_CLOSE_SECONDS)
    except KafkaTimeoutError:
        # Interrupted while it takes a record, it may keep a batch that it never sends.
        producer._sender.force_close()  # noqa: SLF001


def wait(future: Future, seconds: float) -> None:
    """Wait until the future is settled, either way, or the time is over."""
    # Why it failed stands in the future, and is read there.
    with suppress(KafkaError):
        future.get(timeout=max(seconds, 0.0))
