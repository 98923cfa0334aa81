"""The publisher, on a real broker."""

import gc
import logging
import socket
import time
import warnings

import pytest
from kafka import KafkaConsumer, TopicPartition

from intake.generated import generate
from intake.publisher import DeliveryError, Publisher, UnreachableError
from schemas.events import (
    ContributionSubmitted,
    ContributionSubmittedData,
    Mode,
    PolicySet,
    PolicySetData,
    decode,
    encode,
    partition_key,
)
from schemas.policy import DeploymentPolicy
from schemas.topics import partition_of
from tests.fixtures.kafka import create_topic

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


def test_a_broker_that_is_away_is_an_error_within_the_time_given(caplog):
    # kafka-python leaves refused sockets to the garbage collector; kept log records hold them.
    caplog.set_level(logging.CRITICAL + 1, logger="kafka")
    with socket.socket() as taken, warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        taken.bind(("127.0.0.1", 0))  # bound and not listening: connections are refused
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        begun = time.monotonic()

        with pytest.raises(UnreachableError, match=f"no Kafka broker answers at {address}"):
            Publisher(address, connect_seconds=1)

        assert time.monotonic() - begun < 5
        gc.collect()
