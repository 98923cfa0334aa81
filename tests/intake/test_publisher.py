"""The publisher, on a real broker."""

import gc
import logging
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import warnings
from contextlib import contextmanager

import pytest
from kafka import KafkaConsumer, TopicPartition

from embedded import ports
from intake.delivery import DeliveryError, UnreachableError
from intake.generated import generate
from intake.outbox import OutboxError, OutboxFullError
from intake.publisher import Publisher
from schemas.events import (
    ContributionSubmitted,
    ContributionSubmittedData,
    InvalidEventError,
    Mode,
    PolicySet,
    PolicySetData,
    decode,
    encode,
    partition_key,
)
from schemas.policy import DeploymentPolicy
from schemas.topics import EVENTS, partition_of
from tests.fixtures.kafka import create_topic, running_broker, start_broker
from tests.fixtures.processes import wait_for
from tests.make import contribution

PARTITIONS = 4
READ_SECONDS = 20


@pytest.fixture
def topic(kafka):
    return create_topic(kafka, "events", partitions=PARTITIONS)


def read(bootstrap, topic, count, partitions=PARTITIONS):
    """The first `count` records of a topic, by partition in order."""
    places = [TopicPartition(topic, number) for number in range(partitions)]
    records = {number: [] for number in range(partitions)}
    deadline = time.monotonic() + READ_SECONDS
    with KafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False) as consumer:
        consumer.assign(places)
        consumer.seek_to_beginning(*places)
        while sum(map(len, records.values())) < count:
            assert time.monotonic() < deadline, "records are missing"
            for partition, batch in consumer.poll(timeout_ms=200).items():
                records[partition.partition] += batch
    return records


def large_event(identity, characters):
    # Letters without a pattern, so that no codec makes them small.
    state, text = 12345, []
    for _ in range(characters):
        state = (state * 1103515245 + 12345) % 2**31
        text.append(chr(0x4E00 + (state >> 8) % 20_000))
    data = ContributionSubmittedData(
        consultation="c",
        topic="t",
        contribution=identity,
        channel="web",
        mode=Mode.ONLINE,
        text="".join(text),
        occurred_at="2026-03-02T09:00:00Z",
    )
    return ContributionSubmitted(id=identity, source="urn:test", data=data)


def test_every_event_is_in_kafka_once_the_block_is_left(kafka, topic):
    events = list(generate(5000))

    with Publisher(kafka, topic=topic) as publisher:
        for event in events:
            publisher.publish(event)

    records = read(kafka, topic, len(events))
    values = [record.value for batch in records.values() for record in batch]
    assert sorted(values) == sorted(encode(event) for event in events)


def test_the_order_within_a_key_is_kept(kafka, topic):
    events = list(generate(5000, topics=7))

    with Publisher(kafka, topic=topic) as publisher:
        for event in events:
            publisher.publish(event)

    expected, found = {}, {}
    for event in events:
        expected.setdefault(partition_key(event), []).append(event.id)
    for batch in read(kafka, topic, len(events)).values():
        for record in batch:
            found.setdefault(record.key.decode(), []).append(decode(record.value).id)
    assert expected == found


def test_a_key_sits_in_the_partition_that_the_contract_says(kafka, topic):
    with Publisher(kafka, topic=topic) as publisher:
        for event in generate(500, topics=100):
            publisher.publish(event)

    for partition, batch in read(kafka, topic, 500).items():
        assert {partition_of(record.key.decode(), PARTITIONS) for record in batch} <= {partition}


def test_a_policy_goes_to_the_partition_that_it_names(kafka, topic):
    policies = [
        PolicySet(
            id=f"policy-{number}",
            source="urn:test",
            data=PolicySetData(policy=DeploymentPolicy(), partition=number),
        )
        for number in range(PARTITIONS)
    ]

    with Publisher(kafka, topic=topic) as publisher:
        for event in policies:
            publisher.publish(event)

    for partition, batch in read(kafka, topic, PARTITIONS).items():
        assert [policies[partition]] == [decode(record.value) for record in batch]


def test_a_flush_reports_what_is_acknowledged_so_far(kafka, topic):
    with Publisher(kafka, topic=topic) as publisher:
        for event in generate(300):
            publisher.publish(event)
        first = publisher.flush()
        for event in generate(200):
            publisher.publish(event)
        second = publisher.flush()

    assert [(300, ()), (500, ())] == [
        (report.acknowledged, report.failed) for report in (first, second)
    ]


