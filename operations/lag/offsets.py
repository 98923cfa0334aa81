"""What Kafka says of groups and topics: the admin client and a consumer, behind types of ours."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from kafka import KafkaConsumer, TopicPartition
from kafka.admin import OffsetSpec
from kafka.errors import (
    CoordinatorLoadInProgressError,
    CoordinatorNotAvailableError,
    NotCoordinatorError,
)

from intake.admin import open_admin

_CLIENT_ID = "isegoria-operations"
_COORDINATOR_AWAY = (
    CoordinatorLoadInProgressError,
    CoordinatorNotAvailableError,
    NotCoordinatorError,
)
_FETCH_BYTES = 64 * 1024
_FETCH_WAIT_MS = 100


@dataclass(frozen=True)
class Membership:
    """A group's state in Kafka's words, such as Stable, Empty, Dead, and how many share it."""

    state: str
    members: int


class Offsets:
    """Reads offsets and the states of groups. Use as a context manager.

    Any method may raise a KafkaError; after one, make another `Offsets`.

    Args:
        bootstrap_servers: Brokers as `host:port`, separated by commas.
        timeout: Seconds within which Kafka must answer.

    Raises:
        KafkaError: Kafka is not there.
    """

    def __init__(self, bootstrap_servers: str, timeout: float = 30.0) -> None:
        self._bootstrap_servers = bootstrap_servers
        self._timeout = timeout
        self._admin = open_admin(bootstrap_servers, _CLIENT_ID, timeout)
        self._consumer: KafkaConsumer | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        if self._consumer is not None:
            self._consumer.close()
        self._admin.close()

    def membership(self, group: str) -> Membership | None:
        """How a group is; None while its coordinator cannot say. One that never was is Dead."""
        try:
            described = self._admin.describe_groups([group])[group]
        except _COORDINATOR_AWAY:
            return None
        state = str(described["group_state"])
        return Membership(state, len(described["members"])) if state else None

    def committed(self, group: str) -> dict[TopicPartition, int] | None:
        """Where a group would read on, by partition, without those that it has no commit for.

        None while its coordinator cannot say: it moves, or nobody ever committed anything.
        """
        try:
            found = self._admin.list_group_offsets({group: None})[group]
        except _COORDINATOR_AWAY:
            return None
        return {place: int(at.offset) for place, at in found.items()}

    def partitions(self, topics: Iterable[str]) -> list[TopicPartition]:
        """The partitions of those topics that there are."""
        asked = list(topics)
        return [
            TopicPartition(str(topic["name"]), int(partition["partition_index"]))
            for topic in (self._admin.describe_topics(asked) if asked else [])
            if not topic["error_code"]
            for partition in topic["partitions"]
        ]

    def earliest(self, partitions: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        """The first offset that is still there, of each partition."""
        return self._listed(partitions, OffsetSpec.EARLIEST)

    def ends(self, partitions: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        """The offset that the next record will have, of each partition."""
        return self._listed(partitions, OffsetSpec.LATEST)

    def _listed(
        self, partitions: Iterable[TopicPartition], spec: OffsetSpec
    ) -> dict[TopicPartition, int]:
        asked = dict.fromkeys(partitions, spec)
        found = self._admin.list_partition_offsets(asked) if asked else {}
        return {place: int(at.offset) for place, at in found.items()}

    def written_at(
        self, offsets: Mapping[TopicPartition, int], seconds: float = 2.0
    ) -> dict[TopicPartition, float]:
        """When the record at an offset was written, or the first after it where it is gone.

        Args:
            offsets: An offset of each partition.
            seconds: How long this may take, all together.

        Returns:
            Seconds since 1970, by the records' own timestamps; without the partitions of which
            nothing came in time.
        """
        if not offsets:
            return {}
        consumer = self._assigned(offsets)
        found: dict[TopicPartition, float] = {}
        deadline = time.monotonic() + seconds
        while len(found) < len(offsets) and time.monotonic() < deadline:
            fetched = consumer.poll(timeout_ms=_FETCH_WAIT_MS)
            for place, records in fetched.items():
                found.setdefault(place, records[0].timestamp / 1000)
                consumer.pause(place)
        return found

    def _assigned(self, offsets: Mapping[TopicPartition, int]) -> KafkaConsumer:
        """The consumer, about to read these offsets."""
        if self._consumer is None:
            milliseconds = round(self._timeout * 1000)
            self._consumer = KafkaConsumer(
                bootstrap_servers=self._bootstrap_servers,
                client_id=_CLIENT_ID,
                bootstrap_timeout_ms=milliseconds,
                request_timeout_ms=milliseconds,
                auto_offset_reset="earliest",
                enable_auto_commit=False,
                # At least one batch comes all the same.
                max_partition_fetch_bytes=_FETCH_BYTES,
                fetch_max_wait_ms=_FETCH_WAIT_MS,
            )
        # Empty first: what is paused stays paused in an assignment that stays the same.
        self._consumer.assign([])
        self._consumer.assign(list(offsets))
        for place, offset in offsets.items():
            self._consumer.seek(place, offset)
        return self._consumer
