"""Options that several commands share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from isegoria.settings import Settings

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

data_dir: Decorator = click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where the embedded stack keeps its data.  [default: .isegoria]",
)

as_json: Decorator = click.option(
    "--json", "as_json", is_flag=True, help="JSON instead of a table."
)


def kafka_port(default: int | None) -> Decorator:
    """The port of the embedded Kafka."""
    return click.option(
        "--kafka-port",
        type=click.IntRange(0, 65535),
        default=default,
        help="Port of the embedded Kafka; 0 takes any free one.  [default: last one, or 9092]",
    )


def clickhouse_port(default: int | None) -> Decorator:
    """The port of the embedded ClickHouse."""
    return click.option(
        "--clickhouse-port",
        type=click.IntRange(0, 65535),
        default=default,
        help="Port of the embedded ClickHouse; 0 takes any free one.  [default: last one, or 8123]",
    )


def dashboard_port(default: int | None) -> Decorator:
    """The port of the stack's dashboard."""
    return click.option(
        "--dashboard-port",
        type=click.IntRange(0, 65535),
        default=default,
        help="Port of the dashboard; 0 takes any free one.  [default: last one, or 8600]",
    )


def monitoring(default: int) -> Decorator:
    """Where a process tells its metrics and its health."""
    port = click.option(
        "--monitoring-port",
        type=click.IntRange(0, 65535),
        default=default,
        show_default=True,
        help="Port of /metrics, /healthz and /readyz; 0 takes any free one.",
    )
    host = click.option(
        "--monitoring-host",
        default="127.0.0.1",
        show_default=True,
        help="Address that these listen on; keep it off the public network.",
    )
    return lambda command: port(host(command))


def settings(chosen: Path | None) -> Settings:
    """The settings, with the data directory from the command line where it was given."""
    read = Settings()
    return read if chosen is None else read.model_copy(update={"data_dir": chosen})
