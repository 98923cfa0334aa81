"""What a check found."""

import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARNING = "warning"
    """It works now, and will not for long, or not as well as it should."""
    WRONG = "wrong"


@dataclass(frozen=True)
class Remedies:
    """What mends one of the two servers, and what works on it.

    Attributes:
        data_dir: Of the installation.
        server: What has the server answer, a line each.
        worker: The command that starts a worker, which first makes topics and tables.
    """

    data_dir: Path
    server: str
    worker: str

    def typed(self, command: str) -> str:
        """A command of `isegoria`, as it is to be typed here."""
        return typed(command, self.data_dir)


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


def typed(command: str, data_dir: Path) -> str:
    """A command of `isegoria`, as it is to be typed for the installation of a data directory."""
    return f"{command} --data-dir {shlex.quote(str(data_dir))}"


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
