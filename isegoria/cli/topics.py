"""`isegoria topics`: the summaries, as a table or as JSON."""

from pathlib import Path

import click

from isegoria.cli import options
from isegoria.cli.reading import reading, visibilities
from isegoria.show import console, show_notice, summaries_as_json, summaries_as_table
from sinks.queries import hidden_topics, topic_summaries


@click.command()
@options.data_dir
@click.option("--consultation", help="Only this consultation's topics.")
@visibilities
@options.as_json
def topics(
    data_dir: Path | None,
    consultation: str | None,
    visibilities: tuple[str, ...],
    *,
    as_json: bool,
) -> None:
    """Show the summary of every topic of the consultations that everybody may read."""
    with reading(data_dir) as client:
        summaries = topic_summaries(client, consultation, visibilities)
        hidden = hidden_topics(client, consultation, visibilities)
    for visibility, count in hidden.items():
        show_notice(
            f"Not shown, as they are {visibility}: {count:,}; --visibility {visibility} shows them"
            " to those who may read them."
        )
    if as_json:
        click.echo(summaries_as_json(summaries))
    elif summaries:
        console.print(summaries_as_table(summaries))
    elif not hidden:
        click.echo("There is no topic yet.")
