"""The screening agent: takes batches from Faust, hands them to the step, acknowledges them."""

from collections.abc import Iterable
from typing import cast

import faust
from faust import Stream
from faust.types import TP, AppT, StreamT

from schemas.topics import EVENTS, LogRecord
from streams.app import WorkerConfig, events, journal_table
from streams.journal_table import JournalTable
from streams.record_writer import RecordWriter
from streams.step import ScreeningStep
from streams.transport import Consumer


def add_screening(app: faust.App, config: WorkerConfig) -> ScreeningStep:
    """Add the screening agent to the app.

    An exception from a step ends the worker with the batch unacknowledged: the app's supervisor
    crashes, and it is the process manager that starts the worker anew.
    """
    writer = RecordWriter(config.bootstrap_servers)
    journal = JournalTable(journal_table(app), writer)
    step = ScreeningStep(journal, writer, config.partitions)

    @app.on_partitions_assigned.connect(weak=False)
    async def on_assigned(_: AppT, assigned: Iterable[TP], **_signal: object) -> None:
        step.assigned({tp.partition for tp in assigned if tp.topic == EVENTS})

    @app.agent(events(app), name="screening")
    async def screening(stream: StreamT[list[LogRecord]]) -> None:
        consumer = cast("Consumer", app.consumer)
        async with writer:
            async for event in cast("Stream[list[LogRecord]]", stream).noack().events():
                message = event.message
                committed = consumer.committed_offset(message.tp)
                await step.process(message.partition, event.value, committed)
                consumer.acknowledge(message)

    return step
