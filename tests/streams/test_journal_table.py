"""The journal in Kafka: what a changelog holds is what a restarted worker needs, and no more."""

import asyncio
from contextlib import closing

import pytest
from kafka import KafkaConsumer, TopicPartition

from operations.provisioning import ensure_topics
from schemas.topics import JOURNAL
from streams.app import WorkerConfig, create_app, journal_table
from streams.journal import MERGE_AT, merge
from streams.journal_table import JournalTable
from streams.record_writer import RecordWriter
from tests.events import Placed
from tests.make import contribution
from tests.streams.pipeline import EFFECTS, Tables, Worker, recovered, remembered

PARTITION = 2
BATCHES = 3 * MERGE_AT


def changelog(kafka):
    """Records ever written to the partition, and what compaction would leave of them."""
    place = TopicPartition(JOURNAL, PARTITION)
    with closing(KafkaConsumer(bootstrap_servers=kafka)) as consumer:
        consumer.assign([place])
        consumer.seek_to_beginning(place)
        end = consumer.end_offsets([place])[place]
        left, written = {}, 0
        while consumer.position(place) < end:
            for record in consumer.poll(1000).get(place, []):
                written += 1
                left[record.key] = record.value
    return written, {key: value for key, value in left.items() if value is not None}


@pytest.fixture
async def journalled(kafka):
    """The state after many small batches, each journalled, and the table that holds them."""
    ensure_topics(kafka, partitions=4, replication=1)
    table = journal_table(create_app(WorkerConfig(kafka, 4)), JOURNAL)
    worker = Worker(PARTITION, Tables())
    async with RecordWriter(kafka) as writer:
        journal = JournalTable(table, JOURNAL, EFFECTS, writer)
        list(journal.load(PARTITION))
        for offset in range(BATCHES):
            worker.process([Placed(PARTITION, offset, contribution(f"{offset}"))])
            await journal.append(EFFECTS.decode(worker.entries[-1]))
    return worker.state, journal


async def test_the_changelog_is_as_long_as_the_state_and_not_as_the_history(kafka, journalled):
    state, journal = journalled
    written, left = changelog(kafka)
    assert written > BATCHES
    assert len(left) < MERGE_AT
    assert remembered(state) == remembered(recovered(left.values()))
    assert len(left) == len(list(journal.load(PARTITION)))


@pytest.mark.parametrize("entries", [1, MERGE_AT], ids=["one entry", "so many that they merge"])
async def test_a_partition_may_go_to_another_worker_while_its_entry_is_written(kafka, entries):
    ensure_topics(kafka, partitions=4, replication=1)
    table = journal_table(create_app(WorkerConfig(kafka, 4)), JOURNAL)
    worker = Worker(PARTITION, Tables())
    before, _ = changelog(kafka)
    async with RecordWriter(kafka) as writer:
        journal = JournalTable(table, JOURNAL, EFFECTS, writer)
        list(journal.load(PARTITION))
        for offset in range(entries):
            worker.process([Placed(PARTITION, offset, contribution(f"{offset}"))])
        *others, last = (EFFECTS.decode(value) for value in worker.entries)
        for entry in others:
            await journal.append(entry)
        writing = asyncio.create_task(journal.append(last))
        await asyncio.sleep(0)
        journal.keep(set())
        await writing
    written, _ = changelog(kafka)
    assert entries == written - before


async def test_a_large_entry_between_small_ones_is_recovered(kafka):
    ensure_topics(kafka, partitions=4, replication=1)
    table = journal_table(create_app(WorkerConfig(kafka, 4)), JOURNAL)
    worker = Worker(PARTITION, Tables())
    async with RecordWriter(kafka) as writer:
        journal = JournalTable(table, JOURNAL, EFFECTS, writer)
        list(journal.load(PARTITION))
        offset = 0
        for size in (*[1] * (MERGE_AT // 2), 3_000, *[1] * MERGE_AT):
            before = len(worker.entries)
            worker.process(
                [
                    Placed(PARTITION, place, contribution(f"{place}", f"Idea {place}"))
                    for place in range(offset, offset + size)
                ]
            )
            offset += size
            written = merge([EFFECTS.decode(value) for value in worker.entries[before:]])
            await journal.append(written)
        recovered_again = recovered(entry.encode() for entry in journal.load(PARTITION))
    assert remembered(worker.state) == remembered(recovered_again)
