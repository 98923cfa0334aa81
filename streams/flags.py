"""Who carries so much weight in the numbers that a reader should know? Figures against the policy.

A flag is about weight, never a judgement on a person: most who write much are helpful (Graham and
Wright 2014). No single figure raises one: a share counts only where there are voices enough to
judge and where all contributions are worth few effective voices.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from schemas.policy import HOUR_MS, Policy
from streams import windows
from streams.dominance import Figures
from streams.posting_limit import Breach

TOP: Final = 5
"""How many voices are the most active ones."""

WHOLE: Final = "all"
"""What the whole period is called among the windows."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# Not strftime's: those follow the machine's locale.
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


class Measure(StrEnum):
    """What a flag is about."""

    TOP1_SHARE = "top1_share"
    TOP5_SHARE = "top5_share"
    WINDOW_TOP1_SHARE = "window_top1_share"
    POSTING_LIMIT = "posting_limit"


class Flag(NamedTuple):
    """A participant's weight in the numbers, and why it is shown.

    Attributes:
        participant: Their pseudonym.
        measure: What is measured.
        window: `all` for the whole period, else the name of the window's length, as `1h`.
        window_start: In Unix ms; None for the whole period.
        window_end: Likewise; it is not part of the window.
        figure: The share, 0 to 1, or for the posting limit the number of posts over it.
        threshold: The policy's value for the measure.
        policy_hash: The policy that raised it.
        sentence: All of it in plain English.
    """

    participant: str
    measure: Measure
    window: str
    window_start: int | None
    window_end: int | None
    figure: float
    threshold: float
    policy_hash: str
    sentence: str


class Peak(NamedTuple):
    """The window in which a participant wrote most, of those of one length and a high share.

    Attributes:
        participant: Their pseudonym.
        wrote: Contributions of theirs in the window.
        hours: The window's length.
        start: Of the window, in Unix ms.
        contributions: All in the window.
        effective_voices: What those are worth (Hill number of order 2).
    """

    participant: str
    wrote: int
    hours: int
    start: int
    contributions: int
    effective_voices: float


def judgement(figures: Figures, policy: Policy) -> str:
    """Why a topic or consultation is not judged, in a sentence; empty where it is.

    Args:
        figures: Of the whole.
        policy: In force there.
    """
    limits = policy.dominance
    if (
        figures.contributions >= limits.minimum_contributions
        and figures.voices >= limits.minimum_voices
    ):
        return ""
    return (
        f"Too few voices to judge: {_number(figures.contributions, 'contribution')} by "
        f"{_number(figures.voices, 'voice')}; the policy judges from "
        f"{limits.minimum_contributions} by {limits.minimum_voices}."
    )


def places(policy: Policy) -> int:
    """How many of the most active voices `whole_flags` must know."""
    return max(TOP + 1, int(1 / policy.dominance.top1_share))


def whole_flags(
    figures: Figures, most_active: Sequence[tuple[str, int]], policy: Policy
) -> list[Flag]:
    """Flag who carries much weight in a whole topic or consultation.

    Every participant with the policy's `top1_share` or more; and when the five most active have its
    `top5_share` together, those of them with a fifth of it or more: beside one who wrote 25 of 43,
    four who wrote two each carry no weight. Of level ones of whom only some would be among the
    five, none is named. Where five or fewer take part, they are no group apart.

    Args:
        figures: Of the whole.
        most_active: Voices and their contributions, the most active first, an unknown author's
            pseudonym empty: at least `places`, or all there are.
        policy: In force there.
    """
    limits = policy.dominance
    if judgement(figures, policy) or not _few(figures.effective_voices_2, policy):
        return []
    total = figures.contributions
    worth = f"all are worth {figures.effective_voices_2:.1f} effective voices of {figures.voices}"
    bound = f"where all are worth at most {limits.maximum_effective_voices:g}"
    flags = [
        Flag(
            participant=participant,
            measure=Measure.TOP1_SHARE,
            window=WHOLE,
            window_start=None,
            window_end=None,
            figure=wrote / total,
            threshold=limits.top1_share,
            policy_hash=policy.hash,
            sentence=(
                f"{participant} wrote {_part(wrote, total)}; {worth}. The policy flags from "
                f"{_percent(limits.top1_share)} {bound}."
            ),
        )
        for participant, wrote in most_active
        if participant and wrote / total >= limits.top1_share
    ]
    if figures.voices <= TOP or figures.top5_share < limits.top5_share:
        return flags
    five, level = most_active[:TOP], most_active[TOP][1]
    each = limits.top5_share / TOP
    written = sum(wrote for _, wrote in five)
    return flags + [
        Flag(
            participant=participant,
            measure=Measure.TOP5_SHARE,
            window=WHOLE,
            window_start=None,
            window_end=None,
            figure=figures.top5_share,
            threshold=limits.top5_share,
            policy_hash=policy.hash,
            sentence=(
                f"The five most active, {participant} with {wrote} among them, wrote "
                f"{_part(written, total)}; {worth}. The policy flags from "
                f"{_percent(limits.top5_share)}, of the five those from {_percent(each)}, {bound}."
            ),
        )
        for participant, wrote in five
        if participant and wrote > level and wrote / total >= each
    ]


