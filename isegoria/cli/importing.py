"""`isegoria import`: a file or folder, published as events."""

import sys
from pathlib import Path

import click

from intake.pseudonyms import Pseudonymiser
from isegoria import connections
from isegoria.cli import options
from isegoria.inputs import FORMATS, Source
from isegoria.publishing import publish
from isegoria.show import console, show_problems


@click.command("import")
@click.argument("format_name", metavar="FORMAT", type=click.Choice(sorted(FORMATS)))
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--consultation", required=True, help="Id of the consultation that it belongs to.")
@click.option("--organiser", help="Who is the organiser, by the source's id.  [polis: 0]")
@click.option("--dry-run", is_flag=True, help="Read and check everything, publish nothing.")
@options.data_dir
def import_(
    format_name: str,
    path: Path,
    consultation: str,
    organiser: str | None,
    data_dir: Path | None,
    *,
    dry_run: bool,
) -> None:
    """Publish what PATH holds. Importing the same again counts nothing twice.

    Rows that cannot be read are listed by line and skipped; the exit code is then 1.
    """
    settings = options.settings(data_dir)
    key_file = settings.pseudonym_key_file or settings.data_dir / "pseudonym.key"
    pseudonyms = Pseudonymiser.from_file(key_file)
    source = FORMATS[format_name](Source(path, consultation, organiser), pseudonyms)
    if dry_run:
        count = sum(1 for _ in source.events)
        console.print(f"{count:,} events could be published; nothing was.", highlight=False)
    else:
        kafka = connections.find(settings).kafka
        count = publish(source, kafka, "publishing")
        console.print(f"{count:,} events published.", highlight=False)
    show_problems(source.problems)
    sys.exit(1 if source.problems else 0)
