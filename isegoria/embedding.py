"""The embedded stack with our worker in it."""

import sys
from collections.abc import Callable

from pydantic import SecretStr

from embedded.stack import Program, Stack
from isegoria.connections import Connections
from isegoria.settings import Settings
from isegoria.worker import prepare

WORKER = "worker"


def start(
    settings: Settings,
    *,
    kafka_port: int | None = None,
    clickhouse_port: int | None = None,
    on_step: Callable[[str], None] = lambda _: None,
) -> Connections:
    """Have the whole stack running, topics and tables made. What runs is left alone.

    Raises:
        PortTakenError: A port is in use; nothing was started.
        StackError: A server did not start.
    """
    stack = Stack(settings.data_dir, kafka_port=kafka_port, clickhouse_port=clickhouse_port)
    addresses = stack.up(on_step)
    connections = Connections(addresses.kafka, SecretStr(addresses.clickhouse))
    on_step("preparing topics and tables")
    prepare(settings, connections)
    on_step("starting the worker")
    stack.run([worker_program(settings, connections)])
    return connections


def worker_program(settings: Settings, connections: Connections) -> Program:
    """How the stack runs a worker."""
    return Program(
        WORKER,
        (sys.executable, "-P", "-m", "isegoria", "worker"),
        {
            "ISEGORIA_KAFKA_BOOTSTRAP_SERVERS": connections.kafka,
            "ISEGORIA_CLICKHOUSE_URL": connections.clickhouse.get_secret_value(),
            "ISEGORIA_KAFKA_PARTITIONS": str(settings.kafka_partitions),
            "ISEGORIA_KAFKA_SESSION_SECONDS": str(settings.kafka_session_seconds),
            "ISEGORIA_LOG_LEVEL": settings.log_level,
            "ISEGORIA_LOG_FORMAT": "json",
        },
    )
