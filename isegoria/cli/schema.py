"""`isegoria schema`: the contracts of events and topics, for those who write no Python."""

from pathlib import Path

import click

from schemas.contracts import documents


@click.group()
def schema() -> None:
    """The contracts of events and topics, as documents."""


@schema.command()
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("schemas/documents"),
    show_default=True,
    help="Folder that they are written to; it is made.",
)
def export(output: Path) -> None:
    """Write a JSON Schema per event type, an AsyncAPI document, and a page to read."""
    output.mkdir(parents=True, exist_ok=True)
    written = documents()
    for name, content in written.items():
        (output / name).write_bytes(content)
    click.echo(f"{output}: {len(written)} documents")
