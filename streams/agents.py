"""The agents: they take batches from Faust, hand them to a step, and acknowledge them."""

from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any, Protocol, cast

import faust
from faust import Stream
from faust.types import TP, AppT, ChannelT, EventT, Message, StreamT

from schemas.topics import ACTIVITY, EVENTS, JOURNAL, REGULARS_JOURNAL, LogRecord
from streams import metrics
from streams.app import WorkerConfig, batches, journal_table
from streams.batch_log import batch_context
from streams.effects import Effect
from streams.journal import Decoder
from streams.journal_table import JournalTable
from streams.pace import Pace
from streams.record_writer import RecordWriter
from streams.regulars import Noted
from streams.regulars_step import RegularsStep
from streams.step import ScreeningStep
from streams.transport import Consumer

MAX_BATCHES = 16
"""Batches that may wait for the telling: what they change in a topic is told once."""

GATHERED = 4
GATHER_SECONDS = 0.1
"""How many batches are taken together, and how long they are waited for."""


class _Step(Protocol):
    """Takes batches through all that has to be done before they may be acknowledged."""

    def assigned(self, partitions: set[int]) -> None: ...

    async def process(
        self, partition: int, records: Sequence[LogRecord], committed: int | None
    ) -> None: ...

    async def tell(self) -> None: ...


def add_screening(app: faust.App, config: WorkerConfig) -> None:
    """Add the agents that screen the events of a topic, and those of a consultation's regulars.

    An exception from a step ends the worker with the batches unacknowledged: the app's supervisor
    crashes, and it is the process manager that starts the worker anew.
    """
    writer = RecordWriter(config.bootstrap_servers)
    journal = JournalTable[Effect](journal_table(app, JOURNAL), JOURNAL, Decoder(Effect), writer)
    _add(app, EVENTS, "screening", ScreeningStep(journal, writer, config.partitions), writer)

    writer = RecordWriter(config.bootstrap_servers)
    table = journal_table(app, REGULARS_JOURNAL)
    notes = JournalTable[Noted](table, REGULARS_JOURNAL, Decoder(Noted), writer)
    _add(app, ACTIVITY, "regulars", RegularsStep(notes, writer), writer)


def _add(app: faust.App, topic: str, name: str, step: _Step, writer: RecordWriter) -> None:
    @app.on_partitions_assigned.connect(weak=False)
    async def on_assigned(_: AppT, assigned: Iterable[TP], **_signal: object) -> None:
        step.assigned({tp.partition for tp in assigned if tp.topic == topic})

    @app.agent(batches(app, topic), name=name)
    async def agent(stream: StreamT[list[LogRecord]]) -> None:
        consumer = cast("Consumer", app.consumer)
        pace = Pace()
        told_of: list[Message] = []
        async with writer:
            async for events in _gathered(stream):
                for event in events:
                    message = event.message
                    if not consumer.take(message):
                        continue
                    committed = consumer.committed_offset(message.tp)
                    records = cast("list[LogRecord]", event.value)
                    metrics.BATCH_EVENTS.labels(name).observe(len(records))
                    with batch_context(records):
                        await step.process(message.partition, records, committed)
                    told_of.append(message)
                busy = not cast("ChannelT[bytes]", stream.channel).queue.empty()
                if busy and not pace.due and len(told_of) < MAX_BATCHES:
                    continue
                with pace.working():
                    await step.tell()
                for message in told_of:
                    consumer.acknowledge(message)
                told_of.clear()


def _gathered(stream: StreamT[list[LogRecord]]) -> AsyncIterator[Sequence[EventT[Any]]]:
    """Batches as they come, several at a time.

    `noack_take` yields events, although its type says values.
    """
    taken = cast("Stream[list[LogRecord]]", stream).noack_take(GATHERED, within=GATHER_SECONDS)
    return cast("AsyncIterator[Sequence[EventT[Any]]]", taken)
