"""What Kafka says of groups and topics."""

import time
from contextlib import closing

import pytest
from kafka import KafkaAdminClient, KafkaProducer, TopicPartition
from kafka.errors import NotCoordinatorError
from kafka.structs import OffsetAndMetadata

from operations.lag.offsets import Membership, Offsets
from tests.fixtures.kafka import create_topic
from tests.operations.lag.writing import write_in_a_transaction

WRITTEN_AT = (1_790_000_000.0, 1_790_000_060.0, 1_790_000_120.0)


@pytest.fixture
def topic(kafka):
    """Two partitions; three records in the first, a minute apart."""
    topic = create_topic(kafka, partitions=2)
    with closing(KafkaProducer(bootstrap_servers=kafka)) as producer:
        for seconds in WRITTEN_AT:
            producer.send(topic, b"record", partition=0, timestamp_ms=round(seconds * 1000))
        producer.flush()
    return topic


@pytest.fixture
def offsets(kafka):
    with Offsets(kafka) as offsets:
        yield offsets


def test_a_group_that_never_was_is_dead(offsets):
    assert Membership("Dead", 0) == offsets.membership("nobody")


def test_a_group_has_the_offsets_that_it_committed_and_no_others(kafka, topic, offsets):
    first = TopicPartition(topic, 0)
    with closing(KafkaAdminClient(bootstrap_servers=kafka)) as admin:
        admin.alter_group_offsets(f"of-{topic}", {first: OffsetAndMetadata(2, "", -1)})
    assert {first: 2} == offsets.committed(f"of-{topic}")


def test_topics_have_their_partitions_and_missing_ones_none(topic, offsets):
    expected = [TopicPartition(topic, 0), TopicPartition(topic, 1)]
    assert expected == sorted(offsets.partitions([topic, "missing"]))


def test_partitions_have_a_beginning_and_an_end(kafka, topic, offsets):
    first, second = TopicPartition(topic, 0), TopicPartition(topic, 1)
    with closing(KafkaAdminClient(bootstrap_servers=kafka)) as admin:
        admin.delete_records({first: 2})
    assert {first: 2, second: 0} == offsets.earliest([first, second])
    assert {first: 3, second: 0} == offsets.ends([first, second])


@pytest.mark.parametrize("offset", [0, 1, 2])
def test_a_record_was_written_when_it_says(topic, offsets, offset):
    first = TopicPartition(topic, 0)
    assert {first: WRITTEN_AT[offset]} == offsets.written_at({first: offset}, {first: 3})


def test_where_a_record_is_gone_the_next_one_counts(kafka, topic, offsets):
    first = TopicPartition(topic, 0)
    with closing(KafkaAdminClient(bootstrap_servers=kafka)) as admin:
        admin.delete_records({first: 1})
    assert {first: WRITTEN_AT[1]} == offsets.written_at({first: 0}, {first: 3})


def test_the_same_partition_can_be_asked_again(topic, offsets):
    first = TopicPartition(topic, 0)
    offsets.written_at({first: 2}, {first: 3})
    assert {first: WRITTEN_AT[0]} == offsets.written_at({first: 0}, {first: 3})


def test_a_record_that_does_not_come_in_time_is_left_out(topic, offsets):
    first, second = TopicPartition(topic, 0), TopicPartition(topic, 1)
    found = offsets.written_at({first: 1, second: 0}, {first: 3, second: 1})
    assert {first: WRITTEN_AT[1]} == found


def test_behind_the_mark_of_a_transaction_nothing_is_there(kafka, topic, offsets):
    second = TopicPartition(topic, 1)
    write_in_a_transaction(kafka, topic, partition=1)
    assert {second: None} == offsets.written_at({second: 1}, {second: 2})


def test_nobody_waits_for_what_is_not_there(topic, offsets):
    second = TopicPartition(topic, 1)
    before = time.monotonic()
    assert {second: None} == offsets.written_at({second: 0}, {second: 0}, seconds=60)
    assert time.monotonic() - before < 30


def test_after_a_coordinator_moved_the_next_question_finds_it(kafka, topic, monkeypatch):
    first = TopicPartition(topic, 0)
    with closing(KafkaAdminClient(bootstrap_servers=kafka)) as admin:
        admin.alter_group_offsets(f"of-{topic}", {first: OffsetAndMetadata(2, "", -1)})
    with Offsets(kafka) as offsets:
        monkeypatch.setattr(offsets._admin, "list_group_offsets", _is_elsewhere)
        assert offsets.committed(f"of-{topic}") is None
        assert {first: 2} == offsets.committed(f"of-{topic}")


def _is_elsewhere(_):
    raise NotCoordinatorError
