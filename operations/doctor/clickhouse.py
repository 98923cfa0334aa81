"""Looks at ClickHouse: version, tables, clock, disks."""

from contextlib import closing

from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import Error as ClickHouseError
from clickhouse_connect.driver.exceptions import OperationalError

from operations.doctor import clocks
from operations.doctor.finding import Finding, Remedies, not_looked_at, ok, wrong
from operations.doctor.room import Room, room
from operations.exporter.clickhouse import disks
from sinks.address import read_url
from sinks.connection import connect
from sinks.migrate import SchemaError, pending

CLICKHOUSE = "ClickHouse"
VERSION = "version of ClickHouse"
MIGRATIONS = "migrations"
DISKS = "disks of ClickHouse"

CHECKS = (CLICKHOUSE, VERSION, MIGRATIONS, clocks.CLICKHOUSE_CLOCK, DISKS)

OLDEST = (26, 3)
"""The release with `caseFoldUTF8`, by which letters, key terms and the dashboard's search compare
texts; of what the queries here use, `system.functions.introduced_in` names nothing later."""

_QUERY_SECONDS = 10


def examine(url: str, remedies: Remedies) -> list[Finding]:
    """Every check of ClickHouse; where it does not answer, that and what could not be looked at.

    Args:
        url: Of the database with the tables.
        remedies: What has the server answer, and brings its tables up to date.
    """
    try:
        with closing(connect(url, query_seconds=_QUERY_SECONDS)) as client:
            return [
                ok(CLICKHOUSE, f"{place(url)} answers, database {client.database}"),
                version(str(client.server_version)),
                migrations(client, remedies.worker),
                _clock(client),
                _disks(client),
            ]
    except OperationalError:
        says, short = f"{place(url)} does not answer", "ClickHouse does not answer"
    except ClickHouseError as error:
        says, short = f"{place(url)} refuses: {error}".splitlines()[0], "ClickHouse refuses"
    except ValueError as error:
        says = short = str(error)
    return [wrong(CLICKHOUSE, says, remedies.server), *not_looked_at(CHECKS[1:], short)]


def place(url: str) -> str:
    """Host and port of a URL, without user and password.

    Raises:
        ValueError: The URL is none.
    """
    found = read_url(url)
    return f"{found.host}:{found.port}"


def version(found: str) -> Finding:
    """Whether the server knows all that is asked of it.

    Args:
        found: Its version, such as `26.9.2.1`.
    """
    oldest = ".".join(map(str, OLDEST))
    if tuple(int(part) for part in found.split(".")[:2]) < OLDEST:
        return wrong(VERSION, f"{found} is older than {oldest}", f"upgrade it to {oldest} or newer")
    return ok(VERSION, f"{found}, at least {oldest}")


def migrations(client: Client, start: str) -> Finding:
    """Whether the tables are those that this version was written for.

    Args:
        client: Of their database; nothing is changed.
        start: The command that applies what is not applied.
    """
    try:
        waiting = pending(client)
    except SchemaError as error:
        return wrong(MIGRATIONS, str(error), "install the version of Isegoria that made the tables")
    if waiting:
        return wrong(MIGRATIONS, f"not applied: {', '.join(waiting)}", start)
    return ok(MIGRATIONS, "all are applied")


def _clock(client: Client) -> Finding:
    before = clocks.now()
    seconds = client.query("SELECT toFloat64(now64(6))").result_rows[0][0]
    return clocks.clickhouse_clock(before, clocks.at(seconds), clocks.now())


def _disks(client: Client) -> Finding:
    found = {disk.name: Room(disk.free, disk.size) for disk in disks(client)}
    return room(DISKS, found, "make room on the server's disks, or add one")
