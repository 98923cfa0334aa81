"""The form: the columns in which paper forms and attendance sheets are typed in, one row each.

A row becomes a contribution. Its id is the one that the form bears or, without one, derived from
what the row says, so that the same facts have the same id from a CSV file and from a workbook. A
row without a participant is an unknown author's.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import NamedTuple

from pydantic import ValidationError

from intake.edge import Edge
from intake.ids import Seen, contribution_fields, derived_id
from intake.importing import Item, Meter, Source
from intake.mapping import DEMOGRAPHICS, FIELDS, Mapping
from intake.moments import UndeclaredError, moment
from intake.tables import BadFieldError, Problem, Row, TableError, consultation_id
from schemas.events import (
    ConsultationOpened,
    ConsultationOpenedData,
    ContributionSubmitted,
    ContributionSubmittedData,
    Event,
    TopicOpened,
    TopicOpenedData,
)

REQUIRED = ("topic", "text", "mode", "channel", "occurred_at")
"""Columns, or constants of a mapping, without which nothing can be said."""

_TIMES = ("occurred_at", "recorded_at")
_ASIDE = {"topic_title", "participant", "text", "attachments", *_TIMES}
_AS_THEY_ARE = frozenset(FIELDS) - _ASIDE
_DECIMAL_COMMA = re.compile(r"(-?[0-9]+),([0-9]+)")
_UNSAID_ID = "unsaid"
_NO_ID = "not an id: letters, digits and . _ : - (at most 128), the first a letter or digit"


class Table(NamedTuple):
    """A file with a header.

    Attributes:
        file: Its name.
        header: Names of the columns.
        rows: The rows, and those that cannot be read.
        named: Whether the header was written as one. Otherwise its names are whatever the rows
            hold, which nobody is told.
    """

    file: str
    header: Sequence[str]
    rows: Iterator[Row | Problem]
    named: bool = True


def read_form(
    table: Table, source: Source, mapping: Mapping, edge: Edge, meter: Meter, channel: str
) -> Iterator[Item]:
    """Read a table of contributions in its order; a topic opens before its first contribution.

    The consultation opens where the source gives its title, a topic where a row does.

    Args:
        table: The rows.
        source: What is known of them all.
        mapping: What the table means.
        edge: Gives participants their pseudonyms.
        meter: Is told what was ignored, and where the reading is.
        channel: Of what kind the file is; part of the events' source.

    Raises:
        TableError: A column is missing or twice there, or a date can be read in two ways.
        InvalidIdError: The consultation's id is none.
    """
    consultation = consultation_id(source.consultation, source.path.stem)
    name = source.name or f"urn:isegoria:{channel}:{consultation}"
    columns = _columns(table, mapping, meter)
    if source.title is not None:
        yield ConsultationOpened(
            id="consultation",
            source=name,
            data=ConsultationOpenedData(consultation=consultation, title=source.title),
        )
    with closing(Seen()) as seen:
        form = _Form(consultation, name, mapping, edge, columns, seen)
        for row in table.rows:
            if isinstance(row, Problem):
                yield row
                continue
            meter.place = (table.file, row)
            try:
                yield from form.events(row)
            except BadFieldError as error:
                yield error.at(table.file, row)
            except UndeclaredError as error:
                raise TableError(f"{table.file}: line {row.line}: {error}") from None


def _columns(table: Table, mapping: Mapping, meter: Meter) -> dict[str, str]:
    """The table's column by the form's."""
    named = [name for name in table.header if name]
    for name in named:
        if named.count(name) > 1:
            raise TableError(f"{table.file}: the column {name} is there twice; rename one")
    absent = [name for name in mapping.columns.values() if name not in named]
    if absent:
        raise TableError(
            f"{table.file}: the header lacks {', '.join(absent)}, which the mapping names"
        )
    own = {name for name in named if name in FIELDS or name.removeprefix(DEMOGRAPHICS) != name}
    own -= {*mapping.columns.values(), *mapping.columns, *mapping.constants}
    columns = {**mapping.columns, **{name: name for name in own}}
    missing = [name for name in REQUIRED if name not in columns and name not in mapping.constants]
    if missing:
        raise TableError(
            f"{table.file}: the header lacks {', '.join(missing)}; name the columns as"
            " 'isegoria import template' does, or say in a mapping file (--mapping) which column"
            " is what"
        )
    ignored = [name for name in named if name not in columns.values()]
    if ignored:
        which = ", ".join(ignored) if table.named else f"{len(ignored):,} of them"
        meter.notices.append(f"{table.file}: columns that mean nothing here are ignored: {which}.")
    return columns


class _Form:
    """Makes events of rows."""

    def __init__(
        self,
        consultation: str,
        name: str,
        mapping: Mapping,
        edge: Edge,
        columns: dict[str, str],
        seen: Seen,
    ) -> None:
        self._consultation = consultation
        self._name = name
        self._mapping = mapping
        self._edge = edge
        self._columns = columns
        self._seen = seen
        self._values = [
            (field, column, mapping.values.get(field, {})) for field, column in columns.items()
        ]

    def events(self, row: Row) -> Iterator[Event]:
        """The contribution, after the opening of its topic where the row is the first to title it.

        Raises:
            BadFieldError: A cell cannot be taken.
            UndeclaredError: A time can be read in more than one way.
        """
        said = self._said(row)
        data = self._data(row, said)
        fields = contribution_fields(data)
        given = said.get("contribution")
        if given is None:
            given = derived_id(fields, self._seen.occurrence(fields))
            data = data.model_copy(update={"contribution": given})
        else:
            line = self._seen.conflict("contribution", f"{data.topic}/{given}", fields, row.line)
            if line is not None:
                raise BadFieldError(
                    self._column("contribution"), f"already used on line {line} for something else"
                )
        title = said.get("topic_title")
        if title is not None:
            yield from self._opening(row, data.topic, self._edge.text(title))
        yield ContributionSubmitted(id=f"{data.topic}/{given}", source=self._name, data=data)

    def _said(self, row: Row) -> dict[str, str]:
        """What a row says, by the form's columns and in the form's own values."""
        said = dict(self._mapping.constants)
        for field, column, values in self._values:
            cell = row.cells[column].strip()
            value = values.get(cell, cell)
            if value:
                said[field] = value
        return said

    def _data(self, row: Row, said: dict[str, str]) -> ContributionSubmittedData:
        """The contribution, with a stand-in for its id where the row has none."""
        attachments = _listed(said.pop("attachments", ""))
        for field in REQUIRED:
            if field not in said and not (field == "text" and attachments):
                raise BadFieldError(self._column(field), "no value")
        data: dict[str, object] = {
            "consultation": self._consultation,
            "contribution": _UNSAID_ID,
            "attachments": attachments,
            "demographics": self._snapshot(said),
            **{field: said[field] for field in said if field in _AS_THEY_ARE},
            # Its blanks are part of it.
            "text": self._edge.text(row.cells[self._columns["text"]])
            if "text" in self._columns
            else said["text"],
            "participant": self._edge.participant(said.get("participant")),
        }
        for field in _TIMES:
            if field in said:
                mapping = self._mapping
                data[field] = moment(
                    self._column(field), said[field], mapping.zone, mapping.date_order
                )
        try:
            return ContributionSubmittedData.model_validate(data)
        except ValidationError as error:
            raise self._bad(error) from None

    def _snapshot(self, said: dict[str, str]) -> dict[str, str]:
        found = {}
        for field, value in said.items():
            name = field.removeprefix(DEMOGRAPHICS)
            if name != field:
                decimal = _DECIMAL_COMMA.fullmatch(value) if self._mapping.decimal_comma else None
                found[name] = f"{decimal[1]}.{decimal[2]}" if decimal else value
        return found

    def _opening(self, row: Row, topic: str, title: str) -> Iterator[TopicOpened]:
        line = self._seen.conflict("title", topic, title, row.line)
        if line is not None:
            raise BadFieldError(self._column("topic_title"), f"another title than on line {line}")
        if self._seen.occurrence({"topic": topic}) == 1:
            try:
                data = TopicOpenedData(consultation=self._consultation, topic=topic, title=title)
            except ValidationError as error:
                raise self._bad(error) from None
            yield TopicOpened(id=f"topic-{topic}", source=self._name, data=data)

    def _column(self, field: str) -> str:
        """What the table calls a column of the form."""
        return self._columns.get(field, field)

    def _bad(self, error: ValidationError) -> BadFieldError:
        first = error.errors(include_url=False, include_input=False)[0]
        field = str(first["loc"][0]) if first["loc"] else "row"
        if field == "title":
            field = "topic_title"
        if field == "demographics" and len(first["loc"]) > 1:
            field = DEMOGRAPHICS + str(first["loc"][1])
        no_id = first["type"] == "string_pattern_mismatch" and field != "participant"
        return BadFieldError(self._column(field), _NO_ID if no_id else first["msg"])


def _listed(cell: str) -> tuple[str, ...]:
    """Values of a cell that holds several, with a semicolon or a line break between them."""
    return tuple(part.strip() for part in re.split(r"[;\n]", cell) if part.strip())
