"""`python -m embedded.clickhouse --data-dir DIR --port N`: serve until a signal comes.

The password of the user `isegoria` comes from the environment variable
ISEGORIA_EMBEDDED_CLICKHOUSE_PASSWORD; a command line can be read by every process of the machine.
"""

import os
import signal
import sys
from pathlib import Path

import click
import uvicorn

from embedded.clickhouse.engine import Engine
from embedded.clickhouse.server import DATABASE, application

PASSWORD_VARIABLE = "ISEGORIA_EMBEDDED_CLICKHOUSE_PASSWORD"  # noqa: S105 (the variable's name)

_STOP_SECONDS = 10


@click.command()
@click.option("--data-dir", type=click.Path(path_type=Path, file_okay=False), required=True)
@click.option("--port", type=click.IntRange(1, 65535), required=True)
def main(data_dir: Path, port: int) -> None:
    """Serve ClickHouse's HTTP protocol on 127.0.0.1, with the data in DATA_DIR/clickhouse."""
    password = os.environ.get(PASSWORD_VARIABLE, "")
    if not password:
        raise click.ClickException(f"{PASSWORD_VARIABLE} is not set: give the server a password")
    path = (data_dir / "clickhouse").resolve()
    try:
        engine = Engine(path, DATABASE)
    except RuntimeError as error:
        raise click.ClickException(f"{path} cannot be opened, is it in use?\n{error}") from None
    # uvicorn stops gracefully, then raises the signal again: this ends the process in order.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        uvicorn.run(
            application(engine, password),
            host="127.0.0.1",
            port=port,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=_STOP_SECONDS,
            log_level="warning",
        )
    finally:
        engine.close()


if __name__ == "__main__":
    main()
