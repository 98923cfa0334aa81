"""The shingle sets of roots, on disk: they are large, and read only to verify a candidate.

The file has no name and goes with the process. It lies where Python's `tempfile` puts it (TMPDIR).
"""

import os
import tempfile
import weakref
from array import array
from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate
from typing import cast

import numpy as np
from numpy.typing import NDArray

_BUFFER_BYTES = 1024 * 1024


class ShingleStore:
    """Shingle sets by number of the root, in ascending order of it."""

    def __init__(self) -> None:
        self._roots = array("I")
        self._ends = array("Q")
        self._unwritten = bytearray()
        self._written = 0
        self._file, name = tempfile.mkstemp(prefix="isegoria-shingles-")
        os.unlink(name)  # noqa: PTH108
        weakref.finalize(self, os.close, self._file)

    def extend(self, roots: Sequence[int], shingles: Sequence[bytes]) -> None:
        """Keep the sets of roots whose numbers rise above all before, as bytes of uint32 each."""
        start = self._written + len(self._unwritten)
        self._unwritten += b"".join(shingles)
        self._roots.extend(roots)
        self._ends.extend(accumulate(map(len, shingles[1:]), initial=start + len(shingles[0])))
        if len(self._unwritten) >= _BUFFER_BYTES:
            while self._unwritten:
                written = os.write(self._file, self._unwritten)
                self._written += written
                del self._unwritten[:written]

    def get(self, root: int) -> NDArray[np.uint32]:
        """The set of a root.

        Raises:
            KeyError: None was kept.
        """
        place = bisect_left(self._roots, root)
        if place == len(self._roots) or self._roots[place] != root:
            raise KeyError(root)
        start, end = self._ends[place - 1] if place else 0, self._ends[place]
        if start >= self._written:
            stored = bytes(self._unwritten[start - self._written : end - self._written])
        else:
            stored = os.pread(self._file, end - start, start)
        return cast("NDArray[np.uint32]", np.frombuffer(stored, np.uint32))
