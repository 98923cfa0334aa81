"""The outbox: events in a file until Kafka has them.

A queue in one SQLite database, and nothing of Kafka but the name of the topic that it is for. What
it holds outlives the process however it ends; only one publisher at a time has it open. It holds
the texts of contributions, so its owner alone may read it, and none are left in it once it is
closed empty.
"""

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from schemas.topics import EVENTS

MAX_OUTBOX_BYTES = 1024 * 1024 * 1024

_APPLICATION_ID = 0x4973_6567  # "Iseg", where SQLite's file format has a place for such a mark
_FORMAT = 2
_SCHEMA = (
    """
    CREATE TABLE events (
        position INTEGER PRIMARY KEY,
        source TEXT NOT NULL,
        id TEXT NOT NULL,
        key TEXT NOT NULL,
        partition INTEGER,
        value BLOB NOT NULL
    )
    """,
    """
    CREATE TABLE refused (
        source TEXT NOT NULL,
        id TEXT NOT NULL,
        reason TEXT NOT NULL,
        key TEXT NOT NULL,
        partition INTEGER,
        value BLOB NOT NULL,
        PRIMARY KEY (source, id)
    )
    """,
    "CREATE TABLE topic (name TEXT NOT NULL)",
    f"PRAGMA application_id = {_APPLICATION_ID}",
    f"PRAGMA user_version = {_FORMAT}",
)
_NO_LIMIT_PAGES = 2**32 - 2  # the most that SQLite allows


class OutboxError(Exception):
    """The outbox cannot be used; the message names the file and says what to do."""


class OutboxFullError(OutboxError):
    """The outbox has reached its limit, or the disk is full; the event was not stored."""


class Outgoing(NamedTuple):
    """An event on its way to Kafka.

    Attributes:
        source: CloudEvents `source`.
        id: CloudEvents `id`.
        key: The Kafka key.
        partition: The partition that the event names itself; None: the key decides.
        value: The event as JSON.
    """

    source: str
    id: str
    key: str
    partition: int | None
    value: bytes


class Entry(NamedTuple):
    """An event that is held; those stored later have higher positions."""

    position: int
    key: str
    partition: int | None
    value: bytes


class Refused(NamedTuple):
    """An event that was set aside, and why."""

    source: str
    id: str
    reason: str


