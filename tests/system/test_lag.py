"""`isegoria lag`, for whoever is on call: seconds that are true, exit codes that say enough."""

import json
import os
import signal
import subprocess
import threading
import time
from contextlib import ExitStack, closing, contextmanager

import pytest
from click.testing import CliRunner
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.structs import OffsetAndMetadata

from embedded import ports
from isegoria.cli import cli
from operations.lag.monitor import LagMonitor
from operations.lag.offsets import Offsets
from operations.lag.status import ALLOWED_SECONDS
from schemas.topics import EVENTS
from streams.app import APP_ID
from tests.fixtures.kafka import create_topic, running_broker
from tests.fixtures.processes import wait_for
from tests.make import contribution
from tests.system.running import PARTITIONS, System, environment
from tests.system.test_burrow import SITUATIONS, Played, producing

HELD_BACK_SECONDS = (8, 20)
TICK_SECONDS = 0.05


@contextmanager
def steady(kafka, topic):
    """A record every twentieth of a second."""
    ended = threading.Event()

    def produce():
        with closing(KafkaProducer(bootstrap_servers=kafka)) as producer:
            while not ended.wait(TICK_SECONDS):
                producer.send(topic, b"record")

    thread = threading.Thread(target=produce)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def read_to_the_end(kafka, topic):
    """A consumer that reads and commits everything that is there, and then reads nothing more."""
    consumer = KafkaConsumer(
        bootstrap_servers=kafka,
        group_id=topic,
        enable_auto_commit=False,
        auto_offset_reset="latest",
    )
    with closing(consumer):
        consumer.assign([TopicPartition(topic, 0)])
        consumer.seek_to_end()
        consumer.position(TopicPartition(topic, 0))
        consumer.commit()


@pytest.fixture(scope="module")
def told(kafka):
    """What is told, by way of reading the age and by how long a consumer has been held back."""
    topic = create_topic(kafka)
    told = {}
    groups = {topic: [topic]}
    look = threading.Event()
    with (
        steady(kafka, topic),
        LagMonitor(kafka, groups) as interpolated,
        LagMonitor(kafka, groups, exact=True) as exact,
    ):
        interpolated.observe()
        look.wait(1)
        read_to_the_end(kafka, topic)
        held_since = time.monotonic()
        for seconds in HELD_BACK_SECONDS:
            while (left := held_since + seconds - time.monotonic()) > 0:
                look.wait(min(1, left))
                (group,) = interpolated.observe()
            told["interpolated", seconds] = group.partitions[0].seconds
            (group,) = exact.observe()
            told["exact", seconds] = group.partitions[0].seconds
    return told


@pytest.mark.parametrize("seconds", HELD_BACK_SECONDS)
@pytest.mark.parametrize("way", ["interpolated", "exact"])
def test_a_consumer_that_is_held_back_lags_for_that_long(told, way, seconds):
    assert seconds == pytest.approx(told[way, seconds], rel=0.1)


def wait_until_late(kafka, group, topic):
    """Wait until a record waits for longer than is allowed."""
    with LagMonitor(kafka, {group: [topic]}) as monitor:

        def is_late():
            (seen,) = monitor.observe()
            return any(one.seconds > ALLOWED_SECONDS for one in seen.partitions)

        wait_for(is_late)


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """A stack of our own: its worker is stopped."""
    running = System(tmp_path_factory.mktemp("lag"))
    running.up()
    yield running
    running.cli("down")


@pytest.fixture
def done(own):
    """The worker runs, and has done everything."""
    own.wait()
    wait_for(lambda: own.workers() == 1)
    return own


@pytest.fixture
def stopped(own):
    """The worker is stopped, and a record waits for longer than is allowed."""
    own.stack.stop("worker")
    own.publish([contribution("waiting", "A bench where the path is steep.")])
    wait_until_late(own.kafka, APP_ID, EVENTS)
    yield own
    own.stack.restart("worker")
    own.wait()


def test_where_nothing_waits_the_answer_comes_at_once_and_is_well(done):
    told = done.cli("lag", code=0)
    assert told.stdout.startswith("isegoria: OK, 0 behind, 1 worker")
    assert "looking" not in told.stderr


def test_a_stopped_worker_is_an_error(stopped):
    told = stopped.cli("lag", code=2)
    assert told.stdout.startswith("isegoria: ERR, 1 behind for")
    assert "STOP" in told.stdout


def test_a_stopped_worker_is_an_error_at_once(stopped):
    assert "looking" not in stopped.cli("lag", code=2).stderr


def test_a_stopped_worker_is_an_error_for_scripts_too(stopped):
    document = json.loads(stopped.cli("lag", "--json", code=2).stdout)
    (group,) = document["groups"]
    (late,) = (one for one in group["partitions"] if one["lag"])
    assert ("ERR", "isegoria", "ERR", 0) == (
        document["status"],
        group["group"],
        group["status"],
        group["members"],
    )
    assert (EVENTS, 1, "STOP") == (late["topic"], late["lag"], late["status"])
    assert late["seconds"] >= ALLOWED_SECONDS


def test_all_partitions_of_all_topics_that_workers_read_are_there(done):
    (group,) = json.loads(done.cli("lag", "--json").stdout)["groups"]
    counted = {}
    for one in group["partitions"]:
        counted[one["topic"]] = counted.get(one["topic"], 0) + 1
    expected = ("events", "activity", "screened", "summaries", "dominance")
    assert {f"participation.{name}": PARTITIONS for name in expected} == counted


