"""Writing the streams' records to their tables, as the bytes that they already are."""

import asyncio
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate

import structlog
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import DatabaseError, Error, OperationalError

from sinks import metrics
from sinks.connection import connect

MAX_INSERT_BYTES = 16 * 1024 * 1024
MAX_INSERT_ROWS = 500_000
FIRST_WAIT_SECONDS = 0.2
LONGEST_WAIT_SECONDS = 30.0

# A key that the table lacks, or a null where it takes none, is an error and no silent default
# (but for numbers, for which ClickHouse reads null as 0).
_SETTINGS = {"input_format_skip_unknown_fields": 0, "input_format_null_as_default": 0}

# ClickHouse's ErrorCodes that pass by themselves.
_PASSING = frozenset(
    {
        159,  # TIMEOUT_EXCEEDED
        202,  # TOO_MANY_SIMULTANEOUS_QUERIES
        209,  # SOCKET_TIMEOUT
        210,  # NETWORK_ERROR
        225,  # NO_ZOOKEEPER
        236,  # ABORTED: the server is shutting down
        241,  # MEMORY_LIMIT_EXCEEDED
        242,  # TABLE_IS_READ_ONLY
        243,  # NOT_ENOUGH_SPACE
        252,  # TOO_MANY_PARTS
        285,  # TOO_FEW_LIVE_REPLICAS
        319,  # UNKNOWN_STATUS_OF_INSERT
        394,  # QUERY_WAS_CANCELLED
        999,  # KEEPER_EXCEPTION
    }
)
_COLUMN = re.compile(r"while reading the value of key (\w+)|Unknown field found .*?: (\w+)")
_ROW = re.compile(r"at row (\d+)")

_log = structlog.get_logger(__name__)


class WriteError(Exception):
    """ClickHouse refused the rows and would refuse them again. The message repeats no content."""


class Writer:
    """Writes batches of records, whatever it takes. One task uses it at a time.

    Args:
        url: As `sinks.connection.connect` takes it. The connection is opened by the first write.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._client: Client | None = None

    async def write(self, rows: Mapping[str, Sequence[bytes]]) -> None:
        """Insert JSON objects into the tables named; when it returns, ClickHouse has them all.

        Tables are written one after the other, in the mapping's order. While ClickHouse cannot be
        reached or is overloaded, this waits and tries again, without limit; what was written
        before is then written once more, which the tables replace.

        Args:
            rows: Per table its records, each one JSON object whose keys are columns.

        Raises:
            WriteError: A row, a table or the password is wrong. Some rows may be written.
        """
        for table, records in rows.items():
            for start, end in _cuts(records):
                await self._insert(table, b"\n".join(records[start:end]), end - start)

    async def close(self) -> None:
        """Close the connection."""
        client, self._client = self._client, None
        if client is not None:
            await asyncio.to_thread(client.close)

    async def _insert(self, table: str, block: bytes, count: int) -> None:
        wait = FIRST_WAIT_SECONDS
        while True:
            try:
                with metrics.INSERT_SECONDS.labels(table).time():
                    await asyncio.to_thread(self._insert_once, table, block)
            except Error as error:
                if not _passes(error):
                    raise _write_error(table, count, error) from None
                metrics.RETRIES.labels(table).inc()
                _log.warning(
                    "clickhouse_unavailable",
                    table=table,
                    rows=count,
                    code=error.code,
                    reason=error.name or type(error).__name__,
                    wait_seconds=round(wait, 1),
                )
            else:
                metrics.ROWS.labels(table).inc(count)
                return
            await asyncio.sleep(wait)
            wait = min(2 * wait, LONGEST_WAIT_SECONDS)

    def _insert_once(self, table: str, block: bytes) -> None:
        if self._client is None:
            self._client = connect(self._url)
        self._client.raw_insert(table, insert_block=block, fmt="JSONEachRow", settings=_SETTINGS)


def _cuts(records: Sequence[bytes]) -> Iterator[tuple[int, int]]:
    """Ranges of records, each within the limits of one insert; a larger record stands alone."""
    ends = list(accumulate(map(len, records), initial=0))
    start = 0
    while start < len(records):
        fits = bisect_right(ends, ends[start] + MAX_INSERT_BYTES) - 1
        end = min(max(fits, start + 1), start + MAX_INSERT_ROWS)
        yield start, end
        start = end


def _passes(error: Error) -> bool:
    """Whether a retry can help. Without ClickHouse's code the error is the way's, or a proxy's."""
    if error.code is None:
        return type(error) in (OperationalError, DatabaseError)
    return error.code in _PASSING


def _write_error(table: str, count: int, error: Error) -> WriteError:
    """Says where it is wrong; ClickHouse's own message quotes the row, and is left out."""
    message = str(error)
    column, row = _COLUMN.search(message), _ROW.search(message)
    where = f"table {table}, {count:,} rows"
    if row:
        where += f", row {row.group(1)} of them"
    if column:
        where += f", column {column.group(1) or column.group(2)}"
    return WriteError(f"{where}: ClickHouse refuses them, {error.name} (code {error.code})")
