"""Looks at this machine: the embedded stack's programs, versions, the data directory, the key."""

import platform
import shutil
from collections.abc import Callable, Iterable, Mapping
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from intake.pseudonyms import Pseudonymiser, PseudonymKeyError
from operations.doctor.finding import Finding, ok, warning, wrong
from operations.doctor.room import Room, room

PROGRAMS = "programs"
PYTHON = "Python"
PACKAGES = "packages"
DATA = "data directory"
KEY = "pseudonym key"

_RUNNING = "RUNNING"
_STARTING = "STARTING"
_RESTORE = "restore the key from a backup; a new one only where no consultation runs"
_INSTALL = "python -m pip install --require-hashes -r requirements.lock"


def programs(states: Mapping[str, str], logs: Path, start: str) -> Finding:
    """Whether the programs of the embedded stack run.

    Args:
        states: Of each, in supervisord's words.
        logs: The folder of their logs.
        start: The command that starts them.
    """
    down = {name: state for name, state in states.items() if state not in (_RUNNING, _STARTING)}
    if down:
        says = ", ".join(f"{name} is {state}" for name, state in down.items())
        files = ", ".join(str(logs / f"{name}.log") for name in down)
        return wrong(PROGRAMS, says, f"{start}\nif they do not stay up, see {files}")
    starting = [name for name, state in states.items() if state == _STARTING]
    if starting:
        says = f"still starting: {', '.join(starting)}"
        return warning(PROGRAMS, says, "wait for some seconds")
    return ok(PROGRAMS, f"{', '.join(states)} run")


def python(required: str, running: str = platform.python_version()) -> Finding:
    """Whether Python is new enough.

    Args:
        required: A version specifier, such as `>=3.11`.
        running: The version that runs.
    """
    if SpecifierSet(required).contains(running, prereleases=True):
        return ok(PYTHON, running)
    return wrong(PYTHON, f"{running} is not {required}", f"install Isegoria with Python {required}")


def packages(
    required: Iterable[str], installed: Callable[[str], str] = metadata.version
) -> Finding:
    """Whether every package is there, in a version that is allowed.

    Args:
        required: Requirements, as a package's metadata has them; those of extras do not count.
        installed: Gives a package's version, or raises `PackageNotFoundError`.
    """
    checked = 0
    wrongs = []
    for requirement in map(Requirement, required):
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": ""}):
            continue
        checked += 1
        try:
            found = installed(requirement.name)
        except metadata.PackageNotFoundError:
            wrongs.append(f"{requirement.name} is missing")
            continue
        if not requirement.specifier.contains(found, prereleases=True):
            wrongs.append(f"{requirement.name} {found} is not {requirement.specifier}")
    if wrongs:
        return wrong(PACKAGES, "; ".join(wrongs), _INSTALL)
    return ok(PACKAGES, f"{checked}, all new enough")


def data_directory(folder: Path) -> Finding:
    """Whether there is room where data are kept, or will be once the directory is made."""
    there = next(path for path in (folder.resolve(), *folder.resolve().parents) if path.exists())
    usage = shutil.disk_usage(there)
    disk = {str(folder): Room(usage.free, usage.total)}
    return room(DATA, disk, f"make room on the disk of {folder}")


def pseudonym_key_file(file: Path, *, named: bool) -> Finding:
    """Whether the file can be used that holds the key of the pseudonyms; it is not made.

    Args:
        file: Where it is.
        named: Whether the settings name it, so that it is expected.
    """
    if file.exists():
        return _usable(lambda: Pseudonymiser.from_file(file), f"{file}, closed to others")
    if named:
        mend = f"restore {file}: with another key the same people get other pseudonyms"
        return warning(KEY, f"{file} is not there", mend)
    return ok(KEY, "none yet; the first import or intake makes one")


def pseudonym_key_text(key: str) -> Finding:
    """Whether a key can be used that was given as text."""
    return _usable(lambda: Pseudonymiser.from_text(key), "from ISEGORIA_PSEUDONYM_KEY")


def _usable(read: Callable[[], Pseudonymiser], says: str) -> Finding:
    try:
        read()
    except PseudonymKeyError as error:
        # The message says what is wrong, then what mends it, which may be another key.
        found, _, mend = str(error).partition("; ")
        if isinstance(error.__cause__, OSError):
            mend = "let this user read it"
        elif not mend.startswith("chmod "):
            mend = _RESTORE
        return wrong(KEY, found, mend)
    return ok(KEY, says)
