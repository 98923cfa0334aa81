"""What recovery must not miss, and what it must not pass over."""

import asyncio

import pytest
from aiokafka.structs import ConsumerRecord

from schemas.events import encode
from schemas.topics import EVENTS, JOURNAL, partition_of
from streams.app import WorkerConfig, create_app, journal_table
from streams.effects import Effect
from streams.journal import Decoder, JournalError
from streams.journal_table import JournalTable
from streams.record_writer import RecordWriter
from streams.step import ScreeningStep
from tests.make import contribution

NOWHERE = "127.0.0.1:1"
PARTITIONS = 4
PARTITION = partition_of("borough/tram", PARTITIONS)


@pytest.fixture
def app():
    return create_app(WorkerConfig(NOWHERE, PARTITIONS))


async def test_the_end_of_recovery_is_seen_by_who_begins_to_wait_after_it(app):
    recovery = app.tables.recovery
    recovery.in_recovery = True
    recovery.signal_recovery_end.clear()
    # The reader ends, gives the signal and takes it back, before anybody waits.
    recovery._set_recovery_ended()
    recovery.signal_recovery_end.set()
    recovery.signal_recovery_end.clear()
    assert await asyncio.wait_for(recovery.signal_recovery_end.wait(), timeout=1)


async def test_a_recovery_that_goes_on_is_waited_for(app):
    recovery = app.tables.recovery
    recovery.in_recovery = True
    waiting = asyncio.ensure_future(recovery.signal_recovery_end.wait())
    await asyncio.sleep(0)
    assert not waiting.done()
    recovery.signal_recovery_end.set()
    assert await asyncio.wait_for(waiting, timeout=1)


async def test_a_journal_that_lacks_what_was_acknowledged_stops_the_worker(app):
    writer = RecordWriter(NOWHERE)
    journal = JournalTable(journal_table(app, JOURNAL), JOURNAL, Decoder(Effect), writer)
    step = ScreeningStep(journal, writer, PARTITIONS)
    payload = encode(contribution("1"))
    record = ConsumerRecord(EVENTS, PARTITION, 10, 0, 0, None, payload, None, 0, len(payload), ())
    with pytest.raises(JournalError, match="ends at offset -1, but offsets below 10"):
        await step.process(PARTITION, [record], committed=10)
