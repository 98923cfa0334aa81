"""`isegoria repartition`: another number of partitions, with all that was published in them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from isegoria import connections
from isegoria.cli import options
from isegoria.rebuilding import SCREENED_STAGE, follow, leave_seconds, programs_stopped
from operations.rebuilding import repartitioning
from operations.rebuilding.cluster import Cluster
from operations.rebuilding.copying import OnCopied

_RECORDS_PER_UPDATE = 1_000


@click.command()
@click.argument("partitions", type=click.IntRange(1, 1024))
@options.data_dir
@click.confirmation_option(
    prompt="Copy all events, and make everything that follows from them again?",
    help="Do not ask.",
)
def repartition(partitions: int, data_dir: Path | None) -> None:
    """Give every topic another number of PARTITIONS.

    The events are copied in their order; what follows from them is made again, as 'isegoria replay'
    does. Nobody may publish meanwhile. Interrupted, it is to be run again; no worker starts before.

    The embedded stack's worker is stopped meanwhile. Elsewhere every 'isegoria worker' must be
    stopped before. Afterwards set ISEGORIA_KAFKA_PARTITIONS everywhere.
    """
    settings = options.settings(data_dir)
    found = connections.find(settings)
    with (
        _steps() as (on_step, on_copied),
        programs_stopped(settings) as variables,
        Cluster(found.kafka) as cluster,
    ):
        on_step("waiting until no worker runs")
        cluster.wait_until_no_worker_runs(leave_seconds(settings))
        repartitioning.repartition(
            cluster,
            found.clickhouse.get_secret_value(),
            partitions,
            replication=settings.kafka_replication,
            on_step=on_step,
            on_copied=on_copied,
        )
        variables["ISEGORIA_KAFKA_PARTITIONS"] = str(partitions)
    click.echo(
        f"Every topic has {partitions} partitions: set ISEGORIA_KAFKA_PARTITIONS={partitions}"
        " wherever isegoria runs."
    )
    follow(settings, found.kafka, SCREENED_STAGE)


@contextmanager
def _steps() -> Iterator[tuple[Callable[[str], None], OnCopied]]:
    """Show each step, and within it how fast records are copied and how long the rest takes."""
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        _Rate(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    )
    task = bar.add_task("", total=None)

    def on_step(step: str) -> None:
        bar.reset(task, description=step, total=None)
        if not bar.console.is_terminal:
            bar.console.print(step, highlight=False)

    def on_copied(copied: int, total: int) -> None:
        if copied % _RECORDS_PER_UPDATE == 0 or copied == total:
            bar.update(task, completed=copied, total=total)

    with bar:
        yield on_step, on_copied


class _Rate(ProgressColumn):
    """Records in a second."""

    def render(self, task: Task) -> Text:
        """The rate, where there is one."""
        return Text("" if task.speed is None else f"{task.speed:,.0f}/s")
