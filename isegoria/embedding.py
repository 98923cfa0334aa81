"""The embedded stack with our worker, the exporter and the dashboard in it."""

import http.client
import json
import sys
from collections.abc import Callable
from contextlib import closing

from pydantic import SecretStr

from dashboard.config import read_config
from embedded import ports
from embedded.program import write_private
from embedded.stack import ANY_PORT, Program, Stack
from embedded.supervision import STARTED
from isegoria.connections import Connections
from isegoria.settings import Settings
from isegoria.worker import prepare

WORKER = "worker"
EXPORTER = "exporter"
DASHBOARD = "dashboard"
DASHBOARD_PORT = 8600
TARGETS = "targets.json"
"""In the data directory: where Prometheus finds the processes, for its `file_sd_configs`."""

_READY_SECONDS = 60
_PORT = "--port"
_MONITORING_PORT = "--monitoring-port"
_MONITORED = {WORKER: _MONITORING_PORT, EXPORTER: _PORT, DASHBOARD: _MONITORING_PORT}
"""The option by which each process is told where to answer Prometheus."""


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
    write_targets(stack)
    return connections


def worker_program(settings: Settings, connections: Connections) -> Program:
    """How the stack runs a worker."""
    session = {"ISEGORIA_KAFKA_SESSION_SECONDS": str(settings.kafka_session_seconds)}
    where = (_MONITORING_PORT, str(_monitoring_port(Stack(settings.data_dir), WORKER)))
    return _program(WORKER, where, settings, connections, session)


def start_exporter(settings: Settings, connections: Connections) -> str:
    """Have the stack run the exporter, on any port that is free; `targets.json` tells Prometheus.

    Returns:
        Where its metrics are.

    Raises:
        StackError: It did not start.
    """
    stack = Stack(settings.data_dir)
    port = _monitoring_port(stack, EXPORTER)
    stack.run([_program(EXPORTER, (_PORT, str(port)), settings, connections, {})])
    stack.wait_until_ready(EXPORTER, lambda: _answers(port), _READY_SECONDS)
    write_targets(stack)
    return f"http://localhost:{port}/metrics"


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
    monitored = str(_monitoring_port(stack, DASHBOARD))
    arguments = (_PORT, str(chosen), _MONITORING_PORT, monitored)
    stack.run([_program(DASHBOARD, arguments, settings, connections, who)])
    stack.wait_until_ready(DASHBOARD, lambda: _answers(chosen), _READY_SECONDS)
    write_targets(stack)
    return f"http://localhost:{chosen}/" if config is None else f"{config.public_url}/"


def stop(settings: Settings) -> None:
    """Stop the whole stack; Prometheus is told of nobody any more.

    Raises:
        StackError: A process outlived SIGKILL.
    """
    stack = Stack(settings.data_dir)
    stack.down()
    if stack.folder.exists():
        write_targets(stack)


def write_targets(stack: Stack) -> None:
    """Write down which processes of the stack run, and where Prometheus should scrape them."""
    states = stack.states()
    ports_of = {
        name: _last_port(stack, name, option)
        for name, option in _MONITORED.items()
        if states.get(name) in STARTED
    }
    targets = [
        {"targets": [f"{ports.HOST}:{port}"], "labels": {"job": name}}
        for name, port in ports_of.items()
        if port is not None
    ]
    write_private(stack.folder / TARGETS, json.dumps(targets, indent=2) + "\n")


def _last_port(stack: Stack, name: str, option: str) -> int | None:
    """The port that a program was last given; None where it never was."""
    program = stack.program(name)
    if program is None or option not in program.command:
        return None
    return int(program.command[program.command.index(option) + 1])


def _monitoring_port(stack: Stack, name: str) -> int:
    """A program's monitoring port: its own already, or a free one."""
    last = _last_port(stack, name, _MONITORED[name])
    if last and stack.states().get(name) in STARTED:
        return last
    return last if last and not ports.is_listening(last) else ports.free_port()


def _chosen_port(stack: Stack, wanted: int | None) -> int:
    """The port wanted now, the dashboard's own already, or free."""
    last = _last_port(stack, DASHBOARD, _PORT)
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
