"""The topics are there before anybody needs them."""

from contextlib import closing

import pytest
from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType

from embedded import ports
from operations.provisioning import PartitionsMismatchError, ensure_topics
from schemas.topics import TOPICS
from tests.fixtures.kafka import running_broker


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    """A broker of its own: the topics have fixed names."""
    port = ports.free_port()
    with running_broker(tmp_path_factory.mktemp("provisioning"), port):
        address = f"{ports.HOST}:{port}"
        ensure_topics(address, partitions=3, replication=1)
        yield address


def test_every_topic_is_made_with_its_partitions(broker):
    with closing(KafkaAdminClient(bootstrap_servers=broker)) as admin:
        described = admin.describe_topics([topic.name for topic in TOPICS])
    made = {topic["name"]: len(topic["partitions"]) for topic in described}
    assert {topic.name: 3 for topic in TOPICS} == made


def test_another_number_of_partitions_is_mended_where_it_was_found(broker):
    mend = "'isegoria repartition 4' and this installation's --data-dir"
    with pytest.raises(PartitionsMismatchError, match=mend):
        ensure_topics(broker, partitions=4, replication=1)


def test_making_them_again_changes_nothing(broker):
    ensure_topics(broker, partitions=3, replication=1)


def test_another_number_of_partitions_is_refused_with_the_variable_to_set(broker):
    with pytest.raises(PartitionsMismatchError, match="set ISEGORIA_KAFKA_PARTITIONS to 3"):
        ensure_topics(broker, partitions=4, replication=1)


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_a_topic_keeps_its_records_as_it_is_set_to(broker, topic):
    with closing(KafkaAdminClient(bootstrap_servers=broker)) as admin:
        asked = [ConfigResource(ConfigResourceType.TOPIC, topic.name)]
        described = admin.describe_configs(asked)["topic"][topic.name]
    assert topic.config == {name: config["value"] for name, config in described.items()}
