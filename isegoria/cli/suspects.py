"""`isegoria suspects`: who carries much weight in a consultation, and the figures without them."""

from pathlib import Path

import click

from isegoria.cli import options
from isegoria.cli.reading import reading, require_readable, visibilities
from isegoria.show import as_json as to_json
from isegoria.show import console, suspects_as_table
from sinks.people import suspects as suspects_of


@click.command()
@click.argument("consultation")
@options.data_dir
@visibilities
@options.as_json
def suspects(
    data_dir: Path | None, consultation: str, visibilities: tuple[str, ...], *, as_json: bool
) -> None:
    """Show the usual suspects of a consultation, and its figures without each of them."""
    with reading(data_dir) as client:
        require_readable(client, consultation, visibilities)
        found = suspects_of(client, consultation, visibilities)
    if as_json:
        click.echo(to_json(found))
    elif found:
        console.print(suspects_as_table(found))
    else:
        click.echo("Nobody carries so much weight that it would be flagged.")
