"""The export page and its downloads: what they hold, and when they are refused."""

import asyncio
import csv
import io
import json
from collections.abc import Callable
from zipfile import ZipFile

import openpyxl
import pyarrow.parquet as pq
import pytest

from dashboard.access import Viewer
from dashboard.exports import to_xlsx
from dashboard.pages.export import EXPORTS_AT_ONCE, EXPORTS_OF_ONE, SOURCES, UNDER_WAY, AtMost
from schemas.records import Kind
from tests.dashboard.looking import by_id, links_of, page, rows, text_of
from tests.sinks.rows import consultation, contribution, insert, letter, summary

pytest_plugins = ["tests.dashboard.made_up"]

COUNTS = {
    "contributions": "SELECT count() AS n FROM screened"
    " WHERE consultation = {town:String} AND live",
    "days": "SELECT uniqExact(toDate(occurred_at)) AS n FROM screened"
    " WHERE consultation = {town:String} AND live",
    "consultations": "SELECT 1 AS n",
    "topics": "SELECT count() AS n FROM summaries FINAL WHERE consultation = {town:String}",
    "letters": "SELECT count() AS n FROM letters FINAL"
    " WHERE consultation = {town:String} AND senders >= 2",
    "responses": "SELECT count() AS n FROM responses FINAL"
    " WHERE consultation = {town:String} AND NOT redelivered",
    "waiting": "SELECT count() AS n FROM summaries FINAL"
    " WHERE consultation = {town:String} AND answered_at IS NULL AND voices > 0",
    # A row for each topic that a flagged person wrote in, and one for the whole.
    "suspects": "SELECT uniqExact(participant) + uniqExact(participant, topic) AS n FROM screened"
    " WHERE consultation = {town:String} AND live AND role = 'participant' AND participant IN"
    " (SELECT flag.participant FROM dominance FINAL ARRAY JOIN flags AS flag"
    " WHERE consultation = {town:String})",
    "awards": "SELECT count() AS n FROM recognitions FINAL"
    " WHERE consultation = {town:String} AND NOT redelivered",
}


def of_csv(content: bytes) -> list[dict[str, object]]:
    return [dict(row) for row in csv.DictReader(io.StringIO(content.decode("utf-8-sig")))]


def of_xlsx(content: bytes) -> list[dict[str, object]]:
    names, *lines = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0].values
    return [dict(zip(names, line, strict=True)) for line in lines]


def of_parquet(content: bytes) -> list[dict[str, object]]:
    found: list[dict[str, object]] = pq.read_table(io.BytesIO(content)).to_pylist()
    return found


def of_json(content: bytes) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(content)["rows"]
    return found


READ: dict[str, Callable[[bytes], list[dict[str, object]]]] = {
    "csv": of_csv,
    "xlsx": of_xlsx,
    "parquet": of_parquet,
    "json": of_json,
}


@pytest.fixture
def parks(made_up):
    """A consultation with two topics, a letter in one of them, and one that was said in a hall."""
    insert(made_up, Kind.CONSULTATION, consultation(0))
    insert(
        made_up,
        Kind.CONTRIBUTION,
        contribution(1),
        contribution(2, participant="", root_offset=1, verdict="campaign"),
        contribution(3, topic="dogs", mode="offline"),
    )
    insert(made_up, Kind.LETTER, letter(1))
    insert(
        made_up,
        Kind.SUMMARY,
        summary(3, letters=1, contributions=2),
        summary(3, topic="dogs", contributions=1),
    )


@pytest.mark.parametrize("suffix", READ)
@pytest.mark.parametrize("view", SOURCES)
def test_every_view_in_every_format_has_the_rows_of_the_tables(browser, town, tables, view, suffix):
    answer = browser.get(f"/c/{town}/export/{view}.{suffix}")
    assert 200 == answer.status_code
    found = READ[suffix](answer.content)
    assert found
    assert {column.name for column in SOURCES[view].table.columns} == set(found[0])
    if view in COUNTS:
        (expected,) = rows(tables, COUNTS[view], town=town)
        assert expected["n"] == len(found)


