"""`isegoria ambassadors`: who was recognised, and who answers newcomers across groups."""

from pathlib import Path

import click

from isegoria.cli import options
from isegoria.cli.reading import reading, require_readable, visibilities
from isegoria.show import ambassadors_as_table, awards_as_table, console
from isegoria.show import as_json as to_json
from sinks.people import ambassadors as candidates_of
from sinks.people import awards


@click.command()
@click.argument("consultation")
@options.data_dir
@visibilities
@options.as_json
def ambassadors(
    data_dir: Path | None, consultation: str, visibilities: tuple[str, ...], *, as_json: bool
) -> None:
    """Show who was recognised in a consultation, and candidates for ambassador."""
    with reading(data_dir) as client:
        require_readable(client, consultation, visibilities)
        awarded = awards(client, consultation, visibilities)
        candidates = candidates_of(client, consultation, visibilities)
    if as_json:
        click.echo(to_json({"awarded": awarded, "candidates": candidates}))
        return
    console.print(awards_as_table(awarded))
    console.print(ambassadors_as_table(candidates))
