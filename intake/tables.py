"""CSV files as channels export them: rows with the line they begin on, bad ones set apart.

What the importers share: files become rows, rows become records, and what cannot be taken becomes a
`Problem` while the rest is kept.
"""

import csv
import dataclasses
import re
import unicodedata
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO, TypeVar

from pydantic import TypeAdapter, ValidationError

from schemas.events import Identifier

MAX_TITLE_CHARACTERS = 500
"""The longest title that an event can hold."""

NOT_UTF_8 = "not UTF-8"
"""The reason of a row with bytes that the encoding of its file does not have."""

# A row of 50 columns at the limit of each is far below it; a file without line ends is not.
_MAX_LINE_CHARACTERS = 1024 * 1024
_MAX_ID_DIGITS = 18
_IDENTIFIER: TypeAdapter[str] = TypeAdapter(Identifier)

Record = TypeVar("Record")


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row was skipped. The reason never repeats what the row says.

    Attributes:
        file: Name of the file, without its folder.
        line: Physical line, from 1, on which the row begins.
        field: Column, or `row` where the row as a whole cannot be read.
        reason: What is wrong with it.
        cells: What the row says, by column, as far as it could be read: for whoever mends it.
    """

    file: str
    line: int
    field: str
    reason: str
    cells: Mapping[str, str] = dataclasses.field(default_factory=dict, compare=False, repr=False)


class BadFieldError(ValueError):
    """A cell that cannot be taken.

    Attributes:
        field: Column of the cell.
        reason: What is wrong with it. It never repeats what the cell says.
    """

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason

    def at(self, file: str, row: "Row") -> Problem:
        """The problem of a row."""
        return Problem(file, row.line, self.field, self.reason, row.cells)


class TableError(ValueError):
    """A whole file cannot be read; the message names the file and what to do."""


class InvalidIdError(ValueError):
    """An id that was given is none; the message names what it is of and says what is allowed."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its cells by column name, and the physical line on which it begins."""

    line: int
    cells: dict[str, str]


def read_table(path: Path, required: tuple[str, ...]) -> Iterator[Row | Problem]:
    """Read a CSV file (UTF-8, with or without a byte order mark) by the names in its header.

    Columns may stand in any order, and columns that are not required may be there or not. Blank
    lines are skipped.

    Raises:
        TableError: The file is absent or empty, or its header cannot be read or lacks a required
            column.
    """
    with _open(path) as file:
        table = parse_table(Lines(file, path.name), path.name, required)
        if table is None:
            raise TableError(f"{path.name}: the file is empty; expected a header with {required}")
        yield from table


def parse_table(
    lines: "Lines", name: str, required: tuple[str, ...], delimiters: str = ","
) -> Iterator[Row | Problem] | None:
    """Parse CSV by the names in its header, as `read_table` does; None where there is nothing.

    Args:
        lines: Of the file, from its first one on.
        name: Of the file, for messages.
        required: Columns that the header must have.
        delimiters: Characters that may stand between columns; the header shows which one does.

    Raises:
        TableError: The header cannot be read, or lacks a required column.
    """
    first = next((line for line in lines if line.strip()), None)
    if first is None:
        return None
    lines.put_back()
    rows = parse_rows(lines, max(delimiters, key=outside_quotes(first).count))
    _, header = next(rows)
    if isinstance(header, str):
        raise TableError(f"{name}: the header is {header}; save it as CSV in UTF-8")
    missing = [column for column in required if column not in header]
    if missing:
        raise TableError(
            f"{name}: the header lacks {', '.join(missing)}; expected {', '.join(required)}"
        )
    return by_header(rows, name, header)


def by_header(
    rows: Iterator[tuple[int, list[str] | str]], name: str, header: list[str]
) -> Iterator[Row | Problem]:
    """Name the cells of rows, as `parse_rows` gives them, by a header.

    A row that could not be read, or has another number of columns, is a problem.
    """
    for line, row in rows:
        if isinstance(row, str):
            yield Problem(name, line, "row", row, dict.fromkeys(header, ""))
            continue
        cells = dict(zip(header, row, strict=False))
        if len(row) == len(header):
            yield Row(line, cells)
        else:
            reason = f"{len(row)} columns where the header has {len(header)}"
            yield Problem(name, line, "row", reason, cells)


def outside_quotes(line: str) -> str:
    """What of a line of CSV stands outside quotation marks: there a delimiter is one."""
    return "".join(line.split('"')[::2])


def read_records(
    path: Path,
    required: tuple[str, ...],
    parse: Callable[[Row], Record],
    problems: list[Problem],
    *,
    unique: str | None = None,
) -> Iterator[Record]:
    """Read a CSV file as records, in its order. Rows that cannot be taken go to the problems.

    Args:
        path: The file.
        required: Columns that the header must have.
        parse: Makes a record of a row, or raises `BadFieldError`.
        problems: Gets a problem for every row that is skipped.
        unique: A column of whole numbers under which a record is known. The same record again is
            given again; another one under its number is a problem.

    Raises:
        TableError: As `read_table` does.
    """
    known: dict[int, tuple[int, Record]] = {}
    for row in read_table(path, required):
        if isinstance(row, Problem):
            problems.append(row)
            continue
        try:
            record = parse(row)
            if unique is not None:
                line, first = known.setdefault(whole_number(row, unique), (row.line, record))
                if record != first:
                    raise BadFieldError(unique, f"already used on line {line}")  # noqa: TRY301
        except BadFieldError as error:
            problems.append(error.at(path.name, row))
        else:
            yield record


