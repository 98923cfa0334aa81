"""`isegoria topic`: what one topic is about, in figures, key terms and quotes."""

from pathlib import Path

import click

from isegoria.cli import options
from isegoria.cli.reading import reading, require_readable, visibilities
from isegoria.show import as_json as to_json
from isegoria.show import console, quotes_as_table, summaries_as_table, terms_as_line
from sinks.queries import topic_state, topic_summaries
from sinks.quotes import quotes
from sinks.terms import key_terms


@click.command()
@click.argument("consultation")
@click.argument("topic")
@options.data_dir
@visibilities
@options.as_json
def topic(
    data_dir: Path | None,
    consultation: str,
    topic: str,
    visibilities: tuple[str, ...],
    *,
    as_json: bool,
) -> None:
    """Show what one topic is about: figures, key terms and quotes."""
    with reading(data_dir) as client:
        require_readable(client, consultation, visibilities)
        state = topic_state(client, consultation, topic)
        if state is None:
            raise click.ClickException(f"consultation {consultation!r} has no topic {topic!r}")
        summaries = topic_summaries(client, consultation, visibilities)
        terms = key_terms(client, consultation, topic, visibilities)
        words = [term["term"] for term in terms]
        quoted = quotes(client, consultation, topic, words, visibilities)
    if as_json:
        click.echo(to_json({"summary": state, "terms": terms, "quotes": quoted}))
        return
    console.print(summaries_as_table([row for row in summaries if row["topic"] == topic]))
    console.print("Key terms (people who used them)", style="italic")
    console.print(terms_as_line(terms))
    console.print(quotes_as_table(quoted))
