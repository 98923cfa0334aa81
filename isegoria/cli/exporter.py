"""`isegoria exporter`: what Prometheus is told of the pipeline."""

from functools import partial
from logging import CRITICAL, getLogger
from pathlib import Path

import click

from embedded.ports import require_free
from isegoria import __version__, connections, logging
from isegoria.cli import options
from isegoria.monitoring import EXPORTER_PORT, of_the_process
from isegoria.pipeline import STAGES
from operations.backlog import Backlog
from operations.exporter.clickhouse import open_clickhouse
from operations.exporter.kafka import KafkaSource
from operations.exporter.metrics import ExporterMetrics
from operations.lag.monitor import LagMonitor
from operations.monitoring import MAX_CONNECTIONS, STOP_SECONDS, application
from operations.serving import config, serve
from operations.watch import Watch
from streams.app import APP_ID

_KAFKA_SECONDS = 3.0
_CLICKHOUSE_SECONDS = 10.0


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), default=EXPORTER_PORT, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@options.data_dir
def exporter(port: int, host: str, data_dir: Path | None) -> None:
    """Serve metrics of lag, freshness, rejected events and ClickHouse to Prometheus.

    Kafka and ClickHouse are looked at again and again, and /metrics tells what the last looks saw.
    /readyz says whether they succeeded. One exporter is enough, however many workers there are.
    """
    settings = options.settings(data_dir)
    found = connections.find(settings)
    require_free(port, wanted_by="the exporter", option="--port", host=host)
    logging.configure(settings.log_level, settings.log_format)
    # A watch logs an outage once; the clients would, at every try.
    for client in ("kafka", "clickhouse_connect", "urllib3"):
        getLogger(client).setLevel(CRITICAL)
    topics = [topic for stage in STAGES for topic in stage]
    backlog = partial(Backlog, found.kafka, APP_ID)
    clickhouse_url = found.clickhouse.get_secret_value()
    with (
        LagMonitor(found.kafka, {APP_ID: topics}) as monitor,
        Watch(
            "kafka",
            KafkaSource(monitor.observe, backlog, STAGES).open,
            every=_KAFKA_SECONDS,
        ) as kafka,
        Watch(
            "clickhouse",
            partial(open_clickhouse, clickhouse_url),
            every=_CLICKHOUSE_SECONDS,
        ) as clickhouse,
    ):
        registry = of_the_process()
        registry.register(ExporterMetrics(kafka.newest, clickhouse.newest, __version__))
        app = application(
            ready={"kafka": kafka.answers, "clickhouse": clickhouse.answers},
            registry=registry,
        )
        serve(config(app, host, port, connections=MAX_CONNECTIONS, stop_seconds=STOP_SECONDS))
