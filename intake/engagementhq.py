"""EngagementHQ: a survey's responses as it exports them (XLSX), a topic per chosen question.

The title stands in D1, the header of the date in D3, the other headers from E4, the responses from
row 5, a day-month-year date in column D (read off the importer of github.com/CitizenLabDotCo/
citizenlab; not held against a real export, as none is public). Columns A to C are not read.

Nothing in the file says which column is an answer and which is a name or an address, so that a
mapping file names those that are taken; the others stay behind.

zone = "Australia/Sydney"

[columns]
participant = "Email address"        # if not said: Email address, or Email
"demographics.suburb" = "Suburb"

[values.topic]                       # the question's header = the topic's id
"What should change at the river?" = "river"

[constants]                          # mode = "online" and channel = "engagementhq" if not said
identity = "e-mail"
"""

import dataclasses
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import date, datetime, time

from intake.edge import Edge
from intake.forms import Table, read_form
from intake.importing import Item, Meter, Source
from intake.mapping import DEMOGRAPHICS, Mapping, mapping_of
from intake.tables import MAX_TITLE_CHARACTERS, BadFieldError, Problem, Row, TableError
from intake.xlsx import Cell, check_archive, choose_sheet, damage, load, rows_of

CHANNEL = "engagementhq"

_DATE_COLUMN = 3
_TITLE_ROW, _DATE_ROW, _HEADER_ROW = 1, 3, 4
_PARTICIPANTS = ("Email address", "Email")
_DEFAULTS = {"mode": "online", "channel": CHANNEL}


def read(source: Source, edge: Edge, meter: Meter) -> Iterator[Item]:
    """Read a survey's responses: each non-empty answer to a question that is chosen contributes.

    A response without a date is a problem, an answer with a formula or an error in it too. The
    workbook's texts are held in memory by openpyxl; hence the limits of `intake.xlsx`.

    Raises:
        TableError: It is no such workbook, is damaged or too large, or the mapping file lacks what
            is needed.
        InvalidIdError: The consultation's id is none.
    """
    name = source.path.name
    mapping = mapping_of(source)
    topics = {header.strip(): topic for header, topic in mapping.values.get("topic", {}).items()}
    if not topics:
        raise TableError(
            f"{name}: say in a mapping file (--mapping) which questions are topics:"
            ' [values.topic], "the header of the question" = "id-of-the-topic"'
        )
    with ExitStack() as stack:
        rows = _rows(source, mapping, meter, stack)
        survey = _Survey(rows, name, mapping, topics, edge)
        own = Mapping(
            zone=mapping.zone,
            date_order="day-first",
            constants=_DEFAULTS | mapping.constants,
        )
        if source.title is None and survey.title:
            source = dataclasses.replace(source, title=survey.title)
        table = Table(name, survey.columns, survey.rows())
        yield from read_form(table, source, own, edge, meter, CHANNEL)


class _Survey:
    """A sheet whose headers are read.

    Attributes:
        title: Of the survey; empty where there is none.
        columns: Of the form, those that its rows have.
    """

    def __init__(
        self,
        rows: Iterator[Sequence[Cell]],
        name: str,
        mapping: Mapping,
        topics: dict[str, str],
        edge: Edge,
    ) -> None:
        self._name, self._edge = name, edge
        head = [[_shown(cell) for cell in next(rows, ())] for _ in range(_HEADER_ROW)]
        self._rows = rows
        self.title = edge.text(_at(head[_TITLE_ROW - 1], _DATE_COLUMN))[:MAX_TITLE_CHARACTERS]
        if not _at(head[_DATE_ROW - 1], _DATE_COLUMN).casefold().startswith("date"):
            raise TableError(
                f"{name}: no header of a date in D3; give the survey's responses as EngagementHQ"
                " exports them"
            )
        header = ["" if place <= _DATE_COLUMN else cell for place, cell in enumerate(head[-1])]
        self._topics = {self._place(header, asked): (asked, topics[asked]) for asked in topics}
        self._others = {
            field: self._place(header, column)
            for field, column in mapping.columns.items()
            if field == "participant" or field.startswith(DEMOGRAPHICS)
        }
        for column in _PARTICIPANTS:
            if column in header:
                self._others.setdefault("participant", header.index(column))
        self.columns = ("topic", "topic_title", "text", "occurred_at", *self._others)

    def rows(self) -> Iterator[Row | Problem]:
        """A row of the form for each answer."""
        for number, cells in enumerate(self._rows, start=_HEADER_ROW + 1):
            for place, (asked, topic) in self._topics.items():
                try:
                    text = _text(cells, place, asked)
                    if text.strip():
                        yield Row(number, self._answer(cells, asked, topic, text))
                except BadFieldError as error:
                    shown = {"topic": topic, asked: _shown(cells[place])}
                    yield error.at(self._name, Row(number, shown))

    def _answer(self, cells: Sequence[Cell], asked: str, topic: str, text: str) -> dict[str, str]:
        others = {field: _text(cells, place, field) for field, place in self._others.items()}
        return {
            "topic": topic,
            # Cut, contact data would no longer be known as such.
            "topic_title": self._edge.text(asked)[:MAX_TITLE_CHARACTERS],
            "text": text,
            "occurred_at": _text(cells, _DATE_COLUMN, "occurred_at"),
            **others,
        }

    def _place(self, header: list[str], column: str) -> int:
        if header.count(column.strip()) != 1:
            number = "no" if column.strip() not in header else "more than one"
            raise TableError(f"{self._name}: {number} column {column} in row {_HEADER_ROW}")
        return header.index(column.strip())


def _rows(
    source: Source, mapping: Mapping, meter: Meter, stack: ExitStack
) -> Iterator[Sequence[Cell]]:
    name = source.path.name
    try:
        file = stack.enter_context(meter.open(source.path))
    except OSError as error:
        raise TableError(f"{name}: cannot be read: {error.strerror}") from None
    check_archive(file, name)
    with damage(name):
        book = load(file, stack, data_only=False)
        return rows_of(choose_sheet(book, name, mapping.sheet), name)


def _at(cells: Sequence[str], place: int) -> str:
    return cells[place] if place < len(cells) else ""


def _shown(cell: Cell) -> str:
    """What a cell shows, in one spelling."""
    match cell.value:
        case None:
            return ""
        case datetime() as moment if moment.time() == time():
            return moment.date().isoformat()
        case datetime() as moment:
            return moment.isoformat(" ")
        case date() as day:
            return day.isoformat()
        case float() as number if number.is_integer():
            return str(int(number))
        case value:
            return str(value).strip()


def _text(cells: Sequence[Cell], place: int, column: str) -> str:
    if place >= len(cells):
        return ""
    if cells[place].data_type in {"f", "e"}:
        raise BadFieldError(column, "a formula or an error; put the value in its place")
    return _shown(cells[place])
