"""XLSX workbooks in the columns of the form: the first sheet or a named one, a row at a time.

Cells become the text that a CSV file of the same table has: a date cell is an ISO 8601 date (in
either of Excel's calendars), a whole number has no decimals. What a sheet does not say plainly is
refused row by row: merged cells, and formulas without the value that they had when the workbook was
saved. A formula with a value counts as that value, and a notice says so.

The sheet is read twice: merged cells stand at its end (ECMA-376-1, 18.3.1.55), and openpyxl gives
either a formula or its value. The cells' text is held in memory; hence the limits.
"""

import re
import zipfile
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import date, datetime, time
from itertools import repeat
from typing import IO, NamedTuple
from xml.parsers import expat

from openpyxl.utils import escape, range_boundaries

from intake.edge import Edge
from intake.forms import Table, read_form
from intake.importing import Item, Meter, Source
from intake.mapping import Mapping, mapping_of
from intake.tables import BadFieldError, Problem, Row, TableError
from intake.xlsx import Cell, check_archive, choose_sheet, damage, load, rows_of

CHANNEL = "xlsx"

# Excel keeps 15 significant digits: https://support.microsoft.com, "Excel specifications".
_MAX_NUMBER = 10**15
_FORMULA = "f"
_ERROR = "e"
# What a number format shows as it is, and its colours, locales and conditions.
_NO_CODE = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')


def read(source: Source, edge: Edge, meter: Meter) -> Iterator[Item]:
    """Read a sheet in the form's columns, or in those that the source's mapping names.

    Raises:
        TableError: It is no XLSX workbook, is protected, too large, or has no such sheet; or its
            header or a date cannot be understood.
        InvalidIdError: The consultation's id is none.
    """
    mapping = mapping_of(source)
    name = source.path.name
    with ExitStack() as stack:
        try:
            file = stack.enter_context(source.path.open("rb"))
        except OSError as error:
            raise TableError(f"{name}: cannot be read: {error.strerror}") from None
        check_archive(file, name)
        sheet = _Sheet(file, name, mapping, stack)
        meter.total += sheet.plan.rows
        table = Table(name, sheet.header, sheet.rows(meter))
        yield from read_form(table, source, mapping, edge, meter, CHANNEL)
        if sheet.formulas:
            meter.notices.append(
                f"{name}: {sheet.formulas:,} cells hold a formula; the value that each had when the"
                " workbook was saved was read."
            )


class _Merged(NamedTuple):
    """A range of merged cells, from 1."""

    left: int
    top: int
    right: int
    bottom: int


class _Plan(NamedTuple):
    """What a sheet turns out to hold: rows, merged cells from the top, and whether any formula."""

    rows: int
    merged: tuple[_Merged, ...]
    formulas: bool


