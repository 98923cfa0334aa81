"""ClickHouse as the exporter sees it: what its tables hold, and the room on its disks."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial

from clickhouse_connect.driver.client import Client

from sinks.connection import connect

QUERY_SECONDS = 5

# A table without a part has none in system.parts either, and is there all the same.
_TABLES = """
    SELECT
        tables.name,
        sum(parts.rows),
        countIf(parts.active),
        sum(parts.bytes_on_disk),
        maxOrNullIf(toUnixTimestamp(parts.modification_time), parts.active)
    FROM system.tables AS tables
    LEFT JOIN (SELECT * FROM system.parts WHERE active) AS parts
        ON parts.database = tables.database AND parts.table = tables.name
    WHERE tables.database = currentDatabase() AND tables.engine LIKE '%MergeTree'
    GROUP BY tables.name
    ORDER BY tables.name
"""
_DISKS = "SELECT name, free_space, total_space FROM system.disks ORDER BY name"


@dataclass(frozen=True)
class Table:
    """One table of our database, as its active parts are.

    Attributes:
        name: The table.
        rows: In all parts; rows that a later one replaces count until parts are merged.
        parts: How many there are.
        bytes: On disk, compressed.
        modified: When the newest part was written, in seconds since 1970; None without a part.
    """

    name: str
    rows: int
    parts: int
    bytes: int
    modified: int | None


@dataclass(frozen=True)
class Disk:
    """One disk of the server, in bytes."""

    name: str
    free: int
    size: int


@dataclass(frozen=True)
class ClickHouseLook:
    """What one look saw."""

    tables: Sequence[Table]
    disks: Sequence[Disk]


@contextmanager
def open_clickhouse(url: str) -> Iterator[Callable[[], ClickHouseLook]]:
    """Open a connection, and give what looks through it.

    Raises:
        clickhouse_connect.driver.exceptions.Error: ClickHouse does not answer, or takes longer than
            `QUERY_SECONDS`; looking may raise it, too.
    """
    with closing(connect(url, query_seconds=QUERY_SECONDS)) as client:
        yield partial(_look, client)


def disks(client: Client) -> list[Disk]:
    """Every disk that the server stores tables on."""
    return [Disk(*row) for row in client.query(_DISKS).result_rows]


def _look(client: Client) -> ClickHouseLook:
    tables = [Table(*row) for row in client.query(_TABLES).result_rows]
    return ClickHouseLook(tables, disks(client))
