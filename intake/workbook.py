"""XLSX workbooks in the columns of the form: the first sheet or a named one, a row at a time.

Cells become the text that a CSV file of the same table has: a date cell is an ISO 8601 date (in
either of Excel's calendars), a whole number has no decimals. What a sheet does not say plainly is
refused row by row: merged cells, and formulas without the value that they had when the workbook was
saved. A formula with a value counts as that value, and a notice says so.

The sheet is read twice: merged cells stand at its end (ECMA-376-1, 18.3.1.55), and openpyxl gives
either a formula or its value. The cells' text is held in memory; hence the limits.
"""

import re
import warnings
import zipfile
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import date, datetime, time
from itertools import repeat
from typing import IO, NamedTuple, Protocol, cast
from xml.parsers import expat

import openpyxl
from openpyxl.cell.read_only import EmptyCell, ReadOnlyCell
from openpyxl.utils import escape, range_boundaries
from openpyxl.workbook import Workbook

from intake.edge import Edge
from intake.forms import Table, read_form
from intake.importing import Item, Meter, Source
from intake.mapping import Mapping, mapping_of
from intake.tables import BadFieldError, Problem, Row, TableError

CHANNEL = "xlsx"

MAX_SHEET_BYTES = 512 * 1024 * 1024
MAX_STRINGS_BYTES = 64 * 1024 * 1024
MAX_PART_BYTES = 8 * 1024 * 1024
"""Uncompressed: a sheet, the workbook's texts, and each of its other parts (styles, …)."""

# Excel keeps 15 significant digits: https://support.microsoft.com, "Excel specifications".
_MAX_NUMBER = 10**15
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FORMULA = "f"
_ERROR = "e"
# What the zip and XML libraries and openpyxl raise for a file that is damaged or made to harm.
_DAMAGED = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    expat.ExpatError,
    SyntaxError,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
    LookupError,
    TypeError,
    ValueError,
    AttributeError,
    OverflowError,
)

# What a number format shows as it is, and its colours, locales and conditions.
_NO_CODE = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')

_Cell = ReadOnlyCell | EmptyCell


class _ReadOnlySheet(Protocol):
    """The part of openpyxl's `ReadOnlyWorksheet` that is used here."""

    title: str
    _worksheet_path: str

    def reset_dimensions(self) -> None: ...
    def iter_rows(self) -> Iterator[Sequence[_Cell]]: ...


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
        _check_archive(file, name)
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
        with _damage(name):
            values = _load(file, stack, data_only=True)
            sheet = _sheet(values, name, mapping.sheet)
            # openpyxl has no public name for it.
            self.plan = _plan(file, sheet._worksheet_path)  # noqa: SLF001
            self._values = _rows(sheet)
            self._formulas: Iterator[Sequence[_Cell]] = repeat(())
            if self.plan.formulas:
                formulas = _load(file, stack, data_only=False)
                self._formulas = _rows(_sheet(formulas, name, mapping.sheet))
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
        self, row: Sequence[_Cell], formulas: Sequence[_Cell], merged: list[_Merged]
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

    def _next(self) -> tuple[Sequence[_Cell], Sequence[_Cell]] | None:
        with _damage(self._name), warnings.catch_warnings():
            # openpyxl warns of what it leaves out; the cells themselves say what is wrong.
            warnings.simplefilter("ignore")
            row = next(self._values, None)
            formulas = next(self._formulas, ())
        if row is None:
            return None
        self._line += 1
        return row, formulas


class _damage:  # noqa: N801  reads as a statement
    """Turns what a damaged workbook raises into one sentence."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __enter__(self) -> None:
        return

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        if isinstance(error, _DAMAGED) and not isinstance(error, TableError):
            raise TableError(
                f"{self._name}: a damaged workbook ({type(error).__name__}); open it, and save it"
                " again as .xlsx"
            ) from None


def _check_archive(file: IO[bytes], name: str) -> None:
    """Refuse what is no XLSX workbook, and what would not fit the memory.

    A zip entry never gives more bytes than its directory says, so that saying little is no way out.
    """
    head = file.read(len(_OLE))
    if head == _OLE:
        raise TableError(
            f"{name}: an .xls file or a workbook with a password; save it as .xlsx without one"
        )
    try:
        parts = zipfile.ZipFile(file).infolist()
    except _DAMAGED:
        raise TableError(
            f"{name}: not an XLSX workbook; for a CSV file the format is csv"
        ) from None
    for part in parts:
        if part.filename.endswith("vbaProject.bin"):
            raise TableError(f"{name}: a workbook with macros; save it as .xlsx without them")
        limit = _limit(part.filename)
        if limit is not None and part.file_size > limit:
            raise TableError(
                f"{name}: {part.filename} unpacks to {part.file_size:,} bytes, at most {limit:,};"
                " save the sheet as CSV, which may have any size"
            )


def _limit(part: str) -> int | None:
    """Most bytes of a part; None for what is never read, such as pictures."""
    if part.startswith("xl/worksheets/") and part.endswith(".xml"):
        return MAX_SHEET_BYTES
    if part.lower() == "xl/sharedstrings.xml":
        return MAX_STRINGS_BYTES
    return None if part.startswith(("xl/media/", "xl/embeddings/")) else MAX_PART_BYTES


def _load(file: IO[bytes], stack: ExitStack, *, data_only: bool) -> Workbook:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(file, read_only=True, data_only=data_only, keep_links=False)
    stack.callback(book.close)
    return book


def _sheet(book: Workbook, name: str, wanted: str | None) -> _ReadOnlySheet:
    # `worksheets` leaves out charts; in read-only mode the rest are of this kind.
    sheets = {sheet.title: cast("_ReadOnlySheet", sheet) for sheet in book.worksheets}
    if wanted is None and sheets:
        return next(iter(sheets.values()))
    if wanted is None or wanted not in sheets:
        raise TableError(
            f"{name}: there is no sheet {wanted or 'at all'}; it has {', '.join(sheets) or 'none'}"
        )
    return sheets[wanted]


def _rows(sheet: _ReadOnlySheet) -> Iterator[Sequence[_Cell]]:
    # The size that a sheet claims may be wrong, and rows would be cut to it.
    sheet.reset_dimensions()
    return sheet.iter_rows()


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


def _text(cell: _Cell, column: str, *, formula: bool) -> str:
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
