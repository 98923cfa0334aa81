"""What a consumer group still has before it."""

from contextlib import closing

import pytest
from kafka import KafkaAdminClient, KafkaProducer, TopicPartition
from kafka.errors import UnknownTopicOrPartitionError
from kafka.structs import OffsetAndMetadata

from operations.backlog import Backlog
from tests.fixtures.kafka import create_topic

GROUP = "readers"


@pytest.fixture
def topic(kafka):
    """Two partitions, with three records and with one."""
    topic = create_topic(kafka, partitions=2)
    with closing(KafkaProducer(bootstrap_servers=kafka)) as producer:
        for partition in (0, 0, 0, 1):
            producer.send(topic, b"record", partition=partition)
        producer.flush()
    return topic


def commit(kafka, topic, partition, offset):
    with closing(KafkaAdminClient(bootstrap_servers=kafka)) as admin:
        place = TopicPartition(topic, partition)
        admin.alter_group_offsets(GROUP, {place: OffsetAndMetadata(offset, "", -1)})


def test_without_a_commit_everything_remains(kafka, topic):
    with Backlog(kafka, GROUP) as backlog:
        assert 4 == backlog.remaining([topic])


def test_what_is_committed_does_not_remain(kafka, topic):
    commit(kafka, topic, 0, 2)
    with Backlog(kafka, GROUP) as backlog:
        assert 2 == backlog.remaining([topic])


def test_of_a_topic_that_is_missing_nobody_knows_what_remains(kafka, topic):
    with Backlog(kafka, GROUP) as backlog, pytest.raises(UnknownTopicOrPartitionError):
        backlog.remaining([topic, "missing"])


def test_what_is_committed_was_written_all_the_same(kafka, topic):
    commit(kafka, topic, 0, 2)
    with Backlog(kafka, GROUP) as backlog:
        assert 4 == backlog.written([topic])


def test_stages_are_complete_when_nothing_remains_in_any(kafka, topic):
    empty = create_topic(kafka, partitions=2)
    with Backlog(kafka, GROUP) as backlog:
        assert backlog.complete([[empty]])
        assert not backlog.complete([[empty], [topic]])
        commit(kafka, topic, 0, 3)
        commit(kafka, topic, 1, 1)
        assert backlog.complete([[empty], [topic]])
