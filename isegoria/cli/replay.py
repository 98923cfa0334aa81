"""`isegoria replay`: everything that follows from the events, made again."""

from pathlib import Path

import click

from isegoria import connections
from isegoria.cli import options
from isegoria.rebuilding import SCREENED_STAGE, follow, leave_seconds, programs_stopped
from isegoria.show import steps
from operations.rebuilding import replaying
from operations.rebuilding.cluster import Cluster


@click.command()
@options.data_dir
@click.confirmation_option(
    prompt="Delete everything that follows from the events, and make it again?",
    help="Do not ask.",
)
def replay(data_dir: Path | None) -> None:
    """Screen every event again, from the first: for another version of the screening.

    Journals, verdicts, summaries and tables are deleted and made again; the events are not touched.
    The tables are empty meanwhile. Interrupted, it is to be run again; no worker starts before.

    The embedded stack's worker is stopped for a moment. Elsewhere every 'isegoria worker' must be
    stopped before and started again afterwards.
    """
    settings = options.settings(data_dir)
    found = connections.find(settings)
    with (
        steps("stopping the workers") as on_step,
        programs_stopped(settings),
        Cluster(found.kafka) as cluster,
    ):
        cluster.wait_until_no_worker_runs(leave_seconds(settings))
        replaying.replay(
            cluster,
            found.clickhouse.get_secret_value(),
            replication=settings.kafka_replication,
            on_step=on_step,
        )
    follow(settings, found.kafka, SCREENED_STAGE)
