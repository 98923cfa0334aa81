"""Supervision: programs run as given, come back when killed, and leave nothing behind."""

import json
import os
import signal
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from embedded.program import Program
from embedded.supervision import MOST_SOCKET_BYTES, StackError, Supervisor, choose_socket
from tests.fixtures.processes import DEADLINE_SECONDS, processes_naming, wait_for

NOTE_ENVIRONMENT_AND_STAY = """
import json, os, pathlib, sys, time
note = pathlib.Path(sys.argv[1])
note.with_suffix(".new").write_text(json.dumps(dict(os.environ)))
note.with_suffix(".new").rename(note)
time.sleep(600)
"""
IGNORE_SIGTERM_AND_STAY = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("deaf", flush=True)
time.sleep(600)
"""
SAY_WHY_AND_END = """
import sys
sys.exit("the reason why")
"""


def python(name: str, code: str, *arguments: str, **environment: str) -> Program:
    return Program(name, (sys.executable, "-c", code, *arguments), environment)


def sleeper(name: str = "sleeper", seconds: int = 600) -> Program:
    return python(name, f"import time; time.sleep({seconds})")


@contextmanager
def supervising(folder: Path) -> Iterator[Supervisor]:
    supervisor = Supervisor(folder, choose_socket(folder))
    supervisor.start()
    try:
        yield supervisor
    finally:
        supervisor.shut_down()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Supervisor]:
    with supervising(tmp_path_factory.mktemp("stack")) as supervisor:
        yield supervisor


@pytest.fixture
def name() -> str:
    """A name for a program that no other test uses."""
    return f"program-{uuid.uuid4().hex}"


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Supervisor]:
    """For the tests that bring it down."""
    with supervising(tmp_path) as supervisor:
        yield supervisor


def test_a_program_gets_its_environment_as_it_is(
    shared: Supervisor, name: str, tmp_path: Path
) -> None:
    awkward = "100 % \"of\" 'it'; #1\nand $HOME, %(here)s, é"
    note = tmp_path / "note"
    shared.ensure(python(name, NOTE_ENVIRONMENT_AND_STAY, str(note), AWKWARD=awkward))
    wait_for(note.exists)
    assert json.loads(note.read_text())["AWKWARD"] == awkward


def test_what_programs_are_told_is_readable_by_the_owner_only(
    shared: Supervisor, name: str
) -> None:
    shared.ensure(sleeper(name))
    assert (shared.folder / "programs.json").stat().st_mode & 0o777 == 0o600


def test_a_running_program_is_left_alone(shared: Supervisor, name: str) -> None:
    shared.ensure(sleeper(name))
    before = shared.pid(name)
    shared.ensure(sleeper(name))
    assert shared.pid(name) == before


def test_a_changed_program_is_restarted(shared: Supervisor, name: str) -> None:
    shared.ensure(sleeper(name, seconds=600))
    shared.ensure(sleeper(name, seconds=601))

    def is_the_changed_one() -> bool:
        pid = shared.pid(name)
        # Before a process is its program it has no command line.
        return pid != 0 and "sleep(601)" in " ".join(psutil.Process(pid).cmdline())

    wait_for(is_the_changed_one)


def test_a_stopped_program_is_started_again(shared: Supervisor, name: str) -> None:
    shared.ensure(sleeper(name))
    shared.stop(name)
    shared.ensure(sleeper(name))
    assert shared.pid(name) != 0


def test_a_killed_program_comes_back(shared: Supervisor, name: str) -> None:
    shared.ensure(sleeper(name))
    killed = shared.pid(name)
    os.kill(killed, signal.SIGKILL)
    wait_for(lambda: shared.pid(name) not in {0, killed})


def test_a_second_program_does_not_disturb_the_first(shared: Supervisor, name: str) -> None:
    shared.ensure(sleeper(name))
    before = shared.pid(name)
    shared.ensure(sleeper(f"{name}-2"))
    assert shared.pid(name) == before


def test_a_program_that_keeps_ending_is_reported_with_its_log(
    shared: Supervisor, name: str
) -> None:
    shared.ensure(python(name, SAY_WHY_AND_END))
    log = shared.folder / "logs" / f"{name}.log"
    with pytest.raises(StackError, match=rf"(?s){name} keeps ending.*{log}:\n.*the reason why"):
        shared.wait_until_ready(name, lambda: False, DEADLINE_SECONDS)


def test_a_program_that_is_not_ready_in_time_is_reported(shared: Supervisor, name: str) -> None:
    shared.ensure(sleeper(name))
    with pytest.raises(StackError, match=f"{name} is not ready after 0 s"):
        shared.wait_until_ready(name, lambda: False, 0)


def test_shutting_down_leaves_no_process(own: Supervisor) -> None:
    own.ensure(sleeper())
    own.shut_down()
    assert processes_naming(own.folder) == []


def test_what_a_killed_supervisord_leaves_is_ended_too(own: Supervisor) -> None:
    own.ensure(sleeper())
    psutil.Process(own.pid("sleeper")).parent().kill()
    own.shut_down()
    assert processes_naming(own.folder) == []


def test_a_process_that_ignores_sigterm_is_killed(
    own: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("embedded.supervision.STOP_SECONDS", 1)
    own.ensure(python("stubborn", IGNORE_SIGTERM_AND_STAY))
    wait_for(lambda: (own.folder / "logs" / "stubborn.log").read_text() == "deaf\n")
    psutil.Process(own.pid("stubborn")).parent().kill()
    own.shut_down()
    assert processes_naming(own.folder) == []


def test_another_folders_processes_are_not_touched(
    shared: Supervisor, name: str, tmp_path: Path
) -> None:
    shared.ensure(sleeper(name))
    Supervisor(tmp_path, choose_socket(tmp_path)).shut_down()
    assert shared.pid(name) != 0


def test_a_folder_with_a_long_name_gets_its_socket_elsewhere(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 30)
    folder.mkdir()
    with supervising(folder) as supervisor:
        assert len(os.fsencode(supervisor.socket)) <= MOST_SOCKET_BYTES


def test_a_socket_elsewhere_is_removed_with_its_folder(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 30)
    folder.mkdir()
    with supervising(folder) as supervisor:
        pass
    assert not supervisor.socket.parent.exists()
