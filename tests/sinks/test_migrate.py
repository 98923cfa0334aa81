"""The tables: made once, by whoever comes first, and the same as the records."""

import types
import typing
from concurrent.futures import ThreadPoolExecutor

import pytest

from schemas import records
from schemas.records import Kind
from sinks.connection import connect
from sinks.migrate import SchemaError, migrate, pending
from tests.sinks.rows import consultation, contribution, insert, standing

MIGRATIONS = ["0001_tables", "0002_screening_in_full", "0003_redeliveries"]

RECORDS = {
    Kind.CONSULTATION: records.Consultation,
    Kind.TOPIC: records.Topic,
    Kind.CLOSING: records.Closing,
    Kind.MEETING: records.Meeting,
    Kind.CONTRIBUTION: records.Contribution,
    Kind.STANDING: records.Standing,
    Kind.WITHDRAWAL: records.Withdrawal,
    Kind.SUPPORT: records.Support,
    Kind.RESPONSE: records.Response,
    Kind.RECOGNITION: records.Recognition,
    Kind.POLICY: records.Policy,
    Kind.SUMMARY: records.Summary,
    Kind.DAY: records.Day,
    Kind.LETTER: records.Letter,
    Kind.DOMINANCE: records.Dominance,
}
TIMES = {"newest_event"}
FACT = "consultation, topic, partition, offset"
KEYS = {
    Kind.CONSULTATION: "consultation, partition, offset",
    Kind.CLOSING: "consultation, partition, offset",
    Kind.MEETING: "consultation, partition, offset",
    Kind.TOPIC: FACT,
    Kind.CONTRIBUTION: FACT,
    Kind.STANDING: FACT,
    Kind.WITHDRAWAL: FACT,
    Kind.SUPPORT: FACT,
    Kind.RESPONSE: FACT,
    Kind.RECOGNITION: "consultation, partition, offset",
    Kind.POLICY: "partition, offset",
    Kind.SUMMARY: "consultation, topic",
    Kind.DAY: "consultation, topic, day",
    Kind.LETTER: "consultation, topic, root_offset",
    Kind.DOMINANCE: "consultation, topic",
}
VERSIONS = {
    Kind.CONTRIBUTION: "as_of_offset",
    Kind.STANDING: "as_of_offset",
    Kind.SUMMARY: "as_of_offset",
    Kind.DAY: "as_of_offset",
    Kind.LETTER: "as_of_offset",
    Kind.DOMINANCE: "version",
}


def expected_type(name: str, hint: object) -> str:
    """The family of ClickHouse type that holds what a record says."""
    arguments = typing.get_args(hint)
    if isinstance(hint, types.UnionType):
        (inner,) = (part for part in arguments if part is not type(None))
        return f"Nullable({expected_type(name, inner)})"
    if typing.is_typeddict(hint):
        fields = typing.get_type_hints(hint).items()
        return f"Tuple({', '.join(f'{key} {expected_type(key, kind)}' for key, kind in fields)})"
    containers = {list: "Array", dict: "Map", tuple: "Tuple"}
    if container := containers.get(typing.get_origin(hint)):
        return f"{container}({', '.join(expected_type('', part) for part in arguments)})"
    if name in TIMES or name.endswith("_at"):
        return "DateTime64(3, 'UTC')"
    if name == "day":
        return "Date32"
    return {str: "String", int: "Int", float: "Float64"}[hint]


def family(column_type: str) -> str:
    """The same of a column's type."""
    plain = " ".join(column_type.split()).replace("LowCardinality(String)", "String")
    plain = plain.replace("Tuple( ", "Tuple(")
    for bits in (8, 16, 32, 64):
        plain = plain.replace(f"UInt{bits}", "Int").replace(f"Int{bits}", "Int")
    return plain


def test_every_kind_of_record_is_known_here():
    assert set(Kind) == RECORDS.keys() == KEYS.keys()


def test_the_first_run_applies_everything_and_the_second_nothing(clickhouse):
    client = connect(clickhouse)
    assert MIGRATIONS == migrate(client)
    assert [] == migrate(client)


