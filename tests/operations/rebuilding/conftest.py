"""A broker of their own for tests of the procedures: the topics have fixed names."""

import pytest

from embedded import ports
from operations.provisioning import make_topics
from operations.rebuilding.cluster import Cluster
from operations.rebuilding.marker import MARKER
from operations.rebuilding.repartitioning import COPY
from schemas.topics import TOPICS
from tests.fixtures.kafka import running_broker

PARTITIONS = 4


@pytest.fixture(scope="package")
def broker(tmp_path_factory):
    port = ports.free_port()
    with running_broker(tmp_path_factory.mktemp("rebuilding"), port):
        yield f"{ports.HOST}:{port}"


@pytest.fixture
def cluster(broker):
    """The topics, all empty, and no commits."""
    with Cluster(broker) as cluster:
        cluster.delete(MARKER.name, COPY, *(topic.name for topic in TOPICS))
        cluster.forget_commits()
        make_topics(broker, partitions=PARTITIONS, replication=1)
        yield cluster
