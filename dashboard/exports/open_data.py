"""A consultation as open data: a ZIP with every view, what it means, and under which licence.

Who wrote what must not be found out. Every pseudonym, wherever it stands, is replaced by a number
that is made for this export alone; what tells of a person or a device is left out; and what was
withdrawn, corrected or delivered again has no text.
"""

import hashlib
import re
import secrets
from codecs import BOM_UTF8
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import orjson

from dashboard.exports.files import chunks, temporary, whole
from dashboard.exports.to_csv import WRITTEN, header, lines, records
from dashboard.exports.to_parquet import ParquetFile
from dashboard.exports.views import (
    NO_LICENCE,
    About,
    Block,
    Column,
    Disclosure,
    Kind,
    Row,
    Table,
    View,
)
from dashboard.i18n import Words
from schemas.records import Verdict

_PSEUDONYM = re.compile("p-[0-9a-f]{32}")
_LICENCE_NAME = re.compile(r"[A-Za-z0-9._-]+")
_FIELD_TYPES = {
    Kind.TEXT: "string",
    Kind.INTEGER: "integer",
    Kind.NUMBER: "number",
    Kind.SHARE: "number",
    Kind.DAY: "date",
    Kind.MOMENT: "datetime",
    Kind.FLAG: "boolean",
    Kind.LIST: "array",
}


def open_data(views: Sequence[View], about: About, words: Words) -> Iterator[bytes]:
    """A consultation's views as open data, made whole before the first byte is given.

    Args:
        views: Each becomes a CSV and a Parquet file; their blocks are read once, one after the
            other.
        about: The consultation, and under which licence it is given.
        words: The language of descriptions.
    """

    def write(file: IO[bytes]) -> None:
        with ExitStack() as stack:
            for view in views:
                stack.enter_context(view.reading())
            archive = _Archive(stack.enter_context(ZipFile(file, "w")), about.made_at)
            numbers = Numbers()
            _write(archive, [_disclosed(view, numbers) for view in views], about, words)

    return whole(write)


class Numbers:
    """Replaces pseudonyms by numbers that nobody can follow beyond one export.

    The number is a hash with a key that is forgotten afterwards (BLAKE2b, RFC 7693): it tells
    neither who somebody is nor who came first. With 64 bits, two people of a million have the same
    one in one of 30 million exports.
    """

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)

    def replace_in(self, value: object) -> object:
        """A value without pseudonyms: texts, and texts in lists and objects."""
        if isinstance(value, str):
            return _PSEUDONYM.sub(self._number, value)
        if isinstance(value, Mapping):
            return {self.replace_in(key): self.replace_in(part) for key, part in value.items()}
        if isinstance(value, list | tuple):
            return [self.replace_in(part) for part in value]
        return value

    def _number(self, found: re.Match[str]) -> str:
        digest = hashlib.blake2b(found[0].encode(), key=self._key, digest_size=8).digest()
        return f"person-{int.from_bytes(digest)}"


def _disclosed(view: View, numbers: Numbers) -> View:
    """What of a view may be given to everybody."""
    kept = tuple(one for one in view.table.columns if one.disclosure is not Disclosure.CLOSED)

    def blocks() -> Iterator[Block]:
        for block in view.blocks:
            yield [_disclosed_row(row, kept, numbers) for row in block]

    return View(replace(view.table, columns=kept), blocks())


def _disclosed_row(row: Row, columns: Sequence[Column], numbers: Numbers) -> Row:
    return {
        column.name: ""
        if column.disclosure is Disclosure.LIVE and not _is_live(row)
        else numbers.replace_in(row[column.name])
        for column in columns
    }


def _is_live(row: Row) -> bool:
    # A redelivery has the text of the first delivery, which may be withdrawn.
    return not (row["withdrawn"] or row["superseded"] or row["verdict"] == Verdict.REDELIVERED)


class _Archive:
    """Writes files into a ZIP, one after the other."""

    def __init__(self, archive: ZipFile, made_at: datetime) -> None:
        self._archive = archive
        self._made = made_at.astimezone(UTC)

    def add(self, name: str, content: str | bytes) -> None:
        """Add a small file."""
        with self.adding(name) as file:
            file.write(content.encode() if isinstance(content, str) else content)

    def adding(self, name: str, compression: int = ZIP_DEFLATED) -> IO[bytes]:
        """A file of any size, to be written to and closed."""
        info = ZipInfo(name, self._made.timetuple()[:6])
        info.compress_type = compression
        return self._archive.open(info, "w", force_zip64=True)

    def size(self, name: str) -> int:
        """Bytes of a file that was added, as it is unpacked."""
        return self._archive.getinfo(name).file_size


def _write(archive: _Archive, views: Sequence[View], about: About, words: Words) -> None:
    for view in views:
        _add_rows(archive, view, about, words)
    tables = [view.table for view in views]
    package = _package(tables, about, words, archive.size)
    archive.add("data-dictionary.csv", BOM_UTF8 + lines(_dictionary(tables, words)))
    archive.add("datapackage.json", orjson.dumps(package, option=orjson.OPT_INDENT_2))
    archive.add("README.md", _readme(tables, about, words))


