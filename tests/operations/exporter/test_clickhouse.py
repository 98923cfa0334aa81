"""What is read of ClickHouse is what the server says."""

import time

import pytest

from operations.exporter.clickhouse import open_clickhouse
from sinks.connection import connect


@pytest.fixture(autouse=True)
def client(clickhouse):
    client = connect(clickhouse)
    client.command("CREATE TABLE filled (n UInt64) ENGINE = MergeTree ORDER BY n")
    client.command("CREATE TABLE empty (n UInt64) ENGINE = MergeTree ORDER BY n")
    client.command("CREATE VIEW seen AS SELECT n FROM filled")
    client.command("SYSTEM STOP MERGES filled")
    for rows in (3, 4):
        client.command(f"INSERT INTO filled SELECT number FROM numbers({rows})")
    yield client
    client.close()


def look(clickhouse):
    with open_clickhouse(clickhouse) as take:
        return take()


def tables(clickhouse):
    return {table.name: table for table in look(clickhouse).tables}


def test_every_table_is_there_and_no_view(clickhouse):
    assert {"filled", "empty"} == tables(clickhouse).keys()


def test_rows_and_parts_are_counted(clickhouse):
    filled = tables(clickhouse)["filled"]
    assert (7, 2) == (filled.rows, filled.parts)


def test_parts_that_were_merged_do_not_count(clickhouse, client):
    client.command("SYSTEM START MERGES filled")
    client.command("OPTIMIZE TABLE filled FINAL")
    assert 1 == tables(clickhouse)["filled"].parts


def test_the_size_is_that_on_disk(clickhouse, client):
    asked = "SELECT total_bytes FROM system.tables WHERE database = currentDatabase() AND name = "
    assert client.command(f"{asked} 'filled'") == tables(clickhouse)["filled"].bytes


def test_the_newest_part_is_from_now(clickhouse):
    assert abs(time.time() - tables(clickhouse)["filled"].modified) < 60


def test_an_empty_table_has_no_part_and_no_time(clickhouse):
    empty = tables(clickhouse)["empty"]
    assert (0, 0, 0, None) == (empty.rows, empty.parts, empty.bytes, empty.modified)


def test_disks_are_those_of_the_server(clickhouse, client):
    sizes = client.query("SELECT name, total_space FROM system.disks").result_rows
    assert sizes == [(disk.name, disk.size) for disk in look(clickhouse).disks]


def test_a_disk_has_room(clickhouse):
    assert all(0 < disk.free <= disk.size for disk in look(clickhouse).disks)
