"""CSV files as channels export them: rows with the line they begin on, bad ones set apart."""

import csv
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row was skipped. The reason never repeats what the row says.

    Attributes:
        file: Name of the file, without its folder.
        line: Physical line, from 1, on which the row begins.
        field: Column, or `row` where the row as a whole cannot be read.
        reason: What is wrong with it.
    """

    file: str
    line: int
    field: str
    reason: str


class TableError(ValueError):
    """A whole file cannot be read; the message names the file and what to do."""


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
        TableError: The file is absent, empty, or its header lacks a required column.
    """
    rows = read_rows(path)
    first = next(rows, None)
    if first is None:
        raise TableError(f"{path.name}: the file is empty; expected a header with {required}")
    header = first[1]
    missing = [] if isinstance(header, str) else [name for name in required if name not in header]
    if isinstance(header, str) or missing:
        raise TableError(
            f"{path.name}: the header lacks {', '.join(missing) or header};"
            f" expected {', '.join(required)}"
        )
    for line, row in rows:
        if isinstance(row, str):
            yield Problem(path.name, line, "row", row)
        elif len(row) != len(header):
            reason = f"{len(row)} columns where the header has {len(header)}"
            yield Problem(path.name, line, "row", reason)
        else:
            yield Row(line, dict(zip(header, row, strict=True)))


def read_rows(path: Path) -> Iterator[tuple[int, list[str] | str]]:
    """Read the rows of a CSV file, each with the physical line on which it begins.

    A row that cannot be read comes as the reason, a string; reading goes on at the line after its
    first one, so that a quotation mark nobody closed costs one row and not the rest of the file.

    Raises:
        TableError: The file is absent.
    """
    try:
        # Bytes that are no UTF-8 become surrogates, so that they spoil one row and not the file.
        file = path.open(encoding="utf-8-sig", errors="surrogateescape", newline="")
    except FileNotFoundError:
        raise TableError(f"{path.name}: no such file in {path.parent}") from None
    with file:
        lines = _Lines(file)
        reader = csv.reader(lines, strict=True)
        number = 1
        while True:
            lines.taken.clear()
            try:
                row: list[str] | str = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                row = f"not readable as CSV: {error}"
                lines.put_back(lines.taken[1:])
                reader = csv.reader(lines, strict=True)
                del lines.taken[1:]
            if row:
                yield number, _utf8_or_reason(row)
            number += len(lines.taken)


class _Lines:
    """The lines of a file, remembering the ones taken so that they can be read again."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._again: deque[str] = deque()
        self.taken: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._lines)
        self.taken.append(line)
        return line

    def put_back(self, lines: list[str]) -> None:
        self._again.extendleft(reversed(lines))


def _utf8_or_reason(row: list[str] | str) -> list[str] | str:
    try:
        "".join(row).encode()
    except UnicodeEncodeError:
        return "not UTF-8"
    return row
