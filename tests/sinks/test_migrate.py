"""The tables: made once, by whoever comes first, and the same as the records."""

import types
import typing
from concurrent.futures import ThreadPoolExecutor

import pytest

from schemas import records
from sinks.connection import connect
from sinks.migrate import SchemaError, migrate
from tests.sinks.conftest import TABLES

RECORDS = {
    "consultations": records.Consultation,
    "topics": records.Topic,
    "contributions": records.Contribution,
    "supports": records.Support,
    "summaries": records.Summary,
}
TIMES = {"opens_at", "closes_at", "occurred_at", "recorded_at", "newest_event"}
KEYS = {
    "consultations": "consultation, partition, offset",
    "topics": "consultation, topic, partition, offset",
    "contributions": "consultation, topic, partition, offset",
    "supports": "consultation, topic, partition, offset",
    "summaries": "consultation, topic",
}
VERSIONS = {
    "consultations": "offset",
    "topics": "offset",
    "contributions": "as_of_offset",
    "supports": "offset",
    "summaries": "as_of_offset",
}


def expected_type(name: str, hint: object) -> str:
    """The family of ClickHouse type that holds what a record says."""
    if isinstance(hint, types.UnionType):
        (inner,) = (part for part in typing.get_args(hint) if part is not type(None))
        return f"Nullable({expected_type(name, inner)})"
    if name in TIMES:
        return "DateTime64(3, 'UTC')"
    families = {str: "String", int: "Int", float: "Float64"}
    families |= {list[str]: "Array(String)", dict[str, str]: "Map(String, String)"}
    return families[hint]


def family(column_type: str) -> str:
    """The same of a column's type."""
    if column_type == "LowCardinality(String)":
        return "String"
    return "Int" if column_type.lstrip("U").startswith("Int") else column_type


def test_the_first_run_applies_everything_and_the_second_nothing(clickhouse):
    client = connect(clickhouse)
    assert migrate(client) == ["0001_tables"]
    assert migrate(client) == []


def test_workers_that_start_at_once_all_succeed(clickhouse):
    clients = [connect(clickhouse) for _ in range(4)]
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(migrate, clients))
    applied = clients[0].query("SELECT name FROM schema_migrations FINAL").result_rows
    assert applied == [("0001_tables",)]


def test_code_older_than_the_data_is_told_so(client):
    client.command("INSERT INTO schema_migrations (name) VALUES ('9999_of_the_future')")
    with pytest.raises(SchemaError, match=r"9999_of_the_future\. The code is older than the data"):
        migrate(client)


@pytest.mark.parametrize("table", TABLES)
def test_columns_are_the_keys_of_the_record(client, table):
    statement = (
        "SELECT name, type FROM system.columns"
        " WHERE database = currentDatabase() AND table = {table:String} ORDER BY position"
    )
    columns = client.query(statement, parameters={"table": table}).result_rows
    hints = typing.get_type_hints(RECORDS[table])
    expected = {name: expected_type(name, hint) for name, hint in hints.items()}
    assert expected == {name: family(kind) for name, kind in columns}


@pytest.mark.parametrize("table", TABLES)
def test_equal_keys_are_replaced_by_version(client, table):
    statement = (
        "SELECT engine_full, sorting_key FROM system.tables"
        " WHERE database = currentDatabase() AND name = {table:String}"
    )
    ((engine, key),) = client.query(statement, parameters={"table": table}).result_rows
    assert engine.startswith(f"ReplacingMergeTree({VERSIONS[table]}) ")
    assert key == KEYS[table]
