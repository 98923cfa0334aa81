"""Kafka as the exporter sees it: the groups' lag, the tables' age, what was rejected."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from operations.backlog import Backlog
from operations.freshness import Watermark
from operations.lag.report import GroupLag
from schemas.topics import REJECTED


@dataclass(frozen=True)
class KafkaLook:
    """What one look saw.

    Attributes:
        groups: The consumer groups.
        up_to: Everything published before this moment is in the tables; None where nobody knows.
        rejected: Records ever written to the topic of rejected events.
    """

    groups: Sequence[GroupLag]
    up_to: datetime | None
    rejected: int


class KafkaSource:
    """Takes looks at Kafka. What it has learnt of the tables' age outlasts an outage.

    Args:
        observe: Looks at the groups.
        connect: Makes what reads the offsets.
        stages: Topics by stage, in the order of the flow.
    """

    def __init__(
        self,
        observe: Callable[[], Sequence[GroupLag]],
        connect: Callable[[], Backlog],
        stages: Sequence[Sequence[str]],
    ) -> None:
        self._observe = observe
        self._connect = connect
        self._topics = [topic for topics in stages for topic in topics]
        self._watermark = Watermark(stages)

    @contextmanager
    def open(self) -> Iterator[Callable[[], KafkaLook]]:
        """Open a connection, and give what looks through it.

        Raises:
            KafkaError: Kafka does not answer; looking may raise it, too.
        """
        with self._connect() as backlog:
            yield partial(self._look, backlog)

    def _look(self, backlog: Backlog) -> KafkaLook:
        groups = self._observe()
        at = datetime.now(UTC)
        self._watermark.look(at, *backlog.positions(self._topics))
        return KafkaLook(groups, self._watermark.up_to, backlog.written([REJECTED]))
