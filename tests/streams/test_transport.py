"""The batching transport, in worker processes of its own, on a real broker."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import NamedTuple

import pytest
from kafka import KafkaAdminClient, KafkaProducer, TopicPartition
from kafka.errors import CoordinatorNotAvailableError

from tests.fixtures.kafka import create_topic

DEADLINE_SECONDS = 45


class Batch(NamedTuple):
    """What the worker's agent took: a run of offsets of a partition."""

    partition: int
    first: int
    last: int
    count: int
    note: str


def wait_for(condition: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"not in {DEADLINE_SECONDS} s: {what}"
        time.sleep(0.05)


class Worker:
    """A worker process and the batches that it has told of."""

    def __init__(self, bootstrap: str, topic: str, *options: str) -> None:
        command = [sys.executable, "-W", "ignore", "-m", "tests.streams.transport_worker"]
        where = ["--bootstrap", bootstrap, "--topic", topic]
        self.process = subprocess.Popen(
            [*command, *where, *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.batches: list[Batch] = []
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        for line in self.process.stdout:
            partition, first, last, count, *note = line.split(maxsplit=4)
            self.batches.append(
                Batch(int(partition), int(first), int(last), int(count), "".join(note).strip())
            )

    def offsets(self, partition: int = 0) -> list[int]:
        return [
            offset
            for batch in list(self.batches)
            if batch.partition == partition
            for offset in range(batch.first, batch.last + 1)
        ]

    def taken(self) -> int:
        return sum(batch.last - batch.first + 1 for batch in list(self.batches))

    def kill(self) -> None:
        self.process.kill()
        self.end()

    def end(self) -> int:
        code = self.process.wait(DEADLINE_SECONDS)
        self._reader.join()
        self.process.stdout.close()
        return code


@contextmanager
def worker(bootstrap: str, topic: str, *options: str) -> Iterator[Worker]:
    running = Worker(bootstrap, topic, *options)
    try:
        yield running
    finally:
        running.process.kill()
        running.end()


def publish(bootstrap: str, topic: str, count: int, *, partition: int = 0, codec=None) -> None:
    producer = KafkaProducer(
        bootstrap_servers=bootstrap, compression_type=codec, linger_ms=20, batch_size=100_000
    )
    sent = [producer.send(topic, b"record", partition=partition) for _ in range(count)]
    producer.close()
    for future in sent:
        future.get(10)


def committed(bootstrap: str, topic: str, partition: int = 0) -> int:
    group = f"group-{topic}"
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    try:
        place = TopicPartition(topic, partition)
        found = admin.list_group_offsets({group: [place]})[group].get(place)
    except CoordinatorNotAvailableError:
        found = None
    finally:
        admin.close()
    return -1 if found is None else found.offset


@pytest.fixture
def topic(kafka):
    return create_topic(kafka, partitions=2)


def members(bootstrap: str, topic: str) -> int:
    """How many share the partitions; 0 while they are being handed out."""
    group = f"group-{topic}"
    with closing(KafkaAdminClient(bootstrap_servers=bootstrap)) as admin:
        try:
            found = admin.describe_groups([group])[group]
        except CoordinatorNotAvailableError:
            return 0
    return len(found["members"]) if found["group_state"] == "Stable" else 0


@pytest.fixture
def changelog(kafka, topic):
    """Of the table that slow workers have, with something to recover in each partition."""
    name = f"group-{topic}-journal-changelog"
    with closing(KafkaAdminClient(bootstrap_servers=kafka)) as admin:
        options = {"num_partitions": 2, "replication_factor": 1}
        admin.create_topics({name: options}, wait_for_metadata=True)
    with closing(KafkaProducer(bootstrap_servers=kafka)) as producer:
        for number in range(20):
            for partition in (0, 1):
                producer.send(name, b"value", key=f"{number}".encode(), partition=partition)
    return name


def test_records_come_once_in_order_and_many_at_a_time(kafka, topic):
    publish(kafka, topic, 10_000)
    with worker(kafka, topic) as w:
        wait_for(lambda: w.taken() == 10_000, "10,000 records")
        assert list(range(10_000)) == w.offsets()
        assert len(w.batches) < 20


def test_a_batch_is_committed_once_all_before_it_are_acknowledged(kafka, topic):
    publish(kafka, topic, 10_000)
    with worker(kafka, topic, "--acknowledge", "all-but-second") as w:
        wait_for(lambda: w.taken() == 10_000, "10,000 records")
        assert len(w.batches) >= 3
        end_of_first = w.batches[0].last + 1
        wait_for(lambda: committed(kafka, topic) == end_of_first, "the first batch's commit")
        # Whatever comes later is committed later still, if at all: make one more commit happen.
        publish(kafka, topic, 10, partition=1)
        wait_for(lambda: committed(kafka, topic, 1) == 10, "the other partition's commit")
        assert end_of_first == committed(kafka, topic)


def test_what_was_fetched_before_the_first_commit_is_read_again_after_a_seek(kafka, topic):
    publish(kafka, topic, 100)
    with worker(kafka, topic, "--acknowledge", "none", "--seek-after", "99") as w:
        wait_for(lambda: w.taken() == 200, "the same records again")
        assert [*range(100), *range(100)] == w.offsets()


def test_batches_that_come_again_do_not_hold_up_commits(kafka, topic):
    publish(kafka, topic, 10_000)
    with worker(kafka, topic, "--rewind-after", "9999") as w:
        wait_for(lambda: committed(kafka, topic) == 10_000, "the commit of all")
        publish(kafka, topic, 10)
        wait_for(lambda: committed(kafka, topic) == 10_010, "the commit of what came later")
        assert w.process.poll() is None


def test_what_a_killed_worker_had_not_acknowledged_comes_again(kafka, topic):
    publish(kafka, topic, 1_000)
    with worker(kafka, topic, "--acknowledge", "none") as first:
        wait_for(lambda: first.taken() == 1_000, "1,000 records")
        first.kill()
    with worker(kafka, topic) as second:
        wait_for(lambda: second.taken() == 1_000, "the same records again")
        assert list(range(1_000)) == second.offsets()


def test_a_second_worker_takes_over_what_the_killed_one_had(kafka, topic):
    with worker(kafka, topic) as first, worker(kafka, topic) as second:
        publish(kafka, topic, 100)
        publish(kafka, topic, 100, partition=1)
        wait_for(lambda: first.taken() + second.taken() >= 200, "both partitions")

        def shared() -> bool:
            publish(kafka, topic, 1)
            publish(kafka, topic, 1, partition=1)
            last_by = {w: {b.partition for b in w.batches[-1:]} for w in (first, second)}
            return last_by[first] | last_by[second] == {0, 1} and all(last_by.values())

        wait_for(shared, "a partition for each worker")
        second.kill()
        publish(kafka, topic, 500)
        publish(kafka, topic, 500, partition=1)
        ends = [lambda p=p: committed(kafka, topic, p) >= 600 for p in (0, 1)]
        wait_for(lambda: all(end() for end in ends), "everything committed by the first worker")
        for partition in (0, 1):
            both = set(first.offsets(partition)) | set(second.offsets(partition))
            assert set(range(committed(kafka, topic, partition))) <= both


@pytest.mark.usefixtures("changelog")
def test_nothing_is_passed_over_by_a_rebalance_in_the_middle_of_a_backlog(kafka, topic):
    with worker(kafka, topic, "--slow") as first, worker(kafka, topic, "--slow") as second:
        wait_for(lambda: members(kafka, topic) == 2, "two workers")
        for partition in (0, 1):
            publish(kafka, topic, 600, partition=partition)
        wait_for(lambda: min(first.taken(), second.taken()) > 50, "both at work")
        second.kill()
        ends = [lambda p=p: committed(kafka, topic, p) == 600 for p in (0, 1)]
        wait_for(lambda: all(end() for end in ends), "everything committed by the first worker")
        for partition in (0, 1):
            both = set(first.offsets(partition)) | set(second.offsets(partition))
            assert set(range(600)) == both


def test_a_worker_that_had_nothing_takes_over_what_the_others_leave(kafka, topic):
    with worker(kafka, topic) as first, worker(kafka, topic) as second:
        wait_for(lambda: members(kafka, topic) == 2, "two workers")
        with worker(kafka, topic) as idle:
            wait_for(lambda: members(kafka, topic) == 3, "three workers")
            with worker(kafka, topic):
                wait_for(lambda: members(kafka, topic) == 4, "four workers")
            wait_for(lambda: members(kafka, topic) == 3, "three workers")
            first.kill()
            second.kill()
            for partition in (0, 1):
                publish(kafka, topic, 10, partition=partition)
            wait_for(lambda: idle.taken() == 20, "all of both partitions")


def test_an_exception_ends_the_worker_and_commits_nothing(kafka, topic):
    publish(kafka, topic, 100)
    with worker(kafka, topic, "--fail") as failing:
        assert failing.end() != 0
        assert 1 == len(failing.batches)
    assert committed(kafka, topic) <= 0
    with worker(kafka, topic) as restarted:
        wait_for(lambda: restarted.taken() == 100, "the batch again")


def test_a_batch_in_a_codec_that_the_worker_lacks_is_told_of_and_passed(kafka, topic):
    publish(kafka, topic, 10)
    publish(kafka, topic, 5, codec="gzip")
    publish(kafka, topic, 10)
    with worker(kafka, topic, "--without-codec", "gzip") as w:
        wait_for(lambda: w.taken() >= 25, "all records")
        wait_for(lambda: committed(kafka, topic) == 25, "the commit of all")
        assert list(range(25)) == sorted(set(w.offsets()))
        [told] = [batch for batch in w.batches if batch.note]
        assert "10-14: record batch: codec gzip cannot be read here" in told.note
