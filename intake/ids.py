"""Ids for rows that have none, and what a file said before, without holding it in memory.

An id is derived from what a row says and from how many equal rows came before it, so that the same
facts get the same id from whichever kind of file, and a second import is seen as a redelivery. Two
equal rows of one file stay two.
"""

import hashlib
import sqlite3
from collections.abc import Mapping
from datetime import UTC, datetime

import orjson

from schemas.events import ContributionSubmittedData

_HEX_DIGITS = 32
_KEY_BYTES = 16
_CACHE_KIBIBYTES = 16_384


def derived_id(fields: Mapping[str, str], occurrence: int) -> str:
    """The id of a row that has none: `row-` and 128 bits of a SHA-256, in hexadecimal.

    Args:
        fields: What the row says, as `contribution_fields` gives it; their order does not matter.
            A person must be in it as a pseudonym: a hash of a name could be guessed.
        occurrence: 1 for the first of equal rows, 2 for the second, and so on.
    """
    said = orjson.dumps([sorted(fields.items()), occurrence])
    return "row-" + hashlib.sha256(said).hexdigest()[:_HEX_DIGITS]


def contribution_fields(data: ContributionSubmittedData) -> dict[str, str]:
    """What a contribution says apart from its id and consultation, in one spelling per fact.

    Times are in UTC, and a field at its default is left out, so that saying it changes nothing.
    """
    said = data.model_dump(exclude={"consultation", "contribution"}, exclude_defaults=True)
    return {name: value if isinstance(value, str) else _json(value) for name, value in said.items()}


class Seen:
    """What the rows of one file said before: a private SQLite database that grows on disk.

    It vanishes with the object. Memory stays below 20 MB however long the file is.
    """

    def __init__(self) -> None:
        # An empty name is a temporary database on disk (sqlite.org/inmemorydb.html).
        self._database = sqlite3.connect("", isolation_level=None)
        for statement in (
            "PRAGMA journal_mode = OFF",
            f"PRAGMA cache_size = -{_CACHE_KIBIBYTES}",
            "CREATE TABLE seen (key BLOB PRIMARY KEY, count INTEGER, said BLOB) WITHOUT ROWID",
            "BEGIN",
        ):
            self._database.execute(statement)

    def occurrence(self, fields: Mapping[str, str]) -> int:
        """How many rows said the same, with this one: 1 for the first."""
        (count,) = self._database.execute(
            "INSERT INTO seen VALUES (?, 1, NULL)"
            " ON CONFLICT DO UPDATE SET count = count + 1 RETURNING count",
            (_key(["row", sorted(fields.items())]),),
        ).fetchone()
        return int(count)

    def conflict(self, kind: str, name: str, said: object, line: int) -> int | None:
        """The line that said something else under a name first; None if there is no such line.

        Args:
            kind: What has the name, such as `contribution`.
            name: The name.
            said: What this line says under it; anything that is JSON.
            line: This line.
        """
        key, digest = _key([kind, name]), _key(said)
        row = self._database.execute(
            "SELECT count, said FROM seen WHERE key = ?", (key,)
        ).fetchone()
        if row is None:
            self._database.execute("INSERT INTO seen VALUES (?, ?, ?)", (key, line, digest))
            return None
        return None if row[1] == digest else int(row[0])

    def close(self) -> None:
        """Give the disk space back."""
        self._database.close()


def _json(value: object) -> str:
    if isinstance(value, datetime):
        value = value.astimezone(UTC)
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


def _key(said: object) -> bytes:
    return hashlib.sha256(orjson.dumps(said)).digest()[:_KEY_BYTES]
