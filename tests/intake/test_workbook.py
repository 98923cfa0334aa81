"""XLSX workbooks in the columns of the form."""

import csv
import random
import zipfile
from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from intake import delimited, workbook, xlsx
from intake.importing import Meter
from intake.tables import TableError
from tests.intake.form import HEADER, read, row

# Excel knows no zones.
LOCAL = datetime(2026, 3, 31, 18, 40, 5)  # noqa: DTZ001


@pytest.fixture
def file(tmp_path):
    """Makes a workbook of rows; all have the first one's columns."""

    def make(*rows, change=lambda _: None, epoch=None, name="forms.xlsx"):
        book = Workbook()
        if epoch is not None:
            book.epoch = epoch
        sheet = book.active
        sheet.append([*rows[0]])
        for one in rows:
            sheet.append([*one.values()])
        change(book)
        book.save(tmp_path / name)
        return tmp_path / name

    return make


def rewritten(path, part, change):
    """The workbook with one part of it changed."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[part] = change(parts.get(part, b""))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


SHEET = "xl/worksheets/sheet1.xml"


def with_saved_value(path, value):
    """The workbook as a spreadsheet saves it: its formula has the value that it had."""
    return rewritten(
        path, SHEET, lambda xml: xml.replace(b"<v></v>", value).replace(b"<v />", value)
    )


def refused(path, match, **options):
    with pytest.raises(TableError, match=match):
        read(workbook.read, path, **options)


def test_a_workbook_says_the_same_as_a_csv_file(file, tmp_path):
    rows = [row(), row(text=" Größe\n“groß” ", stance="for", participant=""), row()]
    plain = tmp_path / "forms.csv"
    with plain.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        rows = [{"stance": "", **one} for one in rows]
        writer.writerows([rows[0].keys(), *(one.values() for one in rows)])

    assert read(delimited.read, plain, name="x") == read(workbook.read, file(*rows), name="x")


@pytest.mark.parametrize("epoch", [None, CALENDAR_MAC_1904], ids=["1900", "1904"])
@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (date(2026, 3, 31), datetime(2026, 3, 31, 10, tzinfo=UTC)),
        (LOCAL, datetime(2026, 3, 31, 16, 40, 5, tzinfo=UTC)),
        (LOCAL.replace(hour=0, minute=0, second=0), datetime(2026, 3, 30, 22, tzinfo=UTC)),
        ("2026-03-31", datetime(2026, 3, 31, 10, tzinfo=UTC)),
    ],
    ids=["a day", "a time", "midnight", "text"],
)
def test_a_date_cell_is_a_date(file, epoch, cell, expected):
    ((event,), problems) = read(workbook.read, file(row(occurred_at=cell), epoch=epoch))

    assert ([], expected) == (problems, event.data.occurred_at)


@pytest.mark.parametrize("shown", ["DD.MM.YYYY", "[$-407]d. mmmm yyyy", 'd"th of this" mmm yyyy'])
def test_a_date_cell_needs_no_declared_order(file, shown):
    def day_first(book):
        book.active["F2"].number_format = shown

    ((event,), _) = read(workbook.read, file(row(occurred_at=date(2026, 4, 3)), change=day_first))

    assert datetime(2026, 4, 3, 10, tzinfo=UTC) == event.data.occurred_at


def test_a_time_of_no_day_is_a_problem(file):
    _, (problem,) = read(workbook.read, file(row(occurred_at=time(18, 40))))

    assert "occurred_at" == problem.field


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (17, "17"),
        (17.0, "17"),
        ("0017", "0017"),
        (2.5, "2.5"),
        (123_456_789_012_345, "123456789012345"),
    ],
)
def test_a_number_is_an_id_without_decimals(file, cell, expected):
    ((event,), _) = read(workbook.read, file(row(contribution=cell)))

    assert expected == event.data.contribution


def test_a_number_that_a_spreadsheet_rounds_is_a_problem(file):
    _, (problem,) = read(workbook.read, file(row(contribution=10**15)))

    assert "more than 15 digits" in problem.reason


def test_a_decimal_comma_in_a_text_cell_is_what_the_mapping_says(file, tmp_path):
    mapping = tmp_path / "mapping.toml"
    mapping.write_text("decimal_comma = true")
    rows = [row(**{"demographics.age": age}) for age in ("34,5", 34.5)]

    events, _ = read(workbook.read, file(*rows), mapping=mapping)

    assert ["34.5", "34.5"] == [event.data.demographics["age"] for event in events]


def test_a_formula_counts_as_the_value_it_was_saved_with_and_that_is_said(file):
    path = with_saved_value(file(row(contribution="=8+9")), b"<v>17</v>")
    meter = Meter()

    ((event,), problems) = read(workbook.read, path, meter=meter)

    assert ("17", []) == (event.data.contribution, problems)
    assert ["1 cells hold a formula"] == [notice.split(": ")[1][:22] for notice in meter.notices]


def test_a_formula_without_its_value_is_a_problem(file):
    events, (problem,) = read(workbook.read, file(row(contribution="=8+9"), row()))

    assert (1, 2, "contribution") == (len(events), problem.line, problem.field)
    assert "a formula without its value" in problem.reason


def test_text_that_looks_like_a_formula_is_text(file):
    def as_text(book):
        book.active["B2"].data_type = "s"

    ((event,), _) = read(workbook.read, file(row(text="=8+9"), change=as_text))

    assert "=8+9" == event.data.text


def test_a_cell_that_shows_an_error_is_a_problem(file):
    _, (problem,) = read(workbook.read, file(row(contribution="#REF!")))

    assert ("contribution", "the cell shows an error") == (problem.field, problem.reason)


def test_every_row_of_merged_cells_is_a_problem(file):
    events, problems = read(
        workbook.read,
        file(*[row()] * 5, change=lambda book: book.active.merge_cells("C3:C5")),
    )

    assert (2, [3, 4, 5]) == (len(events), [problem.line for problem in problems])
    assert {"row"} == {problem.field for problem in problems}
    assert "merged cells" in problems[0].reason


def test_merged_cells_beside_the_table_are_left_alone(file):
    events, problems = read(
        workbook.read, file(row(), change=lambda book: book.active.merge_cells("J2:K2"))
    )

    assert (1, []) == (len(events), problems)


def test_merged_cells_in_the_header_are_refused(file):
    refused(
        file(row(), change=lambda book: book.active.merge_cells("A1:B1")),
        "the header has merged cells",
    )


def test_a_value_beyond_the_header_is_a_problem(file):
    def note(book):
        book.active["J2"] = "see above"

    _, (problem,) = read(workbook.read, file(row(), change=note))

    assert "a value beyond the last column" in problem.reason


def test_empty_rows_are_skipped_and_lines_are_the_sheets(file):
    def spread(book):
        book.active.insert_rows(3, amount=2)

    _, (problem,) = read(workbook.read, file(row(), row(mode="?"), change=spread))

    assert 5 == problem.line


def test_the_first_sheet_is_read_unless_another_is_named(file):
    def second(book):
        sheet = book.create_sheet("Tuesday")
        sheet.append(HEADER)
        sheet.append([*row(text="On Tuesday.").values()])

    path = file(row(text="On Monday."), change=second)

    assert "On Monday." == read(workbook.read, path)[0][0].data.text
    assert "On Tuesday." == read(workbook.read, path, sheet="Tuesday")[0][0].data.text
    refused(path, "there is no sheet Friday; it has Sheet, Tuesday", sheet="Friday")


def test_an_empty_sheet_is_refused(tmp_path):
    Workbook().save(tmp_path / "forms.xlsx")

    refused(tmp_path / "forms.xlsx", "the sheet is empty")


def test_texts_that_stand_apart_from_the_sheet_are_read(file):
    """As Excel writes them: each text once, in a part of its own, with control characters coded."""
    strings = (
        b"<sst %s><si><t>Text_x000D_\n</t></si><si><r><t>A </t></r><r><t>word</t></r></si></sst>"
    )
    names = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    types = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    inline = b't="inlineStr"><is><t>%s</t></is>'
    path = file(row(text="first"), row(text="second"))
    rewritten(path, "xl/sharedStrings.xml", lambda _: strings % names)
    rewritten(
        path,
        "[Content_Types].xml",
        lambda xml: xml.replace(
            b"</Types>",
            b'<Override PartName="/xl/sharedStrings.xml" ContentType="%s"/></Types>' % types,
        ),
    )
    rewritten(
        path,
        SHEET,
        lambda xml: xml.replace(inline % b"first", b't="s"><v>0</v>').replace(
            inline % b"second", b't="s"><v>1</v>'
        ),
    )

    events, _ = read(workbook.read, path)

    assert ["Text\r\n", "A word"] == [event.data.text for event in events]


def test_a_size_that_the_sheet_claims_wrongly_hides_no_row(file):
    path = rewritten(
        file(row(), row()), SHEET, lambda xml: xml.replace(b'ref="A1:F3"', b'ref="A1:B2"')
    )

    assert 2 == len(read(workbook.read, path)[0])


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504,
            r"an \.xls file or a workbook with a pass",
        ),
        (b"topic,text\n", "not an XLSX workbook; for a CSV file the format is csv"),
        (b"", "not an XLSX workbook"),
    ],
    ids=["OLE", "CSV", "empty"],
)
def test_what_is_no_workbook_is_refused(tmp_path, content, match):
    path = tmp_path / "forms.xlsx"
    path.write_bytes(content)

    refused(path, match)


def test_macros_are_refused(file):
    path = file(row())
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"")

    refused(path, "a workbook with macros")


@pytest.mark.parametrize(
    ("part", "limit"),
    [
        ("xl/styles.xml", xlsx.MAX_PART_BYTES),
        ("xl/sharedStrings.xml", xlsx.MAX_STRINGS_BYTES),
    ],
)
def test_a_zip_bomb_is_refused_before_it_is_unpacked(file, part, limit):
    path = rewritten(file(row()), part, lambda xml: xml + b" " * (limit + 1))

    refused(path, f"{part} unpacks to .* save the sheet as CSV")


def test_entities_are_refused(file):
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'

    refused(rewritten(file(row()), SHEET, lambda xml: bomb + xml), "a damaged workbook")


@settings(deadline=None)
@given(st.integers(0, 2**32))
def test_a_damaged_workbook_has_an_answer(tmp_path_factory, seed):
    path = tmp_path_factory.getbasetemp() / "damaged.xlsx"
    book = Workbook()
    book.active.append(HEADER)
    book.active.append([*row().values()])
    book.save(path)
    chance = random.Random(seed)
    part = chance.choice([SHEET, "xl/workbook.xml", "xl/styles.xml", "[Content_Types].xml"])
    place = chance.random()

    def cut(xml):
        return xml[: int(len(xml) * place)] + xml[int(len(xml) * place) + chance.randrange(1, 40) :]

    rewritten(path, part, cut)
    try:
        events, problems = read(workbook.read, path)
    except TableError:
        return
    assert len(events) + len(problems) <= 1


TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=50
)


@settings(deadline=None)
@given(st.lists(TEXT.filter(str.strip).filter(lambda text: text[0] not in "=#"), max_size=5))
def test_texts_that_are_written_are_read(tmp_path_factory, texts):
    path = tmp_path_factory.getbasetemp() / "round-trip.xlsx"
    book = Workbook()
    book.active.append(HEADER)
    for text in texts:
        book.active.append([*row(text=text).values()])
    book.save(path)

    events, problems = read(workbook.read, path)

    assert (texts, []) == ([event.data.text for event in events], problems)
