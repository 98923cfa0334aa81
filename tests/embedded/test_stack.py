"""The embedded stack: up or down as one, whatever was killed before, with its data kept."""

import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import clickhouse_connect
import psutil
import pytest
from kafka import KafkaAdminClient

from embedded import kafka, ports
from embedded.program import Program
from embedded.stack import Addresses, Stack, StackError, running
from tests.fixtures.kafka import create_topic
from tests.fixtures.processes import DEADLINE_SECONDS, processes_naming, wait_for

SLEEP = (sys.executable, "-c", "import time; time.sleep(600)")


def query(addresses: Addresses, sql: str) -> object:
    with clickhouse_connect.get_client(dsn=addresses.clickhouse) as client:
        return client.command(sql)


def topics(addresses: Addresses) -> list[str]:
    with KafkaAdminClient(bootstrap_servers=addresses.kafka) as admin:
        return list(admin.list_topics())


def kill_everything(folder: Path) -> None:
    processes = processes_naming(folder)
    for process in processes:
        process.suspend()  # so that supervisord restarts nothing in between
    for process in processes:
        process.kill()
    psutil.wait_procs(processes, timeout=DEADLINE_SECONDS)


def lives(process: psutil.Process) -> bool:
    """Whether it runs; one that ended may be there as a zombie until somebody asks for its end."""
    with suppress(psutil.NoSuchProcess):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


@contextmanager
def taken_port() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind((ports.HOST, 0))
        listener.listen()
        yield listener.getsockname()[1]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    stack = Stack(tmp_path_factory.mktemp("shared") / "data", kafka_port=0, clickhouse_port=0)
    try:
        yield stack
    finally:
        stack.down()


@pytest.fixture
def addresses(shared: Stack) -> Addresses:
    """Of the shared stack, which is up again whatever the test before did to it."""
    return shared.up()


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Stack]:
    """A stack that never was up."""
    stack = Stack(tmp_path / "data", kafka_port=0, clickhouse_port=0)
    try:
        yield stack
    finally:
        stack.down()


def test_kafka_answers_at_its_address(addresses: Addresses) -> None:
    assert create_topic(addresses.kafka) in topics(addresses)


def test_clickhouse_answers_at_its_address(addresses: Addresses) -> None:
    assert query(addresses, "SELECT currentDatabase()") == "isegoria"


def test_addresses_shown_hide_the_password(addresses: Addresses) -> None:
    password = addresses.clickhouse.removeprefix("http://isegoria:").partition("@")[0]
    assert len(password) > 20
    assert password not in f"{addresses} {addresses!r}"


def test_the_folder_is_closed_to_other_users(shared: Stack, addresses: Addresses) -> None:
    assert addresses
    assert shared.folder.stat().st_mode & 0o777 == 0o700


def test_the_password_is_in_no_file_that_others_may_read(
    shared: Stack, addresses: Addresses
) -> None:
    password = addresses.clickhouse.removeprefix("http://isegoria:").partition("@")[0]
    modes = {
        path.name: path.stat().st_mode & 0o777
        for path in shared.folder.iterdir()
        if path.is_file() and password in path.read_text()
    }
    assert modes == {"stack.json": 0o600, "programs.json": 0o600}


def test_the_password_is_on_no_command_line(shared: Stack, addresses: Addresses) -> None:
    password = addresses.clickhouse.removeprefix("http://isegoria:").partition("@")[0]
    commands = [" ".join(process.cmdline()) for process in processes_naming(shared.folder)]
    assert commands
    assert [command for command in commands if password in command] == []


def test_commands_beside_it_find_it(shared: Stack, addresses: Addresses) -> None:
    assert running(shared.folder) == addresses


def test_a_second_up_leaves_what_runs_alone(shared: Stack, addresses: Addresses) -> None:
    before = [shared.pid("kafka"), shared.pid("clickhouse")]
    assert shared.up() == addresses
    assert [shared.pid("kafka"), shared.pid("clickhouse")] == before


def test_up_starts_what_was_stopped(shared: Stack, addresses: Addresses) -> None:
    shared.stop("clickhouse")
    shared.up()
    assert query(addresses, "SELECT 1") == 1


