"""The command line: one module per command. Thin: each calls a room and shows what it said."""

import sys
import warnings
from importlib import import_module
from typing import cast

# kafka-python 3 reads its schemas at import in a way that Python 3.11 and 3.12 deprecate.
warnings.filterwarnings("ignore", category=DeprecationWarning, module="kafka")

import click  # noqa: E402

from isegoria import __version__  # noqa: E402

_COMMANDS = {
    "demo": "demo",
    "up": "up",
    "down": "down",
    "import": "importing:import_",
    "intake": "intake",
    "dashboard": "dashboard",
    "worker": "worker",
    "topics": "topics",
    "topic": "topic",
    "suspects": "suspects",
    "letters": "letters",
    "waiting": "waiting",
    "ambassadors": "ambassadors",
    "policy": "policy",
    "schema": "schema",
    "verify": "verify",
    "lag": "lag",
    "rejected": "rejected",
    "exporter": "exporter",
    "doctor": "doctor",
    "restore": "restore",
    "replay": "replay",
    "repartition": "repartition",
}
"""Where each command is: its module, and its name there where that is another one."""


class _Commands(click.Group):
    """Loads the command that is asked for, and not what all the others need."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands, in the order of a first use."""
        del ctx
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """A command by its name."""
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        module, _, name = _COMMANDS[cmd_name].partition(":")
        loaded = import_module(f"isegoria.cli.{module}")
        return cast("click.Command", getattr(loaded, name or module))


@click.group(cls=_Commands)
@click.version_option(__version__)
def cli() -> None:
    """Isegoria: the event pipeline between public consultations and the people who decide."""


def main() -> None:
    """Run the command line; what was foreseen to go wrong is told in one sentence."""
    try:
        cli()
    except Exception as error:
        # With all that it names, it would make every command slower.
        from isegoria.cli.errors import explain  # noqa: PLC0415

        sentence = explain(error)
        if sentence is None:
            raise
        click.echo(f"Error: {sentence}", err=True)
        sys.exit(1)
