"""What Kafka says of groups and topics: the admin client and a consumer, behind types of ours."""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self, TypeVar

from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition
from kafka.admin import OffsetSpec
from kafka.errors import (
    CoordinatorLoadInProgressError,
    CoordinatorNotAvailableError,
    NotCoordinatorError,
)

from intake.admin import open_admin

T = TypeVar("T")

_CLIENT_ID = "isegoria-operations"
COORDINATOR_AWAY = (
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
        self._admin = self._open_admin()
        self._coordinator_away = False
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

        def ask(admin: KafkaAdminClient) -> Membership | None:
            described = admin.describe_groups([group])[group]
            state = str(described["group_state"])
            return Membership(state, len(described["members"])) if state else None

        return self._of_coordinator(ask)

    def committed(self, group: str) -> dict[TopicPartition, int] | None:
        """Where a group would read on, by partition, without those that it has no commit for.

        None while its coordinator cannot say: it moves, or nobody ever committed anything.
        """

        def ask(admin: KafkaAdminClient) -> dict[TopicPartition, int]:
            found = admin.list_group_offsets({group: None})[group]
            return {place: int(at.offset) for place, at in found.items()}

        return self._of_coordinator(ask)

    def _of_coordinator(self, ask: Callable[[KafkaAdminClient], T | None]) -> T | None:
        """The answer of a group's coordinator; None while it cannot say."""
        if self._coordinator_away:
            # A client asks the same coordinator for ever, though another one may have the group.
            before, self._admin = self._admin, self._open_admin()
            before.close()
        try:
            answer = ask(self._admin)
        except COORDINATOR_AWAY:
            answer = None
        self._coordinator_away = answer is None
        return answer

    def _open_admin(self) -> KafkaAdminClient:
        return open_admin(self._bootstrap_servers, _CLIENT_ID, self._timeout)

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
        self,
        offsets: Mapping[TopicPartition, int],
        ends: Mapping[TopicPartition, int],
        seconds: float = 0.5,
    ) -> dict[TopicPartition, float | None]:
        """When the record at an offset was written, or the first after it where it is gone.

        Args:
            offsets: An offset of each partition, before its end.
            ends: Where each of them ends.
            seconds: How long reading may take, all together; connecting comes on top of it.

        Returns:
            Seconds since 1970, by the records' own timestamps. None where no record is there up to
            the end, but the mark that ends a transaction, or what compaction left. Without the
            partitions of which nothing came in time.
        """
        if not offsets:
            return {}
        consumer = self._assigned(offsets)
        found: dict[TopicPartition, float | None] = {}
        deadline = time.monotonic() + seconds
        while len(found) < len(offsets) and time.monotonic() < deadline:
            fetched = consumer.poll(timeout_ms=_FETCH_WAIT_MS)
            for place in offsets.keys() - found.keys():
                if place in fetched:
                    found[place] = fetched[place][0].timestamp / 1000
                elif (consumer.position(place, _FETCH_WAIT_MS) or 0) >= ends[place]:
                    found[place] = None
            consumer.pause(*found)
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
