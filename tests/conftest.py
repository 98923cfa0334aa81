"""Fixtures that every room shares: a real Kafka and a real ClickHouse, once per test run."""

pytest_plugins = ["tests.fixtures.kafka", "tests.fixtures.clickhouse"]
