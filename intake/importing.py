"""What an importer is: files in, and out come events and the rows that are none, one by one.

Nothing is kept for the end, so that a file may be larger than the memory. Importing is repeatable:
the same files give the same events, with the same ids, in the same order.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from io import BufferedReader, FileIO
from pathlib import Path
from typing import TypeAlias

from intake.edge import Edge
from intake.tables import BadFieldError, Problem, Row
from schemas.admission import refusals
from schemas.events import MAX_EVENT_BYTES, Event, encode

Item: TypeAlias = Event | Problem


@dataclass(frozen=True)
class Source:
    """What to read, and what it does not say of itself.

    Attributes:
        path: A file or folder, as the format has it.
        consultation: Id that the consultation gets; None: the format's own way of naming it.
        organiser: Id of the organiser in the source; None: the format's usual one, if it has any.
        mapping: A file that says which column is what; None: the format's own columns.
        name: The events' `source`; None: the format's own.
        title: Title of the consultation; None: the source's own, if it has any.
        zone: IANA name of the zone of times that name none; None: the mapping's.
        encoding: Encoding of text files; None: the mapping's, or what a byte order mark says.
        sheet: Sheet of a workbook; None: the mapping's, or the first.
    """

    path: Path
    consultation: str | None = None
    organiser: str | None = None
    mapping: Path | None = None
    name: str | None = None
    title: str | None = None
    zone: str | None = None
    encoding: str | None = None
    sheet: str | None = None


class Meter:
    """How far an importer is.

    Attributes:
        total: Units in all, of whatever the format can count beforehand: bytes, or rows.
        done: Those that were read.
        notices: What a person should know of the source as a whole, a sentence each.
        place: File and row that the last event came from, for an importer that can say.
    """

    def __init__(self) -> None:
        self.total = 0
        self.done = 0
        self.notices: list[str] = []
        self.place: tuple[str, Row] | None = None

    def open(self, path: Path) -> BufferedReader:
        """Open a file whose bytes count, as many as are read of it."""
        self.total += path.stat().st_size
        return BufferedReader(_Metered(path, self))


class _Metered(FileIO):
    def __init__(self, path: Path, meter: Meter) -> None:
        super().__init__(path, "r")
        self._meter = meter

    def readinto(self, buffer: memoryview) -> int | None:  # type: ignore[override]
        read = super().readinto(buffer)
        self._meter.done += read or 0
        return read


Importer: TypeAlias = Callable[[Source, Edge, Meter], Iterator[Item]]
"""Reads a source.

Raises:
    TableError: Nothing of it can be read; the message names the file and what to do.
"""


def checked(items: Iterator[Item], source: Source, meter: Meter, now: datetime) -> Iterator[Item]:
    """Every item of an importer on its way to Kafka: an event that may not pass is a problem.

    Args:
        items: What the importer gives.
        source: What it reads.
        meter: The importer's own.
        now: What counts as the present, with its zone. An import that is resumed has the one it
            began with, so that it refuses what it refused before.
    """
    refused: tuple[str, Row] | None = None
    for item in items:
        if isinstance(item, Problem):
            yield item
            continue
        if refused is not None and meter.place is refused:
            # A row is a problem once, and its other events wait until it is mended.
            continue
        try:
            _check(item, now)
        except BadFieldError as error:
            if meter.place is None:
                yield Problem(source.path.name, 0, error.field, error.reason)
            else:
                refused = meter.place
                file, row = meter.place
                yield error.at(file, row)
        else:
            yield item


def _check(event: Event, now: datetime) -> None:
    wrong = refusals(event, now)
    if wrong:
        raise BadFieldError(wrong[0].path.removeprefix("data."), wrong[0].reason)
    size = len(encode(event))
    if size > MAX_EVENT_BYTES:
        raise BadFieldError("row", f"an event of {size:,} bytes, at most {MAX_EVENT_BYTES:,}")