def _add_rows(archive: _Archive, view: View, about: About, words: Words) -> None:
    """Add a view as CSV and as Parquet, in one reading: only one file at a time can be added."""
    table = view.table
    with temporary() as aside:
        with (
            archive.adding(f"{table.name}.csv") as delimited,
            ParquetFile(aside, table, about, words) as parquet,
        ):
            delimited.write(header(table.columns))
            for block in view.blocks:
                delimited.write(records(table.columns, block))
                parquet.write(block)
        with archive.adding(f"{table.name}.parquet", ZIP_STORED) as copy:
            copy.writelines(chunks(aside))


def _dictionary(tables: Sequence[Table], words: Words) -> Iterator[list[str]]:
    """What each column means and how it is written: the data dictionary."""
    _ = words.gettext
    yield ["view", "column", "kind", "unit", "description", "in_csv"]
    for table in tables:
        for column in table.columns:
            unit, meaning = _(column.unit) if column.unit else "", _(column.description)
            written = _(WRITTEN[column.kind])
            yield [table.name, column.name, column.kind, unit, meaning, written]


def _package(
    tables: Sequence[Table], about: About, words: Words, size: Callable[[str], int]
) -> dict[str, object]:
    """The descriptor of a data package (Frictionless Data, version 1)."""
    resources = list[dict[str, object]]()
    for table in tables:
        meaning = words.gettext(table.description)
        path = f"{table.name}.csv"
        resources.append(
            {
                "profile": "tabular-data-resource",
                "name": table.name,
                "path": path,
                "description": meaning,
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "bytes": size(path),
                "schema": {"fields": [_field(column, words) for column in table.columns]},
            }
        )
        path = f"{table.name}.parquet"
        resources.append(
            {
                "name": f"{table.name}-parquet",
                "path": path,
                "description": meaning,
                "format": "parquet",
                "mediatype": "application/vnd.apache.parquet",
                "bytes": size(path),
            }
        )
    package: dict[str, object] = {
        "profile": "data-package",
        "name": re.sub(r"[^a-z0-9._-]", "-", about.consultation.lower()),
        "title": about.title or about.consultation,
        "created": about.made,
        "resources": resources,
    }
    if about.has_licence:
        package["licenses"] = [_licence(about.licence)]
    if about.owner:
        package["contributors"] = [{"title": about.owner, "role": "publisher"}]
    return package


def _field(column: Column, words: Words) -> dict[str, object]:
    field: dict[str, object] = {
        "name": column.name,
        "type": _FIELD_TYPES[column.kind],
        "description": words.gettext(column.description),
    }
    if column.kind is Kind.MOMENT:
        # With or without fractions of a second, so that there is no one pattern.
        field["format"] = "any"
    if column.kind is Kind.SHARE:
        field["constraints"] = {"minimum": 0, "maximum": 1}
    if column.unit:
        field["unit"] = words.gettext(column.unit)
    return field


def _licence(licence: str) -> dict[str, str]:
    if licence.startswith(("https://", "http://")):
        return {"path": licence}
    if _LICENCE_NAME.fullmatch(licence):
        return {"name": licence}
    return {"name": "other", "title": licence}


def _readme(tables: Sequence[Table], about: About, words: Words) -> str:
    _ = words.gettext
    licence = _plain(about.licence) if about.has_licence else _(NO_LICENCE)
    # Babel finds no text within an f-string.
    facts = (
        (_("Consultation"), f"`{about.consultation}`"),
        (_("Asked by"), _plain(about.owner) or _("not stated")),
        (_("Made at"), about.made),
        (_("Licence"), licence),
    )
    files = (
        *((f"`{t.name}.csv`, `{t.name}.parquet`", _(t.description)) for t in tables),
        ("`data-dictionary.csv`", _("What every column means, and how it is written.")),
        ("`datapackage.json`", _("The same for programs: a Frictionless data package.")),
    )
    parts = [
        "# " + _plain(about.title or about.consultation),
        _("Open data of a public consultation."),
        "\n".join(f"- {name}: {value}" for name, value in facts),
        "## " + _("Files"),
        "\n".join(f"- {name}: {meaning}" for name, meaning in files),
        "## " + _("How repeats are marked"),
        _(
            "Nothing is left out for being a repeat. Where there is a column verdict, it says what"
            " a contribution is: original, the first of its wording; resubmitted, said again by"
            " the same person; campaign, said before by somebody else, as in a template letter;"
            " redelivered, the same message delivered twice, which counts nowhere. The column"
            " refers_to names the contribution that it repeats."
        ),
        "## " + _("People"),
        _(
            "The consultation knows people by pseudonyms, never by names. Here every pseudonym is"
            " replaced by a number, such as person-4711, that was made for this export alone and"
            " says nothing about who somebody is or who came first. The same number is the same"
            " person within this export, and nowhere else. Devices, who put something in,"
            " what people said of themselves and attachments are left out. A contribution that"
            " was withdrawn, corrected or delivered twice has no text here."
        ),
        _(
            "What people wrote is given as they wrote it: it may name them or others. Two exports"
            " of one consultation hold the same contributions, by which their numbers can be"
            " compared."
        ),
        "## " + _("How the files are written"),
        _(
            "CSV is in UTF-8 with a byte order mark, with commas between columns. An empty cell"
            " is unknown or empty. A text that a spreadsheet would take for a formula has an"
            " apostrophe before it; Parquet has all texts as they are."
        ),
    ]
    return "\n\n".join(parts) + "\n"


def _plain(text: str) -> str:
    """A text without a meaning in Markdown, on one line."""
    return re.sub(r"([\\`*_\[\]<>#&|~!])", r"\\\1", " ".join(text.split()))
