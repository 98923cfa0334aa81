"""`isegoria waiting`: what was answered, how fast, and which topics wait."""

from datetime import UTC, datetime
from pathlib import Path

import click

from isegoria.cli import options
from isegoria.cli.reading import reading, visibilities
from isegoria.show import answers_as_table, console, waiting_as_table
from isegoria.show import as_json as to_json
from sinks.answers import answers
from sinks.answers import waiting as waiting_topics


@click.command()
@click.option("--consultation", help="Only this consultation's topics.")
@options.data_dir
@visibilities
@options.as_json
def waiting(
    data_dir: Path | None,
    consultation: str | None,
    visibilities: tuple[str, ...],
    *,
    as_json: bool,
) -> None:
    """Show how consultations were answered, and the topics that wait for an answer."""
    asked = None if consultation is None else [consultation]
    with reading(data_dir) as client:
        answered = answers(client, asked, visibilities)
        unanswered = waiting_topics(client, datetime.now(UTC), asked, visibilities)
    if as_json:
        click.echo(to_json({"consultations": answered, "waiting": unanswered}))
        return
    console.print(answers_as_table(answered))
    console.print(waiting_as_table(unanswered))
