"""`isegoria verify`: everything recomputed from the contributions, and compared."""

import sys
from dataclasses import asdict
from pathlib import Path

import click
import orjson

from isegoria import connections
from isegoria.cli import options
from isegoria.pipeline import is_complete
from sinks.connection import connect
from sinks.verify import verify as differences_of


@click.command()
@options.data_dir
@options.as_json
def verify(data_dir: Path | None, *, as_json: bool) -> None:
    """Recompute verdicts and summaries by SQL and compare; exit code 1 when they differ."""
    settings = options.settings(data_dir)
    found = connections.find(settings)
    if not is_complete(found.kafka):
        click.echo("The workers are not done: differences may be what is under way.", err=True)
    client = connect(found.clickhouse.get_secret_value())
    try:
        differences = differences_of(client)
    finally:
        client.close()
    if as_json:
        listed = [asdict(difference) for difference in differences]
        document = {"equal": not differences, "differences": listed}
        click.echo(orjson.dumps(document, option=orjson.OPT_INDENT_2, default=str).decode())
    elif differences:
        for difference in differences:
            click.echo(str(difference))
        click.echo(f"different: {len(differences)} differences")
    else:
        click.echo("equal")
    sys.exit(1 if differences else 0)
