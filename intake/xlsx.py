"""Opening XLSX workbooks, of which some are damaged and some are made to harm.

What would not fit the memory is refused before it is unpacked, and what a damaged workbook raises,
wherever it is read, becomes one sentence.
"""

import warnings
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from typing import IO, Protocol, TypeAlias, cast
from xml.parsers import expat

import openpyxl
from openpyxl.cell.read_only import EmptyCell, ReadOnlyCell
from openpyxl.workbook import Workbook

from intake.tables import TableError

MAX_SHEET_BYTES = 512 * 1024 * 1024
MAX_STRINGS_BYTES = 64 * 1024 * 1024
MAX_PART_BYTES = 8 * 1024 * 1024
"""Uncompressed: a sheet, the workbook's texts, and each of its other parts (styles, …)."""

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
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

Cell: TypeAlias = ReadOnlyCell | EmptyCell


class Sheet(Protocol):
    """The part of openpyxl's `ReadOnlyWorksheet` that is used here."""

    title: str
    _worksheet_path: str

    def reset_dimensions(self) -> None:
        """Forget the size that the sheet claims."""

    def iter_rows(self) -> Iterator[Sequence[Cell]]:
        """All rows."""


def check_archive(file: IO[bytes], name: str) -> None:
    """Refuse what is no XLSX workbook, and what would not fit the memory.

    A zip entry never gives more bytes than its directory says, so that saying little is no way out.

    Args:
        file: At its beginning.
        name: Of the file, for messages.

    Raises:
        TableError: It is refused; the message says what to do.
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


def load(file: IO[bytes], stack: ExitStack, *, data_only: bool) -> Workbook:
    """Open a workbook that was checked, to be read row by row.

    Args:
        file: To read from.
        stack: Closes the workbook, not the file.
        data_only: Whether a cell with a formula gives the value that it was saved with.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(file, read_only=True, data_only=data_only, keep_links=False)
    stack.callback(book.close)
    return book


def choose_sheet(book: Workbook, name: str, wanted: str | None) -> Sheet:
    """The sheet of a title, or the first one.

    Raises:
        TableError: There is no such sheet.
    """
    # `worksheets` leaves out charts; in read-only mode the rest are of this kind.
    sheets = {sheet.title: cast("Sheet", sheet) for sheet in book.worksheets}
    if wanted is None and sheets:
        return next(iter(sheets.values()))
    if wanted is None or wanted not in sheets:
        raise TableError(
            f"{name}: there is no sheet {wanted or 'at all'}; it has {', '.join(sheets) or 'none'}"
        )
    return sheets[wanted]


def rows_of(sheet: Sheet, name: str) -> Iterator[Sequence[Cell]]:
    """All rows of a sheet.

    Raises:
        TableError: The workbook turns out to be damaged.
    """
    # The size that a sheet claims may be wrong, and rows would be cut to it.
    sheet.reset_dimensions()
    rows = sheet.iter_rows()
    while True:
        with damage(name), warnings.catch_warnings():
            # openpyxl warns of what it leaves out; the cells themselves say what is wrong.
            warnings.simplefilter("ignore")
            row = next(rows, None)
        if row is None:
            return
        yield row


class damage:  # noqa: N801  reads as a statement
    """Turns what a damaged workbook raises into one sentence, a `TableError`."""

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
