"""`isegoria intake`: the HTTP intake, and the tokens of its channels."""

import json
from pathlib import Path

import click

from embedded.ports import require_free
from intake.admin import kafka_answers
from intake.http.acknowledged import AcknowledgedPublisher
from intake.http.app import application
from intake.http.channels import new_token, read_channels, token_hash
from isegoria import connections, logging
from isegoria.cli import options
from isegoria.monitoring import INTAKE_PORT, Listening, monitoring
from operations.serving import config, serve

_MAX_CONNECTIONS = 1_000


@click.group(invoke_without_command=True)
@click.option("--port", type=click.IntRange(1, 65535), default=8080, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@options.monitoring(INTAKE_PORT)
@options.data_dir
@click.pass_context
def intake(
    context: click.Context,
    port: int,
    host: str,
    monitoring_host: str,
    monitoring_port: int,
    data_dir: Path | None,
) -> None:
    """Take events over HTTP, from the channels of ISEGORIA_INTAKE_CHANNELS_FILE.

    It speaks HTTP without TLS: on any other host than this one, put a reverse proxy before it that
    does.
    """
    if context.invoked_subcommand is not None:
        return
    settings = options.settings(data_dir)
    if settings.intake_channels_file is None:
        raise click.ClickException(
            "no channels: set ISEGORIA_INTAKE_CHANNELS_FILE to a file that names them;"
            " 'isegoria intake token NAME' writes the lines of one"
        )
    channels = read_channels(settings.intake_channels_file)
    pseudonyms = settings.pseudonymiser()
    kafka = connections.find_kafka(settings)
    require_free(port, wanted_by="the intake", option="--port", host=host)
    logging.configure(settings.log_level, settings.log_format)
    listening = Listening(monitoring_host, monitoring_port)
    with monitoring(listening, {"kafka": lambda: kafka_answers(kafka)}):
        app = application(channels, pseudonyms, lambda: AcknowledgedPublisher(kafka))
        serve(config(app, host, port, connections=_MAX_CONNECTIONS))


@intake.command()
@click.argument("name")
@click.option("--source", help="The channel's source.  [default: urn:isegoria:channel:NAME]")
def token(name: str, source: str | None) -> None:
    """Make a token for the channel NAME, and the lines that the channels file needs.

    The token itself is shown once, on standard error, and kept nowhere: give it to the channel.
    """
    made = new_token()
    click.echo(f"Token of {name}, shown only now: {made}", err=True)
    # Strings are the same in JSON.
    click.echo(f"[channels.{json.dumps(name)}]")
    click.echo(f"source = {json.dumps(source or f'urn:isegoria:channel:{name}')}")
    click.echo(f'token_sha256 = ["{token_hash(made)}"]')
