"""Mapping files: what a clerk's own table means, said in TOML instead of guessed.

zone = "Europe/Vienna"
date_order = "day-first"
delimiter = ";"
encoding = "windows-1252"
decimal_comma = true

[columns]                     # the form's column = the table's
text = "Wortmeldung"
participant = "E-Mail"
occurred_at = "Datum"
"demographics.age" = "Alter"

[constants]                   # what has no column
topic = "tram"
channel = "paper"
mode = "offline"

[values.stance]               # the table's value = the form's
ja = "for"
"""

import codecs
import tomllib
from collections import Counter
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    StringConstraints,
    ValidationError,
    model_validator,
)

from intake.importing import Source
from intake.tables import TableError

FIELDS = (
    "topic",
    "topic_title",
    "contribution",
    "text",
    "participant",
    "identity",
    "role",
    "mode",
    "channel",
    "captured_by",
    "device",
    "stance",
    "language",
    "occurred_at",
    "recorded_at",
    "attachments",
    "group",
    "reply_to",
)
"""The form's columns; further ones begin with `demographics.`."""

DEMOGRAPHICS = "demographics."

DateOrder = Literal["day-first", "month-first"]


def _field(name: str) -> str:
    if name not in FIELDS and not (name.startswith(DEMOGRAPHICS) and name != DEMOGRAPHICS):
        raise ValueError(f"not a column of the form: {', '.join(FIELDS)}, {DEMOGRAPHICS}…")
    return name


def _encoding(name: str) -> str:
    try:
        "".encode(name)
        codecs.getincrementaldecoder(name)
    except (LookupError, ValueError):
        raise ValueError("not an encoding, such as windows-1252") from None
    return name


_Field = Annotated[str, AfterValidator(_field)]
_Cell = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Mapping(BaseModel):
    """What a table means.

    Attributes:
        encoding: Of a CSV file, by Python's name. A byte order mark in the file outweighs it.
        delimiter: What stands between the columns of a CSV file.
        sheet: Name of a workbook's sheet; None: the first.
        zone: The zone of times that name none.
        date_order: How a date such as 03/04/2026 is meant; None: there are only ISO 8601 dates.
        decimal_comma: Whether a demographic value such as 34,5 means 34.5.
        columns: The table's column by the form's; others have the form's names.
        constants: Values by the form's column, for what has no column in the table.
        values: By the form's column: the form's value by the table's; others mean themselves.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    encoding: Annotated[str, AfterValidator(_encoding)] | None = None
    delimiter: Literal[",", ";", "\t"] | None = None
    sheet: str | None = None
    zone: ZoneInfo | None = None
    date_order: DateOrder | None = None
    decimal_comma: bool = False
    columns: dict[_Field, _Cell] = {}
    constants: dict[_Field, _Cell] = {}
    values: dict[_Field, dict[str, str]] = {}

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        both = sorted(self.columns.keys() & self.constants.keys())
        if both:
            raise ValueError(f"{both[0]} is in columns and in constants; one of them is meant")
        name, count = Counter(self.columns.values()).most_common(1)[0] if self.columns else ("", 0)
        if count > 1:
            raise ValueError(f"columns: {name} stands for {count} columns of the form")
        return self


def mapping_of(source: Source) -> Mapping:
    """What the source's mapping file says, or nothing; the source's own words outweigh it.

    Raises:
        TableError: The file cannot be read, or says what makes no sense; each wrong key is named.
    """
    name = "options" if source.mapping is None else source.mapping.name
    said = {} if source.mapping is None else _read(source.mapping)
    chosen = {"encoding": source.encoding, "sheet": source.sheet, "zone": source.zone}
    said |= {key: value for key, value in chosen.items() if value is not None}
    try:
        return Mapping.model_validate(said)
    except ValidationError as error:
        wrong = "; ".join(
            f"{'.'.join(str(part) for part in detail['loc']) or 'mapping'}:"
            f" {detail['msg'].removeprefix('Value error, ')}"
            for detail in error.errors(include_url=False, include_input=False)
        )
        raise TableError(f"{name}: {wrong}") from None


def _read(path: Path) -> dict[str, object]:
    try:
        with path.open("rb") as file:
            return tomllib.load(file)
    except OSError as error:
        raise TableError(f"{path.name}: cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise TableError(f"{path.name}: not TOML: {error}") from None
