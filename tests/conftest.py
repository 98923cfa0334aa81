"""Fixtures that every room shares: a real Kafka, ClickHouse and whole stack, once per test run."""

pytest_plugins = ["tests.fixtures.kafka", "tests.fixtures.clickhouse", "tests.fixtures.stack"]