@pytest.mark.parametrize("suffix", READ)
def test_filters_narrow_the_rows(browser, town, tables, suffix):
    (expected,) = rows(
        tables,
        "SELECT count() AS n FROM screened WHERE consultation = {town:String} AND live"
        " AND topic = 'heron-lane' AND mode = 'offline'",
        town=town,
    )
    query = "topic=heron-lane&mode=offline"
    found = READ[suffix](browser.get(f"/c/{town}/export/contributions.{suffix}?{query}").content)
    assert expected["n"] == len(found) > 0
    assert {("heron-lane", "offline")} == {(row["topic"], row["mode"]) for row in found}


@pytest.mark.parametrize(
    ("view", "expected"),
    [("contributions", 2), ("days", 1), ("topics", 1), ("letters", 1), ("suspects", 0)],
)
@pytest.mark.usefixtures("parks")
def test_views_of_topics_are_narrowed_to_one(site, view, expected):
    found = of_json(site.get(f"/c/parks/export/{view}.json?topic=trees").content)
    assert expected == len(found)
    assert {"trees"} >= {row["topic"] for row in found if "topic" in row}


@pytest.mark.usefixtures("parks")
def test_a_file_says_what_it_was_narrowed_to(site):
    query = "topic=trees&mode=online"
    told = {
        view: site.get(f"/c/parks/export/{view}.json?{query}").json()["about"]["filters"]
        for view in ("contributions", "topics", "awards")
    }
    both, topic = {"topic": "trees", "mode": "online"}, {"topic": "trees"}
    assert {"contributions": both, "topics": topic, "awards": {}} == told


@pytest.mark.usefixtures("parks")
def test_the_page_links_every_view_in_every_format_with_its_filters(site):
    root = page(site, "/c/parks/export?topic=trees&mode=online")
    addresses = {link.get("href") for link in root.iter("a")}
    for view, source in SOURCES.items():
        query = (
            {
                "topic": "?topic=trees",
                "mode": "?topic=trees&mode=online",
            }["mode" if "mode" in source.filters else "topic"]
            if source.filters
            else ""
        )
        for suffix in READ:
            assert f"/c/parks/export/{view}.{suffix}{query}" in addresses
    assert {"/c/parks/open-data.zip", "/c/parks/report"} <= addresses


@pytest.mark.usefixtures("parks")
def test_the_page_says_what_every_column_means(site):
    told = text_of(by_id(page(site, "/c/parks/export"), "content"))
    for source in SOURCES.values():
        assert source.table.description in told
        assert all(column.description in told for column in source.table.columns)


@pytest.mark.usefixtures("parks")
def test_the_page_counts_the_contributions_that_fit(site):
    links = links_of(page(site, "/c/parks/export?mode=offline"))
    assert "/c/parks/contributions?mode=offline" == links["1 contribution"]


@pytest.mark.parametrize(
    "name", ["people.csv", "contributions.exe", "contributions.CSV", "suspects.csv.exe"]
)
@pytest.mark.usefixtures("parks")
def test_what_there_is_not_is_not_found(site, name):
    assert 404 == site.get(f"/c/parks/export/{name}").status_code


@pytest.mark.parametrize("name", ["export", "export/contributions.csv", "open-data.zip"])
def test_what_may_not_be_read_is_not_found(signed_in, made_up, name):
    insert(made_up, Kind.CONSULTATION, consultation(0, visibility="private"))
    somebody = signed_in({"*": "officer"})
    assert 404 == somebody.get(f"/c/parks/{name}").status_code
    member = signed_in({"parks": "reader"})
    assert 200 == member.get(f"/c/parks/{name}").status_code


@pytest.mark.usefixtures("parks")
def test_a_filter_that_cannot_be_used_gives_no_file(site):
    root = page(site, "/c/parks/export/contributions.csv?since=yesterday", 400)
    assert "These values cannot be used and were left out: From" in text_of(root)


