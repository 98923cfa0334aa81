import csv
import io
import json
import math
import re
from datetime import UTC, date, datetime
from zipfile import ZipFile

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape

from dashboard.exports import Format, TooManyRowsError, exported
from dashboard.exports.to_xlsx import MAX_CELL, MAX_ROWS
from dashboard.exports.views import About, Column, Kind, Table, View
from dashboard.i18n import Words
from intake.rejected import unescaped

ENGLISH = Words("en")
ABOUT = About(
    "climate-2026",
    "Climate plan",
    "Office for Mobility",
    datetime(2026, 3, 5, 12, 0, 1, 500, UTC),
    "CC-BY-4.0",
    {"topic": "tram", "mode": "offline"},
)
COLUMNS = tuple(
    Column(kind.value, kind, f"The {kind}.", "things" if kind is Kind.INTEGER else "")
    for kind in Kind
)
TABLE = Table("all-kinds", "A row for each.", COLUMNS)
ROW = {
    "text": "A tram",
    "integer": 3,
    "number": 2.5,
    "share": 0.25,
    "day": "2026-03-01",
    "moment": "2026-03-01T17:40:00.250Z",
    "flag": 1,
    "list": ["a", "b; c"],
}
NOTHING = dict.fromkeys(ROW)
TEXTS = Table("texts", "A row for each text.", (Column("text", Kind.TEXT, "A text."),))
FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "'=1", "''@a", "'plain", "=", "#N/A"]
texts = st.one_of(
    st.text(),
    st.sampled_from(FORMULAS),
    st.text(alphabet='",;\r\n\t\0\x01\x0b\x1f\ufffe🚋é_x041 ='),
)


def made(as_format, rows, table=TABLE, total=None, about=ABOUT, words=ENGLISH):
    view = View(table, iter(rows if rows and isinstance(rows[0], list) else [rows]), total)
    return b"".join(exported(view, as_format, about, words))


def from_csv(content):
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def from_parquet(content):
    return pq.read_table(io.BytesIO(content))


def from_xlsx(content):
    return openpyxl.load_workbook(io.BytesIO(content))


def cells(sheet):
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def told(as_format, content):
    """What a file says beside its rows."""
    match as_format:
        case Format.CSV:
            return ""
        case Format.JSON:
            return content.decode()
        case Format.PARQUET:
            schema = from_parquet(content).schema
            return str([schema.metadata, *(one.metadata for one in schema)])
        case Format.XLSX:
            return str(cells(from_xlsx(content).worksheets[1]))


def with_texts(*found):
    return [{"text": text} for text in found]


class Closing:
    """Blocks that remember that they were closed, and may fail after the first."""

    def __init__(self, *blocks, error=None):
        self._blocks, self._error, self.closed = iter(blocks), error, False

    def __iter__(self):
        return self

    def __next__(self):
        block = next(self._blocks, None)
        if block is None:
            raise self._error or StopIteration
        return block

    def close(self):
        self.closed = True


def test_csv_has_a_byte_order_mark_line_ends_of_the_rfc_and_unquoted_numbers():
    content = made(Format.CSV, [{**ROW, "text": 'A "tram"'}, NOTHING])

    assert (
        b"\xef\xbb\xbftext,integer,number,share,day,moment,flag,list\r\n"
        b'"A ""tram""",3,2.5,0.25,2026-03-01,2026-03-01T17:40:00.250Z,true,"[""a"",""b; c""]"\r\n'
        b",,,,,,,\r\n"
    ) == content


@pytest.mark.parametrize("text", FORMULAS[:6])
def test_a_csv_text_is_never_a_formula(text):
    [_, [cell]] = from_csv(made(Format.CSV, with_texts(text), TEXTS))

    assert f"'{text}" == cell


def test_a_negative_number_in_csv_is_no_formula():
    [_, row] = from_csv(made(Format.CSV, [{**ROW, "integer": -3, "number": -2.5}]))

    assert ["-3", "-2.5"] == row[1:3]


@settings(deadline=None)
@given(st.lists(texts.filter(bool), max_size=5))
def test_csv_gives_every_text_back(found):
    [_, *rows] = from_csv(made(Format.CSV, with_texts(*found), TEXTS))

    assert found == [unescaped(cell) for [cell] in rows]