@pytest.mark.parametrize("bound", [{"max_in_flight_events": 10}, {"max_in_flight_bytes": 3000}])
def test_a_tight_bound_on_what_is_in_flight_loses_nothing(kafka, topic, bound):
    with Publisher(kafka, topic=topic, **bound) as publisher:
        for event in generate(400):
            publisher.publish(event)
        report = publisher.flush()

    assert (400, ()) == (report.acknowledged, report.failed)


def test_an_event_larger_than_the_bound_is_still_published(kafka, topic):
    with Publisher(kafka, topic=topic, max_in_flight_bytes=100) as publisher:
        publisher.publish(large_event("e1", 5000))

    assert sum(map(len, read(kafka, topic, 1).values())) == 1


def test_an_event_too_large_for_the_topic_is_named(kafka):
    small = create_topic(kafka, "small", configs={"max.message.bytes": "20000"})

    with (
        pytest.raises(DeliveryError, match="urn:test e1") as caught,
        Publisher(kafka, topic=small) as publisher,
    ):
        publisher.publish(large_event("e1", 20_000))

    assert [("urn:test", "e1")] == [
        (failure.source, failure.id) for failure in caught.value.failures
    ]
    assert "MessageSizeTooLarge" in caught.value.failures[0].reason


def test_an_event_that_failed_and_was_published_again_is_no_failure(kafka):
    small = create_topic(kafka, "small", configs={"max.message.bytes": "20000"})

    with Publisher(kafka, topic=small) as publisher:
        publisher.publish(large_event("e1", 20_000))
        failed = publisher.flush().failed
        publisher.publish(large_event("e1", 100))

    assert ["e1"] == [failure.id for failure in failed]


def test_events_after_a_refused_one_are_published(kafka):
    small = create_topic(kafka, "small", configs={"max.message.bytes": "20000"})
    events = list(generate(50))

    with pytest.raises(DeliveryError) as caught, Publisher(kafka, topic=small) as publisher:
        publish_after_a_refused_one(publisher, events)

    assert ["e1"] == [failure.id for failure in caught.value.failures]
    assert 50 == sum(map(len, read(kafka, small, 50, partitions=1).values()))


def publish_after_a_refused_one(publisher, events):
    publisher.publish(large_event("e1", 20_000))
    publisher.flush()
    for event in events:
        publisher.publish(event)


def test_an_error_in_the_block_is_not_hidden_by_a_failed_delivery(kafka):
    small = create_topic(kafka, "small", configs={"max.message.bytes": "20000"})

    def publish_and_stumble():
        with Publisher(kafka, topic=small) as publisher:
            publisher.publish(large_event("e1", 20_000))
            raise KeyError("something else")

    with pytest.raises(KeyError) as caught:
        publish_and_stumble()

    assert "urn:test e1" in "".join(caught.value.__notes__)


def test_a_topic_that_does_not_exist_is_an_error_within_the_time_given(kafka):
    begun = time.monotonic()

    with pytest.raises(DeliveryError, match=r"topic no\.such\.topic was not found"):
        Publisher(kafka, topic="no.such.topic", connect_seconds=1)

    assert time.monotonic() - begun < 5


@contextmanager
def left_to_the_collector(caplog):
    # kafka-python leaves refused sockets to the garbage collector; kept log records hold them.
    caplog.set_level(logging.CRITICAL + 1, logger="kafka")
    caplog.handler.setLevel(logging.NOTSET)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        yield
        gc.collect()


@pytest.fixture
def refused_sockets(caplog):
    """For tests in which nobody answers for a while."""
    with left_to_the_collector(caplog):
        yield


@pytest.fixture
def nobody(caplog):
    """An address at which connections are refused."""
    with left_to_the_collector(caplog), socket.socket() as taken:
        taken.bind((ports.HOST, 0))  # bound and not listening
        yield f"{ports.HOST}:{taken.getsockname()[1]}"


def test_a_broker_that_is_away_is_an_error_within_the_time_given(nobody):
    begun = time.monotonic()

    with pytest.raises(UnreachableError, match=f"no Kafka broker answers at {nobody}"):
        Publisher(nobody, connect_seconds=1)

    assert time.monotonic() - begun < 5


@pytest.fixture
def outbox(tmp_path):
    return tmp_path / "outbox.db"


