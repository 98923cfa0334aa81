"""Who said it first? The verdicts within a group of contributions of one wording.

The rule is that of `schemas.records`: with *earlier* for the live ones that came before, one is
original where there is none, resubmitted where one is by the same known participant, else campaign.
"""

from array import array
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from schemas.records import Verdict
from streams.contributions import NONE, ORIGINAL, VERDICTS, Standing

_RESUBMITTED = VERDICTS.index(Verdict.RESUBMITTED)
_CAMPAIGN = VERDICTS.index(Verdict.CAMPAIGN)


@dataclass(slots=True)
class Group:
    """A group of two or more.

    Attributes:
        members: Numbers of its contributions, ascending, live or not.
        first: Number of the first live one, or `NONE`.
        firsts: Known participant -> number of their first live one.
    """

    members: "array[int]" = field(default_factory=lambda: array("I"))
    first: int = NONE
    firsts: dict[int, int] = field(default_factory=dict)

    def add(self, number: int, participant: int, *, live: bool = True) -> Standing:
        """Add a contribution that came after all others, and tell its verdict.

        Args:
            number: Of the contribution.
            participant: Who made it, 0 for an unknown author.
            live: Whether it counts.
        """
        standing = self._standing(participant)
        self.members.append(number)
        if live:
            if self.first == NONE:
                self.first = number
            if participant:
                self.firsts.setdefault(participant, number)
        return standing

    def _standing(self, participant: int) -> Standing:
        if self.first == NONE:
            return ORIGINAL
        own_first = self.firsts.get(participant) if participant else None
        if own_first is not None:
            return Standing(_RESUBMITTED, own_first)
        return Standing(_CAMPAIGN, self.first)

    def reassess(
        self, participants: NDArray[np.uint32], live: NDArray[np.bool_]
    ) -> tuple[NDArray[np.uint8], NDArray[np.uint32]]:
        """Work everything out again, after members ended.

        Args:
            participants: Of the members, in their order.
            live: Which of them count.

        Returns:
            Verdicts and numbers referred to, of the members in their order.
        """
        numbers = np.array(self.members, np.uint32)
        counted = numbers[live]
        self.first = int(counted[0]) if len(counted) else NONE
        known = live & (participants != 0)
        people, places = np.unique(participants[known], return_index=True)
        their_firsts = numbers[known][places]
        self.firsts = dict(zip(people.tolist(), their_firsts.tolist(), strict=True))

        verdicts = np.full(len(numbers), _CAMPAIGN, np.uint8)
        refers = np.full(len(numbers), self.first, np.uint32)
        if len(people):
            place = np.minimum(np.searchsorted(people, participants), len(people) - 1)
            again = (people[place] == participants) & (their_firsts[place] < numbers)
            verdicts[again] = _RESUBMITTED
            refers[again] = their_firsts[place][again]
        original = numbers <= self.first
        verdicts[original], refers[original] = ORIGINAL
        return verdicts, refers
