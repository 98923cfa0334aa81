"""Inputs by format: what `isegoria import` and `isegoria demo` can read."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from intake import (
    consul,
    consult,
    decidim,
    delimited,
    engagementhq,
    jsonl,
    polis,
    regulations,
    workbook,
)
from intake.edge import Edge
from intake.importing import Importer, Meter, Source, checked
from intake.masking import Masking
from intake.pseudonyms import Pseudonymiser
from intake.tables import Problem
from schemas.events import Event


@dataclass(frozen=True)
class Format:
    """A kind of file or folder.

    Attributes:
        read: Its importer.
        about: What it is, in a sentence.
        options: Those attributes of `Source` that it takes beside path and consultation.
        own_people: Whether it knows people by ids of its own making. Otherwise a clerk typed them
            in, and the same ones stand in every such file of the consultation.
    """

    read: Importer
    about: str
    options: tuple[str, ...] = ()
    own_people: bool = True

    @property
    def default_scope(self) -> str:
        """What the scope is made of where none is given, for a help text."""
        return "the format and the consultation" if self.own_people else "the consultation"


_NAMED = ("name", "title")

FORMATS: dict[str, Format] = {
    "consul": Format(consul.read, "A CONSUL folder: comments.csv, and proposals.csv if any."),
    "consult-jsonl": Format(
        consult.read,
        "A UK i.AI Consult folder: respondents.jsonl and a folder per question.",
        (*_NAMED, "mapping", "zone"),
    ),
    "csv": Format(
        delimited.read,
        "A CSV file with a contribution a row, such as typed paper forms.",
        (*_NAMED, "mapping", "zone", "encoding"),
        own_people=False,
    ),
    "decidim": Format(
        decidim.read,
        "A Decidim open-data export: the zip, a folder of its files, or one of them.",
        (*_NAMED, "organiser"),
    ),
    "engagementhq": Format(
        engagementhq.read,
        "Responses to an EngagementHQ survey (XLSX).",
        (*_NAMED, "mapping", "zone", "sheet"),
    ),
    "jsonl": Format(
        jsonl.read,
        "JSON lines: events (CloudEvents 1.0), or contributions in the form's columns.",
        (*_NAMED, "mapping", "zone"),
        own_people=False,
    ),
    "polis": Format(
        polis.read,
        "A Polis export folder: comments.csv, and votes.csv and summary.csv if any.",
        ("organiser",),
    ),
    "regulations": Format(
        regulations.read, "A bulk download of comments from regulations.gov (CSV).", _NAMED
    ),
    "xlsx": Format(
        workbook.read,
        "An XLSX workbook with a contribution a row, such as an attendance sheet.",
        (*_NAMED, "mapping", "zone", "sheet"),
        own_people=False,
    ),
}


@dataclass(frozen=True)
class Input:
    """A source in a format, ready to be read.

    Attributes:
        format_name: A key of `FORMATS`.
        source: What to read.
        pseudonyms: Gives people their pseudonyms.
        masking: Which contact data is masked in texts; None: none.
        scope: Where the ids of people are unique; None: where the format has it.
    """

    format_name: str
    source: Source
    pseudonyms: Pseudonymiser
    masking: Masking | None = None
    scope: str | None = None

    def events(
        self, meter: Meter, now: datetime, on_problem: Callable[[Problem], None]
    ) -> Iterator[Event]:
        """The events that may be published, in publishing order.

        Args:
            meter: Is told how far the reading is.
            now: What counts as the present.
            on_problem: Is given each row that is skipped, as it comes.

        Raises:
            TableError: The source cannot be read; the message says what to do.
            InvalidIdError: An id that was given is none.
        """
        format_, source = FORMATS[self.format_name], self.source
        scope = self.scope or source.consultation or source.path.resolve().stem
        if self.scope is None and format_.own_people:
            scope = f"urn:isegoria:{self.format_name}:{scope}"
        edge = Edge(self.pseudonyms, scope, self.masking)
        for item in checked(format_.read(source, edge, meter), source, meter, now):
            if isinstance(item, Problem):
                on_problem(item)
            else:
                yield item
