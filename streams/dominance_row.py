"""Who dominates a topic or a consultation: the row of `schemas.records.Dominance`."""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from schemas import records
from schemas.policy import HOUR_MS, Policy
from streams import flags, windows
from streams.dominance import Figures, Spread, figures, half_written_by, lorenz
from streams.output import iso

Pseudonym = Callable[[int], str]
"""The pseudonym of a participant's number."""


class Weights(NamedTuple):
    """What participants said, one element for each contribution.

    Attributes:
        spread: How it is spread over them.
        times: When each was said, Unix milliseconds.
        voices: Whose each is: a participant's number, or for an unknown author one below 0.
    """

    spread: Spread
    times: NDArray[np.int64]
    voices: NDArray[np.int64]


def dominance(
    consultation: str,
    topic: str,
    version: int,
    weights: Weights,
    pseudonym: Pseudonym,
    policy: Policy,
) -> records.Dominance:
    """The row of a topic, or with an empty `topic` of a consultation without its breaches."""
    spread = weights.spread
    own = spread.figures
    one_unknown = figures(spread.with_one_unknown)
    measured = _measured(weights, policy) if len(weights.times) else []
    return {
        "consultation": consultation,
        "topic": topic,
        "version": version,
        "contributions": own.contributions,
        "voices": own.voices,
        "top1_share": own.top1_share,
        "top5_share": own.top5_share,
        "gini": own.gini,
        "effective_voices_1": own.effective_voices_1,
        "effective_voices_2": own.effective_voices_2,
        "unknown_contributions": spread.unknown,
        "one_unknown_top1_share": one_unknown.top1_share,
        "one_unknown_top5_share": one_unknown.top5_share,
        "one_unknown_effective_voices_2": one_unknown.effective_voices_2,
        "half_written_by": half_written_by(spread.histogram),
        "topics": 0,
        "lorenz": lorenz(spread.histogram),
        "windows": [row for window in measured for row in window.rows(weights)],
        "flags": _flags(own, weights, measured, pseudonym, policy),
        "posts_over": 0,
        "people_over": 0,
        "breaches": [],
        "judgement": flags.judgement(own, policy),
        "policy": policy.hash,
    }


class _Measured(NamedTuple):
    """All windows of a length that have enough contributions to be judged."""

    hours: int
    judged: windows.Table

    @property
    def length(self) -> int:
        return self.hours * HOUR_MS

    def rows(self, weights: Weights) -> Iterator[records.Window]:
        """The worst and the latest."""
        for start in windows.worst(self.judged)["start"].tolist():
            yield self._row("worst", start, weights)
        yield self._row("latest", windows.latest(weights.times, self.length), weights)

    def _row(self, pick: str, start: int, weights: Weights) -> records.Window:
        histogram = windows.histogram(weights.times, weights.voices, start, self.length)
        inside = figures(histogram)
        return {
            "window": windows.name(self.hours),
            "pick": pick,
            "starts_at": iso(start),
            "ends_at": iso(start + self.length),
            "contributions": inside.contributions,
            "voices": inside.voices,
            "top1_share": inside.top1_share,
            "top5_share": inside.top5_share,
            "effective_voices_2": inside.effective_voices_2,
        }

    def peaks(self, weights: Weights, pseudonym: Pseudonym, policy: Policy) -> Iterator[flags.Peak]:
        """The worst window of each participant who dominates one."""
        share = policy.dominance.window_top1_share
        found = windows.peaks(weights.times, weights.voices, self.judged, self.length, share)
        for peak in found:
            yield flags.Peak(
                participant=pseudonym(int(peak["voice"])),
                wrote=int(peak["wrote"]),
                hours=self.hours,
                start=int(peak["start"]),
                contributions=int(peak["contributions"]),
                effective_voices=float(peak["effective_voices_2"]),
            )


def _measured(weights: Weights, policy: Policy) -> list[_Measured]:
    minimum = policy.dominance.window_minimum_contributions
    return [
        _Measured(
            hours,
            windows.judged_windows(weights.times, weights.voices, hours * HOUR_MS, minimum),
        )
        for hours in policy.dominance.windows
    ]


def _flags(
    own: Figures,
    weights: Weights,
    measured: list[_Measured],
    pseudonym: Pseudonym,
    policy: Policy,
) -> list[records.Flag]:
    most_active = [
        (pseudonym(participant) if participant else "", wrote)
        for participant, wrote in weights.spread.most_active(flags.places(policy))
    ]
    peaks = (peak for window in measured for peak in window.peaks(weights, pseudonym, policy))
    raised = [
        *flags.whole_flags(own, most_active, policy),
        *flags.window_flags(own, peaks, policy),
    ]
    # Participants are numbered as they come, which is not the same twice for a consultation.
    raised.sort(key=lambda flag: (flag.measure, flag.window, -flag.figure, flag.participant))
    return flag_rows(raised)


def flag_rows(raised: Iterable[flags.Flag]) -> list[records.Flag]:
    """Flags as their rows, in the same order."""
    return [
        {
            "participant": flag.participant,
            "measure": flag.measure.value,
            "window": flag.window,
            "starts_at": None if flag.window_start is None else iso(flag.window_start),
            "ends_at": None if flag.window_end is None else iso(flag.window_end),
            "figure": flag.figure,
            "threshold": flag.threshold,
            "sentence": flag.sentence,
        }
        for flag in raised
    ]
