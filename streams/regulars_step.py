"""The step of the regulars agent: heard, journalled, told, in this order."""

from collections.abc import Sequence

import orjson

from schemas.records import Kind
from schemas.topics import DOMINANCE, KIND_HEADER, LogRecord
from streams.activity import Activity
from streams.journal import Entry, JournalError, catch_up
from streams.journal_table import JournalTable
from streams.record_writer import Record, RecordWriter
from streams.regulars import Noted, RegularsState

_HEADERS = ((KIND_HEADER, Kind.DOMINANCE.encode()),)


class RegularsStep:
    """Adds up the activity of the partitions that this worker has."""

    def __init__(self, journal: JournalTable[Noted], writer: RecordWriter) -> None:
        self._journal = journal
        self._writer = writer
        self._states: dict[int, RegularsState] = {}
        self._caught_up: set[int] = set()

    def assigned(self, partitions: set[int]) -> None:
        """Forget partitions that went to others, and look at the journal again for the rest."""
        self._states = {p: state for p, state in self._states.items() if p in partitions}
        self._caught_up.clear()

    async def process(
        self, partition: int, records: Sequence[LogRecord], committed: int | None
    ) -> None:
        """Take the records of one partition of `participation.activity` up to the telling.

        Raises:
            JournalError: The journal lacks what was acknowledged before.
        """
        state = self._state(partition, committed or 0)
        before, last = state.position, records[-1].offset
        noted = [
            Noted(record.offset, Activity.decode(record.value))
            for record in records
            if record.value is not None
        ]
        fresh = [effect for effect in noted if effect.offset > before]
        for effect in noted:
            state.hear(effect)
        if last > before:
            state.position = last
            await self._journal.append(Entry(partition, before, last, fresh))

    async def tell(self) -> None:
        """Tell who dominates each consultation that changed since the last time."""
        for partition, state in self._states.items():
            records = [
                Record(
                    f"{Kind.DOMINANCE}:{consultation}".encode(),
                    orjson.dumps(state.tell(consultation)),
                    _HEADERS,
                )
                for consultation in state.take_changes()
            ]
            await self._writer.write(DOMINANCE, partition, records)

    def _state(self, partition: int, committed: int) -> RegularsState:
        state = self._states.setdefault(partition, RegularsState())
        if partition not in self._caught_up:
            catch_up(state, self._journal.load(partition))
            state.take_changes()
            self._caught_up.add(partition)
        if state.position + 1 < committed:
            raise JournalError(
                f"journal of the regulars, partition {partition}: it ends at offset"
                f" {state.position}, but offsets below {committed} were acknowledged"
            )
        return state
