"""What follows from the events is emptied, the events are not; interruptions do no harm."""

from contextlib import closing

import pytest
from kafka import KafkaAdminClient, TopicPartition

from operations.provisioning import ensure_topics
from operations.rebuilding import marker
from operations.rebuilding.errors import RebuildError
from operations.rebuilding.marker import Mark, Step
from operations.rebuilding.replaying import DERIVED, replay
from schemas.records import Kind
from schemas.topics import EVENTS
from sinks.connection import connect
from sinks.migrate import migrate
from tests.operations.rebuilding.conftest import PARTITIONS
from tests.operations.rebuilding.interrupting import Interrupted, interrupted_at
from tests.operations.rebuilding.logs import read, said, write

STEPS = (
    "forgetting how far the workers were",
    "deleting the derived topics",
    "emptying the tables",
    "making the derived topics",
)


@pytest.fixture
def filled(cluster, clickhouse):
    """An event, a record in every derived topic, and a row; gives the events."""
    for topic in (EVENTS, *DERIVED):
        key, value = said(1, 1)
        write(cluster.bootstrap_servers, [(key, value, 0)], topic)
    with closing(connect(clickhouse)) as client:
        migrate(client)
        client.command(f"INSERT INTO {Kind.CLOSING} (consultation) VALUES ('climate')")
    return read(cluster.bootstrap_servers, PARTITIONS)


def rows(clickhouse):
    with closing(connect(clickhouse)) as client:
        return sum(client.query(f"SELECT count() FROM {kind}").result_rows[0][0] for kind in Kind)


def left(cluster):
    """How many records each derived topic has."""
    return {topic: sum(cluster.ends(topic)) for topic in DERIVED}


@pytest.mark.usefixtures("filled")
def test_the_derived_topics_and_the_tables_are_empty(cluster, clickhouse):
    replay(cluster, clickhouse, replication=1)
    assert dict.fromkeys(DERIVED, 0) == left(cluster)
    assert 0 == rows(clickhouse)


def test_the_events_are_untouched(broker, cluster, clickhouse, filled):
    replay(cluster, clickhouse, replication=1)
    assert filled == read(broker, PARTITIONS)


@pytest.mark.parametrize("step", STEPS)
def test_interrupted_no_worker_starts_and_run_again_it_is_complete(
    broker, cluster, clickhouse, filled, step
):
    with pytest.raises(Interrupted):
        replay(cluster, clickhouse, replication=1, on_step=interrupted_at(step))
    with pytest.raises(RebuildError, match="'isegoria replay' is under way"):
        ensure_topics(broker, partitions=PARTITIONS, replication=1)
    replay(cluster, clickhouse, replication=1)
    ensure_topics(broker, partitions=PARTITIONS, replication=1)
    assert dict.fromkeys(DERIVED, 0) == left(cluster)
    assert 0 == rows(clickhouse)
    assert filled == read(broker, PARTITIONS)


@pytest.mark.usefixtures("filled")
def test_events_that_were_lost_are_named_and_nothing_is_deleted(broker, cluster, clickhouse):
    with closing(KafkaAdminClient(bootstrap_servers=broker)) as admin:
        admin.delete_records({TopicPartition(EVENTS, 0): 1})
    with pytest.raises(RebuildError, match="lost its oldest events \\(partition 0\\)"):
        replay(cluster, clickhouse, replication=1)
    assert dict.fromkeys(DERIVED, 1) == left(cluster)


def test_a_change_of_partitions_is_completed_first(cluster, clickhouse):
    marker.write(cluster, Mark(Step.SWAP, 6), 1)
    with pytest.raises(RebuildError, match="'isegoria repartition 6' is under way"):
        replay(cluster, clickhouse, replication=1)
