"""One record batch, one step: the only place where the order of the work is decided."""

from collections.abc import Sequence
from typing import Any

import orjson
import structlog

from schemas.events import (
    ConsultationOpened,
    ContributionSubmitted,
    Event,
    InvalidEventError,
    TopicOpened,
    decode,
    partition_key,
)
from schemas.records import Kind
from schemas.topics import (
    EVENTS,
    KIND_HEADER,
    REJECTED,
    SCREENED,
    SUMMARIES,
    LogRecord,
    partition_of,
)
from streams import output
from streams.effects import Effect
from streams.journal import Entry, catch_up
from streams.journal_table import JournalTable
from streams.record_writer import Record, RecordWriter
from streams.screening import Screened, screen
from streams.state import PartitionState
from streams.transport import unreadable

log = structlog.get_logger(__name__)

_HEADERS = {kind: ((KIND_HEADER, kind.encode()),) for kind in Kind}


class ScreeningStep:
    """Screens the batches of the partitions that this worker has."""

    def __init__(self, journal: JournalTable, writer: RecordWriter, partitions: int) -> None:
        self._journal = journal
        self._writer = writer
        self._partitions = partitions
        self._states: dict[int, PartitionState] = {}
        self._caught_up: set[int] = set()

    def assigned(self, partitions: set[int]) -> None:
        """Forget partitions that went to others, and look at the journal again for the rest.

        A state that was kept is a function of the log up to its position, so it is never wrong; it
        may be behind what another worker has journalled meanwhile.
        """
        self._states = {p: state for p, state in self._states.items() if p in partitions}
        self._caught_up.clear()

    async def process(self, partition: int, records: Sequence[LogRecord]) -> None:
        """Take the records of one partition through all steps; then they may be acknowledged.

        Raises:
            Exception: Anything that was not foreseen. The caller must then not acknowledge the
                records, nor go on.
        """
        state = self._state(partition)
        before = state.position

        # 1. decode, 2. screen: event by event, in the order of the log
        effects: list[Effect] = []
        outputs: list[Record] = []
        rejected: list[Record] = []
        touched: dict[str, None] = {}
        for record in records:
            event = self._decode(record, partition, rejected)
            if event is None:
                continue
            screened = screen(event, record.offset, state)
            outputs.append(_output(event, partition, record.offset, screened))
            if screened.effect is not None:
                touched[screened.effect.topic] = None
                if record.offset > before:
                    effects.append(screened.effect)

        # 3. journal: what changed is safe before anybody hears of it
        last: int = records[-1].offset
        if last > before:
            state.position = last
            await self._journal.append(Entry(partition, before, last, effects))

        # 4. outputs: rows, the state of each topic that was touched, and what could not be read
        summaries = [
            Record(key.encode(), orjson.dumps(output.summary(key, partition, state.topics[key])))
            for key in touched
        ]
        await self._writer.write(SCREENED, partition, outputs)
        await self._writer.write(SUMMARIES, partition, summaries)
        await self._writer.write(REJECTED, partition, rejected)

        log.debug(
            "batch screened",
            partition=partition,
            first_offset=records[0].offset,
            last_offset=last,
            events=len(outputs),
            rejected=len(rejected),
            replayed=last <= before,
        )
        # 5. acknowledge: the caller's

    def _state(self, partition: int) -> PartitionState:
        state = self._states.setdefault(partition, PartitionState())
        if partition not in self._caught_up:
            catch_up(state, self._journal.load(partition))
            self._caught_up.add(partition)
        return state

    def _decode(self, record: LogRecord, partition: int, rejected: list[Record]) -> Event | None:
        """The event, or None after putting what cannot be read among the rejected."""
        if trouble := unreadable(record):
            first, reason = trouble.base_offset, trouble.reason
        elif record.value is None:
            first, reason = record.offset, "event: empty"
        else:
            first = record.offset
            try:
                event = decode(record.value)
            except InvalidEventError as error:
                reason = str(error)
            else:
                key = partition_key(event)
                expected = partition_of(key, self._partitions)
                if expected == partition:
                    return event
                reason = (
                    f"key: events of {key} belong to partition {expected} of {self._partitions}"
                    " (murmur2 of the key, as Kafka's own clients do it)"
                )
        rejected.append(
            Record(record.key, record.value, output.position_headers(EVENTS, record, first, reason))
        )
        return None


def _output(event: Event, partition: int, offset: int, screened: Screened) -> Record:
    """The record on `participation.screened` for an event."""
    row: Any
    if isinstance(event, ContributionSubmitted):
        kind, row = Kind.CONTRIBUTION, output.contribution(event, partition, offset, screened)
    elif isinstance(event, ConsultationOpened):
        kind, row = Kind.CONSULTATION, output.consultation(event, partition, offset)
    elif isinstance(event, TopicOpened):
        kind, row = Kind.TOPIC, output.topic(event, partition, offset)
    else:
        kind, row = Kind.SUPPORT, output.support(event, partition, offset, screened)
    return Record(partition_key(event).encode(), orjson.dumps(row), _HEADERS[kind])
