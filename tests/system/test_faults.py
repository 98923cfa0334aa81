"""Faults that nobody foresaw end the worker; what it worked on is processed after the restart."""

import os
import subprocess
import sys
from contextlib import closing, contextmanager

import pytest
from kafka import KafkaAdminClient, KafkaProducer, TopicPartition

from schemas.events import encode, partition_key
from schemas.topics import EVENTS, partition_of
from tests.fixtures.processes import wait_for
from tests.make import contribution
from tests.system.running import PARTITIONS
from tests.system.test_rejected import read_rejected


def event(consultation, event_id):
    made = contribution(event_id, f"Idea {event_id}: a bench where the path is steep.", topic="t")
    return made.model_copy(
        update={"data": made.data.model_copy(update={"consultation": consultation})}
    )


@contextmanager
def instead_of_the_worker(system, *options):
    """A worker with a fault, while the stack's own is stopped; afterwards that one runs again."""
    system.stack.stop("worker")
    command = [sys.executable, "-W", "ignore", "-m", "tests.system.faulty_worker"]
    process = subprocess.Popen(
        [*command, "--data-dir", str(system.folder), *options],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "ISEGORIA_KAFKA_SESSION_SECONDS": "3"},
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()
        system.stack.restart("worker")


def committed(system, partition):
    admin = KafkaAdminClient(bootstrap_servers=system.kafka)
    with closing(admin):
        place = TopicPartition(EVENTS, partition)
        found = admin.list_group_offsets({"isegoria": [place]})["isegoria"].get(place)
        return found.offset if found else 0


def rows(system, consultation):
    found = system.query(
        "SELECT event_id FROM contributions FINAL WHERE consultation = {consultation:String}",
        consultation=consultation,
    )
    return sorted(event_id for (event_id,) in found)


@pytest.mark.parametrize("when", ["early", "late", "unanswered"])
def test_a_recovery_into_which_a_fetch_from_before_the_rebalance_comes_ends(system, when):
    consultation = f"interrupted-{when}"
    system.publish([event(consultation, "first")])
    system.wait()
    with instead_of_the_worker(system, "--interrupted", when):
        system.publish([event(consultation, "second")])
        system.wait()
        assert ["first", "second"] == rows(system, consultation)


def test_a_recovery_that_kafka_did_not_answer_begins_again(system):
    system.publish([event("hanging", "first")])
    system.wait()
    with instead_of_the_worker(system, "--hanging"):
        system.publish([event("hanging", "second")])
        system.wait()
        assert ["first", "second"] == rows(system, "hanging")


def test_an_unforeseen_exception_ends_the_worker_with_the_batch_unacknowledged(system):
    partition = partition_of("faults/t", PARTITIONS)
    system.publish([event("faults", "first")])
    system.wait()
    before = committed(system, partition)
    with instead_of_the_worker(system, "--fail-on", "bad") as worker:
        system.publish([event("faults", "good"), event("faults", "bad"), event("faults", "after")])
        _, log = worker.communicate(timeout=60)
        assert 0 != worker.returncode
        assert "nobody foresaw this" in log
        assert before == committed(system, partition)
    system.wait()
    assert ["after", "bad", "first", "good"] == rows(system, "faults")


def test_a_batch_in_a_codec_that_the_worker_lacks_is_rejected_and_the_rest_goes_on(system):
    partition = partition_of("codecs/t", PARTITIONS)
    system.wait()
    with instead_of_the_worker(system, "--without-codec", "gzip") as worker:
        system.publish([event("codecs", "before")])
        producer = KafkaProducer(
            bootstrap_servers=system.kafka, compression_type="gzip", linger_ms=200
        )
        with closing(producer):
            hidden = [event("codecs", f"hidden-{number}") for number in range(3)]
            sent = [
                producer.send(EVENTS, encode(one), key=partition_key(one).encode())
                for one in hidden
            ]
            producer.flush()
            offsets = [future.get(20).offset for future in sent]
        system.publish([event("codecs", "after")])
        wait_for(lambda: committed(system, partition) > offsets[-1] + 1)
        assert worker.poll() is None
    value, headers = read_rejected(system.kafka)[partition, offsets[0]]
    assert "codec gzip cannot be read here" in headers["reason"]
    assert str(offsets[-1]) == headers["last_offset"]
    assert len(value) > 0
    system.wait()
    assert ["after", "before"] == rows(system, "codecs")


def test_a_worker_that_is_asked_to_end_commits_and_ends_well(system):
    with instead_of_the_worker(system) as worker:
        system.publish([event("ending", "said")])
        system.wait()
        worker.terminate()
        _, log = worker.communicate(timeout=15)
        assert 0 == worker.returncode, log
    assert ["said"] == rows(system, "ending")


@pytest.mark.parametrize("program", ["kafka", "clickhouse"])
def test_a_killed_server_comes_back_and_nothing_is_lost(system, program):
    consultation = f"killed-{program}"
    system.publish([event(consultation, "before")])
    os.kill(system.stack.pid(program), 9)
    system.up()
    system.publish([event(consultation, "after")])
    system.wait()
    assert ["after", "before"] == rows(system, consultation)
    assert "equal\n" == system.cli("verify").stdout