def window_flags(figures: Figures, peaks: Iterable[Peak], policy: Policy) -> list[Flag]:
    """Flag who carries much weight in a window.

    Args:
        figures: Of the whole topic or consultation: too few to judge it are too few for windows.
        peaks: What to hold against the policy.
        policy: In force there.
    """
    if judgement(figures, policy):
        return []
    limits = policy.dominance
    return [
        Flag(
            participant=peak.participant,
            measure=Measure.WINDOW_TOP1_SHARE,
            window=windows.name(peak.hours),
            window_start=peak.start,
            window_end=peak.start + peak.hours * HOUR_MS,
            figure=peak.wrote / peak.contributions,
            threshold=limits.window_top1_share,
            policy_hash=policy.hash,
            sentence=(
                f"{peak.participant} wrote {_part(peak.wrote, peak.contributions)} made between "
                f"{_between(peak.start, peak.start + peak.hours * HOUR_MS)}. The policy flags from "
                f"{_percent(limits.window_top1_share)} of at least "
                f"{limits.window_minimum_contributions}."
            ),
        )
        for peak in peaks
        if peak.participant
        and peak.contributions >= limits.window_minimum_contributions
        and peak.wrote / peak.contributions >= limits.window_top1_share
        and _few(peak.effective_voices, policy)
    ]


def posting_limit_flag(participant: str, breaches: Sequence[Breach], policy: Policy) -> list[Flag]:
    """Flag who posted over the posting limit: one flag, or none.

    Args:
        participant: Their pseudonym.
        breaches: Their posts over the limit of this policy, by time.
        policy: In force in the consultation.
    """
    limit = policy.posting_limit
    if not breaches or limit.posts is None:
        return []
    last = breaches[-1]
    sentence = (
        f"{participant} made {_number(len(breaches), 'contribution')} over the posting limit of "
        f"{limit.posts} in any {limit.hours:g} hours, the last on {_moment(last.at)} UTC; the "
        f"next is within the limit from {_moment(last.may_post_again_at)} UTC."
    )
    return [
        Flag(
            participant,
            Measure.POSTING_LIMIT,
            WHOLE,
            None,
            None,
            len(breaches),
            limit.posts,
            policy.hash,
            sentence,
        )
    ]


def _few(effective_voices: float, policy: Policy) -> bool:
    return effective_voices <= policy.dominance.maximum_effective_voices


def _number(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _part(wrote: int, total: int) -> str:
    return f"{wrote} of the {_number(total, 'contribution')} ({_percent(round(wrote / total, 2))})"


def _percent(share: float) -> str:
    return f"{100 * share:g} %"


def _between(start: int, end: int) -> str:
    """`6 July 2022, 19:00 and 20:00 UTC`, with the second date where it is another."""
    first, last = _moment(start), _moment(end)
    date, _, time = last.partition(", ")
    return f"{first} and {time if first.startswith(f'{date},') else last} UTC"


def _moment(milliseconds: int) -> str:
    """`6 July 2022, 19:00`, in UTC."""
    moment = _EPOCH + timedelta(milliseconds=milliseconds)
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}, {moment:%H:%M}"
