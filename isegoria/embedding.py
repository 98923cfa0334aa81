"""The embedded stack with our worker and the dashboard in it."""

import http.client
import sys
from collections.abc import Callable
from contextlib import closing

from pydantic import SecretStr

from dashboard.config import read_config
from embedded import ports
from embedded.stack import ANY_PORT, Program, Stack
from embedded.supervision import STARTED
from isegoria.connections import Connections
from isegoria.settings import Settings
from isegoria.worker import prepare

WORKER = "worker"
DASHBOARD = "dashboard"
DASHBOARD_PORT = 8600

_DASHBOARD_SECONDS = 60
_PORT = "--port"


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
    session = {"ISEGORIA_KAFKA_SESSION_SECONDS": str(settings.kafka_session_seconds)}
    return _program(WORKER, (), settings, connections, session)


def start_dashboard(settings: Settings, connections: Connections, port: int | None) -> str:
    """Have the stack run the dashboard.

    Args:
        settings: Those of the stack.
        connections: Those of the stack.
        port: Where it listens; 0 for any free one, None for that of the last time, or else 8600.

    Returns:
        Its address for a browser.

    Raises:
        DashboardConfigError: Its configuration is wrong.
        PortTakenError: Another process listens there.
        StackError: It did not start.
    """
    file = settings.dashboard_file
    config = None if file is None else read_config(file)
    stack = Stack(settings.data_dir)
    chosen = _chosen_port(stack, port)
    who = {} if file is None else {"ISEGORIA_DASHBOARD_FILE": str(file.resolve())}
    arguments = (_PORT, str(chosen))
    stack.run([_program(DASHBOARD, arguments, settings, connections, who)])
    stack.wait_until_ready(DASHBOARD, lambda: _answers(chosen), _DASHBOARD_SECONDS)
    return f"http://localhost:{chosen}/" if config is None else f"{config.public_url}/"


def _chosen_port(stack: Stack, wanted: int | None) -> int:
    """The port wanted now, the dashboard's own already, or free."""
    program = stack.program(DASHBOARD)
    last = None if program is None else int(program.command[program.command.index(_PORT) + 1])
    if last and stack.states().get(DASHBOARD) in STARTED and wanted in (None, ANY_PORT, last):
        return last
    port = (last or DASHBOARD_PORT) if wanted is None else (wanted or ports.free_port())
    ports.require_free(port, wanted_by="the dashboard", option="--dashboard-port")
    return port


def _answers(port: int) -> bool:
    with closing(http.client.HTTPConnection(ports.HOST, port, timeout=5)) as connection:
        try:
            connection.request("GET", "/healthz", headers={"Host": f"localhost:{port}"})
            return connection.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False


def _program(
    name: str,
    arguments: tuple[str, ...],
    settings: Settings,
    connections: Connections,
    environment: dict[str, str],
) -> Program:
    return Program(
        name,
        (sys.executable, "-P", "-m", "isegoria", name, *arguments),
        {
            "ISEGORIA_KAFKA_BOOTSTRAP_SERVERS": connections.kafka,
            "ISEGORIA_CLICKHOUSE_URL": connections.clickhouse.get_secret_value(),
            "ISEGORIA_KAFKA_PARTITIONS": str(settings.kafka_partitions),
            "ISEGORIA_LOG_LEVEL": settings.log_level,
            "ISEGORIA_LOG_FORMAT": "json",
            **environment,
        },
    )