def publish_to_nobody(nobody, topic, outbox, events):
    """What a run without a broker leaves behind."""
    with Publisher(nobody, topic=topic, connect_seconds=0.2, outbox=outbox) as publisher:
        for event in events:
            publisher.publish(event)
        return publisher.flush()


def ids_by_key(records):
    """Per key the ids as they first came."""
    found = {}
    for batch in records.values():
        for record in batch:
            found.setdefault(record.key.decode(), {})[decode(record.value).id] = None
    return {key: list(ids) for key, ids in found.items()}


def expected_by_key(events):
    expected = {}
    for event in events:
        expected.setdefault(partition_key(event), {})[event.id] = None
    return {key: list(ids) for key, ids in expected.items()}


def test_without_a_broker_the_outbox_holds_every_event(nobody, outbox, caplog):
    report = publish_to_nobody(nobody, EVENTS, outbox, generate(300))

    assert (0, (), 300) == (report.acknowledged, report.failed, report.held)
    assert f"300 events are held in the outbox {outbox}" in caplog.text
    assert f"no Kafka broker answers at {nobody}" in caplog.text


def test_with_a_broker_the_outbox_is_empty_once_the_block_is_left(kafka, topic, outbox):
    events = list(generate(5000))

    with Publisher(kafka, topic=topic, outbox=outbox) as publisher:
        for event in events:
            publisher.publish(event)
        report = publisher.flush()

    records = read(kafka, topic, len(events))
    values = [record.value for batch in records.values() for record in batch]
    assert (5000, (), 0) == (report.acknowledged, report.failed, report.held)
    assert sorted(values) == sorted(encode(event) for event in events)


def test_what_earlier_runs_left_is_sent_first(kafka, topic, nobody, outbox):
    events = list(generate(900, topics=3))
    publish_to_nobody(nobody, topic, outbox, events[:300])
    publish_to_nobody(nobody, topic, outbox, events[300:600])

    with Publisher(kafka, topic=topic, outbox=outbox) as publisher:
        for event in events[600:]:
            publisher.publish(event)
        report = publisher.flush()

    assert (900, 0) == (report.acknowledged, report.held)
    assert expected_by_key(events) == ids_by_key(read(kafka, topic, 900))


@pytest.mark.usefixtures("refused_sockets")
def test_what_is_held_is_sent_when_the_broker_is_there_without_another_publish(tmp_path, outbox):
    # Its data are of an earlier start, so that the topic is there as soon as the broker is.
    port = ports.free_port()
    with running_broker(tmp_path, port):
        topic = create_topic(f"{ports.HOST}:{port}", partitions=PARTITIONS)
    events = list(generate(500))

    address = f"{ports.HOST}:{port}"
    with Publisher(address, topic=topic, connect_seconds=1, outbox=outbox) as away:
        publish_all(away, events)
        assert 500 == away.flush(timeout=0).held
        with running_broker(tmp_path, port):
            report = away.flush(timeout=60)

    assert (500, 0) == (report.acknowledged, report.held)


@pytest.mark.usefixtures("refused_sockets")
def test_a_broker_killed_again_and_again_costs_neither_events_nor_their_order(tmp_path, outbox):
    port = ports.free_port()
    address = f"{ports.HOST}:{port}"
    broker = start_broker(tmp_path, port)
    topic = create_topic(address, partitions=PARTITIONS)
    events = list(generate(20_000, topics=20))
    publisher = Publisher(address, topic=topic, outbox=outbox, connect_seconds=1)
    publishing = threading.Thread(target=publish_all, args=(publisher, events))
    try:
        with publisher:
            publishing.start()
            for share in (0.1, 0.4):
                wait_for(lambda done=share: publisher.flush(0).acknowledged > done * len(events))
                broker.send_signal(signal.SIGKILL)
                broker.wait()
                broker = start_broker(tmp_path, port)
            publishing.join()
            report = publisher.flush(timeout=60)
        count = sum(end_offsets(address, topic).values())
        found = ids_by_key(read(address, topic, count))
    finally:
        broker.kill()
        broker.wait()

    assert ((), 0) == (report.failed, report.held)
    assert expected_by_key(events) == found