def test_a_consumer_that_falls_behind_is_a_warning(done):
    slow = Played(done.kafka, SITUATIONS["growing"])
    with producing(done.kafka, [slow]), slow:
        wait_for(slow.committed.is_set)
        slow.faulty.set()
        wait_until_late(done.kafka, slow.group, slow.topic)
        told = done.cli("lag", "--group", slow.group, "--interval", "1.5", code=1)
    assert told.stdout.startswith(f"{slow.group}: WARN")


@contextmanager
def watching(command):
    """`isegoria lag --watch --json` while it runs, and its next line as a document."""
    process = subprocess.Popen(
        [*command, "--watch", "--json", "--interval", "0.2"],
        stdout=subprocess.PIPE,
        text=True,
        env=environment(),
    )
    with process:
        try:
            yield process, lambda: json.loads(process.stdout.readline())
        finally:
            process.kill()


def interrupted(process):
    """The exit code after Ctrl-C."""
    process.send_signal(signal.SIGINT)
    return process.wait(30)


def test_watching_for_scripts_is_a_line_for_every_look_until_it_is_interrupted(done):
    with watching(done.command("lag")) as (process, line):
        lines = [line() for _ in range(3)]
        assert 0 == interrupted(process)
    assert ["OK"] * 3 == [line["status"] for line in lines]


@pytest.fixture
def broker(tmp_path, monkeypatch):
    """A broker of our own, which the settings name: its address, and how it is run."""
    port = ports.free_port()
    address = f"{ports.HOST}:{port}"
    monkeypatch.setenv("ISEGORIA_KAFKA_BOOTSTRAP_SERVERS", address)
    return address, lambda: running_broker(tmp_path, port)


def done_group(kafka):
    """A group without members that has nothing to do."""
    topic = create_topic(kafka)
    with Offsets(kafka) as offsets:
        # A broker begins to coordinate groups when it is asked for the first.
        wait_for(lambda: offsets.committed(topic) is not None)
    with closing(KafkaAdminClient(bootstrap_servers=kafka)) as admin:
        admin.alter_group_offsets(topic, {TopicPartition(topic, 0): OffsetAndMetadata(0, "", -1)})
    return topic


def next_line(line, *, known):
    """The next line that has a status, or that has none."""
    while known is ((told := line())["status"] is None):
        pass
    return told


def test_watching_goes_on_while_kafka_is_away(tmp_path, broker):
    address, running = broker
    with ExitStack() as watch:
        with running():
            command = System(tmp_path).command("lag", "--group", done_group(address))
            _, line = watch.enter_context(watching(command))
            assert "OK" == line()["status"]
        assert "Kafka does not answer" in next_line(line, known=False)["error"]
        with running():
            assert "OK" == next_line(line, known=True)["status"]


def test_watching_that_is_interrupted_while_nobody_knows_has_no_status(tmp_path, broker):
    del broker
    with watching(System(tmp_path).command("lag")) as (process, line):
        assert line()["status"] is None
        assert 3 == interrupted(process)


def test_without_kafka_nobody_knows(tmp_path):
    told = System(tmp_path).cli("lag", code=3)
    assert f"isegoria up --data-dir {tmp_path}" in told.stderr


@pytest.mark.parametrize("options", [(), ("--json",), ("--watch",), ("--watch", "--json")])
def test_a_group_that_is_not_there_is_not_well(done, options):
    told = done.cli("lag", "--group", "typo", *options, code=3)
    assert "consumer group 'typo'" in told.stderr
    assert "OK" not in told.stdout


@pytest.mark.parametrize("options", [(), ("--watch",)])
def test_topics_of_ours_that_are_not_there_are_not_well(tmp_path, broker, options):
    _, running = broker
    with running():
        told = System(tmp_path).cli("lag", *options, code=3)
    assert EVENTS in told.stderr
    assert f"isegoria doctor --data-dir {tmp_path}" in told.stderr
    assert "OK" not in told.stdout


def invoke(*arguments):
    """Run the command here, where it can be made to fail."""
    kafka = {"ISEGORIA_KAFKA_BOOTSTRAP_SERVERS": f"{ports.HOST}:{ports.free_port()}"}
    return CliRunner().invoke(cli, ["lag", *arguments], env=kafka)


@pytest.mark.parametrize("arguments", [("--interval", "0"), ("extra",), ("--nonsense",)])
def test_wrong_arguments_are_no_status(arguments):
    told = invoke(*arguments)
    assert 3 == told.exit_code
    assert "Usage: " in told.stderr


def test_what_nobody_foresaw_is_no_status_and_leaves_its_traceback(monkeypatch):
    monkeypatch.setattr(LagMonitor, "observe", lambda _: 1 // 0)
    told = invoke()
    assert 3 == told.exit_code
    assert "Traceback" in told.stderr
    assert "ZeroDivisionError" in told.stderr


def test_ctrl_c_while_it_looks_is_no_status(monkeypatch):
    def interrupted(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(LagMonitor, "observe", interrupted)
    told = invoke()
    assert 3 == told.exit_code
    assert "interrupted" in told.stderr


@pytest.mark.parametrize("options", [(), ("--json",), ("--watch", "--json")])
def test_a_reader_that_goes_away_is_no_status(done, options):
    reading, writing = os.pipe()
    os.close(reading)
    told = subprocess.run(
        done.command("lag", *options),
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
        timeout=60,
        check=False,
    )
    os.close(writing)
    assert (3, "") == (told.returncode, told.stderr)
