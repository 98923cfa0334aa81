"""A multimap from 64-bit hashes to 32-bit numbers, in 12 bytes an entry.

A Python dict takes about 110 bytes for the same. So what is recent sits in a dict, and what is
older in a few sorted runs, which are merged as they grow (a log-structured merge: O'Neil et al.
1996). Runs are searched for many keys at once, which is what makes them fast.
"""

from array import array
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from xxhash import xxh3_64_intdigest

RECENT_ENTRIES = 65_536
"""Entries that the dict holds before they become a run."""

RUN_ENTRIES = 2_000_000
"""Entries that pile up before they become a run, where nobody looks for them: in recovery."""

MISSING = 0xFFFFFFFF
"""What stands for no number."""


def hash64(*parts: str) -> int:
    """64 bits that stand for the parts together (XXH3), in their order and apart from each other.

    By the birthday bound, two of 16 million differing keys share one with probability 7e-6.
    """
    return xxh3_64_intdigest("\x00".join(parts).encode())


_Run: TypeAlias = tuple[NDArray[np.uint64], NDArray[np.uint32]]

# Sorts while recovery goes on reading: NumPy does it without Python's lock.
_SORTER = ThreadPoolExecutor(1, "sorter")


class HashIndex:
    """Numbers by hash. A key may have several; they are found in the order of being added."""

    def __init__(self) -> None:
        self._keys = array("Q")
        self._numbers = array("I")
        # What is recent by key, as far as anybody asked: recovery only adds. Plain numbers, which
        # Python's garbage collector passes over; those after the first of a key are apart.
        self._recent: dict[int, int] = {}
        self._further: dict[int, list[int]] = {}
        self._known = 0
        self._runs: list[_Run] = []
        self._sorting: list[Future[_Run]] = []

    def __len__(self) -> int:
        self._await_sorting()
        return len(self._keys) + sum(len(keys) for keys, _ in self._runs)

    def add(self, key: int, number: int) -> None:
        """Add a number under a key.

        Runs do not change by it, so that what `search` found holds; see `settle`.
        """
        self._keys.append(key)
        self._numbers.append(number)

    def extend(self, keys: Iterable[int], numbers: Iterable[int]) -> None:
        """Add a number under each of some keys, as `add` does."""
        self._keys.extend(keys)
        self._numbers.extend(numbers)

    def extend_each(self, keys: Sequence[bytes], numbers: Sequence[int]) -> None:
        """Add each number under several keys: 8 bytes a key, in the machine's order."""
        self._keys.frombytes(b"".join(keys))
        for some, number in zip(keys, numbers, strict=True):
            self._numbers.extend(array("I", [number]) * (len(some) // 8))

    def recent(self, *keys: int) -> list[int]:
        """The numbers of some keys that are in no run yet."""
        self._learn()
        found = [self._recent[key] for key in keys if key in self._recent]
        if self._further:
            found += [number for key in keys for number in self._further.get(key, ())]
        return found

    def count_recent(self, key: int) -> int:
        """How many numbers of a key are in no run yet."""
        self._learn()
        return (key in self._recent) + len(self._further.get(key, ()))

    def _learn(self) -> None:
        recent = self._recent
        for place in range(self._known, len(self._keys)):
            key, number = self._keys[place], self._numbers[place]
            if key in recent:
                self._further.setdefault(key, []).append(number)
            else:
                recent[key] = number
        self._known = len(self._keys)

    def numbers(self, key: int) -> list[int]:
        """All numbers of a key."""
        _, found = self.search(np.array([key], np.uint64))
        return [*found.tolist(), *self.recent(key)]

    def search(self, keys: NDArray[np.uint64]) -> tuple[NDArray[np.intp], NDArray[np.uint32]]:
        """Look the keys up in the runs.

        Returns:
            Two arrays of one length, ordered by the first: positions in `keys`, and the numbers
            found there.
        """
        self._await_sorting()
        places: list[NDArray[np.intp]] = []
        found: list[NDArray[np.uint32]] = []
        if not self._runs or not len(keys):
            return np.empty(0, np.intp), np.empty(0, np.uint32)
        # Sorted keys walk through a run instead of jumping about in it: six times as fast.
        ascending = keys.argsort()
        keys = keys[ascending]
        for run_keys, run_numbers in self._runs:
            low = run_keys.searchsorted(keys, "left")
            hits = np.flatnonzero(run_keys[np.minimum(low, len(run_keys) - 1)] == keys)
            if not len(hits):
                continue
            low = low[hits]
            counts = run_keys.searchsorted(keys[hits], "right") - low
            ends = counts.cumsum()
            steps = np.arange(ends[-1]) - np.repeat(ends - counts, counts)
            places.append(np.repeat(hits, counts))
            found.append(run_numbers[np.repeat(low, counts) + steps])
        if not places:
            return np.empty(0, np.intp), np.empty(0, np.uint32)
        place, number = np.concatenate(places), np.concatenate(found)
        place = ascending[place]
        order = place.argsort(kind="stable")
        return place[order], number[order]

    def first(self, keys: NDArray[np.uint64]) -> NDArray[np.uint32]:
        """For each key the first number that the runs have, or `MISSING`."""
        result = np.full(len(keys), MISSING, np.uint32)
        place, number = self.search(keys)
        if len(place):
            firsts = np.flatnonzero(np.diff(place, prepend=-1))
            result[place[firsts]] = number[firsts]
        return result

    def last(self, keys: NDArray[np.uint64]) -> NDArray[np.uint32]:
        """For each key the number that was added last, or `MISSING`."""
        result = np.full(len(keys), MISSING, np.uint32)
        place, number = self.search(keys)
        result[place] = number
        for position, key in enumerate(keys.tolist()):
            if recent := self.recent(key):
                result[position] = recent[-1]
        return result

    def settle(self) -> None:
        """Turn what is recent into a run where there is enough of it; between batches."""
        if self._known >= RECENT_ENTRIES:
            self._flush()
            self._merge_alike()
        elif len(self._keys) >= RUN_ENTRIES:
            self._sorting.append(_SORTER.submit(_sorted_run, *self._take()))

    def pack(self) -> None:
        """Make one run of everything: after a recovery, once for all that it added."""
        self._flush()
        self._merge(len(self._runs))

    def _flush(self) -> None:
        self._await_sorting()
        if len(self._keys):
            self._runs.append(_sorted_run(*self._take()))

    def _take(self) -> "_Run":
        """What is recent, which thereby is so no more."""
        taken = np.array(self._keys, np.uint64), np.array(self._numbers, np.uint32)
        self._keys, self._numbers = array("Q"), array("I")
        self._recent, self._further, self._known = {}, {}, 0
        return taken

    def _await_sorting(self) -> None:
        if self._sorting:
            self._runs += [run.result() for run in self._sorting]
            self._sorting.clear()

    def _merge_alike(self) -> None:
        # As a binary counter: few runs, and each entry is merged seldom.
        while len(self._runs) > 1 and len(self._runs[-2][0]) <= len(self._runs[-1][0]):
            self._merge(2)

    def _merge(self, count: int) -> None:
        """Make one run of the last so many."""
        if count > 1:
            keys, numbers = zip(*self._runs[-count:], strict=True)
            del self._runs[-count:]
            merged = np.concatenate(keys), np.concatenate(numbers)
            del keys, numbers
            self._runs.append(_sorted_run(*merged))


def _sorted_run(keys: NDArray[np.uint64], numbers: NDArray[np.uint32]) -> _Run:
    """A run: by key, and numbers of one key in the order given."""
    order = keys.argsort(kind="stable")
    return keys[order], numbers[order]
