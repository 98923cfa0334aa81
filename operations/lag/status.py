"""What a window of looks at a partition says; LinkedIn's Burrow's rules, for somebody who polls.

Burrow reads every commit as it is written; here a look falls anywhere between two commits. So three
things differ. What came in since the last commit is no lag: see `ALLOWED_SECONDS`. A consumer that
has nothing to do does not commit, and one that is gone neither: the state of the group tells them
apart. And lag is a sawtooth, so that it goes down between two looks even while it grows: not the
looks are compared, but the least lag of both halves of the window.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from operations.lag.report import PartitionStatus

WINDOW = 10
"""Looks that are judged together, as many as the commits of which Burrow keeps a ring."""

ALLOWED_SECONDS = 3.0
"""Younger records are no lag: workers commit every second, after what they have to write."""

_GONE = frozenset({"Empty", "Dead"})
_REBALANCING = frozenset({"PreparingRebalance", "CompletingRebalance"})


@dataclass(frozen=True)
class Look:
    """A partition at a moment.

    Attributes:
        at: Seconds since 1970.
        position: Where the group would read on: committed, else the earliest offset there is.
        end: Where the partition ends, seen after `position`.
        age: Seconds since the first unread record was written; None where it is not known.
        state: The group's, in Kafka's words.
    """

    at: float
    position: int
    end: int
    age: float | None
    state: str

    @property
    def lag(self) -> int:
        """Records that are not read."""
        return max(0, self.end - self.position)

    @property
    def late(self) -> bool:
        """Whether a record waits longer than is allowed."""
        return is_late(self.lag, self.age)


def is_late(lag: int, age: float | None) -> bool:
    """Whether a record waits longer than is allowed; one of unknown age is taken to.

    Args:
        lag: Records that are not read.
        age: Seconds since the first of them was written; None where it is not known.
    """
    return lag > 0 and (age is None or age >= ALLOWED_SECONDS)


def evaluate(window: Sequence[Look]) -> PartitionStatus:
    """Judge a partition by the first of these rules that applies.

    1. OK: nothing is late now.
    2. STOP: the group has no members.
    3. REBALANCING: the group hands out its partitions, and nothing was committed meanwhile; STALL
       when it is so for the whole window.
    4. REWIND: the group went back, and is not yet where it was.
    5. OK: the window is not full, or at some look in it nothing was late.
    6. STALL: nothing was committed in the whole window.
    7. WARN: the least lag of the later half is not below that of the earlier half. Where lag never
       goes down from look to look, which is Burrow's rule, this is so.
    8. OK: it is late, and catches up.

    Args:
        window: The latest looks, at most `WINDOW`, in the order of time, not empty.
    """
    if not window[-1].late:
        return PartitionStatus.OK
    return _by_group(window) or _by_offsets(window)


def _by_group(window: Sequence[Look]) -> PartitionStatus | None:
    """What the state of the group says of a partition that is late; None where it works."""
    last = window[-1]
    if last.state in _GONE:
        return PartitionStatus.STOP
    if last.state not in _REBALANCING:
        return None
    waited = list(
        takewhile(
            lambda look: look.state in _REBALANCING and look.position == last.position,
            reversed(window),
        )
    )
    return PartitionStatus.STALL if len(waited) == WINDOW else PartitionStatus.REBALANCING


def _by_offsets(window: Sequence[Look]) -> PartitionStatus:
    """What the offsets say of a partition that is late, and whose group works."""
    last = window[-1]
    if last.position < max(look.position for look in window):
        return PartitionStatus.REWIND
    if len(window) < WINDOW or not all(look.late for look in window):
        return PartitionStatus.OK
    if all(look.position == last.position for look in window):
        return PartitionStatus.STALL
    half = WINDOW // 2
    if _least_lag(window[half:]) >= _least_lag(window[:half]):
        return PartitionStatus.WARN
    return PartitionStatus.OK


def _least_lag(looks: Sequence[Look]) -> int:
    return min(look.lag for look in looks)
