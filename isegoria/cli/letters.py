"""`isegoria letters`: the template letters of a consultation, and what each sender made of them."""

from pathlib import Path

import click
from clickhouse_connect.driver.client import Client

from isegoria.cli import options
from isegoria.cli.reading import reading, require_readable, visibilities
from isegoria.show import as_json as to_json
from isegoria.show import console, letters_as_table
from sinks.letters import LetterShown, signed
from sinks.letters import letters as letters_of
from sinks.reading.policies import policy_in_force, policy_of
from streams.text import added_words


@click.command()
@click.argument("consultation")
@click.option("--topic", help="Only this topic's letters.")
@click.option(
    "--minimum-senders",
    type=click.IntRange(1),
    help="Only letters with so many senders now.  [default: the policy's]",
)
@options.data_dir
@visibilities
@options.as_json
def letters(
    data_dir: Path | None,
    consultation: str,
    topic: str | None,
    minimum_senders: int | None,
    visibilities: tuple[str, ...],
    *,
    as_json: bool,
) -> None:
    """Show the letters of a consultation: text, senders, growth and bursts, and the copies."""
    with reading(data_dir) as client:
        require_readable(client, consultation, visibilities)
        rules = policy_of(policy_in_force(client), consultation).letters
        if minimum_senders is not None:
            rules = rules.model_copy(update={"minimum_senders": minimum_senders})
        found = letters_of(client, consultation, topic, visibilities, rules=rules)
        if as_json:
            click.echo(to_json([_document(client, letter, visibilities) for letter in found]))
            return
    if found:
        console.print(letters_as_table(found))
    else:
        click.echo("There is no letter.")


def _document(
    client: Client, letter: LetterShown, visibilities: tuple[str, ...]
) -> dict[str, object]:
    """The letter with its copies, and with each what its sender added to the letter's text."""
    place = letter["consultation"], letter["topic"], letter["root_offset"]
    copies = signed(client, *place, visibilities)
    told = [{**copy, "added": added_words(copy["text"], letter["text"])} for copy in copies]
    return {**letter, "copies": told}
