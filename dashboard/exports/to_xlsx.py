"""XLSX: the rows on the first sheet, and on the second what they are about."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from itertools import chain
from typing import IO, Protocol, cast

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.dimensions import ColumnDimension
from openpyxl.worksheet.filters import AutoFilter
from openpyxl.worksheet.worksheet import Worksheet

from dashboard.exports.files import whole
from dashboard.exports.views import (
    NO_LICENCE,
    About,
    Block,
    Column,
    Converters,
    Kind,
    Table,
    View,
    finite,
    listed,
    values,
)
from dashboard.i18n import Words

MAX_ROWS = 1_048_576
"""Of a sheet, the header among them."""

MAX_CELL = 32_767
"""Of a cell, in UTF-16 code units."""

_UNSAFE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# Excel reads `_x0041_` as a letter (ECMA-376, part 1, 22.9.2.19), so that its `_` is escaped.
_LOOKS_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_NARROW, _WIDE, _SAMPLE = 10, 60, 100
_FIRST_YEAR = 1900


class _Writer(Protocol):
    def cleanup(self) -> None: ...


class _Sheet(Protocol):
    """The part of openpyxl's `WriteOnlyWorksheet` that is used here."""

    freeze_panes: str
    closed: bool
    column_dimensions: Mapping[str, ColumnDimension]
    auto_filter: AutoFilter
    _writer: _Writer

    def append(self, row: Sequence[Cell | None]) -> None: ...

    def close(self) -> None: ...


class TooManyRowsError(ValueError):
    """A view has more rows than a sheet holds."""

    def __init__(self) -> None:
        super().__init__(
            f"more than the {MAX_ROWS - 1:,} rows that an XLSX sheet holds below its header;"
            " narrow them down with the filters, or take CSV, Parquet or JSON"
        )


def xlsx_of(view: View, about: About, words: Words) -> Iterator[bytes]:
    """A view as a workbook, which is made whole before the first byte is given.

    Raises:
        TooManyRowsError: They do not fit; where the view knows its total, nothing was written.
    """

    def write(file: IO[bytes]) -> None:
        with view.reading() as blocks, _workbook() as book:
            if view.total is not None and view.total >= MAX_ROWS:
                raise TooManyRowsError
            book.properties.creator = "Isegoria"
            book.properties.title = _legible(about.title)
            _write_rows(_sheet(book, view.table.name), view.table.columns, blocks)
            _write_about(_sheet(book, words.gettext("About")), view.table, about, words)
            book.save(file)

    return whole(write)


@contextmanager
def _workbook() -> Iterator[Workbook]:
    """A workbook; where it is given up, its generators and temporary files are too."""
    book = Workbook(write_only=True)
    try:
        yield book
    finally:
        for sheet in cast("list[_Sheet]", book.worksheets):
            if not sheet.closed:
                try:
                    sheet.close()
                finally:
                    # Nothing public does it.
                    sheet._writer.cleanup()  # noqa: SLF001


def _sheet(book: Workbook, title: str) -> _Sheet:
    return cast("_Sheet", book.create_sheet(title))


def _write_rows(sheet: _Sheet, columns: tuple[Column, ...], blocks: Iterator[Block]) -> None:
    first = next(blocks, [])
    sheet.freeze_panes = "A2"
    # The sheet has its widths before its rows.
    for number, column in enumerate(columns, 1):
        sample = values(column, first[:_SAMPLE], _CONVERT)
        width = max([_NARROW, len(column.name) + 4, *(len(str(value)) for value in sample)])
        sheet.column_dimensions[get_column_letter(number)].width = min(width, _WIDE)
    _append_header(sheet, [column.name for column in columns])
    cells, rows = [_cell(sheet, column.kind) for column in columns], 1
    for block in chain([first], blocks):
        rows += len(block)
        if rows > MAX_ROWS:
            raise TooManyRowsError
        for row in zip(*(values(column, block, _CONVERT) for column in columns), strict=True):
            # A cell is written before the next row is begun.
            sheet.append(
                [
                    # An empty text is read back as an empty cell all the same.
                    None if value is None or value == "" else _filled(cell, value)
                    for cell, value in zip(cells, row, strict=True)
                ]
            )
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{rows}"


