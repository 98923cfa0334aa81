"""`isegoria lag`, for whoever is on call: seconds that are true, exit codes that say enough."""

import json
import signal
import subprocess
import threading
import time
from contextlib import closing, contextmanager

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from operations.lag.monitor import LagMonitor
from operations.lag.status import ALLOWED_SECONDS
from schemas.topics import EVENTS
from streams.app import APP_ID
from tests.fixtures.kafka import create_topic
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
    told = stopped.cli("lag", "--interval", "0.2", code=2)
    assert told.stdout.startswith("isegoria: ERR, 1 behind for")
    assert "STOP" in told.stdout


def test_a_stopped_worker_is_an_error_for_scripts_too(stopped):
    document = json.loads(stopped.cli("lag", "--json", "--interval", "0.2", code=2).stdout)
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


def test_watching_for_scripts_is_a_line_for_every_look_until_it_is_interrupted(done):
    watching = subprocess.Popen(
        done.command("lag", "--watch", "--json", "--interval", "0.2"),
        stdout=subprocess.PIPE,
        text=True,
        env=environment(),
    )
    with watching:
        lines = [json.loads(watching.stdout.readline()) for _ in range(3)]
        watching.send_signal(signal.SIGINT)
        assert 0 == watching.wait(30)
    assert ["OK"] * 3 == [line["status"] for line in lines]


def test_without_kafka_nobody_knows(tmp_path):
    told = System(tmp_path).cli("lag", code=3)
    assert f"isegoria up --data-dir {tmp_path}" in told.stderr
