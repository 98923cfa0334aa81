"""What the commands that make things anew share: the workers out of the way, and back to work."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import click

from embedded.stack import Stack
from isegoria.pipeline import STAGES, wait_until_complete
from isegoria.settings import Settings
from isegoria.show import progress
from operations.backlog import Backlog
from streams.app import APP_ID

SCREENED_STAGE, WRITTEN_STAGE = 0, 2
"""Of `isegoria.pipeline.STAGES`: what is screened, and what is written to the tables."""

_LABELS = {SCREENED_STAGE: "screening", WRITTEN_STAGE: "writing"}
_SERVERS = frozenset({"kafka", "clickhouse"})
_LEAVE_SECONDS = 2.0
_PATIENCE_SECONDS = 300.0


def is_embedded(settings: Settings) -> bool:
    """Whether the embedded stack runs the workers, and not a process manager of one's own."""
    return settings.kafka_bootstrap_servers is None


def leave_seconds(settings: Settings) -> float:
    """After how long a worker that was stopped or killed is no member of its group any more."""
    return settings.kafka_session_seconds + _LEAVE_SECONDS


@contextmanager
def programs_stopped(settings: Settings) -> Iterator[dict[str, str]]:
    """Have the embedded stack run its two servers alone; elsewhere, do nothing.

    Yields:
        Variables that the programs are to have when they start again, beside those they had.
    """
    variables: dict[str, str] = {}
    if not is_embedded(settings):
        yield variables
        return
    stack = Stack(settings.data_dir)
    programs = [
        program
        for name in stack.states()
        if name not in _SERVERS and (program := stack.program(name))
    ]
    try:
        for program in programs:
            stack.stop(program.name)
        yield variables
    finally:
        stack.run([replace(one, environment={**one.environment, **variables}) for one in programs])


def follow(settings: Settings, kafka: str, stage: int) -> None:
    """Show how the embedded stack's worker goes on, until the tables are complete.

    Elsewhere, say what is to be started.

    Args:
        settings: Where the workers run.
        kafka: Brokers.
        stage: Which of `isegoria.pipeline.STAGES` has most to do.

    Raises:
        IncompleteError: Nothing moves.
    """
    if not is_embedded(settings):
        click.echo("Start the workers again; 'isegoria lag --watch' shows how far they are.")
        return
    with progress() as bar, Backlog(kafka, APP_ID) as backlog:
        topics = STAGES[stage]
        total = backlog.written(topics)
        task = bar.add_task(_LABELS[stage], total=total)
        wait_until_complete(
            kafka,
            seconds=_PATIENCE_SECONDS,
            on_remaining=lambda _: bar.update(task, completed=total - backlog.remaining(topics)),
        )
        bar.update(task, completed=total)
    click.echo("The tables are complete.")