def _write_about(sheet: _Sheet, table: Table, about: About, words: Words) -> None:
    _ = words.gettext
    for letter, width in zip("ABCD", (24, 16, 16, 100), strict=True):
        sheet.column_dimensions[letter].width = width
    filters = ", ".join(f"{name}={value}" for name, value in about.filters.items())
    told = (
        (_("Consultation"), about.consultation),
        (_("Title"), about.title),
        (_("Asked by"), about.owner),
        (_("View"), table.name),
        (_("What a row is"), _(table.description)),
        (_("Filters"), filters or _("none")),
        (_("Made at"), about.made),
        (_("Licence"), about.licence if about.has_licence else _(NO_LICENCE)),
        (
            _("Note"),
            _(
                "Times are in UTC. A text is cut where a cell ends, after 32,767 characters, and"
                " a character that no workbook can hold is replaced; the other formats have all."
            ),
        ),
    )
    for name, value in told:
        sheet.append([_label(sheet, name), _text(sheet, value)])
    sheet.append([])
    _append_header(sheet, [_("Column"), _("Kind"), _("Unit"), _("Description")])
    for column in table.columns:
        unit = _(column.unit) if column.unit else ""
        texts = (column.name, column.kind, unit, _(column.description))
        sheet.append([_text(sheet, text) for text in texts])


def _append_header(sheet: _Sheet, names: Iterable[str]) -> None:
    sheet.append([_label(sheet, name) for name in names])


def _label(sheet: _Sheet, text: str) -> Cell:
    cell = _text(sheet, text)
    cell.font = Font(bold=True)
    return cell


def _text(sheet: _Sheet, text: str) -> Cell:
    return _filled(_cell(sheet, Kind.TEXT), _legible(text))


def _cell(sheet: _Sheet, kind: Kind) -> Cell:
    cell = WriteOnlyCell(cast("Worksheet", sheet))
    cell.number_format = _FORMATS.get(kind, "General")
    return cell


def _filled(cell: Cell, value: object) -> Cell:
    """The cell with a value; no text is a formula, whatever it begins with."""
    cell.value = cast("str | float | date", value)
    if isinstance(value, str):
        cell.data_type = "s"
    return cell


def _legible(text: str) -> str:
    """A text that a cell can hold: line ends of one kind, no control characters, not too long."""
    ends = text.replace("\r\n", "\n").replace("\r", "\n")
    escaped = _LOOKS_ESCAPED.sub("_x005F_", _UNSAFE.sub("\ufffd", ends))
    units = escaped.encode("utf-16-le")
    if len(units) <= 2 * MAX_CELL:
        return escaped
    return units[: 2 * (MAX_CELL - 1)].decode("utf-16-le", errors="ignore") + "…"


def _excel_time(iso: str) -> datetime | str:
    """A time in UTC without saying so, since a workbook knows no zones."""
    moment = datetime.fromisoformat(iso).replace(tzinfo=None)
    return moment if moment.year >= _FIRST_YEAR else iso


def _excel_day(day: date | str) -> date | str:
    found = date.fromisoformat(day) if isinstance(day, str) else day
    return found if found.year >= _FIRST_YEAR else str(day)


_CONVERT: Converters = {
    Kind.TEXT: _legible,
    Kind.INTEGER: int,
    Kind.NUMBER: finite,
    Kind.SHARE: finite,
    Kind.DAY: _excel_day,
    Kind.MOMENT: _excel_time,
    Kind.FLAG: bool,
    Kind.LIST: lambda value: _legible("; ".join(listed(value))),
}
_FORMATS = {
    Kind.INTEGER: "#,##0",
    Kind.NUMBER: "#,##0.00",
    Kind.SHARE: "0.0%",
    Kind.DAY: "yyyy-mm-dd",
    Kind.MOMENT: "yyyy-mm-dd hh:mm:ss",
}
