"""What a person sees on the terminal: progress while it works, tables when it is done."""

import textwrap
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import click
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

from intake.importing import Meter
from intake.tables import Problem
from isegoria.connections import Connections
from sinks.answers import Answers, Waiting
from sinks.letters import LetterShown
from sinks.people import Ambassador, Award, Suspect
from sinks.queries import TopicSummary
from sinks.quotes import Quote
from sinks.terms import Term

console = Console()
_errors = Console(stderr=True)

_PROBLEMS_SHOWN = 20
_EVENTS_PER_UPDATE = 500
_LETTER_CHARACTERS = 160


@contextmanager
def steps(first: str) -> Iterator[Callable[[str], None]]:
    """Show what is being done, a step at a time, on standard error."""
    with _errors.status(first) as status:

        def on_step(step: str) -> None:
            status.update(step)
            if not _errors.is_terminal:
                _errors.print(step, highlight=False)

        yield on_step


@contextmanager
def metered(label: str, meter: Meter) -> Iterator[Callable[[int], None]]:
    """A progress bar on standard error of what is read, with the rate and the time remaining.

    Yields:
        To be told, often, how many events there are so far.
    """
    bar = Progress(
        TextColumn("{task.description:<11}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[events]:,} events, {task.fields[rate]:,.0f}/s"),
        TimeRemainingColumn(),
        console=_errors,
    )
    began = time.monotonic()
    due = events = 0
    task = bar.add_task(label, total=None, events=0, rate=0.0)

    def show() -> None:
        rate = events / max(time.monotonic() - began, 0.001)
        total = meter.total or None
        bar.update(task, total=total, completed=meter.done, events=events, rate=rate)

    def on_events(so_far: int) -> None:
        nonlocal due, events
        events = so_far
        if events >= due:
            due = events + _EVENTS_PER_UPDATE
            show()

    with bar:
        yield on_events
        show()


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
    return as_json(summaries)


def summaries_as_table(summaries: Sequence[TopicSummary]) -> Table:
    """A row per topic: who spoke, how much weight the loudest have, what was a repeat."""
    table = _table("Topics")
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
    return table


def terms_as_line(terms: Sequence[Term]) -> Text:
    """The key terms of a topic, each with the people who used it."""
    return Text(", ".join(f"{term['term']} ({term['people']:,})" for term in terms))


def quotes_as_table(quotes: Sequence[Quote]) -> Table:
    """A row per quote: where it stands, and the words."""
    table = _table("In their words")
    for heading in ("Stance", "Mode"):
        table.add_column(heading, no_wrap=True)
    table.add_column("Votes", justify="right", no_wrap=True)
    table.add_column("Quote", overflow="fold")
    for quote in quotes:
        table.add_row(
            quote["stance"] or "none", quote["mode"], f"{quote['support']:,}", Text(quote["text"])
        )
    table.caption = (
        "One quote of a person and of a letter; every stance and mode that somebody took before the"
        " most supported. Votes: for less against."
    )
    return table


