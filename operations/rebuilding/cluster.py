"""Topics and the workers' group, as the procedures look at them and change them."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from types import TracebackType
from typing import Self, TypeVar

from kafka import TopicPartition
from kafka.admin import OffsetSpec
from kafka.errors import (
    CoordinatorLoadInProgressError,
    GroupIdNotFoundError,
    KafkaError,
    NonEmptyGroupError,
    UnknownMemberIdError,
)

from intake.admin import open_admin
from operations.lag.offsets import COORDINATOR_AWAY
from operations.rebuilding.errors import RebuildError
from schemas.topics import Topic
from streams.app import APP_ID

T = TypeVar("T")

_AWAY_OUTCOMES = {error.__name__ for error in COORDINATOR_AWAY}
_ANSWER_SECONDS = 30.0
_GONE_SECONDS = 60.0
_COORDINATOR_SECONDS = 30.0
_POLL_SECONDS = 0.1


class Cluster:
    """Kafka's topics and the group `streams.app.APP_ID`. Use as a context manager.

    Every method may raise a KafkaError.

    Args:
        bootstrap_servers: Brokers as `host:port`, separated by commas.
    """

    def __init__(self, bootstrap_servers: str) -> None:
        self.bootstrap_servers = bootstrap_servers
        self._admin = open_admin(bootstrap_servers, "isegoria-rebuilding", _ANSWER_SECONDS)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._admin.close()

    def partitions(self, topic: str) -> int:
        """How many partitions a topic has; 0 where it does not exist."""
        if topic not in self._admin.list_topics():
            return 0
        [description] = self._admin.describe_topics([topic])
        return len(description["partitions"])

    def starts(self, topic: str) -> Sequence[int]:
        """The first offset of each partition that is still there."""
        return self._offsets(topic, OffsetSpec.EARLIEST)

    def ends(self, topic: str) -> Sequence[int]:
        """The offset after the last one, by partition."""
        return self._offsets(topic, OffsetSpec.LATEST)

    def make(self, topic: Topic, *, partitions: int, replication: int) -> None:
        """Make a topic that does not exist, and wait until it can be written to."""
        wanted = {
            "num_partitions": partitions,
            "replication_factor": replication,
            "configs": topic.config,
        }
        self._admin.create_topics({topic.name: wanted}, wait_for_metadata=True)

    def delete(self, *topics: str) -> None:
        """Delete topics, those of them that exist, and wait until they are gone."""
        there = set(topics).intersection(self._admin.list_topics())
        if there:
            self._admin.delete_topics(sorted(there))
        deadline = time.monotonic() + _GONE_SECONDS
        while there.intersection(self._admin.list_topics()):
            if time.monotonic() > deadline:
                raise RebuildError(
                    f"Kafka has not deleted {', '.join(sorted(there))} within"
                    f" {_GONE_SECONDS:.0f} s: look at the broker's log (delete.topic.enable must"
                    " be true), then run the command again"
                )
            time.sleep(_POLL_SECONDS)

    def wait_until_no_worker_runs(self, seconds: float) -> None:
        """Wait until the group has no members.

        Raises:
            RebuildError: It still has some.
        """
        deadline = time.monotonic() + seconds
        while members := _patiently(self._members):
            if time.monotonic() > deadline:
                raise _workers_run(f"{members} of them are in the group {APP_ID}")
            time.sleep(_POLL_SECONDS)

    def forget_commits(self) -> None:
        """Delete the group: the next worker begins at the beginning of every topic.

        Raises:
            RebuildError: It has members.
        """
        outcome = _patiently(self._delete_group)
        if outcome == NonEmptyGroupError.__name__:
            raise _workers_run(f"the group {APP_ID} is in use")
        if outcome not in ("OK", GroupIdNotFoundError.__name__):
            raise RebuildError(
                f"Kafka does not delete the group {APP_ID} ({outcome}): run the command again"
            )

    def rewind(self, topics: Iterable[str]) -> None:
        """Have the group read topics from their beginning.

        Raises:
            RebuildError: It has members.
        """
        places = [
            TopicPartition(topic, p) for topic in topics for p in range(self.partitions(topic))
        ]
        outcome: Mapping[TopicPartition, dict[str, type[Exception]]]
        beginning = dict.fromkeys(places, OffsetSpec.EARLIEST)
        outcome = _patiently(partial(self._admin.reset_group_offsets, APP_ID, beginning))
        errors = {reset["error"] for reset in outcome.values()}
        if UnknownMemberIdError in errors:
            raise _workers_run(f"the group {APP_ID} is in use")
        for error in errors:
            if getattr(error, "errno", 0):
                raise error

    def _delete_group(self) -> str:
        """What Kafka says to it.

        Raises:
            CoordinatorLoadInProgressError: Its coordinator is not there yet.
        """
        outcome = str(self._admin.delete_groups([APP_ID])[APP_ID])
        # Told like any other outcome, and not raised.
        if outcome in _AWAY_OUTCOMES:
            raise CoordinatorLoadInProgressError(outcome)
        return outcome

    def _members(self) -> int:
        """How many there are.

        Raises:
            CoordinatorLoadInProgressError: The coordinator is not there yet.
        """
        group = self._admin.describe_groups([APP_ID])[APP_ID]
        if not group["group_state"]:
            raise CoordinatorLoadInProgressError
        return len(group["members"])

    def _places(self, topic: str) -> list[TopicPartition]:
        return [TopicPartition(topic, number) for number in range(self.partitions(topic))]

    def _offsets(self, topic: str, which: OffsetSpec) -> Sequence[int]:
        places = self._places(topic)
        found = self._admin.list_partition_offsets(dict.fromkeys(places, which))
        return [found[place].offset for place in places]


def _patiently(ask: Callable[[], T]) -> T:
    """Ask about the group until its coordinator answers: a broker that just started has none."""
    deadline = time.monotonic() + _COORDINATOR_SECONDS
    while True:
        try:
            return ask()
        except KafkaError as error:
            if not error.retriable or time.monotonic() > deadline:
                raise
        time.sleep(_POLL_SECONDS)


def _workers_run(found: str) -> RebuildError:
    return RebuildError(
        f"workers run ({found}): stop every 'isegoria worker' first, with SIGTERM or 'docker"
        " compose stop worker'; one that was killed counts until its session has ended"
    )
