"""`isegoria down`: the embedded stack, stopped."""

from pathlib import Path

import click

from isegoria.cli import options
from isegoria.embedding import stop
from isegoria.show import steps


@click.command()
@options.data_dir
def down(data_dir: Path | None) -> None:
    """Stop the embedded stack. Its data stay."""
    settings = options.settings(data_dir)
    with steps("stopping the stack"):
        stop(settings)
    click.echo(f"The stack on {settings.data_dir} is down; its data are kept.")
