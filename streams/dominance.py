"""How evenly are contributions spread over voices? The figures, from counts per voice.

No single figure decides: Gini calls two people, one with 65 %, equal (0.15); a top-k share says
nothing about how many others there are. So they stand together.
"""

from itertools import accumulate
from math import exp, fsum, log
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


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


Histogram = dict[int, int]
"""Contributions of a voice -> voices with that many."""


class Spread(NamedTuple):
    """How contributions are spread over voices.

    Attributes:
        histogram: With each contribution of an unknown author as a voice of its own.
        unknown: Contributions of unknown authors.
        participants: Known participants, by number.
        counts: Contributions of each of them.
    """

    histogram: Histogram
    unknown: int
    participants: NDArray[np.uint32]
    counts: NDArray[np.intp]

    @property
    def figures(self) -> Figures:
        """With each contribution of an unknown author as a voice of its own."""
        return figures(self.histogram)

    @property
    def with_one_unknown(self) -> Histogram:
        """With all unknown authors as one voice."""
        return with_one_unknown(self.histogram, self.unknown)

    def most_active(self, places: int) -> list[tuple[int, int]]:
        """The most active voices and their contributions, the most active first.

        As many as `places`, and those level with the last; 0 stands for an unknown author.
        """
        unknown = min(self.unknown, places)
        voices = np.concatenate([self.participants, np.zeros(unknown, np.uint32)])
        counts = np.concatenate([self.counts, np.ones(unknown, np.intp)])
        if len(counts) > places:
            least = np.partition(counts, len(counts) - places)[len(counts) - places]
            voices, counts = voices[counts >= least], counts[counts >= least]
        order = np.lexsort((voices, -counts))
        return list(zip(voices[order].tolist(), counts[order].tolist(), strict=True))


def spread(people: NDArray[np.uint32]) -> Spread:
    """How contributions are spread over the people who made them, 0 for an unknown author."""
    known = people[people != 0]
    voices, counts = np.unique(known, return_counts=True)
    unknown = len(people) - len(known)
    sizes, numbers = np.unique(counts, return_counts=True)
    histogram: Histogram = dict(zip(sizes.tolist(), numbers.tolist(), strict=True))
    if unknown:
        histogram[1] = histogram.get(1, 0) + unknown
    return Spread(histogram, unknown, voices, counts)


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
