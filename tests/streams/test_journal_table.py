"""The journal in Kafka: what a changelog holds is what a restarted worker needs, and no more."""

from contextlib import closing

import pytest
from kafka import KafkaConsumer, TopicPartition

from operations.provisioning import ensure_topics
from schemas.events import partition_key
from schemas.topics import JOURNAL
from streams.app import WorkerConfig, create_app, journal_table
from streams.journal import MERGE_AT, Entry, catch_up, decode
from streams.journal_table import JournalTable
from streams.record_writer import RecordWriter
from streams.screening import screen
from streams.state import PartitionState
from tests.make import contribution

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
    table = journal_table(create_app(WorkerConfig(kafka, 4)))
    state = PartitionState()
    async with RecordWriter(kafka) as writer:
        journal = JournalTable(table, writer)
        journal.load(PARTITION)
        for offset in range(BATCHES):
            event = contribution(f"{offset}")
            effect = screen(event, partition_key(event), offset, state).effect
            await journal.append(Entry(PARTITION, offset - 1, offset, [effect]))
    return state, journal


async def test_the_changelog_is_as_long_as_the_state_and_not_as_the_history(kafka, journalled):
    state, journal = journalled
    written, left = changelog(kafka)
    assert written > BATCHES
    assert len(left) < MERGE_AT
    recovered = PartitionState()
    catch_up(recovered, [decode(value) for value in left.values()])
    assert state == recovered
    assert len(left) == len(journal.load(PARTITION))
