"""A migrated database for the sinks' tests."""

import asyncio
from collections.abc import Callable, Iterator

import orjson
import pytest
from clickhouse_connect.driver.client import Client

from sinks.connection import connect
from sinks.migrate import migrate
from sinks.writer import Writer
from tests.sinks.rows import Log

TABLES = ("consultations", "topics", "contributions", "supports", "summaries")


@pytest.fixture
def client(clickhouse: str) -> Iterator[Client]:
    """A client of a fresh database that has the tables."""
    client = connect(clickhouse)
    migrate(client)
    yield client
    client.close()


@pytest.fixture
def store(clickhouse: str, client: Client) -> Callable[[Log], None]:
    """Writes a log's facts, verdicts and summaries, as the streams would."""

    async def write(log: Log) -> None:
        writer = Writer(clickhouse)
        names = ("topics", "contributions", "supports", "summaries")
        await writer.write(
            {name: [orjson.dumps(row) for row in getattr(log, name)] for name in names}
        )
        await writer.close()

    del client  # Wanted for the tables that it comes with.
    return lambda log: asyncio.run(write(log))
