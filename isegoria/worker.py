"""The worker process: topics and tables made ready, then the Faust app with its agents."""

import gc
import os
import threading
from io import StringIO
from signal import Signals
from typing import NoReturn, cast

import faust
import structlog

from intake.admin import kafka_answers
from isegoria.connections import Connections
from isegoria.monitoring import Listening, monitoring
from isegoria.settings import Settings
from operations.provisioning import ensure_topics
from sinks.address import answers
from sinks.agent import add_sink
from sinks.connection import connect
from sinks.migrate import migrate
from sinks.writer import Writer
from streams.agents import add_screening
from streams.app import WorkerConfig, create_app
from streams.health import Health
from streams.transport import Consumer

FINISH_SECONDS = 4.0
"""How long a worker that is told to stop works on."""

STOP_SECONDS = 8.0
"""After which it ends in any case: a process manager may kill it after 10."""

log = structlog.get_logger(__name__)


class _Worker(faust.Worker):
    """Faust's worker, which finishes what it works on, and does not show it."""

    stopped_in_order = False

    async def _stop_on_signal(self, signal: Signals) -> None:
        last_resort = threading.Timer(STOP_SECONDS, self._end)
        last_resort.daemon = True
        last_resort.start()
        app = cast("faust.App", self.app)
        if not app.rebalancing and app.rebalancing_count:
            await cast("Consumer", app.consumer).finish(FINISH_SECONDS)
        await super()._stop_on_signal(signal)
        self.stopped_in_order = True

    def _end(self) -> None:
        """End the process as it is: a server that hangs must not hold up its stop."""
        log.warning("stopped without an answer from a server", committed=self.stopped_in_order)
        os._exit(0 if self.stopped_in_order else 1)

    def _on_sigusr1(self) -> None:
        # Faust would log every stack with its variables: contributions, word for word.
        log.warning("stacks are not logged: they hold what people said")


def build(settings: Settings, connections: Connections) -> faust.App:
    """The Faust app with screening and sink."""
    config = WorkerConfig(
        bootstrap_servers=connections.kafka,
        partitions=settings.kafka_partitions,
        session_timeout=settings.kafka_session_seconds,
    )
    app = create_app(config)
    add_screening(app, config)
    add_sink(app, Writer(connections.clickhouse.get_secret_value()))
    return app


def prepare(settings: Settings, connections: Connections) -> list[str]:
    """Make the topics and tables that are missing. Several workers may do so at once.

    Returns:
        The migrations that were applied.
    """
    ensure_topics(
        connections.kafka,
        partitions=settings.kafka_partitions,
        replication=settings.kafka_replication,
    )
    client = connect(connections.clickhouse.get_secret_value())
    try:
        return migrate(client)
    finally:
        client.close()


def run(settings: Settings, connections: Connections, listening: Listening) -> NoReturn:
    """Run until a signal comes, or something unforeseen happens.

    The exit code is 0 when a signal came and what was done is committed, else another one.
    """
    if applied := prepare(settings, connections):
        log.info("tables migrated", migrations=applied)
    # What the state holds stays. Python's defaults would walk through all of it again and again:
    # they were measured to take a third of the worker's time.
    gc.set_threshold(100_000, 50, 100)
    app = build(settings, connections)
    health = Health(app)
    worker = _Worker(
        app,
        override_logging=False,
        redirect_stdouts=False,
        quiet=True,
        # Faust draws a spinner there.
        stdout=StringIO(),
        loglevel=settings.log_level,
    )
    health.watch(worker.loop)
    clickhouse = connections.clickhouse.get_secret_value()
    ready = {
        "partitions": health.ready,
        "kafka": lambda: kafka_answers(connections.kafka),
        "clickhouse": lambda: answers(clickhouse),
    }
    with monitoring(listening, ready, {"event loop": health.alive}) as server:
        log.info(
            "worker starts",
            kafka=connections.kafka,
            partitions=settings.kafka_partitions,
            monitoring_port=server.port,
        )
        worker.execute_from_commandline()
