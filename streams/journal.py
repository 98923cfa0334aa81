"""The journal: what the worker would remember after a crash, as entries in a Faust Table.

An entry holds the effects of a run of offsets, `after` < offset <= `last`, and is acknowledged by
Kafka before anything else of its batch is. Entries of a partition form a chain. Two workers that
for a moment both believe to own a partition write entries that overlap, with the same effects for
the same offsets, so that folding skips what it has (a paused worker is the usual cause).

Merging keeps the changelog as long as the state, not as the history: a merged entry is written and
acknowledged first, then its parts are deleted; between the two they overlap, which folding skips.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Generic, NamedTuple, Protocol, Self, TypeVar

import msgspec

FORMAT = 2
"""Number of what entries hold: another one where an effect gets another meaning."""

ENTRY_BYTES = 512 * 1024
"""Where entries are cut, well under Kafka's usual limit of 1 MiB per message."""

MERGE_AT = 64
"""Entries smaller than half an `ENTRY_BYTES` that are allowed to pile up before a merge."""


class JournalError(Exception):
    """The journal cannot be what this worker, or another of its group, has written."""


class HasOffset(Protocol):
    """What an entry is made of: an effect of the event at an offset."""

    offset: int


E = TypeVar("E", bound=HasOffset)
E_contra = TypeVar("E_contra", bound=HasOffset, contravariant=True)


class Foldable(Protocol[E_contra]):
    """A state that effects make; `position` is the offset of the last event folded."""

    position: int

    def fold_all(self, effects: Iterable[E_contra]) -> None:
        """Apply effects, each once: one at or below `position` was applied before."""

    def settle(self) -> None:
        """Put in order what was added; between batches."""

    def take_changes(self) -> object:
        """What is to be told again; from here on it counts as told."""

    def pack(self) -> None:
        """Put in order for good; after a recovery."""


class Run(NamedTuple):
    """The offsets of an entry: those after `after`, up to and including `last`."""

    partition: int
    after: int
    last: int

    @property
    def key(self) -> bytes:
        """The Table key. It names the whole run: one that overlaps never replaces another."""
        return f"{self.partition}:{self.after + 1}-{self.last}".encode()

    @classmethod
    def from_key(cls, key: bytes) -> Self:
        """Read a Table key.

        Raises:
            JournalError: It is none.
        """
        try:
            partition, run = key.split(b":")
            first, last = run.split(b"-")
            return cls(int(partition), int(first) - 1, int(last))
        except ValueError:
            raise JournalError(f"journal: {key!r} is no key of an entry") from None


class Entry(msgspec.Struct, Generic[E], array_like=True, tag=FORMAT):
    """The effects of the offsets after `after`, up to and including `last`."""

    partition: int
    after: int
    last: int
    effects: list[E]

    @property
    def run(self) -> Run:
        """Its offsets."""
        return Run(self.partition, self.after, self.last)

    def encode(self) -> bytes:
        """The Table value, as MessagePack."""
        return _ENCODER.encode(self)


_ENCODER = msgspec.msgpack.Encoder()


class Decoder(Generic[E]):
    """Reads Table values.

    Args:
        effect: The type of the effects, a union of tagged structs.
    """

    def __init__(self, effect: Any) -> None:  # noqa: ANN401 - a union has no type of its own
        self._decoder = msgspec.msgpack.Decoder(Entry[effect])

    def decode(self, value: bytes) -> Entry[E]:
        """Read a Table value.

        Raises:
            JournalError: It is not an entry.
        """
        try:
            return self._decoder.decode(value)
        except msgspec.MsgspecError as error:
            raise JournalError(
                f"journal: an entry cannot be read ({error}); another version of the worker wrote"
                f" it, where this one reads format {FORMAT}: 'isegoria replay' builds the journal"
                " again, from the events"
            ) from error


def cut(entry: Entry[E], limit: int = ENTRY_BYTES) -> Iterator[Entry[E]]:
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


def catch_up(state: Foldable[E], entries: Iterable[Entry[E]]) -> None:
    """Fold into the state what the entries of its partition have beyond its position.

    Nothing of it is to be told: what was acknowledged was told, and what was not comes again.

    Args:
        state: The partition's.
        entries: By `after`, then `last`.

    Raises:
        JournalError: The chain has a hole: offsets that no entry covers.
    """
    for entry in entries:
        if entry.last <= state.position:
            continue
        if entry.after > state.position:
            raise JournalError(
                f"journal of partition {entry.partition}: nothing covers offsets"
                f" {state.position + 1} to {entry.after}"
            )
        state.fold_all(entry.effects)
        state.settle()
        state.take_changes()
        state.position = entry.last
    state.take_changes()
    state.pack()


def merge(entries: Sequence[Entry[E]]) -> Entry[E]:
    """One entry for a chain of entries, which may overlap, of one partition.

    Raises:
        JournalError: They are no chain: offsets between them are in none.
    """
    ordered = sorted(entries, key=lambda entry: (entry.after, entry.last))
    effects: list[E] = []
    last = ordered[0].after
    for entry in ordered:
        if entry.after > last:
            raise JournalError(
                f"journal of partition {entry.partition}: offsets {last + 1} to {entry.after} are"
                " between entries that were to be merged"
            )
        effects.extend(effect for effect in entry.effects if effect.offset > last)
        last = max(last, entry.last)
    return Entry(ordered[0].partition, ordered[0].after, last, effects)


def mergeable(sizes: Iterable[tuple[Run, int]]) -> list[list[Run]]:
    """Groups of small entries next to one another, each worth one entry of `ENTRY_BYTES`.

    Args:
        sizes: All entries of one partition, with the bytes of each when encoded.
    """
    groups: list[list[Run]] = [[]]
    filled = 0
    for run, size in sorted(sizes):
        if is_small(size) and filled + size <= ENTRY_BYTES:
            groups[-1].append(run)
            filled += size
        elif is_small(size):
            groups.append([run])
            filled = size
        else:
            # What comes after a large entry is no neighbour of what comes before it.
            groups.append([])
            filled = 0
    return [group for group in groups if len(group) > 1]


def is_small(size: int) -> bool:
    """Whether an entry of so many bytes is one to merge."""
    return size < ENTRY_BYTES // 2
