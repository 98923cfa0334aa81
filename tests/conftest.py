"""Fixtures that every room shares: a real Kafka, ClickHouse and whole stack, once per test run."""

from collections import Counter

import pytest

pytest_plugins = ["tests.fixtures.kafka", "tests.fixtures.clickhouse", "tests.fixtures.stack"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse tests that share an id: of these pytest-xdist runs one alone, and says nothing."""
    if again := [name for name, count in Counter(one.nodeid for one in items).items() if count > 1]:
        raise pytest.UsageError(f"several tests are called {', '.join(again)}")