@pytest.mark.usefixtures("refused_sockets")
def test_a_broker_that_hangs_is_trouble_and_costs_neither_events_nor_their_order(tmp_path, outbox):
    port = ports.free_port()
    address = f"{ports.HOST}:{port}"
    events = list(generate(2000))
    with running_broker(tmp_path, port) as broker:
        topic = create_topic(address, partitions=PARTITIONS)
        with Publisher(
            address, topic=topic, outbox=outbox, connect_seconds=1, delivery_seconds=2
        ) as publisher:
            publish_all(publisher, events[:1000])
            publisher.flush()
            broker.send_signal(signal.SIGSTOP)
            publish_all(publisher, events[1000:])
            hanging = publisher.flush()
            broker.send_signal(signal.SIGCONT)
            report = publisher.flush(timeout=60)
        count = sum(end_offsets(address, topic).values())
        found = ids_by_key(read(address, topic, count))

    assert (1000, 1000) == (hanging.acknowledged, hanging.held)
    assert (2000, 0) == (report.acknowledged, report.held)
    assert expected_by_key(events) == found


PUBLISHING = """
import sys
from pathlib import Path
from intake.generated import generate
from intake.publisher import Publisher
kafka, topic, outbox, returned = sys.argv[1:]
with Path(returned).open("ab", buffering=0) as log, Publisher(
    kafka, topic=topic, outbox=outbox
) as publisher:
    for event in generate(50_000):
        publisher.publish(event)
        log.write(b".")
"""


def test_a_killed_publisher_loses_no_event_whose_publish_returned(kafka, topic, outbox, tmp_path):
    returned = tmp_path / "returned"
    returned.touch()
    command = [sys.executable, "-W", "ignore", "-c", PUBLISHING, kafka, topic, outbox, returned]
    with subprocess.Popen(command) as process:
        wait_for(lambda: returned.stat().st_size > 5000)
        process.kill()
    count = returned.stat().st_size

    with Publisher(kafka, topic=topic, outbox=outbox) as publisher:
        assert 0 == publisher.flush().held

    found = ids_by_key(read(kafka, topic, sum(end_offsets(kafka, topic).values())))
    events = list(generate(50_000))
    # One may have been stored and not yet have returned.
    assert found in (expected_by_key(events[:count]), expected_by_key(events[: count + 1]))
    assert count < len(events), "the publisher ended before it was killed"


def publish_all(publisher, events):
    for event in events:
        publisher.publish(event)


def end_offsets(address, topic):
    places = [TopicPartition(topic, number) for number in range(PARTITIONS)]
    with KafkaConsumer(bootstrap_servers=address) as consumer:
        return consumer.end_offsets(places)


def test_leaving_the_block_by_an_error_keeps_what_is_held(kafka, topic, nobody, outbox):
    def publish_and_stumble():
        with Publisher(nobody, topic=topic, connect_seconds=0.2, outbox=outbox) as publisher:
            publisher.publish(contribution("e1"))
            raise KeyError("something else")

    with pytest.raises(KeyError):
        publish_and_stumble()

    with Publisher(kafka, topic=topic, outbox=outbox) as publisher:
        assert 1 == publisher.flush().acknowledged


def test_an_event_too_large_for_the_topic_is_set_aside_and_the_others_are_sent(kafka, outbox):
    small = create_topic(kafka, "small", configs={"max.message.bytes": "20000"})
    events = list(generate(200))

    with (
        pytest.raises(DeliveryError, match=r"urn:test large: .*MessageSizeTooLarge"),
        Publisher(kafka, topic=small, outbox=outbox) as publisher,
    ):
        publish_all(publisher, [*events[:100], large_event("large", 20_000), *events[100:]])

    assert expected_by_key(events) == ids_by_key(read(kafka, small, 200, partitions=1))


def test_later_runs_report_what_was_set_aside_until_it_is_published_again(kafka, outbox):
    small = create_topic(kafka, "small", configs={"max.message.bytes": "20000"})
    with (
        pytest.raises(DeliveryError),
        Publisher(kafka, topic=small, outbox=outbox) as publisher,
    ):
        publisher.publish(large_event("e1", 20_000))

    with Publisher(kafka, topic=small, outbox=outbox) as publisher:
        before = publisher.flush().failed
        publisher.publish(large_event("e1", 100))
        after = publisher.flush().failed

    assert [("urn:test", "e1")] == [(failure.source, failure.id) for failure in before]
    assert () == after


