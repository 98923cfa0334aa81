"""The step of the regulars agent: heard, journalled, told, in this order."""

from collections.abc import Sequence

import orjson

from schemas.records import Kind
from schemas.topics import DOMINANCE, KIND_HEADER, LogRecord
from streams import metrics
from streams.activity import Activity
from streams.journal import Entry
from streams.journal_table import JournalTable
from streams.record_writer import Record, RecordWriter
from streams.regulars import Noted, RegularsState
from streams.states import States

_AGENT = "regulars"
_HEADERS = ((KIND_HEADER, Kind.DOMINANCE.encode()),)


class RegularsStep:
    """Adds up the activity of the partitions that this worker has."""

    def __init__(self, journal: JournalTable[Noted], writer: RecordWriter) -> None:
        self._journal = journal
        self._writer = writer
        self._states = States(journal, RegularsState)

    def assigned(self, partitions: set[int]) -> None:
        """Keep the states of these partitions only."""
        self._states.assigned(partitions)

    async def process(
        self, partition: int, records: Sequence[LogRecord], committed: int | None
    ) -> None:
        """Take the records of one partition of `participation.activity` up to the telling.

        Raises:
            JournalError: The journal lacks what was acknowledged before.
        """
        state = self._states.of(partition, committed)
        before, last = state.position, records[-1].offset
        with metrics.timed(_AGENT, "hear"):
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
            with metrics.timed(_AGENT, "journal"):
                await self._journal.append(Entry(partition, before, last, fresh))

    async def tell(self) -> None:
        """Tell who dominates each consultation that changed since the last time."""
        with metrics.timed(_AGENT, "tell"):
            for partition, state in self._states:
                records = [
                    Record(
                        f"{Kind.DOMINANCE}:{consultation}".encode(),
                        orjson.dumps(state.tell(consultation)),
                        _HEADERS,
                    )
                    for consultation in state.take_changes()
                ]
                await self._writer.write(DOMINANCE, partition, records)
