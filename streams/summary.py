"""What is told of a topic, worked out from its columns.

Nothing is kept of it: figures are a function of the facts, so that late, withdrawn and corrected
contributions need no case of their own.
"""

from collections.abc import Iterable
from math import fsum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from schemas.events import Role, Stance
from schemas.records import Verdict
from streams.contributions import ROLES, STANCES, VERDICTS, View

_PARTICIPANT = ROLES.index(Role.PARTICIPANT)
_FOR, _AGAINST, _NEUTRAL = (
    STANCES.index(stance) for stance in (Stance.FOR, Stance.AGAINST, Stance.NEUTRAL)
)


class Picture(NamedTuple):
    """Statements or votes by where they stand: for, against, and neither."""

    in_favour: float
    against: float
    neither: float

    def shift(self, other: "Picture") -> float:
        """Total variation distance between the shares of the two, 0 to 1; 0 where one is empty."""
        mine, theirs = fsum(self), fsum(other)
        if not mine or not theirs:
            return 0.0
        return fsum(abs(a / mine - b / theirs) for a, b in zip(self, other, strict=True)) / 2


def of_participants(view: View) -> View:
    """The contributions of participants, who alone enter dominance."""
    return view.where(view.roles == _PARTICIPANT)


def stated(view: View) -> Picture:
    """The contributions that state a stance."""
    counts = np.bincount(view.stances, minlength=len(STANCES))
    return Picture(int(counts[_FOR]), int(counts[_AGAINST]), int(counts[_NEUTRAL]))


def balanced(voices: NDArray[np.int64], stances: NDArray[np.uint8]) -> Picture:
    """One voice, one vote: each is split over the stances that the voice stated.

    Args:
        voices: Whose each statement is.
        stances: What it states; one without a stance has no part.
    """
    with_stance = stances != 0
    _, voice = np.unique(voices[with_stance], return_inverse=True)
    triples = np.zeros((voice.max() + 1 if len(voice) else 0, len(STANCES)), np.int64)
    np.add.at(triples, (voice, stances[with_stance]), 1)
    return _one_vote_each(triples[:, [_FOR, _AGAINST, _NEUTRAL]])


def balanced_votes(voters: NDArray[np.int64], values: NDArray[np.uint8]) -> Picture:
    """One voter, one vote: each is split over the votes cast. Values are 0, 1, 2 for -1, 0, 1."""
    _, voter = np.unique(voters, return_inverse=True)
    triples = np.zeros((voter.max() + 1 if len(voter) else 0, 3), np.int64)
    np.add.at(triples, (voter, values), 1)
    return _one_vote_each(triples[:, [2, 0, 1]])


def pairs(one: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.int64]:
    """A number for each pair, the same for the same."""
    _, first = np.unique(one, return_inverse=True)
    names, second = np.unique(other, return_inverse=True)
    return first * len(names) + second


def _one_vote_each(triples: NDArray[np.int64]) -> Picture:
    """Each row's counts as shares, summed; in an order that is the same for the same facts."""
    kinds, numbers = np.unique(triples, axis=0, return_counts=True)
    rows: Iterable[tuple[list[int], int]] = zip(kinds.tolist(), numbers.tolist(), strict=True)
    shares = [[number * count / sum(kind) for count in kind] for kind, number in rows]
    columns = [fsum(row[place] for row in shares) for place in range(3)]
    return Picture(*columns)


def voices(view: View) -> NDArray[np.int64]:
    """Whose voice each contribution is: a participant's number, or one of its own below 0."""
    people = view.participants.astype(np.int64)
    return np.where(people == 0, -1 - view.numbers.astype(np.int64), people)


def by_verdict(view: View) -> dict[Verdict, int]:
    """Contributions by verdict."""
    counts = np.bincount(view.verdicts, minlength=len(VERDICTS))
    return dict(zip(VERDICTS, counts.tolist(), strict=True))
