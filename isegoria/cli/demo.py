"""`isegoria demo`: everything once through, on a sample or on a file of one's own."""

import shutil
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from embedded.stack import Stack, running
from intake.importing import Meter, Source
from intake.sample import CONSULTATION, sample_consultation
from isegoria.cli import options
from isegoria.connections import Connections
from isegoria.embedding import start, start_dashboard, start_exporter, stop
from isegoria.inputs import FORMATS, Input
from isegoria.pipeline import wait_until_complete
from isegoria.policy import configured, put_in_force
from isegoria.publishing import publish
from isegoria.settings import Settings
from isegoria.show import (
    ProblemList,
    console,
    progress,
    show_addresses,
    show_notice,
    steps,
    summaries_as_json,
    summaries_as_table,
)
from schemas.events import Event, Visibility
from sinks.connection import connect
from sinks.queries import TopicSummary, topic_summaries

QUESTIONS = (
    f"isegoria suspects {CONSULTATION}",
    f"isegoria letters {CONSULTATION}",
    f"isegoria topic {CONSULTATION} night-bus",
    "isegoria waiting",
)
_PATIENCE_SECONDS = 60.0
_DEMO_FOLDER = "demo"


@click.command()
@click.option("--once", is_flag=True, help="End when the tables are complete.")
@click.option(
    "--input",
    "input_path",
    type=click.Path(exists=True, path_type=Path),
    help="A file or folder of your own instead of the sample.",
)
@click.option(
    "--format", "format_name", type=click.Choice(sorted(FORMATS)), help="What --input is."
)
@click.option(
    "--json",
    "json_file",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Write the topics to this file, as 'isegoria topics --json' prints them.",
)
@options.data_dir
@options.kafka_port(0)
@options.clickhouse_port(0)
@options.dashboard_port(0)
def demo(  # noqa: PLR0913  each is an option
    input_path: Path | None,
    format_name: str | None,
    json_file: Path | None,
    data_dir: Path | None,
    kafka_port: int,
    clickhouse_port: int,
    dashboard_port: int,
    *,
    once: bool,
) -> None:
    """Start a stack, publish a consultation, show what the tables say about it.

    It works in a folder of its own in the data directory, which it empties first.
    """
    if (input_path is None) != (format_name is None):
        raise click.UsageError("--input and --format belong together")
    settings = options.settings(data_dir)
    policy = configured(settings)
    settings = settings.model_copy(update={"data_dir": settings.data_dir / _DEMO_FOLDER})
    _empty(settings.data_dir)
    try:
        with steps("starting the stack") as on_step:
            connections = start(
                settings, kafka_port=kafka_port, clickhouse_port=clickhouse_port, on_step=on_step
            )
            if policy is not None:
                on_step("putting the policy in force")
                put_in_force(policy, connections, settings.kafka_partitions)
        meter, problems = Meter(), ProblemList()
        events = _read(input_path, format_name, settings, meter, problems)
        total = publish(events, meter, connections.kafka)
        _watch(connections, total)
        summaries = _summaries(connections)
        if json_file is not None:
            json_file.write_text(summaries_as_json(summaries) + "\n", encoding="utf-8")
        console.print(summaries_as_table(summaries))
        for notice in meter.notices:
            show_notice(notice)
        problems.show_total()
        if not once:
            with steps("starting the dashboard"):
                dashboard = start_dashboard(settings, connections, dashboard_port)
                metrics = start_exporter(settings, connections)
            show_addresses(connections, settings.data_dir, dashboard, metrics)
            _stay(settings, QUESTIONS if input_path is None else ("isegoria topics",))
    finally:
        with steps("stopping the stack"):
            stop(settings)


def _empty(folder: Path) -> None:
    """Leave no trace of the last demo; the stack of a running one is not touched."""
    if running(folder) is not None:
        raise click.ClickException(
            f"a demo runs on {folder} already: end it first, or choose another --data-dir"
        )
    if folder.exists() and any(folder.iterdir()):
        if not (folder / "stack.json").exists():
            raise click.ClickException(
                f"{folder} holds something that is no demo: choose another --data-dir"
            )
        # Whatever a demo that was killed has left running.
        Stack(folder).down()
        shutil.rmtree(folder)


def _read(
    path: Path | None,
    format_name: str | None,
    settings: Settings,
    meter: Meter,
    problems: ProblemList,
) -> Iterator[Event]:
    if path is None or format_name is None:
        sample = sample_consultation().events
        meter.total = len(sample)
        for event in sample:
            meter.done += 1
            yield event
    else:
        source = Input(format_name, Source(path), settings.pseudonymiser(), settings.masking)
        yield from source.events(meter, datetime.now(UTC), problems.add)


def _watch(connections: Connections, total: int) -> None:
    """A progress bar until everything published is in the tables."""
    with progress() as bar:
        task = bar.add_task("screening", total=total)
        wait_until_complete(
            connections.kafka,
            seconds=_PATIENCE_SECONDS,
            on_remaining=lambda remaining: bar.update(task, completed=total - remaining),
        )


def _summaries(connections: Connections) -> list[TopicSummary]:
    client = connect(connections.clickhouse.get_secret_value())
    try:
        return topic_summaries(client, visibilities=list(Visibility))
    finally:
        client.close()


def _stay(settings: Settings, questions: Sequence[str]) -> None:
    """Keep the stack up until the person has seen enough."""
    for question in questions:
        click.echo(f"Ask it      {question} --data-dir {settings.data_dir}")
    click.echo("Ctrl-C ends the demo and stops the stack.")
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        click.echo()
