"""How much is not done yet: end offsets against committed ones, read from outside the workers."""

from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Self

from kafka import TopicPartition
from kafka.errors import UnknownTopicOrPartitionError

from operations.lag.offsets import Offsets

Positions = Mapping[TopicPartition, int]
"""An offset for each partition."""


class Backlog:
    """Reads what a consumer group still has before it. Use as a context manager.

    Every method may raise a KafkaError, as where a topic is missing.

    Args:
        bootstrap_servers: Brokers as `host:port`, separated by commas.
        group: The consumer group.
    """

    def __init__(self, bootstrap_servers: str, group: str) -> None:
        self._offsets = Offsets(bootstrap_servers)
        self._group = group

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._offsets.close()

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
        # While the coordinator cannot say, nothing is known to be done, which is never too little.
        committed = self._offsets.committed(self._group) or {}
        earliest = self._offsets.earliest(wanted)
        done = {place: max(earliest[place], committed.get(place, 0)) for place in wanted}
        return done, self._offsets.ends(wanted)

    def _partitions_of(self, topics: Iterable[str]) -> list[TopicPartition]:
        """All partitions of the topics: of one that is missing nobody knows what remains."""
        asked = list(topics)
        found = self._offsets.partitions(asked)
        if missing := set(asked) - {place.topic for place in found}:
            raise UnknownTopicOrPartitionError(f"no topic {', '.join(sorted(missing))}")
        return found

    def written(self, topics: Iterable[str]) -> int:
        """Records ever written to the topics, all together."""
        return sum(self._offsets.ends(self._partitions_of(topics)).values())

    def complete(self, stages: Iterable[Iterable[str]]) -> bool:
        """Whether nothing remains in any stage.

        Args:
            stages: Topics by stage, in the order of the flow. A stage is looked at only when
                nothing remains in the one before, so that nothing can hide between two looks.
        """
        return all(self.remaining(topics) == 0 for topics in stages)
