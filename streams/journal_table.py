"""The journal in Kafka: a Faust Table, recovered by Faust, written ahead of everything else.

Entries are written here and not by Faust's own producer, which acknowledges later than a step can
wait for and is not idempotent; Faust recovers the Table from the same changelog.
"""

from collections.abc import Iterable
from typing import cast

from faust.stores.memory import Store
from faust.types import TableT

from schemas.topics import JOURNAL
from streams.journal import ENTRY_BYTES, MERGE_AT, Entry, cut, decode, merge, mergeable
from streams.record_writer import Record, RecordWriter


class JournalTable:
    """The entries of the partitions that this worker has.

    Obligations: `load` before the first `append` of a partition after each assignment, and only
    once Faust has recovered the Table.
    """

    def __init__(self, table: TableT[bytes, bytes], writer: RecordWriter) -> None:
        self._table = table
        self._writer = writer
        self._entries: dict[int, dict[bytes, tuple[Entry, int]]] = {}

    def load(self, partition: int) -> list[Entry]:
        """The partition's entries, as recovered."""
        prefix = b"%d:" % partition
        stored = self._stored()
        decoded = {
            key: (decode(value), len(value))
            for key, value in stored.items()
            if key.startswith(prefix)
        }
        entries = [entry for entry, _ in decoded.values()]
        self._entries[partition] = {
            key: (_without_effects(entry), size) for key, (entry, size) in decoded.items()
        }
        return entries

    async def append(self, entry: Entry) -> None:
        """Write an entry, cut to fit, and return once Kafka has it."""
        await self._put(entry.partition, cut(entry))
        small = [
            pair for pair in self._entries[entry.partition].values() if pair[1] < ENTRY_BYTES // 2
        ]
        if len(small) >= MERGE_AT:
            for group in mergeable(small):
                await self._merge(group)

    async def _merge(self, group: list[Entry]) -> None:
        stored = self._stored()
        merged = merge([decode(stored[part.key]) for part in group])
        pieces = list(cut(merged))
        await self._put(merged.partition, pieces)
        parts = {part.key for part in group} - {piece.key for piece in pieces}
        tombstones = [Record(key, None) for key in parts]
        await self._writer.write(JOURNAL, merged.partition, tombstones)
        for key in parts:
            del stored[key]
            del self._entries[merged.partition][key]

    def _stored(self) -> dict[bytes, bytes]:
        """What Faust recovered. Setting a key of the Table itself would write it a second time."""
        store = cast("Store[bytes, bytes]", self._table.data)
        return cast("dict[bytes, bytes]", store.data)

    async def _put(self, partition: int, entries: Iterable[Entry]) -> None:
        encoded = [(entry, entry.encode()) for entry in entries]
        records = [Record(entry.key, value) for entry, value in encoded]
        await self._writer.write(JOURNAL, partition, records)
        for entry, value in encoded:
            self._stored()[entry.key] = value
            self._entries[partition][entry.key] = (_without_effects(entry), len(value))


def _without_effects(entry: Entry) -> Entry:
    """The entry's run of offsets alone; the effects are in the state."""
    return Entry(entry.partition, entry.after, entry.last, [])
