"""How evenly are contributions spread over voices? The figures, from counts per voice.

No single figure decides: Gini calls two people, one with 65 %, equal (0.15); a top-k share says
nothing about how many others there are. So they stand together.
"""

import heapq
from dataclasses import dataclass
from itertools import accumulate, chain, repeat
from math import exp, fsum, log
from typing import NamedTuple


class Figures(NamedTuple):
    """The spread of contributions over voices. All are 0 where there is no contribution.

    Attributes:
        contributions: How many there are.
        voices: Voices with at least one contribution.
        top1_share: Share of the most active voice, 0 to 1.
        top5_share: Share of the five most active voices together, 0 to 1.
        gini: Gini coefficient over the voices, 0 (all equal) to below 1.
        effective_voices_1: Hill number of order 1, the exponential of Shannon entropy in nats
            (Hill 1973; Jost 2006).
        effective_voices_2: Hill number of order 2, the inverse of the Herfindahl-Hirschman index.
    """

    contributions: int
    voices: int
    top1_share: float
    top5_share: float
    gini: float
    effective_voices_1: float
    effective_voices_2: float


NOBODY = Figures(0, 0, 0.0, 0.0, 0.0, 0.0, 0.0)


@dataclass(slots=True)
class Tally:
    """Contributions per voice, kept so that figures cost the number of distinct counts.

    Unknown authors are counted as a voice each: the lowest dominance that the facts allow.

    Attributes:
        counts: Contributions by participant.
        histogram: Contributions of a voice -> voices with that many.
        unknown: Contributions of unknown authors.
    """

    counts: dict[str, int]
    histogram: dict[int, int]
    unknown: int = 0

    @classmethod
    def empty(cls) -> "Tally":
        """A tally without contributions."""
        return cls({}, {})

    def add(self, participant: str) -> None:
        """Count one contribution; the empty string is an unknown author."""
        if not participant:
            self.unknown += 1
            self._move(0, 1)
            return
        count = self.counts.get(participant, 0)
        self.counts[participant] = count + 1
        self._move(count, count + 1)

    def remove(self, participant: str) -> None:
        """Take one contribution back; the empty string is an unknown author.

        Raises:
            ValueError: Nothing is counted of such an author.
        """
        count = self.counts.get(participant, 0) if participant else self.unknown
        if not count:
            raise ValueError("no contribution of this author is counted")
        if not participant:
            self.unknown -= 1
            self._move(1, 0)
            return
        if count == 1:
            del self.counts[participant]
        else:
            self.counts[participant] = count - 1
        self._move(count, count - 1)

    def figures(self) -> Figures:
        """The figures of what is counted."""
        return figures(self.histogram)

    def most_active(self, places: int) -> list[tuple[str, int]]:
        """The most active voices and their contributions, the most active first.

        Level ones are in order of pseudonym; the pseudonym of an unknown author is empty.
        """
        unknown = repeat(("", 1), min(places, self.unknown))
        voices = chain(self.counts.items(), unknown)
        return heapq.nsmallest(places, voices, key=lambda voice: (-voice[1], voice[0]))

    def _move(self, old: int, new: int) -> None:
        """One voice has another count of contributions; 0 is none."""
        histogram = self.histogram
        if old:
            if histogram[old] == 1:
                del histogram[old]
            else:
                histogram[old] -= 1
        if new:
            histogram[new] = histogram.get(new, 0) + 1


def with_one_unknown(histogram: dict[int, int], unknown: int) -> dict[int, int]:
    """The histogram with all unknown authors as one person: the highest dominance there can be.

    Args:
        histogram: Contributions of a voice -> voices with that many, unknown authors a voice each.
        unknown: Contributions of unknown authors, at most `histogram[1]`.
    """
    merged = dict(histogram)
    if unknown:
        merged[1] -= unknown
        merged[unknown] = merged.get(unknown, 0) + 1
    return {count: number for count, number in merged.items() if number}


def lorenz(histogram: dict[int, int]) -> list[tuple[float, float]]:
    """The Lorenz curve (Lorenz 1905): what share of contributions the least active voices wrote.

    Returns:
        Points (share of voices, share of contributions), rising from (0, 0) to (1, 1), one at each
        distinct count; none where there is no contribution.
    """
    groups = sorted(histogram.items())
    voices = list(accumulate((number for _, number in groups), initial=0))
    contributions = list(accumulate((count * number for count, number in groups), initial=0))
    if not groups:
        return []
    return [
        (below / voices[-1], written / contributions[-1])
        for below, written in zip(voices, contributions, strict=True)
    ]


def half_written_by(histogram: dict[int, int]) -> int:
    """The smallest number of voices, the most active first, who wrote half or more; 0 of nobody."""
    missing = (sum(count * number for count, number in histogram.items()) + 1) // 2
    voices = 0
    for count, number in sorted(histogram.items(), reverse=True):
        if count * number >= missing:
            return voices + -(-missing // count)
        voices += number
        missing -= count * number
    return 0


def figures(histogram: dict[int, int]) -> Figures:
    """The figures of a histogram: contributions of a voice -> voices with that many.

    Summed in a fixed order, so that the same histogram gives the same floats to the last bit.
    """
    groups = sorted(histogram.items())
    voices = sum(number for _, number in groups)
    total = sum(count * number for count, number in groups)
    if not total:
        return NOBODY
    gini_terms: list[float] = []
    entropy_terms: list[float] = []
    square_terms: list[float] = []
    below = 0
    for count, number in groups:
        # Gini = sum_i (2i - n - 1) x_i / (n * sum x) over ascending x; here a group at a time.
        gini_terms.append(count * number * (2 * below + number - voices))
        share = count / total
        entropy_terms.append(-number * share * log(share))
        square_terms.append(number * share * share)
        below += number
    return Figures(
        contributions=total,
        voices=voices,
        top1_share=groups[-1][0] / total,
        top5_share=_largest(groups, 5) / total,
        gini=fsum(gini_terms) / (voices * total),
        effective_voices_1=exp(fsum(entropy_terms)),
        effective_voices_2=1 / fsum(square_terms),
    )


def _largest(groups: list[tuple[int, int]], places: int) -> int:
    """Contributions of the `places` most active voices together."""
    contributions = 0
    for count, number in reversed(groups):
        taken = min(number, places)
        contributions += count * taken
        places -= taken
        if not places:
            break
    return contributions
