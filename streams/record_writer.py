"""Records out, a record batch at a time: `create_batch` and `send_batch` instead of a send each.

Idempotent and acknowledged by all in-sync replicas. A write is done when Kafka has it.
"""

import asyncio
from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import NamedTuple, Self

from aiokafka import AIOKafkaProducer
from aiokafka.producer.message_accumulator import BatchBuilder
from aiokafka.structs import RecordMetadata

from schemas.topics import MEBIBYTE

BATCH_BYTES = 512 * 1024


class Record(NamedTuple):
    """A record to write. A value of None deletes the key from a compacted topic."""

    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]] = ()


class RecordWriter:
    """Writes records to one partition of a topic, in order.

    Use as an asynchronous context manager, in the event loop of the worker.
    """

    def __init__(self, bootstrap_servers: str) -> None:
        self._bootstrap_servers = bootstrap_servers
        self._producer: AIOKafkaProducer = None

    async def __aenter__(self) -> Self:
        self._producer = AIOKafkaProducer(
            bootstrap_servers=self._bootstrap_servers,
            client_id="isegoria-worker",
            acks="all",
            enable_idempotence=True,
            compression_type="lz4",
            max_batch_size=BATCH_BYTES,
            max_request_size=16 * MEBIBYTE,
        )
        await self._producer.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._producer.stop()

    async def write(self, topic: str, partition: int, records: Iterable[Record]) -> None:
        """Write the records, and return once Kafka has acknowledged all of them.

        Nothing is written behind what was not accepted.

        Raises:
            KafkaError: A record was not accepted.
        """
        batch = self._producer.create_batch()
        for record in records:
            if not self._append(batch, record):
                await (await self._send(batch, topic, partition))
                batch = self._producer.create_batch()
                self._append(batch, record)
        if batch.record_count():
            await (await self._send(batch, topic, partition))

    @staticmethod
    def _append(batch: BatchBuilder, record: Record) -> bool:
        """Whether there was room. The first record of a batch always has."""
        appended = batch.append(
            key=record.key, value=record.value, timestamp=None, headers=list(record.headers)
        )
        return appended is not None

    async def _send(
        self, batch: BatchBuilder, topic: str, partition: int
    ) -> asyncio.Future[RecordMetadata]:
        batch.close()
        acknowledged: asyncio.Future[RecordMetadata] = await self._producer.send_batch(
            batch, topic, partition=partition
        )
        return acknowledged
