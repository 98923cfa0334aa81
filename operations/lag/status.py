"""What a window of looks at a partition says; LinkedIn's Burrow's rules, for somebody who polls.

Burrow reads every commit as it is written; here a look falls anywhere between two commits. So four
things differ. What came in since the last commit is no lag: see `ALLOWED_SECONDS`. Looks may come
faster than commits: see `STALL_SECONDS`. A consumer that has nothing to do does not commit, and one
that is gone neither: the state of the group tells them apart. And lag is a sawtooth, so that it
goes down between two looks even while it grows: not the looks are compared, but the least lag of
both halves of the window.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import takewhile

from operations.lag.report import PartitionStatus

WINDOW = 10
"""Looks that are judged together, as many as the commits of which Burrow keeps a ring."""

ALLOWED_SECONDS = 3.0
"""Younger records are no lag: workers commit every second, after what they have to write."""

STALL_SECONDS = 30.0
"""Shorter is no stall: a worker that catches up may take longer than ten looks of a second from one
commit to the next, and as long to recover its tables before the first."""


class Phase(Enum):
    """What a group is about, by its state in Kafka's words."""

    WORKING = auto()
    REBALANCING = auto()
    GONE = auto()

    @classmethod
    def of(cls, state: str) -> "Phase":
        """The phase of a state; a group of which nothing is known works."""
        return _PHASES.get(state, cls.WORKING)


_PHASES = {
    "PreparingRebalance": Phase.REBALANCING,
    "CompletingRebalance": Phase.REBALANCING,
    "Empty": Phase.GONE,
    "Dead": Phase.GONE,
}


@dataclass(frozen=True)
class Look:
    """A partition at a moment.

    Attributes:
        at: Seconds, on a clock that nobody sets.
        committed: Where the group would read on; until its first commit, where the partition began
            when it was looked at first. Kafka's deleting records does not move it.
        end: Where the partition ends, seen after `committed`.
        lag: Records between them that are there to be read.
        age: Seconds since the first of them was written; None where it is not known.
        phase: The group's.
        still: Seconds since it committed, since its phase began, or since there was nothing to
            read, whichever was last.
    """

    at: float
    committed: int
    end: int
    lag: int
    age: float | None
    phase: Phase
    still: float

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

    From the fourth on, only the latest looks count, in which the group is in the phase that it is
    in now: whoever has just come back is not judged by the time without members.

    1. OK: nothing is late now.
    2. STOP: the group has no members.
    3. REWIND: the group, which works, went back, and is not yet where it was.
    4. STALL: through a whole window it was late and nothing was committed, for `STALL_SECONDS` at
       least.
    5. REBALANCING: the group hands out its partitions.
    6. OK: the window is not full, or at some look in it nothing was late.
    7. WARN: nothing was committed in the whole window: a stall that is too young, such as all that
       ten looks of a second can tell.
    8. WARN: the least lag of the later half is not below that of the earlier half. Where lag never
       goes down from look to look, which is Burrow's rule, this is so.
    9. OK: it is late, and catches up.

    Args:
        window: The latest looks, at most `WINDOW`, in the order of time, not empty.
    """
    last = window[-1]
    if not last.late:
        return PartitionStatus.OK
    if last.phase is Phase.GONE:
        return PartitionStatus.STOP
    if last.phase is Phase.WORKING and last.committed < max(look.committed for look in window):
        return PartitionStatus.REWIND
    return _by_progress(
        list(takewhile(lambda look: look.phase is last.phase, reversed(window)))[::-1]
    )


def _by_progress(window: Sequence[Look]) -> PartitionStatus:
    """What the offsets say of a partition that is late, and whose group has members."""
    last = window[-1]
    full = len(window) == WINDOW and all(look.late for look in window)
    stands = full and all(look.committed == last.committed for look in window)
    if stands and last.still >= STALL_SECONDS:
        return PartitionStatus.STALL
    if last.phase is Phase.REBALANCING:
        return PartitionStatus.REBALANCING
    half = WINDOW // 2
    if stands or (full and _least_lag(window[half:]) >= _least_lag(window[:half])):
        return PartitionStatus.WARN
    return PartitionStatus.OK


def _least_lag(looks: Sequence[Look]) -> int:
    return min(look.lag for look in looks)