def whole_number(row: Row, field: str) -> int:
    """The whole number that a cell holds: digits alone, no sign.

    Raises:
        BadFieldError: The cell is empty or holds something else.
    """
    cell = row.cells[field].strip()
    if not is_whole_number(cell):
        raise BadFieldError(field, "not a whole number" if cell else "no value")
    return int(cell)


def is_whole_number(cell: str) -> bool:
    """Whether a cell holds ASCII digits alone, few enough for 64 bits."""
    return cell.isascii() and cell.isdigit() and len(cell) <= _MAX_ID_DIGITS


def limited(text: str, field: str, limit: int) -> str:
    """The text, as it is.

    Raises:
        BadFieldError: It has more characters than the limit.
    """
    if len(text) > limit:
        raise BadFieldError(field, f"{len(text):,} characters, at most {limit:,}")
    return text


def consultation_id(given: str | None, folder: str) -> str:
    """Id of a consultation: the one given, or one made from the name of the export's folder.

    Raises:
        InvalidIdError: What was given is no id, or the name has nothing to make one of.
    """
    if given is None:
        ascii_name = unicodedata.normalize("NFKD", folder).encode("ascii", "ignore").decode()
        given = re.sub(r"[^A-Za-z0-9.-]+", "-", ascii_name).strip("-.")[:128]
    try:
        return _IDENTIFIER.validate_python(given)
    except ValidationError:
        raise InvalidIdError(
            "consultation: give an id of letters, digits and . _ : - (at most 128) that begins"
            " with a letter or digit"
        ) from None


def read_rows(path: Path) -> Iterator[tuple[int, list[str] | str]]:
    """Read the rows of a CSV file, as `parse_rows` does.

    Raises:
        TableError: The file is absent.
    """
    with _open(path) as file:
        yield from parse_rows(Lines(file, path.name))


def _open(path: Path) -> TextIO:
    try:
        # Bytes that are no UTF-8 become surrogates, so that they spoil one row and not the file.
        return path.open(encoding="utf-8-sig", errors="surrogateescape", newline="")
    except FileNotFoundError:
        raise TableError(f"{path.name}: no such file in {path.parent}") from None


def parse_rows(lines: "Lines", delimiter: str = ",") -> Iterator[tuple[int, list[str] | str]]:
    """Parse CSV into rows, each with the physical line on which it begins. Blank lines are skipped.

    A row that cannot be read comes as the reason, a string; reading goes on at the line after its
    first one, so that a quotation mark nobody closed costs one row and not the rest of the file.
    """
    reader = csv.reader(lines, strict=True, delimiter=delimiter)
    while True:
        lines.begin_row()
        number = lines.number
        try:
            row: list[str] | str = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            row = f"not readable as CSV: {error}"
            lines.keep_first()
            reader = csv.reader(lines, strict=True, delimiter=delimiter)
        if row:
            yield number, _decoded_or_reason(row)


class Lines:
    """The lines of a file, remembering those of the row at hand so that they can be read again.

    Args:
        file: Undecodable bytes in it are surrogates (PEP 383).
        name: Of the file, for messages.
    """

    def __init__(self, file: TextIO, name: str) -> None:
        self._file = file
        self._name = name
        self._again: deque[str] = deque()
        self._taken: list[str] = []
        self._before = 1

    @property
    def number(self) -> int:
        """Number of the line that comes next, from 1."""
        return self._before + len(self._taken)

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else self._read()
        self._taken.append(line)
        return line

    def begin_row(self) -> None:
        """What was taken is done with."""
        self._before += len(self._taken)
        self._taken.clear()

    def keep_first(self) -> None:
        """Of the row at hand, only its first line is done with; the others come again."""
        self._again.extendleft(reversed(self._taken[1:]))
        del self._taken[1:]

    def put_back(self) -> None:
        """All of the row at hand comes again."""
        self._again.extendleft(reversed(self._taken))
        self._taken.clear()

    def _read(self) -> str:
        line = self._file.readline(_MAX_LINE_CHARACTERS)
        if not line:
            raise StopIteration
        if len(line) == _MAX_LINE_CHARACTERS and not line.endswith("\n"):
            raise TableError(
                f"{self._name}: line {self.number} is longer than {_MAX_LINE_CHARACTERS:,}"
                " characters; is it a CSV file?"
            )
        return line


def _decoded_or_reason(row: list[str] | str) -> list[str] | str:
    try:
        "".join(row).encode()
    except UnicodeEncodeError:
        return NOT_UTF_8
    return row
