"""chDB, one database per process, a connection per request.

Connections share the engine and run in parallel, each with its own settings, current database and
query parameters (chDB's `connect`); opening one takes 0.1 ms.
"""

import re
from collections.abc import Mapping
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from chdb.state.sqlitelike import connect

from embedded.clickhouse.statement import (
    Insert,
    RefusedError,
    output_format,
    quote,
    refuse,
    split_insert,
)

UNKNOWN_SETTING = 115
NOT_IMPLEMENTED = 48
UNKNOWN_EXCEPTION = 1002

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_ERROR = re.compile(r"Code: (\d+)\. DB::Exception: .*", re.DOTALL)
_OF_FORMATTING = re.compile(
    r"[:.]* In scope SELECT formatQuerySingleLine\(.*\)\.(?= \()", re.DOTALL
)
_CHUNK_BYTES = 1024 * 1024

# As a server has it (`SELEC 1` is an error, not a column named SELEC). The size of a query is
# bounded by the size of a request.
_SET_DEFAULTS = "SET implicit_select = 0, max_query_size = 0"


class _Result(Protocol):
    """Of chDB, what is used here."""

    def bytes(self) -> bytes: ...
    def storage_rows_read(self) -> int: ...
    def storage_bytes_read(self) -> int: ...
    def rows_written(self) -> int: ...
    def bytes_written(self) -> int: ...


class _InsertResult(Protocol):
    rows_written: int
    bytes_written: int


class _Inserter(Protocol):
    def append(self, data: memoryview, /) -> None: ...
    def finish(self) -> _InsertResult: ...


class _Connection(Protocol):
    def query(self, query: str, format: str = ..., /) -> _Result: ...  # noqa: A002 (chDB's name)
    def send_insert(
        self,
        query: str,
        format: str,  # noqa: A002 (chDB's name)
        /,
    ) -> AbstractContextManager[_Inserter]: ...
    def close(self) -> None: ...


class EngineError(Exception):
    """ClickHouse's own error: `code` as in its ErrorCodes, the message as a server writes it."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Request:
    """One statement and everything that goes with it.

    `settings` and `parameters` (the latter without `param_`) are texts as in the URL. A `readonly`
    request may read and change settings, nothing else (ClickHouse's `readonly = 2`).
    """

    text: bytes
    database: str
    settings: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)
    default_format: str = "TabSeparated"
    readonly: bool = False


@dataclass(frozen=True)
class Answer:
    """A statement's answer. `format` is None for one that has no rows to give.

    `summary` counts rows and bytes under the names of the header X-ClickHouse-Summary.
    """

    body: bytes
    format: str | None
    summary: Mapping[str, int]


class Engine:
    """The open database. Safe to use from several threads at once."""

    def __init__(self, path: Path, database: str) -> None:
        path.mkdir(parents=True, exist_ok=True)
        self._path = str(path)
        # The engine lives as long as one connection does.
        self._keeps_open: _Connection = connect(self._path)
        self._keeps_open.query(f"CREATE DATABASE IF NOT EXISTS {database}")
        self.version = self._scalar("version()")
        self.timezone = self._scalar("timezone()")

    def close(self) -> None:
        """Close the database; requests must have ended."""
        self._keeps_open.close()

    def run(self, request: Request) -> Answer:
        """Run one statement to its end.

        Raises:
            EngineError: ClickHouse refused it or failed, or it is none that may run here.
        """
        try:
            with closing(connect(self._path)) as connection:
                return _run(connection, request)
        except RefusedError as error:
            message = f"Code: {NOT_IMPLEMENTED}. DB::Exception: {error}. (NOT_IMPLEMENTED)"
            raise self._error(message) from None
        except RuntimeError as error:
            raise self._error(str(error)) from None

    def _error(self, message: str) -> EngineError:
        found = _ERROR.search(message)
        code = int(found.group(1)) if found else UNKNOWN_EXCEPTION
        text = found.group() if found else f"Code: {code}. DB::Exception: {message}"
        version = f"(version {self.version})"
        return EngineError(code, text if version in text else f"{text} {version}")

    def _scalar(self, expression: str) -> str:
        answer = self._keeps_open.query(f"SELECT {expression}", "TSVRaw").bytes()
        return answer.decode().strip()


def _run(connection: _Connection, request: Request) -> Answer:
    connection.query(_SET_DEFAULTS)
    insert = split_insert(request.text)
    statement = f"{insert.head} FORMAT {insert.format}" if insert else _text(request.text)
    canonical = _canonical(connection, statement)
    refuse(canonical)
    connection.query(f"USE `{request.database.replace('`', '``')}`")
    settings = {
        **{f"param_{name}": value for name, value in request.parameters.items()},
        **request.settings,
        **({"readonly": "2"} if request.readonly else {}),
    }
    if settings:
        assignments = [f"{_name(name)} = {quote(value)}" for name, value in settings.items()]
        connection.query(f"SET {', '.join(assignments)}")
    if insert:
        return _insert(connection, insert)
    result = connection.query(statement, request.default_format)
    summary = {
        "read_rows": result.storage_rows_read(),
        "read_bytes": result.storage_bytes_read(),
        "written_rows": result.rows_written(),
        "written_bytes": result.bytes_written(),
    }
    return Answer(result.bytes(), output_format(canonical, request.default_format), summary)


def _insert(connection: _Connection, insert: Insert) -> Answer:
    """Stream the data in; a failure cancels the insert."""
    with connection.send_insert(insert.head, insert.format) as stream:
        for start in range(0, len(insert.data), _CHUNK_BYTES):
            stream.append(insert.data[start : start + _CHUNK_BYTES])
        result = stream.finish()
    summary = {"written_rows": result.rows_written, "written_bytes": result.bytes_written}
    return Answer(b"", None, summary)


def _canonical(connection: _Connection, statement: str) -> str:
    """The statement as ClickHouse's parser writes it; it takes exactly one."""
    try:
        query = f"SELECT formatQuerySingleLine({quote(statement)})"
        answer = connection.query(query, "TSVRaw").bytes()
    except RuntimeError as error:
        raise RuntimeError(_OF_FORMATTING.sub("", str(error))) from None
    return answer.decode(errors="replace").strip()


def _text(text: bytes) -> str:
    try:
        return text.decode()
    except UnicodeDecodeError:
        raise RefusedError(
            "a statement must be UTF-8; binary data follows an INSERT's FORMAT"
        ) from None


def _name(name: str) -> str:
    if not _NAME.fullmatch(name):
        message = f"Unknown setting {quote(name)}. (UNKNOWN_SETTING)"
        raise RuntimeError(f"Code: {UNKNOWN_SETTING}. DB::Exception: {message}")
    return name
