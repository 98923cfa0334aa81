"""The empty form: a file in the form's columns with two rows as an example.

The workbook explains each column on a sheet of its own and offers the values that a column may
have.
"""

import csv
from datetime import date, datetime
from io import StringIO
from pathlib import Path
from typing import NamedTuple

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from intake.forms import REQUIRED
from schemas.events import CapturedBy, Identity, Mode, Role, Stance

_LIST_ROWS = 10_000
_WIDE, _NARROW = 60, 18


class Column(NamedTuple):
    """A column of the form.

    Attributes:
        name: In the header.
        meaning: What to write in it.
        examples: What two rows say in it.
        values: All that it may say; none: anything.
    """

    name: str
    meaning: str
    examples: tuple[str, str] = ("", "")
    values: tuple[str, ...] = ()


COLUMNS = (
    Column("topic", "Id of the topic: letters, digits and . _ : -", ("tram", "tram")),
    Column("topic_title", "Title of the topic; once is enough", ("A tram along the river", "")),
    Column("contribution", "Number of the form, if it bears one; once per topic", ("F-17", "")),
    Column(
        "text",
        "What was said, word for word",
        ("The stop should be in front of the school.", "I am against it, it is too loud."),
    ),
    Column(
        "participant",
        "Whatever you know the person by, always spelt alike; it becomes a pseudonym before"
        " anything is sent. Empty: unknown",
        ("member 4711", ""),
    ),
    Column(
        "identity",
        "How sure you are of who it is",
        ("self-declared", "none"),
        tuple(Identity),
    ),
    Column("role", "Who speaks; empty: a participant", ("participant", ""), tuple(Role)),
    Column("mode", "On line, or in the room, on paper, by phone", ("offline",) * 2, tuple(Mode)),
    Column("channel", "The way it came, in your own word", ("paper form", "town hall")),
    Column(
        "captured_by",
        "Who put it into writing; empty: the participant",
        ("staff", "staff"),
        tuple(CapturedBy),
    ),
    Column("device", "Machine that it was entered on, if several people share it"),
    Column("stance", "Where it stands on the topic's question", ("for", "against"), tuple(Stance)),
    Column("language", "Its language as a BCP 47 tag, such as de or pt-BR", ("en", "en")),
    Column(
        "occurred_at",
        "When it was said or written: a day, or a day and a time. A day alone counts as its noon",
        ("2026-03-31", "2026-04-02 19:30"),
    ),
    Column("recorded_at", "When it was typed in or scanned", ("2026-04-07", "2026-04-07")),
    Column("attachments", "Names of what came with it, a semicolon between them", ("map.pdf", "")),
    Column("group", "Organisation or group that the person spoke for", ("Parents' council", "")),
    Column("reply_to", "Number of the contribution that it answers"),
    Column(
        "demographics.age", "A demographic; more columns may follow: demographics.…", ("35-44", "")
    ),
)
"""The form, in the order of its columns."""


def csv_template() -> str:
    """The form as CSV."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(column.name for column in COLUMNS)
    writer.writerows([column.examples[row] for column in COLUMNS] for row in range(2))
    return text.getvalue()


def write_xlsx_template(path: Path) -> None:
    """Write the form as a workbook: the sheet `contributions` and the sheet `columns`.

    Raises:
        OSError: The file cannot be written.
    """
    book = Workbook()
    form = book.create_sheet("contributions", 0)
    del book[book.sheetnames[1]]
    form.freeze_panes = "A2"
    for number, column in enumerate(COLUMNS, start=1):
        letter = get_column_letter(number)
        form.cell(1, number, column.name).font = Font(bold=True)
        form.column_dimensions[letter].width = _WIDE if column.name == "text" else _NARROW
        for row, example in enumerate(column.examples, start=2):
            if example:
                form.cell(row, number, _typed(column.name, example))
        if column.values:
            offered = DataValidation("list", formula1=f'"{",".join(column.values)}"')
            offered.add(f"{letter}2:{letter}{_LIST_ROWS}")
            form.add_data_validation(offered)
    meanings = book.create_sheet("columns")
    meanings.append(["column", "required", "what to write", "values"])
    for column in COLUMNS:
        required = "yes" if column.name in REQUIRED else ""
        meanings.append([column.name, required, column.meaning, ", ".join(column.values)])
    for letter, width in zip("ABCD", (_NARROW, _NARROW, _WIDE * 2, _WIDE), strict=True):
        meanings.column_dimensions[letter].width = width
    for cell in meanings[1]:
        cell.font = Font(bold=True)
    book.save(path)


def _typed(name: str, example: str) -> str | date | datetime:
    if not name.endswith("_at"):
        return example
    return datetime.fromisoformat(example) if ":" in example else date.fromisoformat(example)