@settings(deadline=None)
@given(st.lists(texts, max_size=5))
def test_json_gives_every_text_back(found):
    document = json.loads(made(Format.JSON, with_texts(*found), TEXTS))

    assert with_texts(*found) == document["rows"]


@settings(deadline=None)
@given(st.lists(texts, max_size=5))
def test_parquet_gives_every_text_back(found):
    table = from_parquet(made(Format.PARQUET, with_texts(*found), TEXTS))

    assert found == table["text"].to_pylist()


@settings(deadline=None, max_examples=50)
@given(st.lists(texts.filter(bool), min_size=1, max_size=5))
def test_xlsx_gives_every_text_back_but_for_what_no_workbook_can_hold(found):
    sheet = from_xlsx(made(Format.XLSX, with_texts(*found), TEXTS)).worksheets[0]

    read = [sheet.cell(number, 1) for number in range(2, len(found) + 2)]
    legible = [
        re.sub("[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "\ufffd", re.sub("\r\n?", "\n", text))
        for text in found
    ]
    assert legible == [unescape(cell.value) for cell in read]
    assert {"s"} == {cell.data_type for cell in read} | {"s"}


def test_an_xlsx_text_is_never_a_formula_nor_an_error():
    content = made(Format.XLSX, with_texts(*FORMULAS), TEXTS)

    with ZipFile(io.BytesIO(content)) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
    assert "<f" not in sheet
    assert {"inlineStr"} == set(re.findall(r' t="(\w+)"', sheet))


def test_an_xlsx_text_that_looks_like_an_escape_is_read_as_it_was_written():
    [_, [cell]] = cells(from_xlsx(made(Format.XLSX, with_texts("a_x0041_"), TEXTS)).worksheets[0])

    assert "a_x005F_x0041_" == cell


def test_an_xlsx_text_beyond_the_end_of_a_cell_is_cut_and_shows_it():
    [_, [cell]] = cells(
        from_xlsx(made(Format.XLSX, with_texts("🚋" * 20_000), TEXTS)).worksheets[0]
    )

    assert "🚋" * ((MAX_CELL - 1) // 2) + "…" == cell


def test_xlsx_has_real_numbers_and_dates():
    [_, row] = cells(from_xlsx(made(Format.XLSX, [ROW])).worksheets[0])

    day, moment = datetime(2026, 3, 1), datetime(2026, 3, 1, 17, 40, 0, 250_000)  # noqa: DTZ001
    assert ["A tram", 3, 2.5, 0.25, day, moment, True, "a; b; c"] == row


def test_an_xlsx_time_before_all_that_excel_counts_is_text():
    row = {**NOTHING, "day": date(1899, 12, 31), "moment": "1899-12-31T00:00:00.000Z"}
    [_, found] = cells(from_xlsx(made(Format.XLSX, [row])).worksheets[0])

    assert ["1899-12-31", "1899-12-31T00:00:00.000Z"] == found[4:6]


def test_the_first_xlsx_sheet_can_be_scrolled_filtered_and_read():
    sheet = from_xlsx(made(Format.XLSX, [{**ROW, "text": "long " * 40}, ROW])).worksheets[0]

    assert "all-kinds" == sheet.title
    assert "A2" == sheet.freeze_panes
    assert "A1:H3" == sheet.auto_filter.ref
    assert all(sheet.cell(1, number).font.bold for number in range(1, 9))
    assert (60, 11) == tuple(sheet.column_dimensions[letter].width for letter in "AB")


def test_the_second_xlsx_sheet_says_where_the_rows_come_from():
    sheet = from_xlsx(made(Format.XLSX, [ROW])).worksheets[1]
    lines = cells(sheet)

    assert "About" == sheet.title
    assert {
        "Consultation": "climate-2026",
        "Title": "Climate plan",
        "Asked by": "Office for Mobility",
        "View": "all-kinds",
        "What a row is": "A row for each.",
        "Filters": "topic=tram, mode=offline",
        "Made at": "2026-03-05T12:00:01Z",
        "Licence": "CC-BY-4.0",
    } == {name: value for name, value, *_ in lines[:8]}
    assert ["integer", "integer", "things", "The integer."] in lines


@settings(deadline=None, max_examples=50)
@given(texts)
def test_no_title_breaks_a_workbook(title):
    about = About("c", title, title, ABOUT.made_at, title, {"q": title})

    assert from_xlsx(made(Format.XLSX, [ROW], about=about)).worksheets


def test_a_row_that_cannot_be_written_leaves_nothing_behind(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    with pytest.raises(ValueError, match="yesterday"):
        made(Format.XLSX, [ROW, {**ROW, "moment": "yesterday"}])
    assert [] == list(tmp_path.iterdir())


def test_a_sheet_without_rows_has_its_header():
    sheet = from_xlsx(made(Format.XLSX, [])).worksheets[0]

    assert [[column.name for column in COLUMNS]] == cells(sheet)
    assert "A1:H1" == sheet.auto_filter.ref


def test_xlsx_refuses_more_rows_than_a_sheet_holds_before_it_reads_any():
    blocks = Closing([ROW])
    view = View(TABLE, blocks, total=MAX_ROWS)

    with pytest.raises(TooManyRowsError, match=r"1,048,575 rows .* CSV, Parquet or JSON"):
        next(exported(view, Format.XLSX, ABOUT, ENGLISH))
    assert [ROW] == next(blocks)
    assert blocks.closed


def test_xlsx_refuses_rows_that_nobody_foretold(monkeypatch):
    monkeypatch.setattr("dashboard.exports.to_xlsx.MAX_ROWS", 3)

    assert 3 == from_xlsx(made(Format.XLSX, [[ROW], [ROW]])).worksheets[0].max_row
    with pytest.raises(TooManyRowsError):
        made(Format.XLSX, [[ROW], [ROW], [ROW]])


def test_parquet_has_types():
    schema = from_parquet(made(Format.PARQUET, [ROW])).schema

    assert [
        pa.string(),
        pa.int64(),
        pa.float64(),
        pa.float64(),
        pa.date32(),
        pa.timestamp("ms", tz="UTC"),
        pa.bool_(),
        pa.list_(pa.string()),
    ] == schema.types


def test_parquet_has_the_values():
    [found, unknown] = from_parquet(made(Format.PARQUET, [ROW, NOTHING])).to_pylist()

    moment = datetime(2026, 3, 1, 17, 40, 0, 250_000, UTC)
    assert {**ROW, "day": date(2026, 3, 1), "moment": moment, "flag": True} == found
    assert NOTHING == unknown


def test_parquet_has_a_row_group_for_each_block_and_is_compressed():
    file = pq.ParquetFile(io.BytesIO(made(Format.PARQUET, [[ROW, ROW], [ROW]])))

    groups = [file.metadata.row_group(number) for number in range(file.num_row_groups)]
    assert [2, 1] == [group.num_rows for group in groups]
    assert "ZSTD" == groups[0].column(0).compression


def test_parquet_says_what_it_and_its_columns_are():
    schema = from_parquet(made(Format.PARQUET, [ROW])).schema

    assert b"A row for each." == schema.metadata[b"description"]
    assert b"CC-BY-4.0" == schema.metadata[b"licence"]
    assert {"topic": "tram", "mode": "offline"} == json.loads(schema.metadata[b"filters"])
    described = schema.field("integer").metadata
    assert (b"The integer.", b"things") == (described[b"description"], described[b"unit"])


def test_json_has_the_values_and_what_they_are_about():
    document = json.loads(made(Format.JSON, [[ROW], [], [NOTHING]]))

    assert [{**ROW, "flag": True}, NOTHING] == document["rows"]
    assert ["about", "rows"] == list(document)
    assert {"topic": "tram", "mode": "offline"} == document["about"]["filters"]
    assert {
        "name": "integer",
        "kind": "integer",
        "unit": "things",
        "description": "The integer.",
    } == document["about"]["columns"][1]


@pytest.mark.parametrize("rows", [[], [[], []]])
def test_json_without_rows_is_valid(rows):
    assert [] == json.loads(made(Format.JSON, rows))["rows"]


def test_json_keeps_what_stands_in_a_list():
    row = {**NOTHING, "list": [{"day": "2026-03-01", "senders": 2}]}

    assert row["list"] == json.loads(made(Format.JSON, [row]))["rows"][0]["list"]


@pytest.mark.parametrize("as_format", [Format.CSV, Format.PARQUET, Format.XLSX])
def test_what_is_no_text_in_a_list_is_json(as_format):
    row = {**NOTHING, "list": [{"senders": 2}]}
    content = made(as_format, [row])

    found = {
        Format.CSV: lambda: json.loads(from_csv(content)[1][-1])[0],
        Format.PARQUET: lambda: from_parquet(content)["list"].to_pylist()[0][0],
        Format.XLSX: lambda: cells(from_xlsx(content).worksheets[0])[1][-1],
    }[as_format]()
    assert '{"senders":2}' == found


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_unknown_everywhere(value):
    row = {**NOTHING, "integer": 1, "number": value, "share": value}
    unknown = {**NOTHING, "integer": 1}

    assert ["", ""] == from_csv(made(Format.CSV, [row]))[1][2:4]
    assert [unknown] == json.loads(made(Format.JSON, [row]))["rows"]
    assert [unknown] == from_parquet(made(Format.PARQUET, [row])).to_pylist()
    [_, found] = cells(from_xlsx(made(Format.XLSX, [row])).worksheets[0])
    assert list(unknown.values()) == found


@pytest.mark.parametrize("as_format", Format)
def test_a_row_may_have_more_than_the_columns(as_format):
    row = {"text": "A tram", "secret": "tablet-3"}

    assert b"tablet-3" not in made(as_format, [row], TEXTS)


@pytest.mark.parametrize("as_format", Format)
def test_a_licence_that_nobody_chose_is_not_made_up(as_format):
    about = About("c", "C", "", ABOUT.made_at, "NOASSERTION")

    assert "NOASSERTION" not in told(as_format, made(as_format, [ROW], about=about))


@pytest.mark.parametrize("as_format", Format)
def test_descriptions_speak_the_readers_language(as_format):
    class Shouting(Words):
        def gettext(self, message):
            return message.upper()

    found = told(as_format, made(as_format, [ROW], words=Shouting("en")))
    assert ("THE INTEGER." in found) is (as_format is not Format.CSV)


@pytest.mark.parametrize("as_format", Format)
def test_blocks_are_closed_at_the_end(as_format):
    blocks = Closing([ROW])
    for _ in exported(View(TABLE, blocks), as_format, ABOUT, ENGLISH):
        pass

    assert blocks.closed


@pytest.mark.parametrize("as_format", Format)
def test_blocks_are_closed_when_the_reader_goes_away(as_format):
    blocks = Closing([ROW], [ROW])
    parts = exported(View(TABLE, blocks), as_format, ABOUT, ENGLISH)
    next(parts)
    parts.close()

    assert blocks.closed


@pytest.mark.parametrize("as_format", [Format.XLSX, Format.PARQUET])
def test_a_file_with_an_end_of_its_own_gives_nothing_when_its_rows_fail(as_format):
    blocks = Closing([ROW], error=OSError("the database went away"))
    parts = exported(View(TABLE, blocks), as_format, ABOUT, ENGLISH)

    with pytest.raises(OSError, match="went away"):
        next(parts)
    assert blocks.closed


def test_json_whose_rows_fail_is_invalid():
    blocks = Closing([ROW], error=OSError("the database went away"))
    got = []
    with pytest.raises(OSError, match="went away"):
        got.extend(exported(View(TABLE, blocks), Format.JSON, ABOUT, ENGLISH))

    with pytest.raises(json.JSONDecodeError):
        json.loads(b"".join(got))


@pytest.mark.parametrize("as_format", Format)
@pytest.mark.parametrize("error", [None, OSError("the database went away")])
def test_no_temporary_file_is_left(as_format, error, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("dashboard.exports.files.SPOOL_BYTES", 1)
    parts = exported(View(TABLE, Closing([ROW], error=error)), as_format, ABOUT, ENGLISH)
    try:
        next(parts)
    except OSError:
        pass
    finally:
        parts.close()

    assert [] == list(tmp_path.iterdir())
