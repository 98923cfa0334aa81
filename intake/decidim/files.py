"""The files of an open-data export: in the zip as downloaded, in a folder, or one by itself."""

import re
import zipfile
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import IO, NamedTuple

from intake.importing import Meter
from intake.tables import TableError

ENTITIES = ("meetings", "proposals", "debates", "comments")
"""What is imported, in the order in which it is read. Comments are in files such as
`proposal_comments`, by what they are on."""

_NAME = re.compile(r"(?:(?P<host>.+)-open-data-)?(?P<entity>[a-z_]+)\.csv")


class File(NamedTuple):
    """A file of an export.

    Attributes:
        name: Its name.
        host: Of the platform, empty where the name does not say.
        entity: What its rows are, one of `ENTITIES`.
        content: The file, open.
    """

    name: str
    host: str
    entity: str
    content: IO[bytes]


def open_files(path: Path, meter: Meter, stack: ExitStack) -> list[File]:
    """Open what is imported of an export, in the order in which it is read.

    Args:
        path: A zip, a folder, or one file.
        meter: Counts what is read of them, and gets a notice of what is left out.
        stack: Closes them.

    Raises:
        TableError: There is nothing to import at the path, or of several platforms.
    """
    if not path.exists():
        raise TableError(f"{path.name}: no such file in {path.parent}")
    openers: dict[str, Callable[[], IO[bytes]]]
    if path.is_dir():
        openers = {one.name: partial(meter.open, one) for one in path.iterdir()}
    elif zipfile.is_zipfile(path):
        archive = stack.enter_context(zipfile.ZipFile(stack.enter_context(meter.open(path))))
        openers = {Path(one).name: partial(archive.open, one) for one in archive.namelist()}
    else:
        openers = {path.name: partial(meter.open, path)}
    found, left_out = [], []
    for name, opener in openers.items():
        match = _NAME.fullmatch(name)
        entity = match["entity"] if match else ""
        entity = "comments" if entity.endswith("_comments") else entity
        if match and entity in ENTITIES:
            found.append(File(name, match["host"] or "", entity, stack.enter_context(opener())))
        elif match:
            left_out.append(entity)
    if not found:
        raise TableError(
            f"{path.name}: nothing to import; give the zip of a Decidim open-data export, a folder"
            " of its files, or one such as …-open-data-proposals.csv"
        )
    if len({file.host for file in found}) > 1:
        raise TableError(f"{path.name}: files of several platforms; import each on its own")
    if left_out:
        meter.notices.append(f"Left out of the export: {', '.join(sorted(left_out))}.")
    return sorted(found, key=lambda file: (ENTITIES.index(file.entity), file.name))
