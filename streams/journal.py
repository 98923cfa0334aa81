"""The journal: what the worker would remember after a crash, as entries in a Faust Table.

An entry holds the effects of a run of offsets, `after` < offset <= `last`, and is acknowledged by
Kafka before anything else of its batch is. Entries of a partition form a chain. Two workers that
for a moment both believe to own a partition write entries that overlap, with the same effects for
the same offsets, so that folding skips what it has (a paused worker is the usual cause).

Merging keeps the changelog as long as the state, not as the history: a merged entry is written and
acknowledged first, then its parts are deleted; between the two they overlap, which folding skips.
"""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from streams.effects import Effect
from streams.state import PartitionState

ENTRY_BYTES = 512 * 1024
"""Where entries are cut, well under Kafka's usual limit of 1 MiB per message."""

MERGE_AT = 64
"""Entries smaller than half an `ENTRY_BYTES` that are allowed to pile up before a merge."""


class JournalError(Exception):
    """The journal cannot be what this worker, or another of its group, has written."""


class Entry(msgspec.Struct, array_like=True):
    """The effects of the offsets after `after`, up to and including `last`."""

    partition: int
    after: int
    last: int
    effects: list[Effect]

    @property
    def key(self) -> bytes:
        """The Table key. It names the whole run: one that overlaps never replaces another."""
        return f"{self.partition}:{self.after + 1}-{self.last}".encode()

    def encode(self) -> bytes:
        """The Table value, as MessagePack."""
        return _ENCODER.encode(self)


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(Entry)


def decode(value: bytes) -> Entry:
    """Read a Table value.

    Raises:
        JournalError: It is not an entry.
    """
    try:
        return _DECODER.decode(value)
    except msgspec.MsgspecError as error:
        raise JournalError(f"journal: an entry cannot be read: {error}") from error


def cut(entry: Entry, limit: int = ENTRY_BYTES) -> Iterator[Entry]:
    """Cut an entry into a chain of entries whose encoded size is at most `limit` bytes.

    Raises:
        JournalError: A single effect is larger than the limit.
    """
    if len(entry.encode()) <= limit:
        yield entry
        return
    if len(entry.effects) <= 1:
        raise JournalError(f"journal: the effect of offset {entry.last} is over {limit:,} bytes")
    middle = len(entry.effects) // 2
    between = entry.effects[middle - 1].offset
    left = Entry(entry.partition, entry.after, between, entry.effects[:middle])
    right = Entry(entry.partition, between, entry.last, entry.effects[middle:])
    yield from cut(left, limit)
    yield from cut(right, limit)


def catch_up(state: PartitionState, entries: Iterable[Entry]) -> None:
    """Fold into the state what the entries of its partition have beyond its position.

    Raises:
        JournalError: The chain has a hole: offsets that no entry covers.
    """
    for entry in sorted(entries, key=lambda entry: (entry.after, entry.last)):
        if entry.last <= state.position:
            continue
        if entry.after > state.position:
            raise JournalError(
                f"journal of partition {entry.partition}: nothing covers offsets"
                f" {state.position + 1} to {entry.after}"
            )
        for effect in entry.effects:
            state.fold(effect)
        state.position = entry.last


def merge(entries: Sequence[Entry]) -> Entry:
    """One entry for a chain of entries, which may overlap, of one partition."""
    ordered = sorted(entries, key=lambda entry: (entry.after, entry.last))
    effects: list[Effect] = []
    last = ordered[0].after
    for entry in ordered:
        effects.extend(effect for effect in entry.effects if effect.offset > last)
        last = max(last, entry.last)
    return Entry(ordered[0].partition, ordered[0].after, last, effects)


def mergeable(sizes: Sequence[tuple[Entry, int]]) -> list[list[Entry]]:
    """Groups of neighbouring entries, each worth one entry of `ENTRY_BYTES`.

    Args:
        sizes: Entries of one partition with the bytes of each when encoded.
    """
    groups: list[list[Entry]] = []
    group: list[Entry] = []
    filled = 0
    for entry, size in sorted(sizes, key=lambda pair: (pair[0].after, pair[0].last)):
        if filled + size > ENTRY_BYTES:
            groups.append(group)
            group, filled = [], 0
        group.append(entry)
        filled += size
    groups.append(group)
    return [group for group in groups if len(group) > 1]
