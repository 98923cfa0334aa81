"""How much is not done yet: end offsets against committed ones, read from outside the workers."""

from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Self

from kafka import KafkaAdminClient, TopicPartition
from kafka.admin import OffsetSpec
from kafka.errors import KafkaError
from kafka.structs import OffsetAndMetadata

Positions = Mapping[TopicPartition, int]
"""An offset for each partition."""


class Backlog:
    """Reads what a consumer group still has before it. Use as a context manager.

    Args:
        bootstrap_servers: Brokers as `host:port`, separated by commas.
        group: The consumer group.
        partitions: Partitions of each topic asked about.
    """

    def __init__(self, bootstrap_servers: str, group: str, partitions: int) -> None:
        self._admin = KafkaAdminClient(
            bootstrap_servers=bootstrap_servers, client_id="isegoria-backlog"
        )
        self._group = group
        self._partitions = partitions

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._admin.close()

    def remaining(self, topics: Iterable[str]) -> int:
        """Records of the topics, all together, that the group has not committed.

        The answer is never too small. Without a commit a partition counts from its beginning.
        """
        done, ends = self.positions(topics)
        return sum(max(0, end - done[partition]) for partition, end in ends.items())

    def positions(self, topics: Iterable[str]) -> tuple[Positions, Positions]:
        """How far the group has come, and how far the topics go, by partition.

        They are read in this order: what the group has brought about by then is within the ends.
        """
        wanted = self._partitions_of(topics)
        committed = self._committed(wanted)
        earliest = self._admin.list_partition_offsets(dict.fromkeys(wanted, OffsetSpec.EARLIEST))
        latest = self._admin.list_partition_offsets(dict.fromkeys(wanted, OffsetSpec.LATEST))
        done = {
            partition: max(
                earliest[partition].offset,
                committed[partition].offset if partition in committed else -1,
            )
            for partition in wanted
        }
        return done, {partition: latest[partition].offset for partition in wanted}

    def _partitions_of(self, topics: Iterable[str]) -> list[TopicPartition]:
        return [TopicPartition(topic, p) for topic in topics for p in range(self._partitions)]

    def _committed(self, wanted: list[TopicPartition]) -> dict[TopicPartition, OffsetAndMetadata]:
        try:
            offsets = self._admin.list_group_offsets({self._group: wanted})[self._group]
        except KafkaError as error:
            if not error.retriable:
                raise
            # The group's coordinator is moving, or not there before the first commit: nothing is
            # known to be done, which is never too little.
            return {}
        return dict(offsets)

    def written(self, topics: Iterable[str]) -> int:
        """Records ever written to the topics, all together."""
        wanted = dict.fromkeys(self._partitions_of(topics), OffsetSpec.LATEST)
        return sum(end.offset for end in self._admin.list_partition_offsets(wanted).values())

    def complete(self, stages: Iterable[Iterable[str]]) -> bool:
        """Whether nothing remains in any stage.

        Args:
            stages: Topics by stage, in the order of the flow. A stage is looked at only when
                nothing remains in the one before, so that nothing can hide between two looks.
        """
        return all(self.remaining(topics) == 0 for topics in stages)
