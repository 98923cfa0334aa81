"""JSON lines: events as the HTTP intake takes them (CloudEvents 1.0), or rows of the form.

The first object of a file says which: an event has a `specversion`. A row has the form's columns as
its names; demographics may be an object of their own, attachments a list.

A line that cannot be taken costs itself alone, and no line is held in memory beyond its limit.
"""

from collections.abc import Iterable, Iterator
from io import BufferedReader
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import orjson

from intake.edge import Edge
from intake.forms import Table, read_form
from intake.importing import Item, Meter, Source
from intake.mapping import DEMOGRAPHICS, FIELDS, mapping_of
from intake.tables import BadFieldError, Problem, Row, TableError
from schemas import admission
from schemas.events import Event, InvalidEventError, PolicySet

CHANNEL = "jsonl"

MAX_LINE_BYTES = 1024 * 1024
"""The longest line that is read: an event is at most a quarter of it, as JSON without blanks."""

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


class Line(NamedTuple):
    """One line that is a JSON object: its number from 1, what it says, and its own wording."""

    number: int
    fields: dict[str, object]
    text: str

    @property
    def row(self) -> Row:
        """The line as whoever mends it sees it."""
        return Row(self.number, {"line": self.text})


def read(source: Source, edge: Edge, meter: Meter) -> Iterator[Item]:
    """Read a file of events or of rows of the form, one a line.

    Events keep their own `source` and `id`. Where the import is of one consultation, an event of
    another is a problem.

    Raises:
        TableError: The file cannot be opened, is UTF-16, or holds rows that lack what the form
            asks for.
        InvalidIdError: The consultation's id is none.
    """
    name = source.path.name
    lines = read_lines(source.path, name, meter)
    for line in lines:
        if isinstance(line, Line):
            again = chain((line,), lines)
            if "specversion" in line.fields:
                yield from _read_events(again, source, edge, meter)
            else:
                columns = _columns(source)
                table = Table(name, columns, _rows(again, name, columns), named=False)
                yield from read_form(table, source, mapping_of(source), edge, meter, CHANNEL)
            return
        yield line


def read_lines(path: Path, name: str, meter: Meter) -> Iterator[Line | Problem]:
    """Read the JSON objects of a file (UTF-8, with or without a byte order mark), one a line.

    Blank lines are skipped. A problem's `cells` are the line as it stands; a line that is too long
    has none.

    Args:
        path: The file.
        name: What messages call it.
        meter: Counts its bytes.

    Raises:
        TableError: The file cannot be opened, or is UTF-16.
    """
    try:
        file = meter.open(path)
    except OSError as error:
        raise TableError(f"{name}: cannot be read: {error.strerror}") from None
    with file:
        for number, line in _lines(file, name):
            if line is None:
                reason = f"more than {MAX_LINE_BYTES:,} bytes"
                yield Problem(name, number, "line", reason)
            elif line.strip():
                try:
                    yield _parse(number, line)
                except BadFieldError as error:
                    cells = {"line": line.decode(errors="backslashreplace").strip()}
                    yield error.at(name, Row(number, cells))


def as_cell(field: str, value: object) -> str:
    """What a table would say for a JSON value; a list's values have a semicolon between them.

    Raises:
        BadFieldError: It is an object, or a list of other than plain values.
    """
    match value:
        case None:
            return ""
        case str():
            return value
        case bool() | int() | float():
            return orjson.dumps(value).decode()
        case list() if not any(isinstance(one, dict | list) for one in value):
            return "; ".join(as_cell(field, one) for one in value)
        case _:
            raise BadFieldError(field, "not a plain value")


def _read_events(
    lines: Iterable[Line | Problem], source: Source, edge: Edge, meter: Meter
) -> Iterator[Item]:
    name = source.path.name
    for line in lines:
        if isinstance(line, Problem):
            yield line
            continue
        meter.place = (name, line.row)
        try:
            event = _event(line, edge)
            _check(event, source.consultation)
        except BadFieldError as error:
            yield error.at(name, line.row)
        else:
            yield event


def _columns(source: Source) -> tuple[str, ...]:
    """The form's columns, and all others that the file's rows have: it is read once for them."""
    names = dict.fromkeys(FIELDS)
    for line in read_lines(source.path, source.path.name, Meter()):
        if isinstance(line, Line):
            names |= dict.fromkeys(_flat(line.fields))
    return tuple(names)


def _rows(
    lines: Iterable[Line | Problem], name: str, columns: tuple[str, ...]
) -> Iterator[Row | Problem]:
    for line in lines:
        if isinstance(line, Problem):
            yield line
            continue
        try:
            said = _cells(line)
        except BadFieldError as error:
            yield error.at(name, line.row)
        else:
            yield Row(line.number, dict.fromkeys(columns, "") | said)


def _cells(line: Line) -> dict[str, str]:
    if "specversion" in line.fields:
        raise BadFieldError("specversion", "an event among rows; give it a file of its own")
    return {field: as_cell(field, value) for field, value in _flat(line.fields).items()}


def _flat(fields: dict[str, object]) -> dict[str, object]:
    """The fields, those of `demographics` under the names of the form's columns."""
    demographics = fields.get("demographics")
    if not isinstance(demographics, dict):
        return fields
    rest = {name: value for name, value in fields.items() if name != "demographics"}
    return rest | {f"{DEMOGRAPHICS}{name}": value for name, value in demographics.items()}


def _lines(file: BufferedReader, name: str) -> Iterator[tuple[int, bytes | None]]:
    """The lines by number; None for one that is too long, which is read past in pieces."""
    number = 0
    while line := file.readline(MAX_LINE_BYTES + 1):
        number += 1
        if number == 1:
            if line.startswith(_UTF_16):
                raise TableError(f"{name}: UTF-16; save it as UTF-8")
            line = line.removeprefix(_BYTE_ORDER_MARK)
        if len(line) > MAX_LINE_BYTES and not line.endswith(b"\n"):
            while (rest := file.readline(MAX_LINE_BYTES)) and not rest.endswith(b"\n"):
                pass
            yield number, None
        else:
            yield number, line


def _parse(number: int, line: bytes) -> Line:
    try:
        text = line.decode().strip()
    except UnicodeDecodeError:
        raise BadFieldError("line", "not UTF-8") from None
    try:
        fields = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        reason = f"not JSON: {error.msg} at character {error.pos + 1}"
        raise BadFieldError("line", reason) from None
    if not isinstance(fields, dict):
        raise BadFieldError("line", "not a JSON object")
    return Line(number, fields, text)


def _event(line: Line, edge: Edge) -> Event:
    if "specversion" not in line.fields:
        raise BadFieldError("specversion", "no value, where the lines before are events")
    try:
        return admission.read(orjson.dumps(edge.cross(line.fields)))
    except InvalidEventError as error:
        field, _, reason = str(error).partition(": ")
        raise BadFieldError(field, reason) from None


def _check(event: Event, consultation: str | None) -> None:
    if isinstance(event, PolicySet):
        raise BadFieldError("type", "a policy is set by its own command, not by a channel")
    if consultation is not None and event.data.consultation != consultation:
        raise BadFieldError("data.consultation", "not the consultation that is imported")