def test_a_killed_kafka_comes_back_with_its_topics(shared: Stack, addresses: Addresses) -> None:
    topic = create_topic(addresses.kafka)
    killed = shared.pid("kafka")
    os.kill(killed, signal.SIGKILL)
    port = int(addresses.kafka.rpartition(":")[2])
    wait_for(lambda: shared.pid("kafka") not in {0, killed} and kafka.is_ready(port))
    assert topic in topics(addresses)


def test_workers_run_under_the_same_supervision(shared: Stack, addresses: Addresses) -> None:
    assert addresses
    shared.run([Program("worker", SLEEP)])
    killed = shared.pid("worker")
    os.kill(killed, signal.SIGKILL)
    wait_for(lambda: shared.pid("worker") not in {0, killed})


def test_a_copy_of_the_folder_does_not_end_the_original(
    shared: Stack, addresses: Addresses, tmp_path: Path
) -> None:
    assert addresses
    copy = tmp_path / "copy"
    copy.mkdir()
    (copy / "stack.json").write_bytes((shared.folder / "stack.json").read_bytes())
    Stack(copy).down()
    assert running(shared.folder) == addresses


def test_up_ends_what_a_killed_supervisord_left_behind(shared: Stack, addresses: Addresses) -> None:
    assert addresses
    orphans = [psutil.Process(shared.pid(name)) for name in ("kafka", "clickhouse")]
    orphans[0].parent().kill()
    shared.up()
    assert [orphan for orphan in orphans if lives(orphan)] == []


def test_up_recovers_after_everything_was_killed(shared: Stack, addresses: Addresses) -> None:
    topic = create_topic(addresses.kafka)
    kill_everything(shared.folder)
    assert topic in topics(shared.up())


def test_data_ports_and_password_outlast_down(shared: Stack, addresses: Addresses) -> None:
    topic = create_topic(addresses.kafka)
    query(addresses, "CREATE TABLE kept (x UInt8) ENGINE = MergeTree ORDER BY x")
    query(addresses, "INSERT INTO kept VALUES (7)")
    shared.down()
    again = Stack(shared.folder).up()
    assert (again, topic in topics(again), query(again, "SELECT x FROM kept")) == (
        addresses,
        True,
        7,
    )


def test_down_leaves_no_process(shared: Stack, addresses: Addresses) -> None:
    assert addresses
    shared.run([Program("worker", SLEEP)])
    assert processes_naming(shared.folder)
    shared.down()
    assert processes_naming(shared.folder) == []


def test_a_second_down_changes_nothing(shared: Stack) -> None:
    shared.down()
    shared.down()
    assert processes_naming(shared.folder) == []


def test_a_stack_that_is_down_is_not_found(shared: Stack) -> None:
    shared.down()
    assert running(shared.folder) is None


def test_workers_need_a_stack_that_is_up(shared: Stack) -> None:
    shared.down()
    with pytest.raises(StackError, match=f"no stack is up in {shared.folder}"):
        shared.run([Program("worker", SLEEP)])


def test_a_taken_port_is_refused_before_anything_starts(tmp_path: Path) -> None:
    with taken_port() as port:
        stack = Stack(tmp_path / "data", kafka_port=0, clickhouse_port=port)
        expected = f"port {port} for ClickHouse is taken .* choose another with --clickhouse-port"
        with pytest.raises(ports.PortTakenError, match=expected):
            stack.up()
    assert processes_naming(stack.folder) == []


def test_one_port_for_both_is_refused(tmp_path: Path) -> None:
    port = ports.free_port()
    stack = Stack(tmp_path / "data", kafka_port=port, clickhouse_port=port)
    with pytest.raises(ports.PortTakenError, match=f"port {port} for ClickHouse is Kafka's"):
        stack.up()


def test_a_server_that_cannot_start_is_reported_and_nothing_left(fresh: Stack) -> None:
    fresh.folder.mkdir()
    (fresh.folder / "kafka").write_text("a file where Kafka's folder should be")
    with pytest.raises(StackError, match=r"(?s)kafka keeps ending.*logs/kafka.log:.*File exists"):
        fresh.up()
    assert processes_naming(fresh.folder) == []


def test_an_interrupted_up_leaves_nothing(fresh: Stack) -> None:
    def interrupt(step: str) -> None:
        if step == "waiting for Kafka":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fresh.up(interrupt)
    assert processes_naming(fresh.folder) == []
