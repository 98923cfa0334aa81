"""`isegoria rejected`: what could not be read, and the way back into the log."""

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import click
import orjson

from intake.publisher import Publisher
from isegoria import connections
from isegoria.cli import options
from isegoria.rejected_table import Row, overview, overview_as_tables, row_as_document
from isegoria.show import console, progress, show_notice
from operations.rejected import (
    OnRead,
    Place,
    Rejected,
    find_rejected,
    printable,
    read_rejected,
)
from operations.republishing import republish
from schemas.events import MAX_EVENT_BYTES


class _PlaceType(click.ParamType):
    """PARTITION/OFFSET."""

    name = "place"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> Place:
        """Read it."""
        try:
            return Place.read(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


_PLACE = _PlaceType()


@click.group()
def rejected() -> None:
    """What could not be read: list it, look at it, and publish it again once it can be read."""


@rejected.command("list")
@options.data_dir
@click.option(
    "--last",
    type=click.IntRange(min=1),
    default=20,
    show_default=True,
    help="How many of those rejected last are shown one by one.",
)
@click.option("--json", "as_json", is_flag=True, help="A line of JSON for each instead of tables.")
def list_(data_dir: Path | None, last: int, *, as_json: bool) -> None:
    """Show what was rejected, where and why, and whether it could be read now.

    A place is PARTITION/OFFSET on participation.events. What the events hold is not shown.
    """
    kafka = connections.find_kafka(options.settings(data_dir))
    now = datetime.now(UTC)
    with _reading() as on_read:
        found = (Row.of(one, now) for one in read_rejected(kafka, on_read=on_read))
        if as_json:
            for row in found:
                click.echo(orjson.dumps(row_as_document(row)))
            return
        seen = overview(found, last)
    console.print(overview_as_tables(seen), highlight=False)


@rejected.command()
@options.data_dir
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A new file for the bytes, which only you may read.  [default: standard output]",
)
@click.argument("place", type=_PLACE)
def show(data_dir: Path | None, output: Path | None, place: Place) -> None:
    """Give the bytes of a rejected event as they came, and say why it was rejected.

    PLACE is PARTITION/OFFSET, as 'isegoria rejected list' has it. The bytes may hold names.
    On a terminal they are shown without what it would obey.
    """
    [found] = find_rejected(connections.find_kafka(options.settings(data_dir)), [place])
    show_notice(f"{place}, rejected {found.at:%Y-%m-%d %H:%M:%S} UTC: {found.reason}")
    if output is not None:
        with _created(output) as file:
            file.write(found.payload)
    elif sys.stdout.isatty():
        for line in found.payload.decode(errors="backslashreplace").splitlines():
            click.echo(printable(line))
    else:
        sys.stdout.buffer.write(found.payload)


@rejected.command()
@options.data_dir
@click.option("--all", "every", is_flag=True, help="All that can be read now.")
@click.option(
    "--with",
    "mended",
    type=click.File("rb"),
    help="A file with the mended event, which is published instead of the one at PLACE.",
)
@click.argument("places", nargs=-1, type=_PLACE)
def replay(
    data_dir: Path | None, places: tuple[Place, ...], mended: BinaryIO | None, *, every: bool
) -> None:
    """Publish rejected events again, as far as they can be read now.

    Name PLACES as 'isegoria rejected list' has them, or say --all. What is in the log already, with
    the same source and id, counts once: to run this again does no harm. What was rejected stays
    listed. The exit code is 1 when one of the PLACES cannot be published.
    """
    if every == bool(places):
        raise click.UsageError("name places, or say --all")
    if mended is not None and len(places) != 1:
        raise click.UsageError("--with is for one place")
    kafka = connections.find_kafka(options.settings(data_dir))
    with _reading() as on_read, Publisher(kafka, "isegoria-rejected") as publisher:
        found: Iterable[Rejected] = (
            find_rejected(kafka, places) if places else read_rejected(kafka, on_read=on_read)
        )
        if mended is not None:
            payload = mended.read(MAX_EVENT_BYTES + 1)
            found = [replace(one, payload=payload) for one in found]
        done = republish(found, publisher, datetime.now(UTC))
    for place, obstacle in done.obstacles:
        show_notice(f"{place}: {obstacle}")
    click.echo(f"{done.published:,} published, {done.refused:,} cannot be read")
    sys.exit(1 if places and done.refused else 0)


@contextmanager
def _reading() -> Iterator[OnRead]:
    """Shows how far reading is."""
    with progress() as bar:
        task = bar.add_task("reading", total=None)

        def on_read(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        yield on_read


@contextmanager
def _created(path: Path) -> Iterator[BinaryIO]:
    """A new file, for its owner alone.

    Raises:
        click.ClickException: It is there already, or cannot be written.
    """
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            yield file
    except OSError as error:
        raise click.ClickException(f"{path}: {error.strerror}") from error
