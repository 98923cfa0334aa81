"""`isegoria dashboard`: what policy officers read, in a browser."""

import json
from functools import partial
from pathlib import Path

import click

from dashboard.app import create_app
from dashboard.config import development, read_config
from dashboard.signin.passwords import hash_password
from embedded.ports import require_free
from intake.http.acknowledged import AcknowledgedPublisher
from isegoria import connections, logging, monitoring
from isegoria.cli import options
from isegoria.embedding import DASHBOARD_PORT
from isegoria.pipeline import STAGES
from operations import serving
from operations.backlog import Backlog
from operations.freshness import Freshness
from sinks.address import answers
from streams.app import APP_ID

_MAX_CONNECTIONS = 500


@click.group(invoke_without_command=True)
@click.option("--port", type=click.IntRange(1, 65535), default=DASHBOARD_PORT, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--proxy",
    default="127.0.0.1",
    show_default=True,
    help="Address of the reverse proxy: whom it says to speak for is believed.",
)
@options.monitoring(monitoring.DASHBOARD_PORT)
@options.data_dir
@click.pass_context
def dashboard(
    context: click.Context,
    port: int,
    host: str,
    proxy: str,
    monitoring_host: str,
    monitoring_port: int,
    data_dir: Path | None,
) -> None:
    """Serve the dashboard, to those whom ISEGORIA_DASHBOARD_FILE lets in.

    Without that file it serves this machine alone, and everybody on it may do everything. It speaks
    HTTP without TLS: put a reverse proxy before it that does.
    """
    if context.invoked_subcommand is not None:
        return
    settings = options.settings(data_dir)
    file = settings.dashboard_file
    config = development(port) if file is None else read_config(file)
    if config.loopback and host not in ("127.0.0.1", "localhost", "::1"):
        raise click.ClickException(
            f"without ISEGORIA_DASHBOARD_FILE nobody signs in: it does not listen on {host}"
        )
    found = connections.find(settings)
    require_free(port, wanted_by="the dashboard", option="--port", host=host)
    logging.configure(settings.log_level, settings.log_format)
    backlog = partial(Backlog, found.kafka, APP_ID)
    listening = monitoring.Listening(monitoring_host, monitoring_port)
    clickhouse = found.clickhouse.get_secret_value()
    ready = {"clickhouse": lambda: answers(clickhouse)}
    with (
        monitoring.monitoring(listening, ready, registry=monitoring.of_the_process()),
        Freshness(backlog, STAGES) as freshness,
    ):
        app = create_app(
            config,
            clickhouse,
            lambda: AcknowledgedPublisher(found.kafka),
            freshness.up_to,
        )
        serving.serve(serving.config(app, host, port, connections=_MAX_CONNECTIONS, proxy=proxy))


@dashboard.command()
@click.argument("name")
@click.password_option(help="Asked for where it is not given.")
def password(name: str, password: str) -> None:
    """Make the lines that let NAME in, with the hash of a password that is asked for."""
    # Strings are the same in JSON, but for what it escapes of them.
    click.echo(f"[users.{json.dumps(name, ensure_ascii=False)}]")
    click.echo(f"password = {json.dumps(hash_password(password))}")
    click.echo('grants = { "*" = "reader" }')
