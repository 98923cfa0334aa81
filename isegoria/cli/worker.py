"""`isegoria worker`: one worker process, for production and for the embedded stack alike."""

from pathlib import Path

import click

from isegoria import connections, logging
from isegoria import worker as process
from isegoria.cli import options
from isegoria.monitoring import WORKER_PORT, Listening


@click.command()
@options.monitoring(WORKER_PORT)
@options.data_dir
def worker(data_dir: Path | None, monitoring_host: str, monitoring_port: int) -> None:
    """Run one worker: screening, summaries and the writing of the tables.

    Start more of them to share the partitions. It ends with an exit code other than 0 when
    something unforeseen happens, without acknowledging what it worked on: have a process manager
    start it again.
    """
    settings = options.settings(data_dir)
    logging.configure(settings.log_level, settings.log_format)
    listening = Listening(monitoring_host, monitoring_port)
    process.run(settings, connections.find(settings), listening)
