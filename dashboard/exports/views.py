"""What is exported: a table's columns, its rows as they come from the database, and whence."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import cast

import orjson


def message(text: str) -> str:
    """Marks a text for the catalogues where it stands; imported as `_`."""
    return text


_ = message

NO_LICENCE = _("not stated: ask the owner")
"""What stands for a licence where nobody chose one; to be translated."""

Row = Mapping[str, object]
Block = Sequence[Row]


class Kind(StrEnum):
    """What a column holds. A value that is unknown is None in every one.

    Share: 0 to 1. Day: a date, or one in ISO 8601. Moment: ISO 8601 in UTC with a `Z`. Flag: true
    or false, or 1 or 0. List: a sequence, of texts or of anything that JSON can say.
    """

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    SHARE = "share"
    DAY = "day"
    MOMENT = "moment"
    FLAG = "flag"
    LIST = "list"


class Disclosure(StrEnum):
    """What of a column goes into open data: all, only what still stands, or nothing."""

    OPEN = "open"
    LIVE = "live"
    CLOSED = "closed"


Converters = Mapping[Kind, Callable[..., object]]
"""How a format writes a known value of each kind."""


@dataclass(frozen=True)
class Column:
    """A column, and what it means.

    Attributes:
        name: As in the rows.
        kind: What it holds.
        description: A sentence, to be translated.
        unit: What a number counts, to be translated; empty where nothing is counted.
        disclosure: In open data.
    """

    name: str
    kind: Kind
    description: str
    unit: str = ""
    disclosure: Disclosure = Disclosure.OPEN


@dataclass(frozen=True)
class Table:
    """A view without its rows.

    Attributes:
        name: As in addresses and names of files.
        description: What a row is, to be translated.
        columns: In this order.
    """

    name: str
    description: str
    columns: tuple[Column, ...]


@dataclass(frozen=True)
class View:
    """A table with rows, which can be read once.

    Attributes:
        table: Its columns.
        blocks: The rows, so many at a time as fit the memory; they may have keys beyond the
            columns. What has a `close` is closed when the export ends or is given up.
        total: How many rows there are, where that is known before.
    """

    table: Table
    blocks: Iterator[Block]
    total: int | None = None

    @contextmanager
    def reading(self) -> Iterator[Iterator[Block]]:
        """The blocks, closed at the end."""
        try:
            yield self.blocks
        finally:
            close = getattr(self.blocks, "close", None)
            if close is not None:
                close()


@dataclass(frozen=True)
class About:
    """Where an export comes from.

    Attributes:
        consultation: Its id; empty for a view over several.
        title: Of the consultation.
        owner: The office that asks.
        made_at: When the export was made, with a zone.
        licence: An SPDX name such as `CC-BY-4.0`, an address, or words; empty or `NOASSERTION`
            where nobody chose one.
        filters: What the rows were narrowed to, as in the page's address.
    """

    consultation: str
    title: str
    owner: str
    made_at: datetime
    licence: str = ""
    filters: Mapping[str, str] = field(default_factory=dict)

    @property
    def has_licence(self) -> bool:
        """Whether anybody chose a licence."""
        return self.licence not in {"", "NOASSERTION"}

    @property
    def made(self) -> str:
        """When it was made: ISO 8601 in UTC, to the second."""
        return f"{datetime.fromtimestamp(int(self.made_at.timestamp()), UTC):%Y-%m-%dT%H:%M:%SZ}"


def values(column: Column, block: Block, convert: Converters) -> Iterator[object]:
    """The values of a column as a format writes them; None where one is unknown."""
    name, as_written = column.name, convert[column.kind]
    for row in block:
        value = row[name]
        yield None if value is None else as_written(value)


def finite(value: float) -> float | None:
    """A number, None where it is not one: no format says infinity in a way that all read."""
    return value if math.isfinite(value) else None


def listed(value: object) -> list[str]:
    """A list as texts: what is none is written as JSON."""
    return [
        part if isinstance(part, str) else orjson.dumps(part).decode()
        for part in cast("Sequence[object]", value)
    ]