def test_workers_that_start_at_once_all_succeed(clickhouse):
    clients = [connect(clickhouse) for _ in range(4)]
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(migrate, clients))
    applied = clients[0].query("SELECT name FROM schema_migrations FINAL ORDER BY name").result_rows
    assert [(name,) for name in MIGRATIONS] == applied


def test_in_an_empty_database_everything_is_pending(clickhouse):
    assert MIGRATIONS == pending(connect(clickhouse))


def test_what_is_applied_is_not_pending(client):
    client.command("DELETE FROM schema_migrations WHERE name = '0002_screening_in_full'")
    assert ["0002_screening_in_full"] == pending(client)


def test_asking_what_is_pending_changes_nothing(clickhouse):
    client = connect(clickhouse)
    pending(client)
    assert 0 == client.command("EXISTS TABLE schema_migrations")


def test_code_older_than_the_data_is_told_so(client):
    client.command("INSERT INTO schema_migrations (name) VALUES ('9999_of_the_future')")
    with pytest.raises(SchemaError, match=r"9999_of_the_future\. The code is older than the data"):
        migrate(client)


@pytest.mark.parametrize("table", Kind)
def test_columns_are_the_keys_of_the_record(client, table):
    statement = (
        "SELECT name, type FROM system.columns"
        " WHERE database = currentDatabase() AND table = {table:String} ORDER BY position"
    )
    columns = client.query(statement, parameters={"table": table.value}).result_rows
    hints = typing.get_type_hints(RECORDS[table])
    expected = {name: expected_type(name, hint) for name, hint in hints.items()}
    assert expected == {name: family(kind) for name, kind in columns}


@pytest.mark.parametrize("table", Kind)
def test_equal_keys_are_replaced_by_version(client, table):
    statement = (
        "SELECT engine_full, sorting_key FROM system.tables"
        " WHERE database = currentDatabase() AND name = {table:String}"
    )
    ((engine, key),) = client.query(statement, parameters={"table": table.value}).result_rows
    version = VERSIONS.get(table, "offset")
    assert (f"ReplacingMergeTree({version})", KEYS[table]) == (engine.split(" ")[0], key)


def screened(client, columns: str) -> list[tuple]:
    return client.query(f"SELECT {columns} FROM screened ORDER BY `offset`").result_rows


def test_a_contribution_that_nothing_happened_to_is_screened_as_it_came(client):
    insert(client, Kind.CONTRIBUTION, contribution(0), contribution(1, verdict="redelivered"))
    expected = [("original", "", 0, 0, 1, 0), ("redelivered", "", 0, 0, 0, 1)]
    columns = "verdict, refers_to, withdrawn, superseded, live, as_of_offset"
    assert expected == screened(client, columns)


def test_the_last_standing_says_what_holds(client):
    insert(client, Kind.CONTRIBUTION, contribution(0), contribution(1, verdict="campaign"))
    insert(
        client,
        Kind.STANDING,
        standing(0, as_of_offset=5, withdrawn=1),
        standing(1, as_of_offset=5),
        standing(1, as_of_offset=6, superseded=1),
    )
    expected = [("original", 1, 0, 0, 5), ("original", 0, 1, 0, 6)]
    assert expected == screened(client, "verdict, withdrawn, superseded, live, as_of_offset")


def test_the_last_opening_of_a_consultation_says_who_may_read_it(client):
    insert(client, Kind.CONTRIBUTION, contribution(1), contribution(2, consultation="roads"))
    insert(
        client,
        Kind.CONSULTATION,
        consultation(0, visibility="open"),
        consultation(3, visibility="restricted"),
        consultation(4, consultation="roads", visibility="open"),
    )
    assert [("restricted",), ("open",)] == screened(client, "visibility")


def test_a_consultation_that_was_never_opened_is_private(client):
    insert(client, Kind.CONTRIBUTION, contribution(0))
    assert [("private",)] == screened(client, "visibility")