def suspects_as_table(suspects: Sequence[Suspect]) -> Table:
    """A row per person and topic: their weight, and what the figures are without them."""
    table = _table("Usual suspects")
    table.add_column("Participant", no_wrap=True)
    table.add_column("Topic", overflow="fold")
    for heading in ("Said", "Top 1", "Worth"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("Why", overflow="fold")
    for suspect in suspects:
        for appearance in suspect["appearances"]:
            now, without = appearance["now"], appearance["without"]
            table.add_row(
                f"{suspect['participant'][:10]}…" if not appearance["topic"] else "",
                Text(appearance["topic"] or "(all topics)"),
                f"{appearance['contributions']:,}",
                f"{now['top1_share']:.0%} → {without['top1_share']:.0%}",
                f"{now['effective_voices_2']:,.1f} → {without['effective_voices_2']:,.1f}",
                Text(" ".join(appearance["sentences"])),
            )
    table.caption = (
        "A flag is about weight in the numbers, no judgement on a person: most who write much are"
        " helpful. The arrow leads to the figure without this person's contributions. Said: theirs."
        " Top 1: share of the most active one. Worth: effective voices (1/Σp²)."
    )
    return table


def letters_as_table(letters: Sequence[LetterShown]) -> Table:
    """A row per letter: how many signed it, when, and how it begins."""
    table = _table("Letters")
    table.add_column("Topic", overflow="fold")
    for heading in ("Senders", "Copies", "Bursts"):
        table.add_column(heading, justify="right", no_wrap=True)
    for heading in ("First", "Last"):
        table.add_column(heading, no_wrap=True)
    table.add_column("Text", overflow="fold")
    for letter in letters:
        table.add_row(
            Text(letter["topic"]),
            f"{letter['senders']:,}",
            f"{letter['contributions']:,}",
            f"{len(letter['bursts']):,}",
            (letter["first_at"] or "")[:10],
            (letter["last_at"] or "")[:10],
            Text(textwrap.shorten(letter["text"], _LETTER_CHARACTERS, placeholder=" …")),
        )
    table.caption = (
        "Each sender keeps their voice. Bursts: seconds in which five or more sent it. --json has"
        " the whole text, the growth by day and the copies."
    )
    return table


def answers_as_table(answers: Sequence[Answers]) -> Table:
    """A row per consultation: how much of it was answered, and how fast."""
    table = _table("You said, we did")
    table.add_column("Consultation", overflow="fold")
    for heading in ("Topics", "Answered", "Share", "Median days"):
        table.add_column(heading, justify="right", no_wrap=True)
    for row in answers:
        days = row["median_days"]
        table.add_row(
            Text(row["title"] or row["consultation"]),
            f"{row['topics']:,}",
            f"{row['answered']:,}",
            f"{row['share']:.0%}",
            "" if days is None else f"{days:,.1f}",
        )
    return table


def waiting_as_table(waiting: Sequence[Waiting]) -> Table:
    """A row per topic without an answer, those first that wait most."""
    table = _table("Waiting for an answer")
    table.add_column("Consultation", overflow="fold")
    table.add_column("Topic", overflow="fold")
    for heading in ("Voices", "Days", "Together"):
        table.add_column(heading, justify="right", no_wrap=True)
    for row in waiting:
        table.add_row(
            Text(row["consultation"]),
            Text(row["title"] or row["topic"]),
            f"{row['voices']:,}",
            f"{row['days']:,}",
            f"{row['voice_days']:,}",
        )
    table.caption = "Days: since the first contribution. Together: voices times days."
    return table


def awards_as_table(awards: Sequence[Award]) -> Table:
    """A row per recognition."""
    table = _table("Recognised")
    for heading in ("Day", "Participant", "Recognition"):
        table.add_column(heading, no_wrap=True)
    table.add_column("Reason", overflow="fold")
    for award in awards:
        table.add_row(
            award["awarded_at"][:10],
            f"{award['participant'][:10]}…",
            Text(award["recognition"]),
            Text(award["reason"]),
        )
    return table


def ambassadors_as_table(ambassadors: Sequence[Ambassador]) -> Table:
    """A row per candidate, the broadest first."""
    table = _table("Candidates for ambassador")
    table.add_column("Participant", no_wrap=True)
    for heading in ("Newcomers", "Returned", "Groups", "Topics"):
        table.add_column(heading, justify="right", no_wrap=True)
    for heading in ("Replies", "Offline"):
        table.add_column(heading, justify="right", no_wrap=True, style="dim")
    for row in ambassadors:
        table.add_row(
            f"{row['participant'][:10]}…",
            f"{row['newcomers_answered']:,}",
            f"{row['newcomers_returned']:,}",
            f"{row['groups']:,}",
            f"{row['topics']:,}",
            f"{row['replies_to_newcomers']:,}",
            f"{row['offline_contributions']:,}",
        )
    table.caption = (
        "Newcomers: people answered in their first week. Returned: those of them who contributed"
        " again. Groups: written in or replied to. Replies and offline contributions move nobody"
        " up."
    )
    return table


def as_json(document: object) -> str:
    """Indented JSON."""
    return orjson.dumps(document, option=orjson.OPT_INDENT_2).decode()


def _table(title: str) -> Table:
    return Table(
        box=box.SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
        pad_edge=False,
        title=title,
        title_justify="left",
        caption_justify="left",
    )


def show_addresses(
    connections: Connections, data_dir: Path, dashboard: str | None, metrics: str
) -> None:
    """Say where things are, without the password; the dashboard only where it runs."""
    place = urlsplit(connections.clickhouse.get_secret_value())
    clickhouse = f"http://{place.hostname}:{place.port}/"
    if dashboard is not None:
        click.secho(f"Dashboard   {dashboard}", bold=True)
    click.echo(f"Kafka       {connections.kafka}")
    click.echo(
        f"ClickHouse  {clickhouse} (user {place.username}, password in {data_dir / 'stack.json'})"
    )
    click.echo(f"Metrics     {metrics}")
    click.echo(f"Logs        {data_dir / 'logs'}")


def show_notice(notice: str) -> None:
    """Say something about the input as a whole, on a line of standard error."""
    _errors.print(notice, highlight=False, markup=False, soft_wrap=True)


class ProblemList:
    """Lists the rows that are skipped, as they come, on standard error.

    Attributes:
        count: How many there were.
    """

    def __init__(self) -> None:
        self.count = 0

    def add(self, problem: Problem) -> None:
        """Show a problem, unless so many were shown that a file is the better place."""
        self.count += 1
        if self.count <= _PROBLEMS_SHOWN:
            place = f"{problem.file} line {problem.line}" if problem.line else problem.file
            show_notice(f"{place}, {problem.field}: {problem.reason}")

    def show_total(self, kept_in: Sequence[Path] = ()) -> None:
        """Say how many there were, and where they are kept."""
        if self.count > _PROBLEMS_SHOWN:
            show_notice(f"… and {self.count - _PROBLEMS_SHOWN:,} more")
        if self.count:
            show_notice(f"{self.count:,} rows were skipped.")
        for path in kept_in:
            show_notice(f"Mend them in {path} and import that file.")
