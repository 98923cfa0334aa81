"""`isegoria lag`: how far the workers are behind, and whether they keep up."""

import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any

import click
import orjson
from kafka.errors import KafkaError
from rich.live import Live
from rich.text import Text

from isegoria import connections
from isegoria.cli import options
from isegoria.lag_table import Trail, lag_as_document, lag_as_screen, lag_as_tables, worst
from isegoria.pipeline import STAGES
from isegoria.show import as_json as to_json
from isegoria.show import console, progress
from operations.doctor.finding import typed
from operations.lag.judging import judged
from operations.lag.monitor import LagMonitor
from operations.lag.report import UNKNOWN, GroupLag, GroupStatus
from operations.lag.status import WINDOW
from operations.lag.unseen import unseen
from streams.app import APP_ID

_EXIT_CODES = {GroupStatus.OK: 0, GroupStatus.WARN: 1, GroupStatus.ERR: 2}
_NOT_KNOWN = 3

_Show = Callable[[Sequence[GroupLag] | str], None]
"""Shows a look, or says why there is none."""


class _NotKnownError(click.ClickException):
    """There is no status to tell; the message says why."""

    exit_code = _NOT_KNOWN


class _Command(click.Command):
    """Exits with the code of the status that it returns, or with 3 for whatever is none.

    Click, Python and Rich would exit with 1 or 2, which are WARN and ERR.
    """

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,  # noqa: ANN401
    ) -> click.Context:
        """Read the arguments."""
        try:
            return super().make_context(info_name, args, parent, **extra)
        except click.UsageError as error:
            error.exit_code = _NOT_KNOWN
            raise

    def invoke(self, ctx: click.Context) -> None:
        """Run, and exit."""
        try:
            status = super().invoke(ctx)
        except click.ClickException:
            raise
        except KeyboardInterrupt:
            raise _NotKnownError("interrupted before anything was known") from None
        except (BrokenPipeError, SystemExit):
            # Nobody reads on: it is Rich that exits then, after it has closed standard output.
            with suppress(SystemExit):
                console.on_broken_pipe()
            sys.exit(_NOT_KNOWN)
        except Exception as error:
            # With all that it names, it would make every command slower.
            from isegoria.cli.errors import explain  # noqa: PLC0415

            sentence = explain(error)
            if sentence is not None:
                raise _NotKnownError(sentence) from error
            traceback.print_exc()
            sys.exit(_NOT_KNOWN)
        sys.exit(_EXIT_CODES.get(status, _NOT_KNOWN))


@click.command(cls=_Command)
@options.data_dir
@click.option("--watch", is_flag=True, help="Look again and again, until Ctrl-C.")
@click.option("--exact", is_flag=True, help="Read the first unread records for their age.")
@click.option(
    "--group", "names", multiple=True, default=(APP_ID,), show_default=True, help="Consumer group."
)
@click.option(
    "--interval",
    type=click.FloatRange(min=0.1),
    default=1.0,
    show_default=True,
    help="Seconds between two looks.",
)
@options.as_json
def lag(
    data_dir: Path | None,
    names: tuple[str, ...],
    interval: float,
    *,
    watch: bool,
    exact: bool,
    as_json: bool,
) -> GroupStatus | None:
    """Show how far the workers are behind, and whether they keep up.

    Where nothing waits the answer comes at once; else ten looks tell a worker that catches up from
    one that does not. It needs Kafka alone. With --json and --watch, every look is a line.

    The exit code is that of the worst group: 0 OK, 1 WARN, 2 ERR. It is 3 when nobody knows, as
    when Kafka does not answer, or there is no such group; with --watch it is that of the last look.
    """
    settings = options.settings(data_dir)
    kafka = connections.find_kafka(settings)
    doctor = typed("isegoria doctor", settings.data_dir)
    groups = _groups(names)

    def check(seen: Sequence[GroupLag]) -> None:
        sentence = unseen(seen, groups, doctor)
        if sentence is not None:
            raise _NotKnownError(sentence)

    with LagMonitor(kafka, groups, exact=exact) as monitor:
        if watch:
            with nullcontext(_show_line) if as_json else _live() as show:
                return _watch(monitor, interval, check, show)
        seen = _judge(monitor, interval)
    check(seen)
    if as_json:
        click.echo(to_json(lag_as_document(seen)))
    else:
        console.print(lag_as_tables(seen))
    return worst(seen)


def _groups(names: Sequence[str]) -> dict[str, Sequence[str] | None]:
    """The topics of our own group; other groups have those that they committed offsets of."""
    ours = [topic for stage in STAGES for topic in stage]
    return {name: ours if name == APP_ID else None for name in names}


def _judge(monitor: LagMonitor, interval: float) -> list[GroupLag]:
    """Look until every group is judged, with a bar where that is not at once."""
    with ExitStack() as shown:
        bar = progress()
        task = bar.add_task("looking", total=WINDOW)

        def on_look(look: int) -> None:
            if look == 2:  # noqa: PLR2004
                shown.enter_context(bar)
            bar.update(task, completed=look)

        return judged(monitor, interval, on_look)


def _watch(
    monitor: LagMonitor,
    interval: float,
    check: Callable[[Sequence[GroupLag]], None],
    show: _Show,
) -> GroupStatus | None:
    """Show every look until Ctrl-C; gives the status at the last, None where nobody knew.

    Raises:
        _NotKnownError: Something is not there at the first look; later it may come back.
    """
    status, first = None, True
    seen: Sequence[GroupLag] = ()
    with suppress(KeyboardInterrupt):
        while True:
            try:
                seen = monitor.observe()
                check(seen)
            except KafkaError as error:
                status = None
                show(f"Kafka does not answer: {error}")
            except _NotKnownError as error:
                if first and not _is_silent(seen):
                    raise
                status = None
                show(error.message)
            else:
                status = worst(seen)
                show(seen)
            first = first and _is_silent(seen)
            time.sleep(interval)
    return status


def _is_silent(seen: Sequence[GroupLag]) -> bool:
    """Whether Kafka has not said anything yet of a group."""
    return any(group.state == UNKNOWN for group in seen)


def _show_line(seen: Sequence[GroupLag] | str) -> None:
    """Show a look as a line."""
    unknown = {"status": None, "error": seen}
    click.echo(orjson.dumps(unknown if isinstance(seen, str) else lag_as_document(seen)))


@contextmanager
def _live() -> Iterator[_Show]:
    """Shows each look in the place of the one before."""
    trail = Trail()
    with Live(console=console, auto_refresh=False) as live:

        def show(seen: Sequence[GroupLag] | str) -> None:
            if isinstance(seen, str):
                live.update(Text(f"{seen}; looking again", "bold red"), refresh=True)
            else:
                trail.add(seen)
                live.update(lag_as_screen(seen, trail, console), refresh=True)

        yield show
