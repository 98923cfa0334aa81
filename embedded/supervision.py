"""Keeping programs alive: one supervisord per data directory, driven over XML-RPC.

supervisord runs detached from the terminal and restarts what dies. Should it be killed itself, its
programs live on without it; they carry the data directory in their environment, by which
`Supervisor.shut_down` finds and ends them.
"""

import contextlib
import os
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xmlrpc.client import Fault, ProtocolError, ServerProxy

import psutil
from supervisor.xmlrpc import SupervisorTransport

from embedded import program
from embedded.program import STACK_VARIABLE, Program

MOST_SOCKET_BYTES = 90
"""Of a Unix socket's path: systems allow 104 to 108 bytes, and supervisord binds a longer name."""

STARTED = frozenset({"STARTING", "RUNNING", "BACKOFF"})
"""The states in which supervisord runs a program, or will in a moment."""

STOP_SECONDS = 15
_DO_NOT_WAIT = False
_DEATHS_ALLOWED = 2
_LOG_LINES_SHOWN = 20
_EXEC_SECONDS = 1
_POLL_SECONDS = 0.05

# A program that dies within `startsecs` is started again a second later, then two, and so on.
_SUPERVISORD_CONFIG = """\
[supervisord]
logfile=%(here)s/logs/supervisord.log
logfile_maxbytes=10MB
logfile_backups=2
pidfile=%(here)s/supervisord.pid
childlogdir=%(here)s/logs
nocleanup=true
umask=077

[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface

[unix_http_server]
file={socket}
"""
_PROGRAM_CONFIG = """
[program:{name}]
command={python} -P -m embedded.program {name}
priority={priority}
autostart=false
autorestart=true
startsecs=5
startretries=1000000
stopsignal=TERM
stopwaitsecs={stop_seconds}
killasgroup=true
redirect_stderr=true
stdout_logfile=%(here)s/logs/{name}.log
stdout_logfile_maxbytes=10MB
stdout_logfile_backups=3
"""


class StackError(RuntimeError):
    """The stack, or a program of it, does not do what it should; the message shows its log."""


