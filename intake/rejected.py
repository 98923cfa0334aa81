"""Rejected rows: kept beside the source with the reason, to be mended and imported again.

They hold what the source holds, names too: only their owner may read them (mode 0600).
"""

import csv
import os
import re
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

from intake.tables import Problem

LEADING = ("line", "field", "reason")
"""What stands before the row's own columns."""

# What a spreadsheet may take for a formula (OWASP, "CSV Injection"), and what would look escaped.
_FORMULA = re.compile(r"'*[=+\-@\t\r]")


def escaped(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: an apostrophe goes before it."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def unescaped(cell: str) -> str:
    """What `escaped` was given."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


class RejectedRows:
    """Writes problems as they come, a CSV file for each file that they are in.

    For a source that is a file it is `PATH.rejected.csv`, for a folder `PATH.FILE.rejected.csv`.
    UTF-8 with a byte order mark, without which Excel would take it for Windows-1252. A file that
    an earlier import left is replaced when there are rows again.

    Args:
        source: What is imported.
    """

    def __init__(self, source: Path) -> None:
        self._source = source.resolve()
        self._files: dict[str, _File] = {}

    @property
    def paths(self) -> list[Path]:
        """The files that were written."""
        return [file.path for file in self._files.values()]

    def write(self, problem: Problem) -> None:
        """Add a row."""
        file = self._files.get(problem.file)
        if file is None:
            part = f".{problem.file}" if self._source.is_dir() else ""
            path = self._source.with_name(f"{self._source.name}{part}.rejected.csv")
            file = self._files[problem.file] = _File(path)
        file.write(problem)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for file in self._files.values():
            file.close()


class _File:
    """One file. Its columns are those that its rows had so far; a new one means writing it anew."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._columns: list[str] = []
        self._file = _create(path)
        self._write([*LEADING])

    def write(self, problem: Problem) -> None:
        new = [column for column in problem.cells if column not in self._columns]
        if new:
            self._widen(new)
        leading = (str(problem.line), problem.field, problem.reason)
        self._write([*leading, *(problem.cells.get(column, "") for column in self._columns)])

    def close(self) -> None:
        self._file.close()

    def _write(self, row: list[str]) -> None:
        # Bytes that were not decoded cannot be written either.
        cells = (escaped(cell).encode(errors="replace").decode() for cell in row)
        csv.writer(self._file).writerow(cells)

    def _widen(self, columns: list[str]) -> None:
        self._columns += columns
        self._file.close()
        draft = self.path.with_name(f".{self.path.name}.wider")
        with self.path.open(encoding="utf-8-sig", newline="") as old:
            self._file = _create(draft)
            writer, rows = csv.writer(self._file), csv.reader(old)
            writer.writerow([*next(rows), *(escaped(column) for column in columns)])
            writer.writerows([*row, *("" for _ in columns)] for row in rows)
        draft.replace(self.path)


def _create(path: Path) -> TextIO:
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    return os.fdopen(handle, "w", encoding="utf-8-sig", newline="")
