"""`isegoria restore`: ClickHouse's tables, filled again from Kafka."""

from pathlib import Path

import click

from isegoria import connections
from isegoria.cli import options
from isegoria.rebuilding import WRITTEN_STAGE, follow, leave_seconds, programs_stopped
from isegoria.show import steps
from isegoria.worker import prepare
from operations.rebuilding import restoring
from operations.rebuilding.cluster import Cluster


@click.command()
@options.data_dir
def restore(data_dir: Path | None) -> None:
    """Fill ClickHouse's tables again from what Kafka holds, after they were lost or emptied.

    Nothing is screened again and nothing is deleted: rows that are there stay. The embedded stack's
    worker is stopped for a moment. Elsewhere every 'isegoria worker' must be stopped before and
    started again afterwards.
    """
    settings = options.settings(data_dir)
    found = connections.find(settings)
    with (
        steps("stopping the workers") as on_step,
        programs_stopped(settings),
        Cluster(found.kafka) as cluster,
    ):
        cluster.wait_until_no_worker_runs(leave_seconds(settings))
        on_step("making the tables")
        prepare(settings, found)
        on_step("going back to the first row")
        restoring.restore(cluster)
    follow(settings, found.kafka, WRITTEN_STAGE)
