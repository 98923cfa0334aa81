"""Making and changing the tables: the numbered files of `migrations/`, each applied once.

Two workers may start at the same moment, and ClickHouse has no lock to take. So every statement of
a migration must be one that can run twice (`IF NOT EXISTS`, `ADD COLUMN IF NOT EXISTS`).
"""

import re
from pathlib import Path

from clickhouse_connect.driver.client import Client

_FILES = Path(__file__).parent / "migrations"
_END_OF_STATEMENT = re.compile(r";\s*$", re.MULTILINE)

_TABLE = """
    CREATE TABLE IF NOT EXISTS schema_migrations
    (
        name String,
        applied_at DateTime64(3, 'UTC') DEFAULT now64(3)
    )
    ENGINE = ReplacingMergeTree
    ORDER BY name
    SETTINGS fsync_after_insert = 1
"""


class SchemaError(Exception):
    """The tables are not those that this code was written for."""


def migrate(client: Client) -> list[str]:
    """Bring the client's database up to date.

    Returns:
        The names of the migrations applied now, in order; empty when there was nothing to do.

    Raises:
        SchemaError: The database has a migration that this code does not know.
    """
    client.command(_TABLE)
    names = pending(client)
    for name in names:
        for statement in _END_OF_STATEMENT.split(_migrations()[name].read_text(encoding="utf-8")):
            if statement.strip():
                client.command(statement)
        client.command(
            "INSERT INTO schema_migrations (name) VALUES ({name:String})", parameters={"name": name}
        )
    return names


def pending(client: Client) -> list[str]:
    """The migrations that `migrate` would apply, in order; nothing is changed.

    Raises:
        SchemaError: The database has a migration that this code does not know.
    """
    applied: set[str] = set()
    if client.command("EXISTS TABLE schema_migrations"):
        rows = client.query("SELECT name FROM schema_migrations FINAL").result_rows
        applied = {str(name) for (name,) in rows}
    migrations = _migrations()
    unknown = sorted(applied - migrations.keys())
    if unknown:
        raise SchemaError(
            f"database {client.database!r} has migrations that this version does not know:"
            f" {', '.join(unknown)}. The code is older than the data: run the newer version"
        )
    return [name for name in migrations if name not in applied]


def _migrations() -> dict[str, Path]:
    """The file of each migration, in the order in which they are applied."""
    return {path.stem: path for path in sorted(_FILES.glob("*.sql"))}