class Supervisor:
    """The supervisord of one data directory.

    Args:
        folder: The data directory, absolute; logs go into its `logs`.
        socket: Where supervisord listens; see `choose_socket`.
    """

    def __init__(self, folder: Path, socket: Path) -> None:
        self.folder = folder
        self.socket = socket

    def is_running(self) -> bool:
        """Whether supervisord answers."""
        try:
            with self._rpc() as supervisor:
                return bool(supervisor.getState()["statename"] == "RUNNING")
        except (OSError, ProtocolError):
            return False

    def start(self) -> None:
        """Start supervisord, with no programs yet.

        Raises:
            StackError: It did not start; the message says why.
        """
        (self.folder / "logs").mkdir(exist_ok=True)
        self._configure([])
        config = str(self.folder / "supervisord.conf")
        started = subprocess.run(
            [sys.executable, "-P", "-m", "supervisor.supervisord", "-c", config],
            cwd=self.folder,
            env={**os.environ, STACK_VARIABLE: str(self.folder)},
            # A Ctrl-C at the terminal is for us alone: we end the stack in order.
            start_new_session=True,
            capture_output=True,
            text=True,
            check=False,
        )
        if started.returncode:
            raise StackError(f"supervisord did not start: {started.stderr or started.stdout}")
        if not _wait(self.is_running, STOP_SECONDS):
            raise StackError(f"supervisord does not answer; {self._log('supervisord')}")

    def ensure(self, wanted: Program) -> None:
        """Have the program running as given: start it, restart it if it changed, or leave it."""
        programs = {known.name: known for known in program.load(self.folder)}
        changed = programs.get(wanted.name) != wanted
        if changed and wanted.name in programs:
            self.stop(wanted.name)
        if changed:
            self._configure([*{**programs, wanted.name: wanted}.values()])
        with self._rpc() as supervisor:
            if wanted.name not in self.states():
                supervisor.reloadConfig()
                supervisor.addProcessGroup(wanted.name)
            if self.states()[wanted.name] not in STARTED:
                supervisor.startProcess(wanted.name, _DO_NOT_WAIT)
        # Before its `exec` the child has supervisord's handlers, and a SIGTERM would be lost.
        _wait(lambda: self._is_past_exec(wanted.name), _EXEC_SECONDS)

    def wait_until_ready(self, name: str, ready: Callable[[], bool], seconds: float) -> None:
        """Wait until a program does its work.

        Args:
            name: The program.
            ready: Asks it.
            seconds: How long it may take.

        Raises:
            StackError: It takes longer, or dies again and again.
        """
        deadline = time.monotonic() + seconds
        pids: set[int] = set()
        while not ready():
            pids.add(self.pid(name))
            if len(pids - {0}) > _DEATHS_ALLOWED:
                raise StackError(f"{name} keeps ending as soon as it starts; {self._log(name)}")
            if time.monotonic() > deadline:
                raise StackError(f"{name} is not ready after {seconds:.0f} s; {self._log(name)}")
            time.sleep(_POLL_SECONDS)

    def states(self) -> dict[str, str]:
        """Each program's state in supervisord's words, such as RUNNING, BACKOFF, STOPPED."""
        with self._rpc() as supervisor:
            return {info["name"]: info["statename"] for info in supervisor.getAllProcessInfo()}

    def pid(self, name: str) -> int:
        """The program's process id, 0 while it has none."""
        with self._rpc() as supervisor:
            return int(supervisor.getProcessInfo(name)["pid"])

    def stop(self, name: str) -> None:
        """Stop one program, which then stays down until it is started; it may be down already."""
        with self._rpc() as supervisor:
            if self.states()[name] in STARTED:
                supervisor.stopProcess(name)

    def restart(self, name: str) -> None:
        """Stop one program, if it runs, and start it."""
        self.stop(name)
        with self._rpc() as supervisor:
            supervisor.startProcess(name, _DO_NOT_WAIT)

    def shut_down(self) -> None:
        """End every process of the stack, last started first, whether supervisord lives or not.

        Raises:
            StackError: A process outlived SIGKILL.
        """
        programs = len(program.load(self.folder))
        with contextlib.suppress(OSError, ProtocolError, Fault), self._rpc() as supervisor:
            supervisor.shutdown()
            _wait(lambda: not self.processes(), (programs + 1) * STOP_SECONDS)
        # What is left has no supervisord, or one that does not answer.
        if not _wait(self._terminate, STOP_SECONDS) and not _wait(self._kill, STOP_SECONDS):
            pids = [process.pid for process in self.processes()]
            raise StackError(f"processes of {self.folder} that do not end: {pids}")
        self.socket.unlink(missing_ok=True)
        if self.socket.parent != self.folder:
            with contextlib.suppress(OSError):
                self.socket.parent.rmdir()

    def processes(self) -> list[psutil.Process]:
        """The stack's processes, supervisord among them, by the mark in their environment."""
        ours = {process.pid for process in psutil.Process().parents()} | {os.getpid()}
        return [
            process
            for process in psutil.process_iter()
            if process.pid not in ours and _stack_of(process) == str(self.folder)
        ]

    def _configure(self, programs: list[Program]) -> None:
        program.save(programs, self.folder)
        sections = [_SUPERVISORD_CONFIG.format(socket=_literal(str(self.socket)))]
        for priority, each in enumerate(programs):
            sections.append(
                _PROGRAM_CONFIG.format(
                    name=each.name,
                    python=_literal(shlex.quote(sys.executable)),
                    priority=priority,
                    stop_seconds=STOP_SECONDS,
                )
            )
        program.write_private(self.folder / "supervisord.conf", "".join(sections))

    @contextlib.contextmanager
    def _rpc(self) -> Iterator[Any]:
        transport = SupervisorTransport(None, None, f"unix://{self.socket}")
        with contextlib.closing(transport):
            yield ServerProxy("http://localhost", transport=transport).supervisor

    def _is_past_exec(self, name: str) -> bool:
        try:
            child = psutil.Process(self.pid(name))
            return bool(child.cmdline() != child.parent().cmdline())
        except (psutil.Error, AttributeError):  # it ended, or its parent did
            return True

    def _terminate(self) -> bool:
        return self._signal(psutil.Process.terminate)

    def _kill(self) -> bool:
        return self._signal(psutil.Process.kill)

    def _signal(self, send: Callable[[psutil.Process], None]) -> bool:
        """Signal every process of the stack; whether there was none."""
        processes = self.processes()
        for process in processes:
            with contextlib.suppress(psutil.NoSuchProcess):
                send(process)
        return not processes

    def _log(self, name: str) -> str:
        path = self.folder / "logs" / f"{name}.log"
        lines = path.read_text(errors="replace").splitlines() if path.exists() else []
        return f"the end of its log, {path}:\n" + "\n".join(lines[-_LOG_LINES_SHOWN:])


def choose_socket(folder: Path) -> Path:
    """A place for supervisord's socket: in the folder, or where its path is too long, elsewhere."""
    inside = folder / "supervisor.sock"
    if len(os.fsencode(inside)) <= MOST_SOCKET_BYTES:
        return inside
    return Path(tempfile.mkdtemp(prefix="isegoria-")) / inside.name


def _literal(text: str) -> str:
    """Text as it is for supervisord's configuration, where a percent sign begins a variable."""
    return text.replace("%", "%%")


def _stack_of(process: psutil.Process) -> str | None:
    """The data directory of the stack the process belongs to, None where it is nobody's or dead."""
    try:
        if process.uids().real != os.getuid():
            return None
        folder: str | None = process.environ().get(STACK_VARIABLE)
    except psutil.Error:
        return None
    return folder


def _wait(condition: Callable[[], bool], seconds: float) -> bool:
    """Wait for a condition; whether it came true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_SECONDS)
    return True
