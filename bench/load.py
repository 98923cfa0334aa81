"""Filling `participation.events` with generated events, as fast as this machine can."""

from aiokafka import AIOKafkaProducer

from intake.generated import generate_encoded
from schemas.topics import EVENTS, partition_of

BATCH_BYTES = 256 * 1024


async def load(bootstrap_servers: str, count: int, partitions: int) -> None:
    """Publish `count` generated events, each topic's in one partition and in order."""
    producer = AIOKafkaProducer(
        bootstrap_servers=bootstrap_servers, compression_type="lz4", max_batch_size=BATCH_BYTES
    )
    await producer.start()
    try:
        batches = [producer.create_batch() for _ in range(partitions)]
        for key, value in generate_encoded(count):
            partition = partition_of(key, partitions)
            record = {"key": key.encode(), "value": value, "timestamp": None}
            if batches[partition].append(**record) is None:
                await _send(producer, batches[partition], partition)
                batches[partition] = producer.create_batch()
                batches[partition].append(**record)
        for partition, batch in enumerate(batches):
            await _send(producer, batch, partition)
        await producer.flush()
    finally:
        await producer.stop()


async def _send(producer: AIOKafkaProducer, batch: object, partition: int) -> None:
    batch.close()
    await producer.send_batch(batch, EVENTS, partition=partition)
