"""The command line: one module per command. Thin: each calls a room and shows what it said."""

import sys
import warnings

# kafka-python 3 reads its schemas at import in a way that Python 3.11 and 3.12 deprecate.
warnings.filterwarnings("ignore", category=DeprecationWarning, module="kafka")

import click  # noqa: E402

from isegoria import __version__  # noqa: E402
from isegoria.cli.ambassadors import ambassadors  # noqa: E402
from isegoria.cli.demo import demo  # noqa: E402
from isegoria.cli.down import down  # noqa: E402
from isegoria.cli.errors import explain  # noqa: E402
from isegoria.cli.importing import import_  # noqa: E402
from isegoria.cli.intake import intake  # noqa: E402
from isegoria.cli.letters import letters  # noqa: E402
from isegoria.cli.policy import policy  # noqa: E402
from isegoria.cli.schema import schema  # noqa: E402
from isegoria.cli.suspects import suspects  # noqa: E402
from isegoria.cli.topic import topic  # noqa: E402
from isegoria.cli.topics import topics  # noqa: E402
from isegoria.cli.up import up  # noqa: E402
from isegoria.cli.verify import verify  # noqa: E402
from isegoria.cli.waiting import waiting  # noqa: E402
from isegoria.cli.worker import worker  # noqa: E402


@click.group()
@click.version_option(__version__)
def cli() -> None:
    """Isegoria: the event pipeline between public consultations and the people who decide."""


_COMMANDS = (
    demo,
    up,
    down,
    import_,
    intake,
    worker,
    topics,
    topic,
    suspects,
    letters,
    waiting,
    ambassadors,
    policy,
    schema,
    verify,
)

for command in _COMMANDS:
    cli.add_command(command)


def main() -> None:
    """Run the command line; what was foreseen to go wrong is told in one sentence."""
    try:
        cli()
    except Exception as error:
        sentence = explain(error)
        if sentence is None:
            raise
        click.echo(f"Error: {sentence}", err=True)
        sys.exit(1)
