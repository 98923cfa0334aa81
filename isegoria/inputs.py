"""Inputs by format: what `isegoria import` and `isegoria demo` can read."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from intake import consul, polis
from intake.pseudonyms import Pseudonymiser
from intake.tables import Problem, TableError
from schemas.events import Event


@dataclass(frozen=True)
class Input:
    """Events ready to be published.

    Attributes:
        events: In publishing order.
        total: How many there are.
        problems: What was skipped, and why.
    """

    events: Iterator[Event]
    total: int
    problems: Sequence[Problem] = ()


@dataclass(frozen=True)
class Source:
    """What to read and how.

    Attributes:
        path: A file or folder, as the format has it.
        consultation: Id that the consultation gets; None: the format's own way of naming it.
        organiser: Id of the organiser in the source; None: the format's usual one, if it has any.
    """

    path: Path
    consultation: str | None = None
    organiser: str | None = None


def _polis(source: Source, pseudonyms: Pseudonymiser) -> Input:
    chosen = {} if source.organiser is None else {"organiser": source.organiser}
    export = polis.read_export(
        source.path, consultation=source.consultation, pseudonyms=pseudonyms, **chosen
    )
    return Input(export.events(), export.total, export.problems)


def _consul(source: Source, pseudonyms: Pseudonymiser) -> Input:
    if source.organiser is not None:
        raise TableError(f"{source.path}: a CONSUL export has no organiser; leave --organiser out")
    export = consul.read_export(
        source.path, consultation=source.consultation, pseudonyms=pseudonyms
    )
    return Input(export.events(), export.total, export.problems)


FORMATS: dict[str, Callable[[Source, Pseudonymiser], Input]] = {
    "consul": _consul,
    "polis": _polis,
}
