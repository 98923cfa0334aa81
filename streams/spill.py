"""A mapping from bytes to bytes on disk, for what must be kept and is seldom read.

SQLite's temporary database: a file without a name, in TMPDIR, that goes with the process.
"""

import sqlite3
import weakref
from collections.abc import Iterator, MutableMapping

_CACHE_KIBIBYTES = 2048
"""SQLite would keep 500 pages of a temporary database in memory, which are large here."""


class SpilledMapping(MutableMapping[bytes, bytes | None]):
    """Used by one thread at a time."""

    def __init__(self) -> None:
        self._database = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        weakref.finalize(self, self._database.close)
        # It need not outlive the process, nor a crash of it.
        self._database.execute("PRAGMA journal_mode = OFF")
        # Values are large: fewer pages to chain.
        self._database.execute("PRAGMA page_size = 65536")
        self._database.execute(f"PRAGMA cache_size = -{_CACHE_KIBIBYTES}")
        self._database.execute("PRAGMA synchronous = OFF")
        self._database.execute("CREATE TABLE entries (key BLOB PRIMARY KEY, value BLOB)")

    def __getitem__(self, key: bytes) -> bytes | None:
        row = self._database.execute("SELECT value FROM entries WHERE key = ?", (key,)).fetchone()
        if row is None:
            raise KeyError(key)
        value: bytes | None = row[0]
        return value

    def __setitem__(self, key: bytes, value: bytes | None) -> None:
        self._database.execute("INSERT OR REPLACE INTO entries VALUES (?, ?)", (key, value))

    def __delitem__(self, key: bytes) -> None:
        if not self._database.execute("DELETE FROM entries WHERE key = ?", (key,)).rowcount:
            raise KeyError(key)

    def __iter__(self) -> Iterator[bytes]:
        # All at once: a statement that is still open would see what changes under it.
        return iter([key for (key,) in self._database.execute("SELECT key FROM entries")])

    def __len__(self) -> int:
        count: int = self._database.execute("SELECT count(*) FROM entries").fetchone()[0]
        return count