class _Sheet:
    """A sheet being read.

    Attributes:
        plan: What it holds.
        header: Its first row that is not empty.
        formulas: How many cells with a formula were read.
    """

    def __init__(self, file: IO[bytes], name: str, mapping: Mapping, stack: ExitStack) -> None:
        self._name = name
        self.formulas = 0
        with damage(name):
            sheet = choose_sheet(load(file, stack, data_only=True), name, mapping.sheet)
            # openpyxl has no public name for it.
            self.plan = _plan(file, sheet._worksheet_path)  # noqa: SLF001
            self._values = rows_of(sheet, name)
            self._formulas: Iterator[Sequence[Cell]] = repeat(())
            if self.plan.formulas:
                formulas = load(file, stack, data_only=False)
                self._formulas = rows_of(choose_sheet(formulas, name, mapping.sheet), name)
        self._line = 0
        self.header = self._read_header()

    def rows(self, meter: Meter) -> Iterator[Row | Problem]:
        """The rows below the header."""
        merged, open_ranges = deque(self.plan.merged), list[_Merged]()
        while (read := self._next()) is not None:
            meter.done = min(meter.done + 1, meter.total)
            row, formulas = read
            while merged and merged[0].top <= self._line:
                open_ranges.append(merged.popleft())
            open_ranges = [cells for cells in open_ranges if cells.bottom >= self._line]
            if any(cell.value is not None for cell in row) or any(formulas):
                yield self._row(row, formulas, open_ranges)

    def _row(
        self, row: Sequence[Cell], formulas: Sequence[Cell], merged: list[_Merged]
    ) -> Row | Problem:
        width = len(self.header)
        cells, wrong = dict.fromkeys(self.header, ""), None
        for number, cell in enumerate(row):
            column = self.header[number] if number < width else "row"
            formula = number < len(formulas) and formulas[number].data_type == _FORMULA
            self.formulas += formula
            try:
                text = _text(cell, column, formula=formula)
            except BadFieldError as error:
                wrong = wrong or error
                continue
            if number < width:
                cells[column] = text
            elif text:
                wrong = BadFieldError("row", "a value beyond the last column of the header")
        if any(cells_.left <= width for cells_ in merged):
            wrong = BadFieldError(
                "row", "merged cells: unmerge them, and give each row its own values"
            )
        read = Row(self._line, cells)
        return read if wrong is None else wrong.at(self._name, read)

    def _read_header(self) -> list[str]:
        while (read := self._next()) is not None:
            row, formulas = read
            if any(cell.value is not None for cell in row):
                break
        else:
            raise TableError(
                f"{self._name}: the sheet is empty; 'isegoria import template' writes a form"
            )
        if any(cells.top <= self._line <= cells.bottom for cells in self.plan.merged):
            raise TableError(f"{self._name}: the header has merged cells; unmerge them")
        if any(cell.data_type == _FORMULA for cell in formulas):
            raise TableError(f"{self._name}: the header has formulas; type its names in")
        try:
            header = [_text(cell, "header", formula=False).strip() for cell in row]
        except BadFieldError as error:
            raise TableError(f"{self._name}: {error}") from None
        while header and not header[-1]:
            header.pop()
        return header

    def _next(self) -> tuple[Sequence[Cell], Sequence[Cell]] | None:
        row = next(self._values, None)
        if row is None:
            return None
        self._line += 1
        return row, next(self._formulas, ())


def _plan(file: IO[bytes], path: str) -> _Plan:
    """Read a sheet's XML once through."""
    rows, formulas = 0, False
    merged: list[_Merged] = []

    def on_start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal rows, formulas
        match tag.rpartition(" ")[2]:
            case "row":
                rows += 1
            case "f":
                formulas = True
            case "mergeCell":
                left, top, right, bottom = range_boundaries(attributes["ref"])
                merged.append(_Merged(left or 1, top or 1, right or 1, bottom or 1))

    def on_doctype(*_: object) -> None:
        raise ValueError("a document type")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = on_start
    # Nothing in a workbook has one, but what is made to harm (entities in entities).
    parser.StartDoctypeDeclHandler = on_doctype
    with zipfile.ZipFile(file) as archive, archive.open(path) as part:
        parser.ParseFile(part)
    return _Plan(rows, tuple(sorted(merged, key=lambda cells: cells.top)), formulas)


def _text(cell: Cell, column: str, *, formula: bool) -> str:
    """What a cell says, as a CSV file would have it.

    Raises:
        BadFieldError: It says nothing plain.
    """
    value = cell.value
    if cell.data_type == _ERROR:
        raise BadFieldError(column, "the cell shows an error")
    if value is None:
        if formula:
            raise BadFieldError(
                column, "a formula without its value; open the workbook, save it, or type it in"
            )
        return ""
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return _number(value, column)
        case datetime():
            day_alone = value.time() == time() and not _shows_time(str(cell.number_format))
            return value.date().isoformat() if day_alone else value.isoformat(" ")
        case date() | time():
            return value.isoformat()
        case _:
            return escape.unescape(str(value))


def _number(value: float, column: str) -> str:
    if abs(value) >= _MAX_NUMBER:
        raise BadFieldError(
            column, "a number of more than 15 digits, which spreadsheets round; format it as text"
        )
    return str(int(value)) if value == int(value) else repr(value)


def _shows_time(number_format: str) -> bool:
    return not {"h", "s"}.isdisjoint(_NO_CODE.sub("", number_format).lower())