@pytest.mark.usefixtures("parks")
def test_more_rows_than_a_sheet_holds_are_offered_in_other_formats(site, monkeypatch):
    monkeypatch.setattr(to_xlsx, "MAX_ROWS", 3)
    root = page(site, "/c/parks/export/contributions.xlsx?language=en", 413)
    (alert,) = [one for one in root.iter("div") if one.get("role") == "alert"]
    assert {
        "CSV": "/c/parks/export/contributions.csv?language=en",
        "Parquet": "/c/parks/export/contributions.parquet?language=en",
        "JSON": "/c/parks/export/contributions.json?language=en",
    } == links_of(alert)


@pytest.fixture(params=[{"others": EXPORTS_AT_ONCE}, {"": EXPORTS_OF_ONE}])
def _downloading(request):
    """Downloads under way: others', or those of the one who asks for the next."""
    UNDER_WAY.update(request.param)
    yield
    UNDER_WAY.clear()


@pytest.mark.parametrize("name", ["export/contributions.csv", "open-data.zip"])
@pytest.mark.usefixtures("parks", "_downloading")
def test_while_enough_downloads_are_under_way_the_next_has_to_wait(site, name):
    refused = site.get(f"/c/parks/{name}")
    assert 503 == refused.status_code
    assert int(refused.headers["Retry-After"]) > 0
    assert "Other downloads are under way" in refused.text
    assert 200 == site.get("/c/parks/export").status_code


@pytest.mark.usefixtures("parks")
def test_a_download_that_ended_makes_room(site):
    for _ in range(EXPORTS_AT_ONCE + 1):
        assert 200 == site.get("/c/parks/export/contributions.csv").status_code
        assert 404 == site.get("/c/parks/export/people.csv").status_code


async def test_a_download_that_broke_off_makes_room():
    async def breaks_off(_scope, _receive, _send):
        raise ConnectionResetError

    for _ in range(EXPORTS_AT_ONCE + 1):
        with pytest.raises(ConnectionResetError):
            await AtMost(breaks_off)(_asked_by_ana(), None, None)
    assert not UNDER_WAY


async def test_a_reader_who_takes_nothing_is_cut_off():
    async def answers(_scope, _receive, send):
        await send({"type": "http.response.body", "body": b"a"})

    async def takes_nothing(_message):
        await asyncio.Event().wait()

    with pytest.raises(TimeoutError):
        await AtMost(answers, send_seconds=0.01)(_asked_by_ana(), None, takes_nothing)
    assert not UNDER_WAY


def _asked_by_ana():
    return {"type": "http", "state": {"viewer": Viewer("ana", {})}}


def test_open_data_hold_what_was_said_and_no_pseudonym(browser, town, tables):
    archive = ZipFile(io.BytesIO(browser.get(f"/c/{town}/open-data.zip").content))
    names = set(archive.namelist())
    views = {view for view, source in SOURCES.items() if source.is_open_data}
    assert {f"{view}.{suffix}" for view in views for suffix in ("csv", "parquet")} <= names
    assert not {"suspects.csv", "ambassadors.csv", "awards.csv"} & names
    for view in views & COUNTS.keys():
        (expected,) = rows(tables, COUNTS[view], town=town)
        assert expected["n"] == len(of_csv(archive.read(f"{view}.csv")))
    people = rows(
        tables,
        "SELECT DISTINCT participant FROM contributions FINAL"
        " WHERE consultation = {town:String} AND participant != ''",
        town=town,
    )
    content = b"".join(archive.read(name) for name in names)
    assert people
    assert not [one for one in people if one["participant"].encode() in content]


@pytest.mark.usefixtures("parks")
def test_the_licence_stands_on_the_page(site, signed_in):
    assert "none was chosen" in text_of(page(site, "/c/parks/export"))
    assert "Licence: CC-BY-4.0" in text_of(page(signed_in({}), "/c/parks/export"))
