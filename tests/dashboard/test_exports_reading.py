"""Exports of what ClickHouse really gives, in every view and format."""

import csv
import io
import json
import re
from datetime import UTC, datetime
from zipfile import ZipFile

import openpyxl
import pyarrow.parquet as pq
import pytest

from dashboard.exports import About, Format, View, dictionary, exported
from dashboard.exports.open_data import open_data
from dashboard.i18n import Words
from schemas.policy import Letters
from schemas.records import Kind
from sinks.answers import waiting
from sinks.connection import connect
from sinks.letters import letters
from sinks.migrate import migrate
from sinks.people import ambassadors, awards, suspects
from sinks.reading.contributions import blocks
from sinks.reading.filters import Filters, State
from sinks.reading.mixes import timeline
from sinks.reading.overview import overview, topics
from sinks.reading.responses import responses
from tests.fixtures.clickhouse import execute
from tests.sinks.rows import (
    contribution,
    day,
    dominance,
    flag,
    insert,
    letter,
    moment,
    pseudonym,
    recognition,
    standing,
    summary,
)

ABOUT = About("parks", "Parks", "", datetime(2026, 3, 5, 12, tzinfo=UTC), "CC-BY-4.0")
EVERY = Filters(state=State.ALL)
VISIBILITIES = ("private",)
ENGLISH = Words("en")
READING = {
    "consultations": lambda client: overview(client, ["parks"]),
    "topics": lambda client: topics(client, "parks"),
    "contributions": lambda client: [
        row for block in blocks(client, "parks", EVERY) for row in block
    ],
    "days": lambda client: timeline(client, "parks", EVERY),
    "letters": lambda client: letters(
        client, "parks", None, VISIBILITIES, rules=Letters(burst_senders=2)
    ),
    "suspects": lambda client: list(
        dictionary.appearances(suspects(client, "parks", VISIBILITIES))
    ),
    "waiting": lambda client: waiting(
        client, datetime(2026, 3, 5, tzinfo=UTC), visibilities=VISIBILITIES
    ),
    "ambassadors": lambda client: ambassadors(client, "parks", VISIBILITIES),
    "awards": lambda client: awards(client, "parks", VISIBILITIES),
    "responses": lambda client: [
        {"topic": "trees", **row} for row in responses(client, "parks", "trees")
    ],
}


@pytest.fixture(scope="module")
def client(clickhouse_server):
    """A client of the tables, with something in each that a view reads."""
    name = "exports"
    execute(clickhouse_server, f"CREATE DATABASE {name}")
    client = connect(clickhouse_server.removesuffix("/isegoria") + f"/{name}")
    migrate(client)
    insert(
        client,
        Kind.CONTRIBUTION,
        contribution(0, text="=Trees", stance="for", attachments=["file-1", "file-2"]),
        contribution(1, text="=Trees", participant=pseudonym(2), verdict="campaign", root_offset=0)
        | {"occurred_at": moment(0), "recorded_at": moment(20_000)},
        contribution(2, text="Gone", participant=""),
        contribution(3, participant=pseudonym(2), reply_to="c0", topic="trees"),
        contribution(4, participant=pseudonym(2), topic="benches"),
        contribution(5, topic="benches"),
    )
    insert(client, Kind.STANDING, standing(2, 6, withdrawn=1))
    insert(client, Kind.SUMMARY, summary(6, title="Trees", voices=2, contributions=3, letters=1))
    insert(client, Kind.DAY, day("2024-03-01"))
    insert(client, Kind.LETTER, letter(0))
    insert(client, Kind.RECOGNITION, recognition(7))
    flags = [flag(pseudonym(2), "Wrote most.")]
    insert(client, Kind.DOMINANCE, dominance("trees", flags), dominance("", flags))
    insert(
        client,
        Kind.RESPONSE,
        {
            "partition": 0,
            "offset": 8,
            "consultation": "parks",
            "topic": "trees",
            "response": "r-1",
            "source": "/team",
            "event_id": "e8",
            "owner": "Gardens",
            "text": "We plant.",
            "url": "",
            "occurred_at": moment(8),
            "redelivered": 0,
        },
    )
    yield client
    client.close()
    execute(clickhouse_server, f"DROP DATABASE {name} SYNC")


@pytest.fixture(params=READING)
def read(request, client):
    """A view, and its rows as the page shows them."""
    rows = READING[request.param](client)
    assert rows
    return dictionary.TABLES[request.param], [dict(row) for row in rows]


def made(read, as_format):
    table, rows = read
    return b"".join(exported(View(table, iter([rows])), as_format, ABOUT, ENGLISH))


def test_json_has_what_was_read(read):
    document = json.loads(made(read, Format.JSON))

    assert read[1] == document["rows"]


def test_csv_has_a_line_for_every_row_that_was_read(read):
    table, rows = read
    text = made(read, Format.CSV).decode("utf-8-sig")
    [header, *found] = csv.reader(io.StringIO(text, newline=""))

    assert [column.name for column in table.columns] == header
    assert len(rows) == len(found)


def test_parquet_has_every_number_and_text_that_was_read(read):
    table, rows = read
    found = pq.read_table(io.BytesIO(made(read, Format.PARQUET))).to_pylist()
    alike = [column.name for column in table.columns if column.kind in {"text", "integer", "share"}]

    assert [[row[name] for name in alike] for row in rows] == [
        [row[name] for name in alike] for row in found
    ]


def test_parquet_has_every_time_that_was_read(read):
    table, rows = read
    found = pq.read_table(io.BytesIO(made(read, Format.PARQUET))).to_pylist()

    for column in table.columns:
        if column.kind == "moment":
            times = [row[column.name] for row in rows]
            assert [time and datetime.fromisoformat(time) for time in times] == [
                row[column.name] for row in found
            ]


def test_xlsx_has_a_line_for_every_row_that_was_read(read):
    book = openpyxl.load_workbook(io.BytesIO(made(read, Format.XLSX)))

    assert len(read[1]) + 1 == book.worksheets[0].max_row


def test_open_data_of_all_views_has_no_pseudonym_and_no_withdrawn_text(client):
    views = [
        View(dictionary.TABLES[name], iter([list(rows(client))])) for name, rows in READING.items()
    ]
    content = b"".join(open_data(views, ABOUT, ENGLISH))

    with ZipFile(io.BytesIO(content)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    assert 2 * len(READING) + 3 == len(files)
    for name, content in files.items():
        table = pq.read_table(io.BytesIO(content)) if name.endswith(".parquet") else content
        assert re.search(r"p-[0-9a-f]{32}|Gone|file-1", str(table)) is None, name
    assert b"person-" in files["contributions.csv"]
    assert b",'=Trees," in files["contributions.csv"]