def test_a_policy_from_the_outbox_goes_to_the_partition_that_it_names(kafka, topic, nobody, outbox):
    policies = [
        PolicySet(
            id=f"policy-{number}",
            source="urn:test",
            data=PolicySetData(policy=DeploymentPolicy(), partition=number),
        )
        for number in range(PARTITIONS + 1)
    ]
    publish_to_nobody(nobody, topic, outbox, policies)

    with (
        pytest.raises(DeliveryError, match="policy-4: partition 4 of 4 does not exist"),
        Publisher(kafka, topic=topic, outbox=outbox),
    ):
        pass

    for partition, batch in read(kafka, topic, PARTITIONS).items():
        assert [policies[partition]] == [decode(record.value) for record in batch]


def test_many_refused_events_in_a_row_do_not_keep_the_next_one_back(kafka, topic, outbox):
    policies = [
        PolicySet(
            id=f"policy-{number}",
            source="urn:test",
            data=PolicySetData(policy=DeploymentPolicy(), partition=PARTITIONS),
        )
        for number in range(2500)
    ]
    with (
        pytest.raises(DeliveryError, match="2,500 events did not reach Kafka"),
        Publisher(kafka, topic=topic, outbox=outbox) as publisher,
    ):
        publish_all(publisher, [*policies, contribution("e1")])

    assert {"borough/tram": ["e1"]} == ids_by_key(read(kafka, topic, 1))


def test_a_full_outbox_is_an_error_where_nobody_takes_from_it(nobody, outbox):
    with pytest.raises(OutboxFullError, match="is full: it may have 200,000 bytes"):
        publish_without_end(nobody, outbox)

    database = sqlite3.connect(outbox)
    (held,) = database.execute("SELECT count(*) FROM events").fetchone()
    database.close()
    assert held > 100


def publish_without_end(nobody, outbox):
    with Publisher(
        nobody, connect_seconds=0.2, outbox=outbox, max_outbox_bytes=200_000
    ) as publisher:
        publish_all(publisher, generate(10_000))


def test_a_full_outbox_is_waited_for_while_kafka_takes_from_it(kafka, topic, outbox):
    with Publisher(kafka, topic=topic, outbox=outbox, max_outbox_bytes=200_000) as publisher:
        publish_all(publisher, generate(3000))
        report = publisher.flush()

    assert (3000, 0) == (report.acknowledged, report.held)


def test_a_second_publisher_with_the_same_outbox_is_refused(kafka, topic, outbox):
    with (
        Publisher(kafka, topic=topic, outbox=outbox),
        pytest.raises(OutboxError, match="in use by another publisher"),
    ):
        Publisher(kafka, topic=topic, outbox=outbox)


def test_an_outbox_is_not_sent_to_another_topic(nobody, outbox):
    publish_to_nobody(nobody, "trams", outbox, [contribution("e1")])

    with pytest.raises(OutboxError, match="is for topic trams, not buses"):
        publish_to_nobody(nobody, "buses", outbox, [])


def test_with_an_outbox_the_partitions_are_known_once_a_broker_has_answered(
    kafka, topic, nobody, outbox
):
    with (
        Publisher(nobody, topic=topic, connect_seconds=0.2, outbox=outbox) as publisher,
        pytest.raises(UnreachableError, match="no Kafka broker answers"),
    ):
        _ = publisher.partitions

    with Publisher(kafka, topic=topic, outbox=outbox) as publisher:
        assert PARTITIONS == publisher.partitions


@pytest.mark.usefixtures("refused_sockets")
def test_an_error_that_ends_the_sending_is_told_to_who_publishes(outbox):
    with (
        pytest.raises(OutboxError, match="nothing more is sent from outbox"),
        Publisher("not:an:address", outbox=outbox) as publisher,
    ):
        publisher.flush()


def test_what_may_not_enter_is_refused_and_nothing_around_it_is_lost(kafka, topic):
    in_fifty_years = contribution("ahead", minute=60 * 24 * 365 * 50)
    with Publisher(kafka, topic=topic) as publisher:
        publisher.publish(contribution("before"))
        with pytest.raises(InvalidEventError, match=r"data\.occurred_at: is more than a day ahead"):
            publisher.publish(in_fifty_years)
        publisher.publish(contribution("after"))
    found = [decode(record.value).id for some in read(kafka, topic, 2).values() for record in some]
    assert {"before", "after"} == set(found)
