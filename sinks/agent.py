"""The sink agent: takes batches of what the streams say, writes them, acknowledges them.

It knows the transport only by its shape: the value of a message is a list of Kafka records.
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import Any, Protocol, cast

import faust
import structlog
from faust import Stream
from faust.types import EventT, Message, StreamT

from schemas.records import Kind
from schemas.topics import DOMINANCE, KIND_HEADER, SCREENED, SUMMARIES, LogRecord
from sinks.writer import Writer

MAX_BATCHES = 64
"""Batches written together at most."""

GATHER_SECONDS = 0.25
"""How long batches are gathered: ClickHouse wants few large inserts, readers fresh figures."""

_log = structlog.get_logger(__name__)


class _Consumer(Protocol):
    """The part of the batching transport's consumer that is used here."""

    def take(self, message: Message) -> bool: ...
    def acknowledge(self, message: Message) -> None: ...


def add_sink(app: faust.App, writer: Writer) -> None:
    """Add the sink agent to the app.

    Batches are acknowledged after ClickHouse has answered. Where it is away the agent waits, and
    with it only what it reads; the screening goes on.
    """
    topic = app.topic(SCREENED, SUMMARIES, DOMINANCE, key_serializer="raw", value_serializer="raw")

    @app.agent(topic, name="sink")
    async def sink(stream: StreamT[list[LogRecord]]) -> None:
        consumer = cast("_Consumer", app.consumer)
        gathered = cast("Stream[list[LogRecord]]", stream).noack_take(
            MAX_BATCHES, within=GATHER_SECONDS
        )
        async for taken in gathered:
            # noack_take yields events although its type says values.
            events = cast("Sequence[EventT[Any]]", taken)
            events = [event for event in events if consumer.take(event.message)]
            batches = [cast("list[LogRecord]", event.value) for event in events]
            with _batch_context(batches):
                await writer.write(rows_by_table(chain.from_iterable(batches)))
            for event in events:
                consumer.acknowledge(event.message)


@contextmanager
def _batch_context(runs: Sequence[Sequence[LogRecord]]) -> Iterator[None]:
    """Say in each log line of the block which batches it is about."""
    begun = time.perf_counter()
    places = [f"{run[0].topic}/{run[0].partition}:{run[0].offset}-{run[-1].offset}" for run in runs]
    records = sum(map(len, runs))
    with structlog.contextvars.bound_contextvars(batches=places, records=records):
        yield
        _log.debug("batches written", milliseconds=round((time.perf_counter() - begun) * 1000, 1))


def rows_by_table(records: Iterable[LogRecord]) -> dict[str, list[bytes]]:
    """The JSON rows of the records, by the table that each belongs to, in their order."""
    rows: dict[str, list[bytes]] = {}
    for record in records:
        rows.setdefault(_table(record), []).append(cast("bytes", record.value))
    return rows


def _table(record: LogRecord) -> str:
    """The table that a record names in its header."""
    for name, value in record.headers:
        if name == KIND_HEADER:
            return Kind(value.decode())
    raise ValueError(
        f"{record.topic}/{record.partition} offset {record.offset}: no header {KIND_HEADER!r}"
    )
