"""The Kafka topics, made before anybody needs them: no broker should make topics by itself."""

from kafka import KafkaAdminClient
from kafka.errors import TopicAlreadyExistsError

from operations.rebuilding import marker
from operations.rebuilding.cluster import Cluster
from schemas.topics import TOPICS


class PartitionsMismatchError(Exception):
    """A topic exists with another number of partitions than the worker is set to."""


def ensure_topics(bootstrap_servers: str, *, partitions: int, replication: int) -> None:
    """Make the topics that are missing, and look at those that are there; for who works on them.

    Raises:
        PartitionsMismatchError: As `make_topics` does.
        RebuildError: They are being made anew, or that was interrupted.
        KafkaError: The broker cannot be reached or refuses.
    """
    with Cluster(bootstrap_servers) as cluster:
        marker.require_none(cluster)
    make_topics(bootstrap_servers, partitions=partitions, replication=replication)


def make_topics(bootstrap_servers: str, *, partitions: int, replication: int) -> None:
    """Make the topics that are missing, and look at those that are there.

    Raises:
        PartitionsMismatchError: A topic has another number of partitions. It is not changed:
            events of a topic would move to another partition, away from their state.
        KafkaError: The broker cannot be reached or refuses.
    """
    admin = KafkaAdminClient(bootstrap_servers=bootstrap_servers, client_id="isegoria-provisioning")
    try:
        existing = set(admin.list_topics())
        missing = [topic for topic in TOPICS if topic.name not in existing]
        for topic in missing:
            wanted = {
                "num_partitions": partitions,
                "replication_factor": replication,
                "configs": topic.config,
            }
            try:
                admin.create_topics({topic.name: wanted}, wait_for_metadata=True)
            except TopicAlreadyExistsError:
                continue  # another worker was quicker
        for description in admin.describe_topics([topic.name for topic in TOPICS]):
            found = len(description["partitions"])
            if found != partitions:
                raise PartitionsMismatchError(
                    f"topic {description['name']} has {found} partitions, the worker is set to"
                    f" {partitions}: set ISEGORIA_KAFKA_PARTITIONS to {found}, or change the topics"
                    f" with 'isegoria repartition {partitions}' and this installation's --data-dir"
                )
    finally:
        admin.close()
