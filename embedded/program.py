"""`python -m embedded.program NAME`: become one program of the stack.

supervisord starts every program through this module, which takes command and environment from the
stack's `programs.json`. supervisord's own configuration has no quoting that would carry every
value, and is no place for a password.
"""

import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

STACK_VARIABLE = "ISEGORIA_STACK"
"""The stack's data directory, in the environment of each of its processes: how they are found."""


@dataclass(frozen=True)
class Program:
    """One supervised process.

    Attributes:
        name: Lower-case letters, digits and hyphens.
        command: What to run, the executable first; paths in it are absolute.
        environment: Variables beside those of the process that started the stack.
    """

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)


def save(programs: Sequence[Program], folder: Path) -> None:
    """Write what `main` reads."""
    document = {
        program.name: {
            "command": list(program.command),
            "environment": dict(program.environment),
        }
        for program in programs
    }
    write_private(_path(folder), json.dumps(document, indent=2))


def load(folder: Path) -> list[Program]:
    """Read what `save` wrote; no file, no programs."""
    try:
        document = json.loads(_path(folder).read_text())
    except FileNotFoundError:
        return []
    return [
        Program(name, tuple(entry["command"]), entry["environment"])
        for name, entry in document.items()
    ]


def write_private(path: Path, text: str) -> None:
    """Replace a file as a whole, readable by its owner only."""
    temporary = path.with_name(f"{path.name}.new")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    temporary.replace(path)


def main() -> None:
    """Become the program named on the command line."""
    folder = Path(os.environ[STACK_VARIABLE])
    program = next(program for program in load(folder) if program.name == sys.argv[1])
    environment = {**os.environ, **program.environment}
    os.execvpe(program.command[0], list(program.command), environment)  # noqa: S606


def _path(folder: Path) -> Path:
    return folder / "programs.json"


if __name__ == "__main__":
    main()
