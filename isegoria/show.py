"""What a person sees on the terminal: progress while it works, tables when it is done."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import orjson
from rich import box
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from intake.tables import Problem
from isegoria.connections import Connections
from sinks.queries import TopicSummary

console = Console()
_errors = Console(stderr=True)

_PROBLEMS_SHOWN = 20


@contextmanager
def steps(first: str) -> Iterator[Callable[[str], None]]:
    """Show what is being done, a step at a time, on standard error."""
    with _errors.status(first) as status:

        def on_step(step: str) -> None:
            status.update(step)
            if not _errors.is_terminal:
                _errors.print(step, highlight=False)

        yield on_step


def progress() -> Progress:
    """A progress bar on standard error, with the rate's consequence: the time remaining."""
    return Progress(
        TextColumn("{task.description:<11}"),
        BarColumn(),
        MofNCompleteColumn(),
        TaskProgressColumn(show_speed=True),
        TimeRemainingColumn(),
        console=_errors,
    )


def summaries_as_json(summaries: Sequence[TopicSummary]) -> str:
    """One list of objects, a topic each."""
    return orjson.dumps(summaries, option=orjson.OPT_INDENT_2).decode()


def summaries_as_table(summaries: Sequence[TopicSummary]) -> Table:
    """A row per topic: who spoke, how much weight the loudest have, what was a repeat."""
    table = Table(
        box=box.SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
        pad_edge=False,
        title="Topics",
        title_justify="left",
    )
    table.add_column("Topic", min_width=16, overflow="fold")
    for heading in ("Said", "Voices", "Worth", "Top 1", "Top 5"):
        table.add_column(heading, justify="right", no_wrap=True)
    for heading in ("Again", "Twice", "Votes"):
        table.add_column(heading, justify="right", no_wrap=True, style="dim")
    for summary in summaries:
        table.add_row(
            Text(summary["title"] or f"{summary['consultation']}/{summary['topic']}"),
            f"{summary['contributions']:,}",
            f"{summary['voices']:,}",
            f"{summary['effective_voices_2']:,.1f}",
            f"{summary['top1_share']:.0%}",
            f"{summary['top5_share']:.0%}",
            f"{summary['resubmitted']:,}",
            f"{summary['redelivered']:,}",
            f"{summary['supports']:,}",
        )
    table.caption = (
        "Said: contributions of participants. Voices: how many people they come from. Worth: how"
        " many equally active people would weigh the same (1/Σp²). Top: share of the most active"
        " one and five. Again: said again by the same person. Twice: delivered twice, not counted."
    )
    table.caption_justify = "left"
    return table


def show_addresses(connections: Connections, data_dir: Path) -> None:
    """Say where things are, without the password."""
    place = urlsplit(connections.clickhouse.get_secret_value())
    clickhouse = f"http://{place.hostname}:{place.port}/"
    console.print(f"Kafka       {connections.kafka}", highlight=False)
    console.print(
        f"ClickHouse  {clickhouse} (user {place.username}, password in {data_dir / 'stack.json'})",
        highlight=False,
    )
    console.print(f"Logs        {data_dir / 'logs'}", highlight=False)


def show_problems(problems: Sequence[Problem]) -> None:
    """List the rows that were skipped, on standard error."""
    for problem in problems[:_PROBLEMS_SHOWN]:
        _errors.print(
            f"{problem.file} line {problem.line}, {problem.field}: {problem.reason}",
            highlight=False,
            markup=False,
        )
    if len(problems) > _PROBLEMS_SHOWN:
        _errors.print(f"… and {len(problems) - _PROBLEMS_SHOWN:,} more", highlight=False)
    if problems:
        _errors.print(f"{len(problems):,} rows were skipped.", highlight=False)
