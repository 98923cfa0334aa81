"""`isegoria lag`: how far the workers are behind, and whether they keep up."""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path

import click
import orjson
from rich.live import Live

from isegoria import connections
from isegoria.cli import options
from isegoria.lag_table import Trail, lag_as_document, lag_as_tables, worst
from isegoria.pipeline import STAGES
from isegoria.show import as_json as to_json
from isegoria.show import console, progress
from operations.lag.monitor import LagMonitor
from operations.lag.report import GroupLag, GroupStatus
from operations.lag.status import WINDOW, is_late
from streams.app import APP_ID

_EXIT_CODES = {GroupStatus.OK: 0, GroupStatus.WARN: 1, GroupStatus.ERR: 2}
_NOT_KNOWN = 3


@click.command()
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
) -> None:
    """Show how far the workers are behind, and whether they keep up.

    Where nothing waits the answer comes at once; else ten looks tell a worker that catches up from
    one that does not. It needs Kafka alone. With --json and --watch, every look is a line.

    The exit code is that of the worst group: 0 OK, 1 WARN, 2 ERR. It is 3 when nobody knows, as
    when Kafka does not answer.
    """
    with _unknown_where_it_fails():
        settings = options.settings(data_dir)
        kafka = settings.kafka_bootstrap_servers or connections.find(settings).kafka
        with LagMonitor(kafka, _topics(names), exact=exact) as monitor:
            if watch:
                groups = _watch(monitor, interval, as_json=as_json)
            else:
                groups = _judge(monitor, interval)
                _show(groups, as_json=as_json)
    sys.exit(_EXIT_CODES[worst(groups)])


def _topics(names: Sequence[str]) -> dict[str, Sequence[str] | None]:
    """The topics of our own group; other groups have those that they committed offsets of."""
    ours = [topic for stage in STAGES for topic in stage]
    return {name: ours if name == APP_ID else None for name in names}


def _judge(monitor: LagMonitor, interval: float) -> list[GroupLag]:
    """Look once, or for a whole window where something is late."""
    groups = monitor.observe()
    if not any(is_late(one.lag, one.seconds) for group in groups for one in group.partitions):
        return groups
    with progress() as bar:
        task = bar.add_task("looking", total=WINDOW, completed=1)
        for _ in range(WINDOW - 1):
            time.sleep(interval)
            groups = monitor.observe()
            bar.advance(task)
    return groups


def _watch(monitor: LagMonitor, interval: float, *, as_json: bool) -> list[GroupLag]:
    """Show every look until Ctrl-C; gives the last."""
    groups: list[GroupLag] = []
    with suppress(KeyboardInterrupt), nullcontext(_show_line) if as_json else _live() as show:
        while True:
            groups = monitor.observe()
            show(groups)
            time.sleep(interval)
    return groups


def _show_line(groups: Sequence[GroupLag]) -> None:
    click.echo(orjson.dumps(lag_as_document(groups)))


@contextmanager
def _live() -> Iterator[Callable[[Sequence[GroupLag]], None]]:
    """Shows each look in the place of the one before."""
    trail = Trail()
    with Live(console=console, auto_refresh=False) as live:

        def show(groups: Sequence[GroupLag]) -> None:
            trail.add(groups)
            live.update(lag_as_tables(groups, trail), refresh=True)

        yield show


def _show(groups: Sequence[GroupLag], *, as_json: bool) -> None:
    if as_json:
        click.echo(to_json(lag_as_document(groups)))
    else:
        console.print(lag_as_tables(groups))


@contextmanager
def _unknown_where_it_fails() -> Iterator[None]:
    """Say what is wrong as every command does, but with an exit code that is none of a status."""
    try:
        yield
    except Exception as error:
        # With all that it names, it would make every command slower.
        from isegoria.cli.errors import explain  # noqa: PLC0415

        sentence = explain(error)
        if sentence is None:
            raise
        click.echo(f"Error: {sentence}", err=True)
        sys.exit(_NOT_KNOWN)
