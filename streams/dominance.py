"""How evenly are contributions spread over voices? The figures, from counts per voice.

No single figure decides: Gini calls two people, one with 65 %, equal (0.15); a top-k share says
nothing about how many others there are. So they stand together.
"""

from dataclasses import dataclass
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
    """

    counts: dict[str, int]
    histogram: dict[int, int]

    @classmethod
    def empty(cls) -> "Tally":
        """A tally without contributions."""
        return cls({}, {})

    def add(self, participant: str) -> None:
        """Count one contribution; the empty string is an unknown author."""
        count = 0
        if participant:
            count = self.counts.get(participant, 0)
            self.counts[participant] = count + 1
        histogram = self.histogram
        if count:
            if histogram[count] == 1:
                del histogram[count]
            else:
                histogram[count] -= 1
        histogram[count + 1] = histogram.get(count + 1, 0) + 1

    def figures(self) -> Figures:
        """The figures of what was counted so far."""
        return figures(self.histogram)


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
