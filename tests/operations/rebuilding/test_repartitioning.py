"""Another number of partitions: every event is there, whatever interrupts the copying."""

from contextlib import closing
from functools import partial

import pytest
from kafka import KafkaAdminClient, KafkaProducer, TopicPartition

from operations.rebuilding import marker
from operations.rebuilding.errors import RebuildError
from operations.rebuilding.marker import Mark, Step
from operations.rebuilding.repartitioning import COPY, repartition
from schemas.events import PolicySet
from schemas.topics import EVENTS, TOPICS, Topic, partition_of
from tests.operations.rebuilding.conftest import PARTITIONS
from tests.operations.rebuilding.interrupting import Interrupted, interrupted_at
from tests.operations.rebuilding.logs import accepted, policy, read, said, write

NEW = 6
COUNT = 60
STEPS = (
    "copying the events",
    "making the topic of the events anew",
    "forgetting how far the workers were",
    "deleting the derived topics",
    "making the derived topics",
)
HALF = COUNT // 2


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    """Short waits, and batches of a few records, so that an interruption leaves some behind."""
    monkeypatch.setattr("operations.rebuilding.repartitioning.QUIET_SECONDS", 0.2)
    monkeypatch.setattr("operations.rebuilding.copying._BATCH_BYTES", 1024)


@pytest.fixture
def change(cluster, clickhouse):
    return partial(repartition, cluster, clickhouse, NEW, replication=1)


@pytest.fixture
def filled(cluster):
    """Contributions, a policy in their middle, and a record that is no event."""

    def placed(number):
        key, value = said(number, number % 10)
        return key, value, partition_of(key.decode(), PARTITIONS)

    policies = [(*policy(1, number), number) for number in range(PARTITIONS)]
    first, rest = [map(placed, part) for part in (range(HALF), range(HALF, COUNT))]
    write(cluster.bootstrap_servers, [*first, *policies, (None, b"garbage", 3), *rest])
    return read(cluster.bootstrap_servers, PARTITIONS)


def events(logs):
    """What a worker takes, by topic, in order."""
    found = {}
    for partition, log in logs.items():
        for key, value, *_ in log:
            event = accepted(value, partition, len(logs))
            if event is not None and not isinstance(event, PolicySet):
                found.setdefault(key, []).append(event.id)
    return found


def interrupted_after(copies, *, in_copying):
    """For `on_copied`: ends the first or the second copying after so many records."""
    runs = []

    def on_copied(copied, total):
        if copied == 1:
            runs.append(total)
        if len(runs) == in_copying and copied == copies:
            raise Interrupted

    return on_copied


@pytest.mark.usefixtures("filled")
def test_every_topic_has_the_new_number(cluster, change):
    change()
    assert {topic.name: NEW for topic in TOPICS} == {
        topic.name: cluster.partitions(topic.name) for topic in TOPICS
    }


def test_the_events_of_a_topic_are_in_order_in_its_partition(broker, change, filled):
    change()
    assert events(filled) == events(read(broker, NEW))


@pytest.mark.usefixtures("filled")
def test_a_policy_is_in_every_partition(broker, change):
    change()
    found = read(broker, NEW)
    assert dict.fromkeys(range(NEW), 1) == {
        partition: sum(b'"policy.set.v1"' in value for _, value, *_ in log)
        for partition, log in found.items()
    }


def test_time_and_headers_stay(broker, change):
    headers = [("traceparent", b"00-1")]
    with closing(KafkaProducer(bootstrap_servers=broker)) as producer:
        sent = producer.send(
            EVENTS, b"garbage", partition=2, headers=headers, timestamp_ms=1_700_000_000_000
        )
        sent.get(30)
    change()
    assert [(None, b"garbage", tuple(headers), 1_700_000_000_000)] == read(broker, NEW)[2]


@pytest.mark.usefixtures("filled")
def test_nothing_of_the_procedure_is_left(cluster, change):
    change()
    assert 0 == cluster.partitions(COPY)
    assert marker.read(cluster) is None


@pytest.mark.parametrize("step", STEPS)
def test_interrupted_in_a_step_it_goes_on(broker, change, filled, step):
    with pytest.raises(Interrupted):
        change(on_step=interrupted_at(step))
    change()
    assert events(filled) == events(read(broker, NEW))


