"""What the checks need to know of Kafka, read with kafka-python's admin."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from kafka import TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType, OffsetSpec
from kafka.errors import CoordinatorNotAvailableError, KafkaError

from intake.admin import open_admin

_TIMEOUT_SECONDS = 5.0


@dataclass(frozen=True)
class Broker:
    """A broker of the cluster.

    Attributes:
        address: Where it tells clients to connect, `host:port`.
        version: Of Kafka, as far as the client can tell, such as (4, 3); None where it does not
            answer.
    """

    address: str
    version: tuple[int, ...] | None


@dataclass(frozen=True)
class Partition:
    """A partition of a topic.

    Attributes:
        replicas: How many it should have.
        in_sync: How many of them have everything.
        led: Whether it has a leader, without which nobody can read or write it.
    """

    replicas: int
    in_sync: int
    led: bool


@dataclass(frozen=True)
class TopicSeen:
    """A topic: its partitions, and all settings that hold for it, the broker's defaults too."""

    partitions: Sequence[Partition]
    config: Mapping[str, str]


@dataclass(frozen=True)
class GroupSeen:
    """A consumer group.

    Attributes:
        state: Kafka's word for it: Stable, Empty, Dead, PreparingRebalance and so on.
        members: How many share the partitions.
        assigned: Topics and partitions that some member has.
    """

    state: str
    members: int
    assigned: frozenset[tuple[str, int]]


class ClusterReader:
    """Reads it. Use as a context manager; every method may raise a KafkaError.

    Args:
        bootstrap_servers: Brokers as `host:port`, separated by commas.

    Raises:
        KafkaError: No broker answers within five seconds.
    """

    def __init__(self, bootstrap_servers: str) -> None:
        self._admin = open_admin(bootstrap_servers, "isegoria-doctor", _TIMEOUT_SECONDS)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._admin.close()

    def brokers(self) -> list[Broker]:
        """Every broker that the cluster knows of."""
        return [
            Broker(f"{broker['host']}:{broker['port']}", self._version(broker["broker_id"]))
            for broker in self._admin.describe_cluster()["brokers"]
        ]

    def _version(self, broker: int) -> tuple[int, ...] | None:
        try:
            found: tuple[int, ...] = self._admin.get_broker_version_data(broker).broker_version
        except KafkaError:
            return None
        return found

    def topics(self, names: Iterable[str]) -> dict[str, TopicSeen]:
        """Those of the topics that exist."""
        existing = set(self._admin.list_topics()).intersection(names)
        if not existing:
            return {}
        asked = [ConfigResource(ConfigResourceType.TOPIC, name) for name in existing]
        configs = self._admin.describe_configs(asked, config_filter="all")["topic"]
        return {
            described["name"]: TopicSeen(
                [
                    Partition(
                        replicas=len(partition["replica_nodes"]),
                        in_sync=len(partition["isr_nodes"]),
                        led=partition["leader_id"] >= 0,
                    )
                    for partition in described["partitions"]
                ],
                {name: str(set_to["value"]) for name, set_to in configs[described["name"]].items()},
            )
            for described in self._admin.describe_topics(list(existing))
        }

    def group(self, name: str) -> GroupSeen:
        """A consumer group; one that never was is Dead."""
        described = self._admin.describe_groups([name])[name]
        if not described["group_state"]:
            raise CoordinatorNotAvailableError
        assignments = [member["member_assignment"] or {} for member in described["members"]]
        return GroupSeen(
            str(described["group_state"]),
            len(assignments),
            frozenset(
                (str(topic["topic"]), int(partition))
                for assignment in assignments
                for topic in assignment.get("assigned_partitions", ())
                for partition in topic["partitions"]
            ),
        )

    def newest(self, topic: str, partitions: int) -> datetime | None:
        """The latest timestamp that a record of the topic has, None where there is no record."""
        places = [TopicPartition(topic, partition) for partition in range(partitions)]
        asked = dict.fromkeys(places, OffsetSpec.MAX_TIMESTAMP)
        found = self._admin.list_partition_offsets(asked).values()
        newest = max((at.timestamp for at in found), default=-1)
        return None if newest < 0 else datetime.fromtimestamp(newest / 1000, UTC)
