"""Resuming an import: how far it is stands beside its source, in `PATH.progress`.

Going on is safe because importing is repeatable: the same source gives the same events in the same
order, and one that is published again is a redelivery. So a count of the first events that Kafka
has is all that is kept, with what shows that the source is the same.
"""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, NonNegativeInt, ValidationError

from intake.tables import TableError
from isegoria.inputs import Input

_HEAD_BYTES = 1024 * 1024


class _File(BaseModel):
    """What tells a file from another: size, time of change, and SHA-256 of its first MiB."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    size: int
    modified_ns: int
    head: str


class Progress(BaseModel):
    """How far an import is.

    Attributes:
        format_name: Format of the source.
        options: What was said on the command line.
        files: The source's files, and the mapping file if there is one.
        began_at: What counts as the present in every run of this import.
        in_kafka: How many of its first events Kafka has acknowledged.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    format_name: str
    options: dict[str, str]
    files: tuple[_File, ...]
    began_at: AwareDatetime
    in_kafka: NonNegativeInt = 0

    @classmethod
    def beginning(cls, given: Input) -> Self:
        """An import that has not begun.

        Raises:
            OSError: A file cannot be read.
        """
        source = given.source
        said = {**asdict(source), "scope": given.scope, "masking": given.masking}
        files = [*_files(source.path)]
        if source.mapping is not None:
            files.append(source.mapping)
        return cls(
            format_name=given.format_name,
            options={
                name: str(value)
                for name, value in said.items()
                if value is not None and not isinstance(value, Path)
            },
            files=tuple(_identify(path) for path in files),
            began_at=datetime.now(UTC),
        )

    def resumed(self, source: Path) -> Self:
        """This import where an earlier run of it left off; where there was none, this one.

        Raises:
            TableError: What was left is another import's, or the source has changed.
        """
        path = progress_file(source)
        try:
            left = type(self).model_validate_json(path.read_bytes())
        except FileNotFoundError:
            return self
        except ValidationError:
            raise TableError(f"{path}: not a progress file; remove it, and import anew") from None
        if (left.format_name, left.options) != (self.format_name, self.options):
            raise TableError(
                f"{path}: that import was begun with other options; repeat them, or leave --resume"
                " out to begin anew"
            )
        if left.files != self.files:
            changed = sorted({file.name for file in set(left.files) ^ set(self.files)})
            raise TableError(
                f"{path}: changed since that import was begun: {', '.join(changed)}; leave --resume"
                " out to begin anew (what is in Kafka already counts once)"
            )
        return left

    def save(self, source: Path) -> None:
        """Write it beside the source, whole or not at all."""
        path = progress_file(source)
        draft = path.with_name(f".{path.name}.draft")
        draft.unlink(missing_ok=True)
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(self.model_dump_json(indent=2))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)


def progress_file(source: Path) -> Path:
    """Where the progress of a source's import stands."""
    source = source.resolve()
    return source.with_name(f"{source.name}.progress")


def _files(source: Path) -> Iterator[Path]:
    if source.is_dir():
        yield from sorted(path for path in source.rglob("*") if path.is_file())
    else:
        yield source


def _identify(path: Path) -> _File:
    status = path.stat()
    with path.open("rb") as file:
        head = hashlib.sha256(file.read(_HEAD_BYTES)).hexdigest()
    return _File(name=path.name, size=status.st_size, modified_ns=status.st_mtime_ns, head=head)