@pytest.mark.parametrize("copying", [1, 2], ids=["out", "back"])
def test_interrupted_in_the_middle_of_copying_it_goes_on(broker, change, filled, copying):
    with pytest.raises(Interrupted):
        change(on_copied=interrupted_after(HALF, in_copying=copying))
    change()
    assert events(filled) == events(read(broker, NEW))


@pytest.mark.parametrize("copying", [1, 2], ids=["out", "back"])
def test_while_it_copies_one_topic_is_whole(broker, change, filled, copying):
    with pytest.raises(Interrupted):
        change(on_copied=interrupted_after(HALF, in_copying=copying))
    if copying == 1:
        assert filled == read(broker, PARTITIONS)
    else:
        assert events(filled) == events(read(broker, NEW, COPY))


def test_what_is_published_while_it_copies_back_is_kept(broker, change, filled):
    key, value = said("late", 1)
    place = partition_of(key.decode(), NEW)

    with pytest.raises(Interrupted):
        change(on_copied=interrupted_after(HALF, in_copying=2))
    write(broker, [(key, value, place)])
    change()
    found = events(read(broker, NEW))
    assert "said-late" in found[key]
    found[key].remove("said-late")
    assert events(filled) == found


def test_what_is_published_between_an_interruption_and_the_next_run_is_kept(broker, change, filled):
    key, value = said("late", 1)
    with pytest.raises(Interrupted):
        change(on_step=interrupted_at("making the topic of the events anew"))
    write(broker, [(key, value, partition_of(key.decode(), PARTITIONS))])
    change()
    found = events(read(broker, NEW))
    assert "said-late" in found[key]
    found[key].remove("said-late")
    assert events(filled) == found


@pytest.mark.usefixtures("filled")
def test_a_topic_that_somebody_else_has_made_does_not_cost_the_copy(cluster, change):
    """As a broker does that makes topics by itself, or a person, after an interruption."""
    with pytest.raises(Interrupted):
        change(on_copied=interrupted_after(HALF, in_copying=2))
    copied = sum(cluster.ends(COPY))
    cluster.delete(EVENTS)
    cluster.make(Topic(EVENTS), partitions=1, replication=1)
    with pytest.raises(RebuildError, match=f"somebody has made {EVENTS} meanwhile"):
        change()
    assert copied == sum(cluster.ends(COPY)) > 0


def test_the_present_number_is_refused(cluster, clickhouse):
    with pytest.raises(RebuildError, match=f"has {PARTITIONS} partitions already"):
        repartition(cluster, clickhouse, PARTITIONS, replication=1)


def test_another_number_than_that_of_the_interrupted_one_is_refused(cluster, change):
    marker.write(cluster, Mark(Step.COPY, NEW + 1), 1)
    with pytest.raises(RebuildError, match=f"'isegoria repartition {NEW + 1}' is under way"):
        change()


def test_somebody_who_publishes_before_it_is_noticed(broker, cluster, change):
    key, value = said(1, 1)

    def on_step(step):
        if step == "looking whether somebody publishes":
            write(broker, [(key, value, 0)])

    with pytest.raises(RebuildError, match="somebody publishes"):
        change(on_step=on_step)
    assert PARTITIONS == cluster.partitions(EVENTS)


@pytest.mark.usefixtures("filled")
def test_somebody_who_publishes_while_it_copies_is_noticed(broker, cluster, change):
    key, value = said("late", 1)

    def on_copied(copied, _total):
        if copied == HALF:
            write(broker, [(key, value, 0)])

    with pytest.raises(RebuildError, match="somebody publishes"):
        change(on_copied=on_copied)
    assert PARTITIONS == cluster.partitions(EVENTS)
    assert marker.read(cluster) is None


@pytest.mark.usefixtures("filled")
def test_events_that_were_lost_are_named(broker, change):
    with closing(KafkaAdminClient(bootstrap_servers=broker)) as admin:
        admin.delete_records({TopicPartition(EVENTS, 0): 1})
    with pytest.raises(RebuildError, match="has lost its oldest events"):
        change()
