"""`isegoria policy`: checked, put in force, shown."""

from pathlib import Path

import click

from isegoria import connections
from isegoria import policy as policies
from isegoria.cli import options
from isegoria.cli.reading import reading
from isegoria.policy_toml import deployment_toml, policy_toml
from schemas.policy import read_policy

_file = click.argument("file", type=click.Path(path_type=Path))


@click.group()
def policy() -> None:
    """From which figures on something is flagged, and what counts as the same text."""


@policy.command()
@_file
def check(file: Path) -> None:
    """Read a policy FILE and show what it says, defaults included; nothing takes effect."""
    click.echo(deployment_toml(read_policy(file)))


@policy.command()
@_file
@options.data_dir
def apply(file: Path, data_dir: Path | None) -> None:
    """Put the policy of FILE in force, for all that was said and will be.

    Figures, flags and letters are told again with it. Which texts are the same is decided when they
    come: those that are there keep their verdicts.
    """
    chosen = read_policy(file)
    kafka = connections.find(options.settings(data_dir)).kafka
    partitions = policies.publish(chosen, kafka)
    click.echo(f"policy {chosen.hash}: in force, in all {partitions} partitions")


@policy.command()
@click.option("--consultation", help="Only what holds for this consultation.")
@options.data_dir
def show(consultation: str | None, data_dir: Path | None) -> None:
    """Show the policy in force as TOML; where none was applied, the defaults."""
    with reading(data_dir) as client:
        found = policies.in_force(client, options.settings(data_dir).kafka_partitions)
    if consultation is None:
        click.echo(deployment_toml(found))
    else:
        click.echo(policy_toml(found.of(consultation)))
