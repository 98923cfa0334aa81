"""CSV (RFC 4180) in UTF-8 with a byte order mark, without which Excel would misread it."""

import csv
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator
from io import StringIO

import orjson

from dashboard.exports.views import Block, Column, Converters, Kind, View, finite, listed, values
from dashboard.exports.views import message as _
from intake.rejected import escaped

_CONVERT: Converters = {
    Kind.TEXT: escaped,
    Kind.INTEGER: int,
    Kind.NUMBER: finite,
    Kind.SHARE: finite,
    Kind.DAY: str,
    Kind.MOMENT: str,
    Kind.FLAG: lambda value: "true" if value else "false",
    Kind.LIST: lambda value: orjson.dumps(listed(value)).decode(),
}

WRITTEN = {
    Kind.TEXT: _(
        "The text. Where it begins with = + - @, a tab or a carriage return, or with apostrophes"
        " and then one of these, one apostrophe is put before it, so that no spreadsheet takes it"
        " for a formula: take it off again."
    ),
    Kind.INTEGER: _("A whole number."),
    Kind.NUMBER: _("A number with a decimal point."),
    Kind.SHARE: _("A number from 0 to 1."),
    Kind.DAY: _("A date in UTC, as in 2026-03-01."),
    Kind.MOMENT: _("A time in UTC, as in 2026-03-01T17:40:00.000Z."),
    Kind.FLAG: _("true or false."),
    Kind.LIST: _("A JSON array of texts."),
}
"""How CSV has each kind, to be translated."""


def csv_of(view: View) -> Iterator[bytes]:
    """A view as CSV, as its rows come.

    A text that a spreadsheet would take for a formula has an apostrophe before it (OWASP, "CSV
    Injection"), and so has one that would look as if it had.
    """
    with view.reading() as blocks:
        yield header(view.table.columns)
        for block in blocks:
            yield records(view.table.columns, block)


def header(columns: tuple[Column, ...]) -> bytes:
    """The byte order mark and the line with the columns' names."""
    return BOM_UTF8 + lines([[column.name for column in columns]])


def records(columns: tuple[Column, ...], block: Block) -> bytes:
    """The lines of some rows."""
    return lines(zip(*(values(column, block, _CONVERT) for column in columns), strict=True))


def lines(rows: Iterable[Iterable[object]]) -> bytes:
    """Rows as lines of CSV, as they are."""
    text = StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()
