"""Rows of an open CSV export, and the events that they become; a bad row costs itself alone.

Exports also come inside a zip, and with semicolons.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from io import TextIOWrapper
from typing import IO

from pydantic import ValidationError

from intake.ids import Seen
from intake.importing import Item, Meter
from intake.tables import BadFieldError, Lines, Problem, Row, parse_table
from schemas.events import Event


def read_rows(
    file: IO[bytes], name: str, required: tuple[str, ...], delimiters: str = ","
) -> Iterator[Row | Problem]:
    """Read CSV (UTF-8, with or without a byte order mark) by the names in its header.

    Columns may stand in any order, and others than the required ones may be there or not. Blank
    lines are skipped. A row that cannot be read is a problem, and reading goes on at the line after
    its first one. A file without a header has no rows.

    Args:
        file: To read from. It is not closed.
        name: Of the file, for messages.
        required: Columns that the header must have.
        delimiters: Characters that may stand between columns; the header shows which one does.

    Raises:
        TableError: The header cannot be read, or lacks a required column.
    """
    text = TextIOWrapper(file, encoding="utf-8-sig", errors="surrogateescape", newline="")
    try:
        yield from parse_table(Lines(text, name), name, required, delimiters) or ()
    finally:
        text.detach()


def to_items(
    rows: Iterable[Row | Problem],
    name: str,
    meter: Meter,
    events: Callable[[Row], Iterator[Event]],
    *,
    unique: str,
) -> Iterator[Item]:
    """Give the events of each row, up to the first that cannot be made: in its stead a problem.

    Args:
        rows: The rows, and the problems of those that could not be read.
        name: Of their file.
        meter: Is told the place of each row.
        events: Makes the events of a row. It raises `BadFieldError`, or pydantic's
            `ValidationError` where a value is beyond what an event can hold.
        unique: The column under which a row is known. The same row again is given again; another
            one under its name is a problem.
    """
    with closing(Seen()) as seen:
        for row in rows:
            if isinstance(row, Problem):
                yield row
                continue
            meter.place = (name, row)
            try:
                for number, event in enumerate(events(row)):
                    if number == 0:
                        _claim(seen, row, unique)
                    yield event
            except BadFieldError as error:
                yield error.at(name, row)
            except ValidationError as error:
                yield _beyond_limits(error).at(name, row)


def _claim(seen: Seen, row: Row, unique: str) -> None:
    line = seen.conflict("row", row.cells[unique].strip(), list(row.cells.values()), row.line)
    if line is not None:
        raise BadFieldError(unique, f"already used on line {line}")


def _beyond_limits(error: ValidationError) -> BadFieldError:
    # The input stays out of the reason: it may be what must not be logged.
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    names = [part for part in first["loc"] if isinstance(part, str)]
    return BadFieldError(names[-1] if names else "row", first["msg"])
