"""Fixtures: tables that a test fills by itself, and somebody who looks at them."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from clickhouse_connect.driver.client import Client
from starlette.testclient import TestClient

from dashboard.config import development
from sinks.connection import connect
from sinks.migrate import migrate
from tests.dashboard.signing_in import config, hashed, sign_in
from tests.dashboard.without_kafka import browsing

PORT = 8600


@pytest.fixture
def made_up(clickhouse: str) -> Iterator[Client]:
    """A client of a fresh database that has the tables."""
    client = connect(clickhouse)
    migrate(client)
    yield client
    client.close()


@pytest.fixture
def site(clickhouse: str, made_up: Client) -> Iterator[TestClient]:
    """Somebody on this machine who looks at these tables: an administrator of everything."""
    del made_up  # Wanted for the tables that it comes with.
    with browsing(clickhouse, development(PORT)) as client:
        yield client


@pytest.fixture
def signed_in(clickhouse: str, made_up: Client) -> Iterator[Callable[[dict[str, str]], TestClient]]:
    """Makes somebody who has signed in and has these roles."""
    del made_up
    with ExitStack() as stack:

        def somebody(grants: dict[str, str]) -> TestClient:
            users = {"ana": {"password": hashed(), "grants": grants}}
            browser = stack.enter_context(browsing(clickhouse, config(users=users)))
            sign_in(browser)
            return browser

        yield somebody
