"""Rows arrive, all of them, once; and the writer waits for a server that is away."""

import asyncio
from pathlib import Path

import orjson
import pytest
from structlog.testing import capture_logs

import sinks.writer
from sinks.connection import connect
from sinks.migrate import migrate
from sinks.writer import MAX_INSERT_BYTES, WriteError, Writer
from tests.fixtures.clickhouse import PASSWORD, free_port, running_clickhouse, start_clickhouse
from tests.sinks.rows import contribution, support, topic

BLOCK_ROWS = 65_536
COUNTS = "SELECT count(), uniqExact(`offset`), sum(`offset`) FROM supports FINAL"


def lines(*rows: object) -> list[bytes]:
    return [orjson.dumps(row) for row in rows]


def many(count: int) -> list[bytes]:
    row = orjson.dumps(support(0))
    return [row.replace(b'"offset":0', b'"offset":%d' % n) for n in range(count)]


async def test_a_row_reads_back_as_it_was_written(clickhouse, client):
    row = contribution(
        7,
        text='Quotes " and \\ and \n lines, ünï ✓',
        attachments=["plan.pdf", "map.png"],
        demographics={"age": "30-39"},
        recorded_at="2024-03-01T10:00:00.125+02:00",
    )
    await Writer(clickhouse).write({"contributions": lines(row)})
    read = client.raw_query("SELECT * FROM contributions", fmt="JSONEachRow")
    times = {"occurred_at": "2024-03-01 09:07:00.250", "recorded_at": "2024-03-01 08:00:00.125"}
    assert orjson.loads(read) == {**row, **times}


async def test_more_rows_than_a_block_arrive_once_though_written_twice(clickhouse, client):
    rows = {"supports": many(2 * BLOCK_ROWS + 1)}
    writer = Writer(clickhouse)
    await writer.write(rows)
    await writer.write(rows)
    n = 2 * BLOCK_ROWS + 1
    assert client.query(COUNTS).result_rows == [(n, n, n * (n - 1) // 2)]


async def test_equal_blocks_in_a_row_are_not_taken_for_repeats(clickhouse, client):
    writer = Writer(clickhouse)
    await writer.write({"supports": many(10)})
    client.command("TRUNCATE TABLE supports")
    await writer.write({"supports": many(10)})
    assert client.command("SELECT count() FROM supports") == 10


async def test_inserts_are_cut_to_bounded_sizes(clickhouse, client, monkeypatch):
    monkeypatch.setattr(sinks.writer, "MAX_INSERT_ROWS", 1000)
    client.command("SYSTEM STOP MERGES supports")
    await Writer(clickhouse).write({"supports": many(2500)})
    parts = client.query(
        "SELECT rows FROM system.parts WHERE database = currentDatabase() AND table = 'supports'"
        " ORDER BY name"
    )
    assert [rows for (rows,) in parts.result_rows] == [1000, 1000, 500]


def test_cuts_keep_to_the_bytes_and_a_larger_row_stands_alone():
    half, large = bytes(MAX_INSERT_BYTES // 2), bytes(MAX_INSERT_BYTES + 1)
    assert list(sinks.writer._cuts([half, half, half, large, half])) == [
        (0, 2),
        (2, 3),
        (3, 4),
        (4, 5),
    ]


def test_nothing_needs_no_insert():
    assert list(sinks.writer._cuts([])) == []


async def test_a_later_version_of_a_row_replaces_the_earlier(clickhouse, client):
    newer = contribution(1, verdict="resubmitted", as_of_offset=9)
    await Writer(clickhouse).write({"contributions": lines(newer)})
    await Writer(clickhouse).write({"contributions": lines(contribution(1, as_of_offset=1))})
    assert client.query("SELECT verdict FROM contributions FINAL").result_rows == [("resubmitted",)]


@pytest.mark.usefixtures("client")
@pytest.mark.parametrize(
    ("table", "row", "where"),
    [
        ("topics", {**topic(1), "partition": "Anna Muster"}, "row 2 of them, column partition"),
        ("topics", {**topic(1), "titel": "Anna Muster"}, "column titel"),
        ("topics", {**topic(1), "title": None}, "row 2 of them, column title"),
        ("nothing", topic(1), "table nothing"),
    ],
)
async def test_what_cannot_be_mended_is_raised_at_once_and_not_quoted(
    clickhouse, table, row, where
):
    with pytest.raises(WriteError, match=where) as raised:
        await asyncio.wait_for(Writer(clickhouse).write({table: lines(topic(0), row)}), 20)
    assert "Anna" not in str(raised.value)


async def test_a_wrong_password_is_raised_at_once(clickhouse):
    writer = Writer(clickhouse.replace(PASSWORD, "wrong"))
    with pytest.raises(WriteError, match="AUTHENTICATION_FAILED"):
        await asyncio.wait_for(writer.write({"topics": lines(topic(0))}), 20)


async def test_it_waits_for_a_server_that_is_away(tmp_path: Path):
    with running_clickhouse(tmp_path) as url:
        await asyncio.to_thread(lambda: migrate(connect(url)))
    port = free_port()
    url = f"http://isegoria:{PASSWORD}@127.0.0.1:{port}/isegoria"
    with capture_logs() as logs:
        writing = asyncio.create_task(Writer(url).write({"topics": lines(topic(3))}))
        async with asyncio.timeout(20):
            while len(logs) < 2:  # noqa: ASYNC110 (the log has no event to wait for)
                await asyncio.sleep(0.01)
        server = await asyncio.to_thread(start_clickhouse, tmp_path, port)
        try:
            await asyncio.wait_for(writing, 60)
            found = await asyncio.to_thread(
                lambda: connect(url).command("SELECT count() FROM topics")
            )
        finally:
            server.terminate()
            server.wait()
    assert found == 1
    assert [entry["wait_seconds"] for entry in logs[:2]] == [0.2, 0.4]
    assert {entry["event"] for entry in logs} == {"clickhouse_unavailable"}
