"""What an importer is: files in, and out come events and the rows that are none, one by one.

Nothing is kept for the end, so that a file may be larger than the memory. Importing is repeatable:
the same files give the same events, with the same ids, in the same order.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BufferedReader, FileIO
from pathlib import Path
from typing import TypeAlias

from intake.edge import Edge
from intake.tables import Problem
from schemas.events import Event

Item: TypeAlias = Event | Problem


@dataclass(frozen=True)
class Source:
    """What to read, and what it does not say of itself.

    Attributes:
        path: A file or folder, as the format has it.
        consultation: Id that the consultation gets; None: the format's own way of naming it.
        organiser: Id of the organiser in the source; None: the format's usual one, if it has any.
        mapping: A file that says which column is what; None: the format's own columns.
    """

    path: Path
    consultation: str | None = None
    organiser: str | None = None
    mapping: Path | None = None


class Meter:
    """How far an importer is.

    Attributes:
        total: Units in all, of whatever the format can count beforehand: bytes, or rows.
        done: Those that were read.
    """

    def __init__(self) -> None:
        self.total = 0
        self.done = 0

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
