"""One record batch, one step: the only place where the order of the work is decided."""

import asyncio
from collections.abc import Coroutine, Iterable, Sequence

import orjson
import structlog

from schemas.events import Fault, InvalidEventError, PolicySet, decode, partition_key
from schemas.records import Kind
from schemas.topics import (
    ACTIVITY,
    DOMINANCE,
    EVENTS,
    KIND_HEADER,
    REJECTED,
    SCREENED,
    SUMMARIES,
    LogRecord,
    partition_of,
)
from streams import metrics, output
from streams.activity import Activity, activity
from streams.effects import Effect
from streams.journal import Entry
from streams.journal_table import JournalTable
from streams.record_writer import Record, RecordWriter
from streams.screening import Arrival, Screened, screen
from streams.state import PartitionState
from streams.states import States
from streams.telling import Told, tell
from streams.transport import unreadable

log = structlog.get_logger(__name__)

_AGENT = "screening"
_HEADERS = {kind: ((KIND_HEADER, kind.encode()),) for kind in Kind}
_TOPICS = {Kind.STANDING: SCREENED, Kind.DOMINANCE: DOMINANCE}


class ScreeningStep:
    """Screens the batches of the partitions that this worker has."""

    def __init__(
        self, journal: JournalTable[Effect], writer: RecordWriter, partitions: int
    ) -> None:
        self._journal = journal
        self._writer = writer
        self._partitions = partitions
        self._states = States(journal, PartitionState)

    def assigned(self, partitions: set[int]) -> None:
        """Keep the states of these partitions only."""
        self._states.assigned(partitions)

    async def process(
        self, partition: int, records: Sequence[LogRecord], committed: int | None
    ) -> None:
        """Take the records of one partition through all steps but the last two.

        Args:
            partition: Of `participation.events`.
            records: A run of its log.
            committed: The group's committed offset, None before its first commit.

        Raises:
            JournalError: The journal lacks what was acknowledged before.
            Exception: Anything that was not foreseen. The caller must then not acknowledge the
                records, nor go on.
        """
        state = self._states.of(partition, committed)
        before, last = state.position, records[-1].offset

        # 1. decode
        arrivals: list[Arrival] = []
        rejected: list[Record] = []
        with metrics.timed(_AGENT, "decode"):
            for record in records:
                try:
                    arrivals.append(self._read(record))
                except InvalidEventError as error:
                    rejected.append(_rejected(record, str(error)))
                    if record.offset > before:
                        metrics.REJECTED.labels(error.fault.value).inc()

        # 2. screen: event by event, in the order of the log
        fresh: list[Screened] = []
        rows: list[Record] = []
        activities: list[Activity] = []
        with metrics.timed(_AGENT, "screen"):
            for screened in screen(arrivals, state):
                kind, row = output.row(screened, partition)
                key = screened.arrival.key.encode()
                rows.append(Record(key, orjson.dumps(row), _HEADERS[kind]))
                if (told := activity(screened, partition, state)) is not None:
                    activities.append(told)
                if screened.arrival.offset > before:
                    fresh.append(screened)
            state.settle()

        # 3. journal: what changed is safe before anybody hears of it
        if last > before:
            state.position = last
            effects = [one.effect for one in fresh if one.effect is not None]
            with metrics.timed(_AGENT, "journal"):
                await self._journal.append(Entry(partition, before, last, effects))
            metrics.count(fresh)

        # 4. outputs: a row for each event, and what could not be read
        with metrics.timed(_AGENT, "outputs"):
            await asyncio.gather(
                self._writer.write(SCREENED, partition, rows),
                self._writer.write(REJECTED, partition, rejected),
                *self._write_activity(activities, partition),
            )
        log.debug("batch screened", rejected=len(rejected), replayed=last <= before)

    async def tell(self) -> None:
        """Tell the state of every topic that changed since the last time.

        Call it when the batches at hand are through; then they may be acknowledged.
        """
        # 5. summaries: each the whole state of its topic, so that only the last one matters
        with metrics.timed(_AGENT, "tell"):
            for partition, state in self._states:
                told = (
                    row
                    for key, changes in state.take_changes().items()
                    for row in tell(key, partition, state, changes)
                )
                await self._write_told(partition, told)
        # 6. acknowledge: the caller's

    async def _write_told(self, partition: int, told: Iterable[Told]) -> None:
        records: dict[str, list[Record]] = {SCREENED: [], SUMMARIES: [], DOMINANCE: []}
        for kind, key, row in told:
            topic = _TOPICS.get(kind, SUMMARIES)
            # On a compacted topic, rows of two kinds must not share a key.
            record = Record(f"{kind}:{key}".encode(), orjson.dumps(row), _HEADERS[kind])
            records[topic].append(record)
        await asyncio.gather(
            *(self._writer.write(topic, partition, batch) for topic, batch in records.items())
        )

    def _write_activity(
        self, activities: Iterable[Activity], partition: int
    ) -> list[Coroutine[None, None, None]]:
        """The activity, each record to the partition of its consultation."""
        batches: dict[int, list[Record]] = {}
        for record in activities:
            place = partition_of(record.consultation, self._partitions)
            if record.policy:
                place = partition
            batches.setdefault(place, []).append(
                Record(record.consultation.encode(), record.encode())
            )
        return [self._writer.write(ACTIVITY, place, batch) for place, batch in batches.items()]

    def _read(self, record: LogRecord) -> Arrival:
        """The event, its key and its place.

        Raises:
            InvalidEventError: It cannot be read, or does not belong where it is.
        """
        if trouble := unreadable(record):
            raise InvalidEventError(trouble.reason, fault=Fault.BATCH)
        event = decode(record.value or b"")
        key = partition_key(event)
        if isinstance(event, PolicySet):
            if event.data.partition != record.partition:
                raise InvalidEventError(
                    f"data.partition: the policy for partition {event.data.partition}"
                    f" is in partition {record.partition}",
                    fault=Fault.PLACE,
                )
            return Arrival(record.offset, key, event)
        expected = partition_of(key, self._partitions)
        if expected != record.partition:
            raise InvalidEventError(
                f"key: events of this topic belong to partition {expected} of {self._partitions}"
                " (murmur2 of the key, as Kafka's own clients do it)",
                fault=Fault.PLACE,
            )
        return Arrival(record.offset, key, event)


def _rejected(record: LogRecord, reason: str) -> Record:
    """The record on `participation.rejected`: the same bytes, with the position and the reason."""
    trouble = unreadable(record)
    first = trouble.base_offset if trouble else record.offset
    return Record(record.key, record.value, output.position_headers(EVENTS, record, first, reason))
