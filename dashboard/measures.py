"""The thresholds of a policy in words, each with the measure that it belongs to."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from dashboard.i18n import Words
from schemas.policy import Policy

MEASURES = (
    "voices",
    "effective-voices",
    "shares",
    "gini",
    "half",
    "verdicts",
    "letters",
    "balanced",
    "flags",
    "windows",
    "posting-limit",
    "late",
    "waiting",
    "ambassadors",
    "quotes",
    "freshness",
    "open-data",
    "not-measured",
)
"""The parts of the page, in its order; what an address has after `#`."""


@dataclass(frozen=True)
class Threshold:
    """A field of a policy as people read it.

    Attributes:
        measure: One of `MEASURES`.
        field: Its name in the policy file, as `dominance.top1_share`.
        meaning: What it does.
        value: In force.
        default: Where nobody chose another.
    """

    measure: str
    field: str
    meaning: str
    value: str
    default: str


def thresholds(policy: Policy, words: Words) -> list[Threshold]:
    """Every field of a policy, in the order of the measures."""
    in_force, by_default = _values(policy, words), _values(Policy(), words)
    return [
        Threshold(measure, field, meaning, in_force[field], by_default[field])
        for measure, field, meaning in _meanings(words.gettext)
    ]


def _meanings(_: Callable[[str], str]) -> list[tuple[str, str, str]]:
    return [
        (
            "verdicts",
            "similarity.jaccard",
            _("Two texts are near the same when they share at least this part of all shingles"),
        ),
        (
            "verdicts",
            "similarity.containment",
            _("or when the longer one has at least this part of the shorter one's shingles"),
        ),
        (
            "verdicts",
            "similarity.containment_shingles",
            _("these two hold where the shorter text has at least so many different shingles"),
        ),
        (
            "verdicts",
            "similarity.jaccard_few",
            _(
                "with fewer shingles, all of them must be in the longer text, and make up at least"
                " this part of all"
            ),
        ),
        (
            "verdicts",
            "similarity.short_words",
            _("A text of fewer words is the same only as the same person's, to the letter"),
        ),
        (
            "verdicts",
            "similarity.short_characters",
            _("the same in characters, for languages that put no spaces between words"),
        ),
        (
            "letters",
            "letters.minimum_senders",
            _("Senders from which on a text is counted as a letter"),
        ),
        (
            "letters",
            "letters.burst_seconds",
            _("Length of a burst"),
        ),
        (
            "letters",
            "letters.burst_senders",
            _("Senders within that time that make a burst"),
        ),
        (
            "flags",
            "dominance.minimum_contributions",
            _("With fewer contributions a topic or consultation is not judged"),
        ),
        (
            "flags",
            "dominance.minimum_voices",
            _("With fewer voices a topic or consultation is not judged"),
        ),
        ("flags", "dominance.top1_share", _("Flagged is who wrote at least this part")),
        (
            "flags",
            "dominance.top5_share",
            _(
                "The five most active are flagged when they wrote at least this part together:"
                " those of them with at least a fifth of it"
            ),
        ),
        (
            "flags",
            "dominance.maximum_effective_voices",
            _("Flags are raised only where all contributions are worth at most so many voices"),
        ),
        ("windows", "dominance.windows", _("Lengths of the windows")),
        (
            "windows",
            "dominance.window_minimum_contributions",
            _("With fewer contributions a window is not judged"),
        ),
        (
            "windows",
            "dominance.window_top1_share",
            _("Flagged is who wrote at least this part of a window"),
        ),
        ("posting-limit", "posting_limit.posts", _("Contributions that a person may make")),
        ("posting-limit", "posting_limit.hours", _("within any time of this length")),
        ("posting-limit", "posting_limit.scope", _("counted over")),
    ]


def _values(policy: Policy, words: Words) -> dict[str, str]:
    """Every field as it is written, to its last digit."""
    _, ngettext = words.gettext, words.ngettext
    limit, dominance = policy.posting_limit, policy.dominance
    similarity, letters = policy.similarity, policy.letters

    def number(value: float) -> str:
        return words.number(value, _digits(value))

    def share(value: float) -> str:
        return words.percent(value, max(_digits(value) - 2, 0))

    def hours(value: float) -> str:
        days, rest = divmod(value, 24)
        if days > 1 and not rest:
            return ngettext("%(count)s day", "%(count)s days", int(days)) % {"count": number(days)}
        return ngettext("%(count)s hour", "%(count)s hours", round(value)) % {
            "count": number(value)
        }

    def seconds(value: int) -> str:
        return ngettext("%(count)s second", "%(count)s seconds", value) % {"count": number(value)}

    return {
        "posting_limit.posts": _("no limit") if limit.posts is None else number(limit.posts),
        "posting_limit.hours": hours(limit.hours),
        "posting_limit.scope": {"consultation": _("all topics of a consultation together")}[
            limit.scope
        ],
        "dominance.minimum_contributions": number(dominance.minimum_contributions),
        "dominance.minimum_voices": number(dominance.minimum_voices),
        "dominance.top1_share": share(dominance.top1_share),
        "dominance.top5_share": share(dominance.top5_share),
        "dominance.maximum_effective_voices": number(dominance.maximum_effective_voices),
        "dominance.window_minimum_contributions": number(dominance.window_minimum_contributions),
        "dominance.window_top1_share": share(dominance.window_top1_share),
        "dominance.windows": ", ".join(map(hours, dominance.windows)) or _("no windows"),
        "similarity.jaccard": share(similarity.jaccard),
        "similarity.containment": share(similarity.containment),
        "similarity.containment_shingles": number(similarity.containment_shingles),
        "similarity.jaccard_few": share(similarity.jaccard_few),
        "similarity.short_words": number(similarity.short_words),
        "similarity.short_characters": number(similarity.short_characters),
        "letters.minimum_senders": number(letters.minimum_senders),
        "letters.burst_seconds": seconds(letters.burst_seconds),
        "letters.burst_senders": number(letters.burst_senders),
    }


def _digits(value: float) -> int:
    """How many digits after the point a number needs to be written in full."""
    exponent = Decimal(str(value)).normalize().as_tuple().exponent
    return max(-int(exponent), 0)
