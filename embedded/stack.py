"""The embedded stack: Kafka, ClickHouse and the workers as one thing that is up or down.

It lives in a data directory: `kafka` and `clickhouse` hold the data, `logs` a log per program,
`stack.json` the ports and the password (mode 0600). Data, ports and password outlast `down`.
"""

import contextlib
import fcntl
import json
import secrets
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path

from embedded import kafka, ports, program
from embedded.program import Program, write_private
from embedded.supervision import STARTED, StackError, Supervisor, choose_socket
from sinks.address import answers

__all__ = ["Addresses", "Program", "Stack", "StackError", "running"]

DEFAULT_KAFKA_PORT = 9092
DEFAULT_CLICKHOUSE_PORT = 8123
ANY_PORT = 0

_START_SECONDS = 120  # the first start ever downloads Kafka's jars


@dataclass(frozen=True)
class Addresses:
    """Where the servers of a stack are.

    Attributes:
        kafka: The bootstrap server, `127.0.0.1:9092`.
        clickhouse: The database, `http://isegoria:PASSWORD@127.0.0.1:8123/isegoria`.
    """

    kafka: str
    clickhouse: str

    def __repr__(self) -> str:
        host = self.clickhouse.rpartition("@")[2]
        return f"Addresses(kafka={self.kafka!r}, clickhouse='http://isegoria:***@{host}')"


@dataclass(frozen=True)
class _Record:
    """What `stack.json` holds. Where `folder` is another one, this is a copy, without a socket."""

    folder: str
    kafka_port: int
    clickhouse_port: int
    password: str
    socket: str

    @property
    def addresses(self) -> Addresses:
        place = f"{ports.HOST}:{self.clickhouse_port}/isegoria"
        return Addresses(
            kafka=f"{ports.HOST}:{self.kafka_port}",
            clickhouse=f"http://isegoria:{self.password}@{place}",
        )


@dataclass(frozen=True)
class _Server:
    """Kafka or ClickHouse: its name to a reader, where it listens, how it runs."""

    name: str
    port: int
    program: Program
    is_ready: Callable[[], bool]


