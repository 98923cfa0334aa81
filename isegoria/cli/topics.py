"""`isegoria topics`: the summaries, as a table or as JSON."""

from pathlib import Path

import click

from isegoria import connections
from isegoria.cli import options
from isegoria.show import console, summaries_as_json, summaries_as_table
from sinks.connection import connect
from sinks.queries import topic_summaries


@click.command()
@options.data_dir
@click.option("--consultation", help="Only this consultation's topics.")
@options.as_json
def topics(data_dir: Path | None, consultation: str | None, *, as_json: bool) -> None:
    """Show the summary of every topic."""
    found = connections.find(options.settings(data_dir))
    client = connect(found.clickhouse.get_secret_value())
    try:
        summaries = topic_summaries(client, consultation)
    finally:
        client.close()
    if as_json:
        click.echo(summaries_as_json(summaries))
    elif summaries:
        console.print(summaries_as_table(summaries))
    else:
        console.print("There is no topic yet.")