class Outbox:
    """The queue of one publisher; threads may share it.

    An event is safe from a killed process when `append` returns, and from a power cut when the
    next `sync` does: it is in the operating system's cache before, and on the disk after that.

    Events that are refused for good are set aside in the table `refused`, which keeps them whole.
    Appending an event of the same source and id takes the refused one's place.

    Args:
        path: The file; made when needed, readable by its owner only. A second file of that name
            with `-wal` at its end belongs to it while it is open, and after a crash.
        topic: The Kafka topic of its events, its own for good.
        max_bytes: Largest size of the file. The `-wal` file comes on top, by a few megabytes.

    Raises:
        OutboxError: Another publisher has it open, it is for another topic, or the file is none of
            this format.
    """

    def __init__(
        self, path: Path, *, topic: str = EVENTS, max_bytes: int = MAX_OUTBOX_BYTES
    ) -> None:
        self.path = path
        self._topic = topic
        self._lock = threading.Lock()
        self._max_bytes = max_bytes
        with self._explained():
            path.touch(mode=0o600)
            self._database = sqlite3.connect(
                path, timeout=0, isolation_level=None, check_same_thread=False
            )
            try:
                self._open()
            except BaseException:
                self._database.close()
                raise

    @property
    def held(self) -> int:
        """How many events wait to be sent."""
        return self._held

    def append(self, event: Outgoing) -> int:
        """Store an event behind all others, and return its position.

        Raises:
            OutboxFullError: There is no room.
        """
        with self._lock, self._explained():
            if self._any_refused:
                with self._transaction():
                    self._execute(
                        "DELETE FROM refused WHERE source = ? AND id = ?", (event.source, event.id)
                    )
                    self._insert(event)
            else:
                self._insert(event)
            self._held += 1
            self._last += 1
            return self._last

    def take(self, after: int, *, most_events: int, most_bytes: int) -> list[Entry]:
        """The next events behind a position, oldest first; they stay in the outbox.

        Args:
            after: The position; 0 for the oldest event.
            most_events: How many at most.
            most_bytes: How many bytes of values at most, but for the first event.
        """
        entries: list[Entry] = []
        with self._lock, self._explained():
            rows = self._execute(
                "SELECT position, key, partition, value FROM events"
                " WHERE position > ? ORDER BY position LIMIT ?",
                (after, most_events),
            )
            for entry in map(Entry._make, rows):
                most_bytes -= len(entry.value)
                if entries and most_bytes < 0:
                    break
                entries.append(entry)
        return entries

    def remove(self, positions: Sequence[int]) -> None:
        """Forget events; positions that are not held are passed over."""
        with self._lock, self._explained(), self._transaction():
            removed = self._database.executemany(
                "DELETE FROM events WHERE position = ?", [(position,) for position in positions]
            )
            self._held -= removed.rowcount

    def set_aside(self, position: int, reason: str) -> Refused:
        """Move an event out of the queue into the table of those refused.

        Raises:
            KeyError: No event is held at that position.
        """
        with self._lock, self._explained():
            # It is in the file already, so it may go over the limit for a moment.
            self._limit(_NO_LIMIT_PAGES)
            try:
                with self._transaction():
                    moved = self._execute(
                        "INSERT OR REPLACE INTO refused"
                        " SELECT source, id, ?, key, partition, value FROM events"
                        " WHERE position = ? RETURNING source, id, reason",
                        (reason, position),
                    ).fetchall()
                    if not moved:
                        raise KeyError(position)
                    self._execute("DELETE FROM events WHERE position = ?", (position,))
            finally:
                self._limit(self._max_pages)
            self._held -= 1
            self._any_refused = True
            return Refused(*moved[0])

    def refused(self) -> list[Refused]:
        """The events that were set aside, by this publisher or earlier, oldest first."""
        with self._lock, self._explained():
            rows = self._execute("SELECT source, id, reason FROM refused ORDER BY rowid")
            return [Refused(*row) for row in rows]

    def sync(self) -> None:
        """Have everything stored so far on the disk."""
        with self._lock, self._explained():
            self._execute("PRAGMA wal_checkpoint")

    def close(self) -> None:
        """Let others open it. Closed empty, the file keeps nothing of what it held."""
        with self._lock, self._explained():
            if not self._held and not self._any_refused:
                # Of no use where the disk is full, and no reason to fail.
                with suppress(sqlite3.OperationalError):
                    self._execute("VACUUM")
            self._database.close()

    def _open(self) -> None:
        # The lock is held until the database is closed, or the process ends in any way.
        self._execute("PRAGMA locking_mode = EXCLUSIVE")
        # Read before anything is written: the file may be somebody else's.
        mark, version = self._number("PRAGMA application_id"), self._number("PRAGMA user_version")
        is_new = not self._number("SELECT count(*) FROM sqlite_schema")
        if not is_new and mark != _APPLICATION_ID:
            raise OutboxError(f"{self.path} is a database, but no outbox; choose another file")
        if not is_new and version != _FORMAT:
            raise OutboxError(
                f"outbox {self.path} has format {version}, and this version of Isegoria reads"
                f" {_FORMAT}: let the version that wrote it send what it holds"
            )
        if not is_new:
            self._check_topic()
        self._execute("PRAGMA journal_mode = WAL")
        # Written to the system at each commit and to the disk at each checkpoint.
        self._execute("PRAGMA synchronous = NORMAL")
        if is_new:
            with self._transaction():
                for statement in _SCHEMA:
                    self._execute(statement)
                self._execute("INSERT INTO topic VALUES (?)", (self._topic,))
        self._max_pages = max(1, self._max_bytes // self._number("PRAGMA page_size"))
        self._limit(self._max_pages)
        self._held = self._number("SELECT count(*) FROM events")
        self._last = self._number("SELECT coalesce(max(position), 0) FROM events")
        self._any_refused = bool(self._number("SELECT count(*) FROM refused"))

    def _check_topic(self) -> None:
        topic: str = self._execute("SELECT name FROM topic").fetchone()[0]
        if topic != self._topic:
            raise OutboxError(
                f"outbox {self.path} is for topic {topic}, not {self._topic}: publish to that"
                " topic, or choose another file"
            )

    def _insert(self, event: Outgoing) -> None:
        self._execute(
            "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?)",
            (self._last + 1, event.source, event.id, event.key, event.partition, event.value),
        )

    def _execute(
        self, statement: str, values: Sequence[str | int | bytes | None] = ()
    ) -> sqlite3.Cursor:
        return self._database.execute(statement, values)

    def _number(self, statement: str) -> int:
        number: int = self._execute(statement).fetchone()[0]
        return number

    def _limit(self, pages: int) -> None:
        self._execute(f"PRAGMA max_page_count = {pages}")

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._execute("BEGIN IMMEDIATE")
        try:
            yield
            self._execute("COMMIT")
        except BaseException:
            # SQLite may have ended it by itself, as it does where the disk is full.
            if self._database.in_transaction:
                self._execute("ROLLBACK")
            raise

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise OutboxError(f"outbox {self.path} cannot be made: {error.strerror}") from error
        except sqlite3.Error as error:
            raise self._explain(error) from error

    def _explain(self, error: sqlite3.Error) -> OutboxError:
        code = getattr(error, "sqlite_errorcode", None)
        if code == sqlite3.SQLITE_FULL:
            return OutboxFullError(
                f"outbox {self.path} is full: it may have {self._max_bytes:,} bytes, or the disk"
                " has no more; what it holds is sent as soon as Kafka answers"
            )
        if code == sqlite3.SQLITE_BUSY:
            return OutboxError(
                f"outbox {self.path} is in use by another publisher; give each one its own"
            )
        if code == sqlite3.SQLITE_NOTADB:
            return OutboxError(f"{self.path} is no outbox; choose another file")
        return OutboxError(f"outbox {self.path} cannot be used: {error}")
