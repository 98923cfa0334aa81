"""The journal in Kafka: a Faust Table, recovered by Faust, written ahead of everything else.

Entries are written here and not by Faust's own producer, which acknowledges later than a step can
wait for and is not idempotent; Faust recovers the Table from the same changelog.
"""

from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar, cast

from faust.stores.memory import Store
from faust.types import TableT

from streams import metrics
from streams.journal import (
    MERGE_AT,
    Decoder,
    Entry,
    HasOffset,
    Run,
    cut,
    is_small,
    merge,
    mergeable,
)
from streams.record_writer import Record, RecordWriter
from streams.spill import SpilledMapping

E = TypeVar("E", bound=HasOffset)


class JournalTable(Generic[E]):
    """The entries of the partitions that this worker has; on disk, since the state has it all.

    A partition may go to another worker while something is written of it: what is written then is
    no longer kept here.

    Obligations: `load` before the first `append` of a partition after each assignment, and only
    once Faust has recovered the Table.

    Args:
        table: Faust's.
        changelog: Name of its changelog's topic.
        decoder: For the effects that it holds.
        writer: Writes the entries.
    """

    def __init__(
        self,
        table: TableT[bytes, bytes],
        changelog: str,
        decoder: Decoder[E],
        writer: RecordWriter,
    ) -> None:
        self.name = changelog
        self._decoder = decoder
        self._writer = writer
        # Faust fills the store by itself; setting a key of the Table would write it a second time.
        self._stored = SpilledMapping()
        cast("Store[bytes, bytes]", table.data).data = self._stored
        self._sizes: dict[int, dict[Run, int]] = {}

    def keep(self, partitions: set[int]) -> None:
        """Forget the sizes of what other partitions have: they went to other workers."""
        self._sizes = {p: sizes for p, sizes in self._sizes.items() if p in partitions}
        self._measure()

    def load(self, partition: int) -> Iterator[Entry[E]]:
        """The partition's entries, as recovered, by their first offset and then their last."""
        runs = sorted(run for run in map(Run.from_key, self._stored) if run.partition == partition)
        sizes = self._sizes[partition] = {}
        for run in runs:
            value = self._value(run)
            sizes[run] = len(value)
            yield self._decoder.decode(value)
        self._measure()

    async def append(self, entry: Entry[E]) -> None:
        """Write an entry, cut to fit, and return once Kafka has it."""
        await self._put(entry.partition, cut(entry))
        sizes = self._sizes.get(entry.partition, {})
        if sum(map(is_small, sizes.values())) >= MERGE_AT:
            for group in mergeable(sizes.items()):
                if entry.partition in self._sizes:
                    await self._merge(group)
        self._measure()

    async def _merge(self, group: list[Run]) -> None:
        merged = merge([self._decoder.decode(self._value(run)) for run in group])
        pieces = list(cut(merged))
        await self._put(merged.partition, pieces)
        parts = set(group) - {piece.run for piece in pieces}
        tombstones = [Record(run.key, None) for run in parts]
        await self._writer.write(self.name, merged.partition, tombstones)
        sizes = self._sizes.get(merged.partition, {})
        for run in parts & sizes.keys():
            del self._stored[run.key]
            del sizes[run]

    def _measure(self) -> None:
        entries = sum(map(len, self._sizes.values()))
        size = sum(sum(sizes.values()) for sizes in self._sizes.values())
        metrics.JOURNAL_ENTRIES.labels(self.name).set(entries)
        metrics.JOURNAL_BYTES.labels(self.name).set(size)

    def _value(self, run: Run) -> bytes:
        value = self._stored[run.key]
        assert value is not None  # noqa: S101 - Faust removes what a tombstone deletes
        return value

    async def _put(self, partition: int, entries: Iterable[Entry[E]]) -> None:
        encoded = [(entry.run, entry.encode()) for entry in entries]
        records = [Record(run.key, value) for run, value in encoded]
        await self._writer.write(self.name, partition, records)
        sizes = self._sizes.get(partition)
        if sizes is None:
            return
        for run, value in encoded:
            self._stored[run.key] = value
            sizes[run] = len(value)
