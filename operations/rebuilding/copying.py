"""Copies of a topic's records, in batches: read and written with aiokafka, as the workers do.

A batch that cannot be unpacked is a single record that holds its bytes, as it is to the workers.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.producer.message_accumulator import BatchBuilder

from operations.rebuilding.cluster import Cluster
from operations.rebuilding.errors import RebuildError
from operations.rebuilding.placing import Copy, TimedRecord, replaced
from schemas.topics import MEBIBYTE
from streams.transport.unreadable import install

OnCopied = Callable[[int, int], None]
"""Is told, often, how many records are copied so far, and of how many."""

_BATCH_BYTES = 512 * 1024
_POLL_MILLISECONDS = 500


async def copy_out(
    cluster: Cluster, source: str, target: str, on_copied: OnCopied
) -> Sequence[int]:
    """Copy a topic into an empty one with another number of partitions.

    Returns:
        Where each partition of the source ended; what is behind that is not copied.

    Raises:
        RebuildError: Not everything arrived.
        KafkaError: Kafka cannot be reached or refuses.
    """
    ends, partitions = cluster.ends(source), cluster.partitions(target)
    total = sum(ends)
    written = [0] * partitions
    async with _reading(cluster, source) as log, _writing(cluster, target) as writer:
        logs = [log(number, end) for number, end in enumerate(ends)]
        copied = 0
        async for partition, copy in replaced(logs, partitions):
            await writer.write(partition, copy)
            written[partition] += 1
            copied += 1
            on_copied(copied, total)
    if written != cluster.ends(target):
        raise RebuildError(f"the copy {target} is not whole: run the command again")
    return ends


async def copy_back(cluster: Cluster, source: str, target: str, on_copied: OnCopied) -> None:
    """Copy a topic into another with as many partitions, as far as it is not there already.

    Afterwards both are read and compared.

    Raises:
        RebuildError: Not everything arrived.
        KafkaError: Kafka cannot be reached or refuses.
    """
    total = sum(cluster.ends(source))
    copied = 0
    async with _writing(cluster, target) as writer:
        async for partition, copy in _lacking(cluster, source, target):
            await writer.write(partition, copy)
            copied += 1
            on_copied(copied, total)
    async for _ in _lacking(cluster, source, target):
        raise RebuildError(f"{target} lacks records of its copy {source}: run the command again")


async def missing(copy: AsyncIterator[Copy], there: AsyncIterator[Copy]) -> AsyncIterator[Copy]:
    """What is still to be copied: all but the longest beginning that is there, in its order.

    What else is there, from somebody who publishes meanwhile, does not matter.
    """
    expected = await anext(copy, None)
    async for found in there:
        if found == expected:
            expected = await anext(copy, None)
    while expected is not None:
        yield expected
        expected = await anext(copy, None)


async def _lacking(cluster: Cluster, source: str, target: str) -> AsyncIterator[tuple[int, Copy]]:
    """What the target lacks of the source, with its partition."""
    ends = zip(cluster.ends(source), cluster.ends(target), strict=True)
    async with _reading(cluster, source) as copies, _reading(cluster, target) as there:
        for number, (end, reached) in enumerate(ends):
            wanted = missing(_copies(copies(number, end)), _copies(there(number, reached)))
            async for copy in wanted:
                yield number, copy


async def _copies(log: AsyncIterator[TimedRecord]) -> AsyncIterator[Copy]:
    async for record in log:
        yield Copy.of(record)


@asynccontextmanager
async def _reading(
    cluster: Cluster, topic: str
) -> AsyncIterator[Callable[[int, int], AsyncIterator[TimedRecord]]]:
    """Reads a topic: give a partition and where to end."""
    install()
    consumer = AIOKafkaConsumer(
        bootstrap_servers=cluster.bootstrap_servers,
        client_id="isegoria-rebuilding",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )

    async def log(partition: int, end: int) -> AsyncIterator[TimedRecord]:
        place = TopicPartition(topic, partition)
        while end and await consumer.position(place) < end:
            fetched = await consumer.getmany(place, timeout_ms=_POLL_MILLISECONDS)
            for record in fetched.get(place, ()):
                if record.offset < end:
                    yield record

    await consumer.start()
    try:
        consumer.assign([TopicPartition(topic, p) for p in range(cluster.partitions(topic))])
        yield log
    finally:
        await consumer.stop()


class _Writer:
    """Writes records in batches, those of a partition in order."""

    def __init__(self, producer: AIOKafkaProducer, topic: str) -> None:
        self._producer = producer
        self._topic = topic
        self._batches: dict[int, BatchBuilder] = {}

    async def write(self, partition: int, copy: Copy) -> None:
        """Write a record; Kafka has it once a later call, or `flush`, has returned."""
        if partition not in self._batches:
            self._batches[partition] = self._producer.create_batch()
        if not self._append(partition, copy):
            await self._send(partition)
            self._batches[partition] = self._producer.create_batch()
            self._append(partition, copy)

    async def flush(self) -> None:
        """Return once Kafka has everything."""
        for partition in self._batches:
            await self._send(partition)
        self._batches.clear()

    def _append(self, partition: int, copy: Copy) -> bool:
        """Whether there was room. The first record of a batch always has."""
        appended = self._batches[partition].append(
            key=copy.key,
            value=copy.value,
            timestamp=copy.timestamp if copy.timestamp >= 0 else None,
            headers=list(copy.headers),
        )
        return appended is not None

    async def _send(self, partition: int) -> None:
        batch = self._batches[partition]
        batch.close()
        acknowledged = await self._producer.send_batch(batch, self._topic, partition=partition)
        await acknowledged


@asynccontextmanager
async def _writing(cluster: Cluster, topic: str) -> AsyncIterator[_Writer]:
    """Writes to a topic; when the block ends well, Kafka has everything."""
    producer = AIOKafkaProducer(
        bootstrap_servers=cluster.bootstrap_servers,
        client_id="isegoria-rebuilding",
        acks="all",
        enable_idempotence=True,
        compression_type="lz4",
        max_batch_size=_BATCH_BYTES,
        max_request_size=16 * MEBIBYTE,
    )
    await producer.start()
    try:
        writer = _Writer(producer, topic)
        yield writer
        await writer.flush()
    finally:
        await producer.stop()
