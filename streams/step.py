"""One record batch, one step: the only place where the order of the work is decided."""

import asyncio
from collections.abc import Sequence

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
from streams.journal import Entry, JournalError, catch_up
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

    async def process(
        self, partition: int, records: Sequence[LogRecord], committed: int | None
    ) -> None:
        """Take the records of one partition through all steps; then they may be acknowledged.

        Args:
            partition: Of `participation.events`.
            records: A run of its log.
            committed: The group's committed offset, None before its first commit.

        Raises:
            JournalError: The journal lacks what was acknowledged before.
            Exception: Anything that was not foreseen. The caller must then not acknowledge the
                records, nor go on.
        """
        state = self._state(partition, committed or 0)
        before = state.position

        # 1. decode, 2. screen: event by event, in the order of the log
        effects: list[Effect] = []
        outputs: list[Record] = []
        rejected: list[Record] = []
        touched: dict[str, None] = {}
        for record in records:
            try:
                event, key = self._read(record)
            except InvalidEventError as error:
                rejected.append(_rejected(record, str(error)))
                continue
            screened = screen(event, key, record.offset, state)
            kind, row = _row(event, partition, record.offset, screened)
            outputs.append(Record(key.encode(), orjson.dumps(row), _HEADERS[kind]))
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
        await asyncio.gather(
            self._writer.write(SCREENED, partition, outputs),
            self._writer.write(SUMMARIES, partition, summaries),
            self._writer.write(REJECTED, partition, rejected),
        )

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

    def _state(self, partition: int, committed: int) -> PartitionState:
        state = self._states.setdefault(partition, PartitionState())
        if partition not in self._caught_up:
            catch_up(state, self._journal.load(partition))
            # A batch is acknowledged after its entry is, so a journal that is behind was damaged.
            if state.position + 1 < committed:
                raise JournalError(
                    f"journal of partition {partition}: it ends at offset {state.position}, but"
                    f" offsets below {committed} were acknowledged; to build it again, reset the"
                    " group's offsets to the earliest"
                )
            self._caught_up.add(partition)
        return state

    def _read(self, record: LogRecord) -> tuple[Event, str]:
        """The event and its key.

        Raises:
            InvalidEventError: It cannot be read, or does not belong where it is.
        """
        if trouble := unreadable(record):
            raise InvalidEventError(trouble.reason)
        event = decode(record.value or b"")
        key = partition_key(event)
        expected = partition_of(key, self._partitions)
        if expected != record.partition:
            raise InvalidEventError(
                f"key: events of {key} belong to partition {expected} of {self._partitions}"
                " (murmur2 of the key, as Kafka's own clients do it)"
            )
        return event, key


def _rejected(record: LogRecord, reason: str) -> Record:
    """The record on `participation.rejected`: the same bytes, with the position and the reason."""
    trouble = unreadable(record)
    first = trouble.base_offset if trouble else record.offset
    return Record(record.key, record.value, output.position_headers(EVENTS, record, first, reason))


def _row(event: Event, partition: int, offset: int, screened: Screened) -> tuple[Kind, object]:
    """The table that an event's row goes to, and the row."""
    if isinstance(event, ContributionSubmitted):
        return Kind.CONTRIBUTION, output.contribution(event, partition, offset, screened)
    if isinstance(event, ConsultationOpened):
        return Kind.CONSULTATION, output.consultation(event, partition, offset)
    if isinstance(event, TopicOpened):
        return Kind.TOPIC, output.topic(event, partition, offset)
    return Kind.SUPPORT, output.support(event, partition, offset, screened)
