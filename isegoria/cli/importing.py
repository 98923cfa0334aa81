"""`isegoria import`: a file or folder, published as events; a command per format."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import chain, islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from intake.delivery import DeliveryError
from intake.importing import Meter, Source
from intake.rejected import RejectedRows
from intake.tables import Problem
from intake.template import csv_template, write_xlsx_template
from isegoria import connections
from isegoria.cli import options
from isegoria.inputs import FORMATS, Input
from isegoria.publishing import count, publish
from isegoria.resuming import Progress, progress_file
from isegoria.settings import Settings
from isegoria.show import ProblemList, show_notice


def _zone(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    if value is None:
        return None
    try:
        return ZoneInfo(value).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise click.BadParameter("not a zone such as Europe/Vienna") from None


_OPTIONS: dict[str, click.Option] = {
    "organiser": click.Option(
        ["--organiser"],
        help="Who is the organiser, by the source's id.  [default: polis: 0; others: nobody]",
    ),
    "mapping": click.Option(
        ["--mapping"],
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="A TOML file that says which column is what.",
    ),
    "name": click.Option(
        ["--source", "name"],
        help="The events' source: files of one source share its ids."
        "  [default: urn:isegoria:FORMAT:CONSULTATION]",
    ),
    "title": click.Option(["--title"], help="Open the consultation under this title."),
    "zone": click.Option(
        ["--zone"],
        callback=_zone,
        help="Where times were on the clock, such as Europe/Vienna.",
    ),
    "encoding": click.Option(
        ["--encoding"], help="Of the file, such as windows-1252.  [default: UTF-8]"
    ),
    "sheet": click.Option(["--sheet"], help="Which sheet to read.  [default: the first]"),
}


@click.group("import")
def import_() -> None:
    """Publish what a file or folder holds. Importing the same again counts nothing twice.

    Rows that cannot be read are listed by line, kept in PATH.rejected.csv and skipped; the exit
    code is then 1. Mend them there and import that file.
    """


@import_.command()
@click.argument(
    "path", required=False, type=click.Path(dir_okay=False, writable=True, path_type=Path)
)
@click.option(
    "--format",
    "format_name",
    type=click.Choice(["csv", "xlsx"]),
    help="What to write.  [default: what PATH ends in, or csv]",
)
def template(path: Path | None, format_name: str | None) -> None:
    """Write an empty form with two example rows; without PATH, as CSV on standard output."""
    if format_name is None:
        format_name = "xlsx" if path is not None and path.suffix.lower() == ".xlsx" else "csv"
    if path is None:
        if format_name == "xlsx":
            raise click.UsageError("a workbook needs a PATH")
        click.echo(csv_template(), nl=False)
        return
    try:
        if format_name == "xlsx":
            write_xlsx_template(path)
        else:
            path.write_text(csv_template(), encoding="utf-8-sig")
    except OSError as error:
        raise click.ClickException(f"{path}: cannot be written: {error.strerror}") from None


def _command(format_name: str) -> click.Command:
    """The command that imports one format, with the options that the format takes."""
    format_ = FORMATS[format_name]

    def run(
        path: Path,
        data_dir: Path | None,
        scope: str | None,
        *,
        dry_run: bool,
        resume: bool,
        **said: Any,  # noqa: ANN401  what `Source` has, each checked by its option
    ) -> None:
        settings = options.settings(data_dir)
        given = Input(
            format_name, Source(path, **said), settings.pseudonymiser(), settings.masking, scope
        )
        try:
            skipped = _check(given) if dry_run else _publish(given, settings, resume=resume)
        except OSError as error:
            raise click.ClickException(f"{error.filename or path}: {error.strerror}") from None
        sys.exit(1 if skipped else 0)

    command = click.command(format_name, help=format_.about)(options.data_dir(run))
    command.params[:0] = [
        click.Argument(["path"], type=click.Path(exists=True, path_type=Path)),
        click.Option(
            ["--consultation"], required=True, help="Id of the consultation that it belongs to."
        ),
        *(_OPTIONS[name] for name in format_.options),
        click.Option(
            ["--scope"],
            help="Where the ids of people are unique: two files of one scope that know a person by"
            f" one id mean the same.  [default: {format_.default_scope}]",
        ),
        click.Option(
            ["--dry-run"], is_flag=True, help="Read and check everything, publish nothing."
        ),
        click.Option(
            ["--resume"], is_flag=True, help="Go on where an import of PATH was interrupted."
        ),
    ]
    return command


for _name in FORMATS:
    import_.add_command(_command(_name))


def _check(given: Input) -> int:
    """Read everything; returns how many rows were skipped."""
    meter, problems = Meter(), ProblemList()
    with RejectedRows(given.source.path) as rejected:
        events = given.events(meter, datetime.now(UTC), _both(problems, rejected))
        found = count(events, meter)
    click.echo(f"{found:,} events could be published; nothing was.")
    _show_rest(meter, problems, rejected)
    return problems.count


def _publish(given: Input, settings: Settings, *, resume: bool) -> int:
    """Publish everything; returns how many rows were skipped."""
    path = given.source.path
    progress = Progress.beginning(given)
    if resume:
        progress = progress.resumed(path)
        show_notice(f"{progress.in_kafka:,} events are in Kafka already.")
    done = progress.in_kafka

    def on_acknowledged(in_kafka: int) -> None:
        nonlocal done
        done = max(done, in_kafka)
        progress.model_copy(update={"in_kafka": done}).save(path)

    meter, problems = Meter(), ProblemList()
    try:
        with RejectedRows(path) as rejected:
            events = given.events(meter, progress.began_at, _both(problems, rejected))
            # A source that cannot be read is the first thing to say.
            first = [*islice(events, 1)]
            published = publish(
                chain(first, events),
                meter,
                connections.find(settings).kafka,
                skip=progress.in_kafka,
                on_acknowledged=on_acknowledged,
            )
    except (DeliveryError, KeyboardInterrupt):
        show_notice(f"{done:,} events are in Kafka. Repeat the command with --resume to go on.")
        raise
    progress_file(path).unlink(missing_ok=True)
    click.echo(f"{published:,} events published.")
    _show_rest(meter, problems, rejected)
    return problems.count


def _both(problems: ProblemList, rejected: RejectedRows) -> Callable[[Problem], None]:
    def on_problem(problem: Problem) -> None:
        problems.add(problem)
        rejected.write(problem)

    return on_problem


def _show_rest(meter: Meter, problems: ProblemList, rejected: RejectedRows) -> None:
    for notice in meter.notices:
        show_notice(notice)
    problems.show_total(rejected.paths)
