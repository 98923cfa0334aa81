"""What stands in Kafka while a procedure is under way."""

import pytest

from operations.provisioning import ensure_topics
from operations.rebuilding import marker
from operations.rebuilding.errors import RebuildError
from operations.rebuilding.marker import MARKER, Mark, Step
from tests.operations.rebuilding.conftest import PARTITIONS


def test_without_a_procedure_there_is_none(cluster):
    assert marker.read(cluster) is None


def test_the_last_one_counts(cluster):
    marker.write(cluster, Mark(Step.COPY, 6), 1)
    marker.write(cluster, Mark(Step.SWAP, 6), 1)
    assert Mark(Step.SWAP, 6) == marker.read(cluster)


def test_a_topic_without_a_mark_is_none(cluster):
    cluster.make(MARKER, partitions=1, replication=1)
    assert marker.read(cluster) is None


def test_cleared_it_is_gone(cluster):
    marker.write(cluster, Mark(Step.COPY, 6), 1)
    marker.clear(cluster)
    assert marker.read(cluster) is None


@pytest.mark.parametrize(
    ("mark", "command"),
    [(Mark(Step.DERIVE), "isegoria replay"), (Mark(Step.SWAP, 6), "isegoria repartition 6")],
    ids=["replay", "repartition"],
)
def test_no_worker_starts_and_the_command_is_named(broker, cluster, mark, command):
    marker.write(cluster, mark, 1)
    with pytest.raises(RebuildError, match=f"'{command}' is under way.*installation's --data-dir"):
        ensure_topics(broker, partitions=PARTITIONS, replication=1)
