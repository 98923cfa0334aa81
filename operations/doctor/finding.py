"""What a check found."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARNING = "warning"
    """It works now, and will not for long, or not as well as it should."""
    WRONG = "wrong"


class Start(NamedTuple):
    """How things are started here.

    Attributes:
        servers: What has Kafka and ClickHouse answer.
        workers: The command that starts a worker, which first makes topics and tables.
    """

    servers: str
    workers: str


@dataclass(frozen=True)
class Finding:
    """One line of the doctor's answer.

    Attributes:
        check: What was looked at.
        level: How bad it is.
        says: What was found.
        mend: The commands or settings that mend it, a line each; empty where nothing is wrong, and
            where nothing was looked at.
    """

    check: str
    level: Level
    says: str
    mend: str = ""


def ok(check: str, says: str) -> Finding:
    """Nothing is wrong."""
    return Finding(check, Level.OK, says)


def warning(check: str, says: str, mend: str) -> Finding:
    """Something should be mended before long."""
    return Finding(check, Level.WARNING, says, mend)


def wrong(check: str, says: str, mend: str) -> Finding:
    """Something must be mended."""
    return Finding(check, Level.WRONG, says, mend)


def not_looked_at(checks: Iterable[str], because: str) -> list[Finding]:
    """Checks that could not run."""
    return [Finding(check, Level.WARNING, f"not looked at: {because}") for check in checks]
