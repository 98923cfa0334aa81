"""What the commands share that show a policy officer what was said."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from clickhouse_connect.driver.client import Client

from isegoria import connections
from isegoria.cli import options
from schemas.events import Visibility
from sinks.connection import connect
from sinks.queries import OPEN, visibility_of

visibilities: options.Decorator = click.option(
    "--visibility",
    "visibilities",
    type=click.Choice([str(visibility) for visibility in Visibility]),
    multiple=True,
    default=OPEN,
    show_default=True,
    help="Of consultations to show; give it again for more than one.",
)


@contextmanager
def reading(data_dir: Path | None) -> Iterator[Client]:
    """A client of the tables for as long as the block runs."""
    found = connections.find(options.settings(data_dir))
    client = connect(found.clickhouse.get_secret_value())
    try:
        yield client
    finally:
        client.close()


def require_readable(client: Client, consultation: str, visibilities: Collection[str]) -> None:
    """Say so where a consultation is not to be shown, so that nobody takes it for an empty one.

    Raises:
        click.ClickException: The message says which option shows it.
    """
    visibility = visibility_of(client, consultation)
    if visibility not in visibilities:
        raise click.ClickException(
            f"consultation {consultation!r} is {visibility}, or was never opened:"
            f" --visibility {visibility} shows it to those who may read it"
        )
