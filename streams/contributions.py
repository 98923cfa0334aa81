"""The contributions of a partition as columns: an array for each fact, an element for each of them.

A contribution is known by its number, from 0 in the order of the log. As Python objects they would
take ten times the memory; as arrays they can also be summed up without a loop.
"""

from array import array
from collections.abc import Sequence
from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from schemas.events import Role, Stance
from schemas.records import Verdict
from streams.effects import Submitted

NONE = 0xFFFFFFFF
"""The number of no contribution."""

ROLES = tuple(Role)
STANCES: tuple[Stance | None, ...] = (None, *Stance)
VERDICTS = tuple(Verdict)


class End(IntEnum):
    """Why a contribution does not count any more."""

    LIVE = 0
    WITHDRAWN = 1
    SUPERSEDED = 2


class Standing(NamedTuple):
    """A verdict as its code, and the number of the contribution that it refers to, or `NONE`."""

    verdict: int
    refers: int


ORIGINAL = Standing(VERDICTS.index(Verdict.ORIGINAL), NONE)


class View(NamedTuple):
    """Columns of some contributions, in the order of their numbers."""

    numbers: NDArray[np.uint32]
    offsets: NDArray[np.uint64]
    participants: NDArray[np.uint32]
    roots: NDArray[np.uint32]
    roles: NDArray[np.uint8]
    stances: NDArray[np.uint8]
    offline: NDArray[np.uint8]
    attachment_only: NDArray[np.uint8]
    channels: NDArray[np.uint32]
    occurred_at: NDArray[np.int64]
    ends: NDArray[np.uint8]
    verdicts: NDArray[np.uint8]

    def where(self, mask: NDArray[np.bool_]) -> "View":
        """The part that a mask selects."""
        return View._make(column[mask] for column in self)


class Contributions:
    """The columns. `participants` are numbers of people, 0 for an unknown author.

    `arrivals` and `arrival_refers` are the verdict on arrival and the number that it refers to;
    `verdicts` and `refers` those that hold now.
    """

    def __init__(self) -> None:
        self.offsets = array("Q")
        self.participants = array("I")
        self.roots = array("I")
        self.roles = array("B")
        self.stances = array("B")
        self.offline = array("B")
        self.attachment_only = array("B")
        self.channels = array("I")
        self.occurred_at = array("q")
        self.ends = array("B")
        self.arrivals = array("B")
        self.arrival_refers = array("I")
        self.verdicts = array("B")
        self.refers = array("I")
        self._ids = bytearray()
        self._id_ends = array("Q")

    def __len__(self) -> int:
        return len(self.offsets)

    def extend(
        self,
        effects: Sequence[Submitted],
        participants: Sequence[int],
        roots: Sequence[int],
        channels: Sequence[int],
    ) -> None:
        """Add the next contributions, with the numbers of what each names; all are originals."""
        self.offsets.extend([effect.offset for effect in effects])
        self.participants.extend(participants)
        self.roots.extend(roots)
        self.roles.extend([effect.role for effect in effects])
        self.stances.extend([effect.stance for effect in effects])
        self.offline.extend([effect.offline for effect in effects])
        self.attachment_only.extend([effect.attachment_only for effect in effects])
        self.channels.extend(channels)
        self.occurred_at.extend([effect.occurred_at for effect in effects])
        self.ends.frombytes(bytes([End.LIVE]) * len(effects))
        for verdicts in (self.arrivals, self.verdicts):
            verdicts.extend([ORIGINAL.verdict] * len(effects))
        for refers in (self.arrival_refers, self.refers):
            refers.extend([ORIGINAL.refers] * len(effects))
        for effect in effects:
            self._ids += effect.contribution.encode()
            self._id_ends.append(len(self._ids))

    def arrive(self, number: int, standing: Standing) -> None:
        """Note the verdict on arrival of one that was just added."""
        self.arrivals[number] = self.verdicts[number] = standing.verdict
        self.arrival_refers[number] = self.refers[number] = standing.refers

    def id(self, number: int) -> str:
        """The id that its channel gave it; empty for `NONE`."""
        if number == NONE:
            return ""
        start = self._id_ends[number - 1] if number else 0
        return self._ids[start : self._id_ends[number]].decode()

    def view(self, numbers: NDArray[np.uint32]) -> View:
        """The columns of some contributions, as copies."""
        # A buffer that is looked into cannot grow.
        numbers = numbers.copy()
        return View(
            numbers,
            np.frombuffer(self.offsets, np.uint64)[numbers],
            np.frombuffer(self.participants, np.uint32)[numbers],
            np.frombuffer(self.roots, np.uint32)[numbers],
            np.frombuffer(self.roles, np.uint8)[numbers],
            np.frombuffer(self.stances, np.uint8)[numbers],
            np.frombuffer(self.offline, np.uint8)[numbers],
            np.frombuffer(self.attachment_only, np.uint8)[numbers],
            np.frombuffer(self.channels, np.uint32)[numbers],
            np.frombuffer(self.occurred_at, np.int64)[numbers],
            np.frombuffer(self.ends, np.uint8)[numbers],
            np.frombuffer(self.verdicts, np.uint8)[numbers],
        )