class Stack:
    """The stack of one data directory, running or not. Commands run at once take turns.

    Args:
        data_dir: Where everything is kept; made when needed, then closed to other users.
        kafka_port: A port, 0 for any free one, None for that of the last time, or else 9092.
        clickhouse_port: Likewise; else 8123.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        kafka_port: int | None = None,
        clickhouse_port: int | None = None,
    ) -> None:
        self.folder = data_dir.resolve()
        self._kafka_port = kafka_port
        self._clickhouse_port = clickhouse_port

    def up(self, on_step: Callable[[str], None] = lambda _: None) -> Addresses:
        """Have Kafka and ClickHouse running and ready.

        What runs is left alone, what is down is started, what a killed supervisord left behind is
        ended first. When it fails or is interrupted, nothing it started from nothing goes on.

        Args:
            on_step: Told of each step in a few words.

        Raises:
            PortTakenError: Another process listens on a port; nothing was started.
            StackError: A server did not start; the message shows the end of its log.
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._lock():
            was_running = self._supervisor().is_running()
            if not was_running:
                self._supervisor().shut_down()
            record = self._choose_ports(_load(self.folder), was_running=was_running)
            if not was_running:
                record = replace(record, socket=str(choose_socket(self.folder)))
            write_private(self.folder / "stack.json", json.dumps(asdict(record), indent=2))
            try:
                self._start_servers(record, on_step)
            except BaseException:
                if not was_running:
                    self._supervisor().shut_down()
                raise
            return record.addresses

    def run(self, programs: Sequence[Program]) -> None:
        """Have the workers running under the same supervision, as `up` has the servers.

        A worker given with another command or environment than before is restarted.

        Raises:
            StackError: The stack is not up.
        """
        with self._lock():
            supervisor = self._supervisor()
            if not supervisor.is_running():
                raise StackError(f"no stack is up in {self.folder}: start it first")
            for program in programs:
                supervisor.ensure(program)

    def program(self, name: str) -> Program | None:
        """A worker as it was last given to `run`, also while the stack is down."""
        known = program.load(self.folder)
        return next((one for one in known if one.name == name), None)

    def wait_until_ready(self, name: str, ready: Callable[[], bool], seconds: float) -> None:
        """Wait until a program does its work, as `ready` says.

        Raises:
            StackError: It takes longer than that, or dies again and again.
        """
        self._supervisor().wait_until_ready(name, ready, seconds)

    def states(self) -> dict[str, str]:
        """Each program's state in supervisord's words; nothing when the stack is down."""
        supervisor = self._supervisor()
        return supervisor.states() if supervisor.is_running() else {}

    def pid(self, name: str) -> int:
        """A program's process id, 0 while it has none."""
        return self._supervisor().pid(name)

    def stop(self, name: str) -> None:
        """Stop one program until it is started again."""
        self._supervisor().stop(name)

    def restart(self, name: str) -> None:
        """Stop one program, if it runs, and start it."""
        self._supervisor().restart(name)

    def down(self) -> None:
        """End every process of the stack, in the reverse order of their start. Data stay.

        Raises:
            StackError: A process outlived SIGKILL.
        """
        with self._lock() if self.folder.exists() else contextlib.nullcontext():
            self._supervisor().shut_down()

    def _start_servers(self, record: _Record, on_step: Callable[[str], None]) -> None:
        supervisor = self._supervisor()
        if not supervisor.is_running():
            on_step("starting the process manager")
            supervisor.start()
        servers = _servers(self.folder, record)
        for server in servers:
            supervisor.ensure(server.program)
        for server in servers:
            on_step(f"waiting for {server.name}")
            began = time.monotonic()
            supervisor.wait_until_ready(server.program.name, server.is_ready, _START_SECONDS)
            waited = time.monotonic() - began
            on_step(f"{server.name} is ready on {ports.HOST}:{server.port} after {waited:.1f} s")

    def _choose_ports(self, last: _Record | None, *, was_running: bool) -> _Record:
        """The record with the ports wanted now, each of them ours already, or free."""
        states = self.states() if was_running else {}

        def choose(name: str, wanted: int | None, recorded: int | None, default: int) -> int:
            keep = wanted is None or (wanted == ANY_PORT and was_running)
            port = (recorded or default) if keep else (wanted or ports.free_port())
            if port != recorded or states.get(name.lower()) not in STARTED:
                ports.require_free(port, wanted_by=name, option=f"--{name.lower()}-port")
            return port

        kafka_port = choose(
            "Kafka", self._kafka_port, last.kafka_port if last else None, DEFAULT_KAFKA_PORT
        )
        clickhouse_port = choose(
            "ClickHouse",
            self._clickhouse_port,
            last.clickhouse_port if last else None,
            DEFAULT_CLICKHOUSE_PORT,
        )
        if clickhouse_port == kafka_port:
            raise ports.PortTakenError(
                f"port {kafka_port} for ClickHouse is Kafka's; choose another with "
                "--clickhouse-port"
            )
        return _Record(
            folder=str(self.folder),
            kafka_port=kafka_port,
            clickhouse_port=clickhouse_port,
            password=last.password if last else secrets.token_urlsafe(24),
            socket=last.socket if last else "",
        )

    def _supervisor(self) -> Supervisor:
        return _supervisor(self.folder, _load(self.folder))

    @contextlib.contextmanager
    def _lock(self) -> Iterator[None]:
        with (self.folder / "stack.lock").open("w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield


def running(data_dir: Path) -> Addresses | None:
    """The addresses of the stack that is up in a data directory, None where none is."""
    folder = data_dir.resolve()
    record = _load(folder)
    if record is None or not _supervisor(folder, record).is_running():
        return None
    return record.addresses


def _load(folder: Path) -> _Record | None:
    path = folder / "stack.json"
    try:
        return _Record(**json.loads(path.read_text()))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError) as error:
        raise StackError(
            f"{path} cannot be read ({error}); delete it, and ports and password are chosen anew"
        ) from None


def _supervisor(folder: Path, record: _Record | None) -> Supervisor:
    if record is None or record.folder != str(folder):
        return Supervisor(folder, folder / "supervisor.sock")
    return Supervisor(folder, Path(record.socket))


def _servers(folder: Path, record: _Record) -> list[_Server]:
    def program(name: str, port: int, **environment: str) -> Program:
        module = (sys.executable, "-P", "-m", f"embedded.{name}")
        where = ("--data-dir", str(folder), "--port", str(port))
        return Program(name, (*module, *where), environment)

    password = {"ISEGORIA_EMBEDDED_CLICKHOUSE_PASSWORD": record.password}
    return [
        _Server(
            name="Kafka",
            port=record.kafka_port,
            program=program("kafka", record.kafka_port),
            is_ready=partial(kafka.is_ready, record.kafka_port),
        ),
        _Server(
            name="ClickHouse",
            port=record.clickhouse_port,
            program=program("clickhouse", record.clickhouse_port, **password),
            is_ready=partial(answers, f"http://{ports.HOST}:{record.clickhouse_port}"),
        ),
    ]
