"""How old the tables are: up to when everything that was published is in them.

Offsets say it, and no clock but the observer's own. Whoever looks notes where the first topics end.
When the group has committed these offsets, what it made of the events lies before the ends that
the next topics have then; and so on through the flow. When the last of these are committed too, all
that was published before the first look is in the tables.
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from types import TracebackType
from typing import Self

from kafka import TopicPartition

from operations.backlog import Backlog, Positions
from operations.watch import Watch

LOOK_SECONDS = 2.0

_MAX_LOOKS = 1_000
"""With as many under way, the rest of a long backlog is looked at less often."""


@dataclass
class _Look:
    """Ends seen at a moment, which a stage of the flow has still to reach."""

    at: datetime
    stage: int
    ends: Positions


class Watermark:
    """Follows looks through the stages of the flow; pure, one for each observer.

    Args:
        stages: Topics by stage, in the order of the flow.
    """

    def __init__(self, stages: Sequence[Sequence[str]]) -> None:
        self._stages = [frozenset(topics) for topics in stages]
        self._looks: deque[_Look] = deque()
        self._ends: Positions = {}
        self.up_to: datetime | None = None

    def look(self, at: datetime, done: Positions, ends: Positions) -> None:
        """Take in a look.

        Args:
            at: A moment before it began.
            done: How far the group had come, in every topic of every stage.
            ends: How far the topics went, seen after `done`.
        """
        if any(ends.get(place, -1) < end for place, end in self._ends.items()):
            # A topic was made anew: what looks of the old one wait for may never come, and the
            # tables are filled again.
            self._looks.clear()
            self.up_to = None
        self._ends = ends
        if len(self._looks) < _MAX_LOOKS:
            self._looks.append(_Look(at, 0, self._of(0, ends)))
        for look in self._looks:
            while look.stage < len(self._stages) and _reached(look.ends, done):
                look.stage += 1
                if look.stage < len(self._stages):
                    look.ends = self._of(look.stage, ends)
        while self._looks and self._looks[0].stage == len(self._stages):
            self.up_to = self._looks.popleft().at

    def _of(self, stage: int, ends: Positions) -> Mapping[TopicPartition, int]:
        return {place: end for place, end in ends.items() if place.topic in self._stages[stage]}


class Freshness:
    """Looks at Kafka again and again, in a thread. Use as a context manager.

    Args:
        connect: Makes what reads the offsets; may fail while Kafka is away.
        stages: Topics by stage, in the order of the flow.
    """

    def __init__(self, connect: Callable[[], Backlog], stages: Sequence[Sequence[str]]) -> None:
        self._connect = connect
        self._topics = [topic for topics in stages for topic in topics]
        self._watermark = Watermark(stages)
        self._watch = Watch("kafka", self._open, every=LOOK_SECONDS)

    def __enter__(self) -> Self:
        self._watch.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._watch.__exit__(kind, error, traceback)

    def up_to(self) -> datetime | None:
        """Everything published before this moment is in the tables; None where nobody knows."""
        # While Kafka is away this stays, and the age of the tables grows, as it should.
        return self._watermark.up_to

    @contextmanager
    def _open(self) -> Iterator[Callable[[], None]]:
        with self._connect() as backlog:
            yield partial(self._look, backlog)

    def _look(self, backlog: Backlog) -> None:
        at = datetime.now(UTC)
        self._watermark.look(at, *backlog.positions(self._topics))


def _reached(ends: Positions, done: Positions) -> bool:
    return all(done[place] >= end for place, end in ends.items())
