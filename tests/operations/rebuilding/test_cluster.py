"""Topics and the workers' group, looked at and changed."""

from contextlib import closing, contextmanager

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition
from kafka.structs import OffsetAndMetadata

from operations.rebuilding.errors import RebuildError
from schemas.topics import EVENTS, SCREENED, Topic
from streams.app import APP_ID
from tests.fixtures.processes import wait_for
from tests.operations.rebuilding.logs import said, write

PLACE = TopicPartition(SCREENED, 0)


def commit(broker, offset):
    with closing(KafkaAdminClient(bootstrap_servers=broker)) as admin:
        admin.alter_group_offsets(APP_ID, {PLACE: OffsetAndMetadata(offset, "", -1)})


def committed(broker):
    """The offset, None where there is none."""
    with closing(KafkaAdminClient(bootstrap_servers=broker)) as admin:
        found = admin.list_group_offsets({APP_ID: [PLACE]})[APP_ID].get(PLACE)
    return None if found is None or found.offset < 0 else found.offset


@contextmanager
def a_worker(broker):
    """A member of the group."""
    with closing(KafkaConsumer(bootstrap_servers=broker, group_id=APP_ID)) as consumer:

        def joined():
            consumer.poll(100)
            return bool(consumer.assignment())

        # Topics just made: who joins before it knows them may stay without partitions.
        wait_for(lambda: EVENTS in consumer.topics())
        consumer.subscribe([EVENTS])
        wait_for(joined)
        yield


def test_a_topic_that_is_not_there_has_no_partitions(cluster):
    assert 0 == cluster.partitions("nothing")


def test_a_deleted_topic_can_be_made_again_at_once(cluster):
    cluster.delete(EVENTS, "nothing")
    cluster.make(Topic(EVENTS), partitions=2, replication=1)
    assert 2 == cluster.partitions(EVENTS)


def test_rewound_the_group_is_at_the_beginning(broker, cluster):
    key, value = said(1, 1)
    write(broker, [(key, value, 0)], SCREENED)
    commit(broker, 1)
    cluster.rewind([SCREENED])
    assert 0 == committed(broker)


def test_forgotten_the_group_is_nowhere(broker, cluster):
    commit(broker, 1)
    cluster.forget_commits()
    assert committed(broker) is None


def test_what_nobody_committed_can_be_forgotten(cluster):
    cluster.forget_commits()
    cluster.forget_commits()


@pytest.mark.parametrize(
    "change",
    [
        lambda cluster: cluster.rewind([SCREENED]),
        lambda cluster: cluster.forget_commits(),
        lambda cluster: cluster.wait_until_no_worker_runs(0.5),
    ],
    ids=["rewind", "forget", "wait"],
)
def test_while_a_worker_runs_it_is_refused(broker, cluster, change):
    with a_worker(broker), pytest.raises(RebuildError, match="stop every 'isegoria worker' first"):
        change(cluster)


def test_a_worker_that_ends_is_waited_for(broker, cluster):
    with a_worker(broker):
        pass
    cluster.wait_until_no_worker_runs(10)
