"""Shares of a whole: what people said and voted, counted in three ways; and mixes of anything."""

from collections.abc import Sequence
from typing import NamedTuple

from dashboard.charts.bars import DARK, LIGHT, WARM, Bar, Segment, draw_bars
from dashboard.charts.chart import Caption, Chart, legible
from dashboard.charts.kept import kept
from dashboard.i18n import Words

MAX_BARS = 10
MAX_ROWS = 100
"""Of the table of a mix; as in the picture, the rest is one row."""


class Split(NamedTuple):
    """What was said or voted: how much is for it, in between (neutral, or a pass) and against."""

    for_: float
    between: float
    against: float


@kept
def stance(raw: Split, balanced: Split, letters: Split, words: Words, key: str) -> Chart | None:
    """What people say as counted, with one vote for each voice, and with one for each letter.

    Args:
        raw: Contributions that state a stance.
        balanced: The same with one vote for every voice.
        letters: The same with one for every group of one wording.
        words: The reader's language.
        key: Of the chart.

    Returns:
        None where nobody states a stance.
    """
    _ = words.gettext
    return _three_ways(
        (raw, balanced, letters),
        (_("For"), _("Neutral"), _("Against")),
        (
            words.ngettext("%(count)s contribution", "%(count)s contributions", round(sum(raw))),
            words.ngettext("%(count)s person", "%(count)s people", round(sum(balanced))),
            words.ngettext(
                "%(count)s different text", "%(count)s different texts", round(sum(letters))
            ),
        ),
        _("What people say, counted in three ways"),
        _(
            "For: %(raw)s as counted, %(balanced)s where every person has one voice,"
            " %(letters)s where every text has one voice."
        ),
        words,
        key,
    )


@kept
def support(raw: Split, balanced: Split, letters: Split, words: Words, key: str) -> Chart | None:
    """How people voted, as `stance`; between for and against are those who passed.

    Returns:
        None where nobody voted.
    """
    _ = words.gettext
    return _three_ways(
        (raw, balanced, letters),
        (_("Agree"), _("Pass"), _("Disagree")),
        (
            words.ngettext("%(count)s vote", "%(count)s votes", round(sum(raw))),
            words.ngettext("%(count)s voter", "%(count)s voters", round(sum(balanced))),
            words.ngettext("%(count)s vote", "%(count)s votes", round(sum(letters))),
        ),
        _("Votes on single contributions, counted in three ways"),
        _(
            "Agree: %(raw)s of votes as counted, %(balanced)s where every voter has one voice,"
            " %(letters)s where the copies of a text count as one contribution. A vote is on a"
            " contribution, and none on the topic."
        ),
        words,
        key,
    )


@kept
def mix(title: str, shares: Sequence[tuple[str, int]], words: Words, key: str) -> Chart | None:
    """The shares of a whole, the largest first.

    Args:
        title: What it is a mix of.
        shares: Each with its name, as it is to be shown (empty: not stated), and its contributions.
        words: The reader's language.
        key: Of the chart.

    Returns:
        None where there are no contributions.
    """
    total = sum(count for _, count in shares)
    if not total:
        return None
    ranked = sorted(
        ((legible(name) or words.gettext("Not stated"), count) for name, count in shares if count),
        key=lambda share: (-share[1], share[0]),
    )
    first, most = ranked[0]
    return draw_bars(
        [
            Bar(
                name,
                f"{words.percent(count / total)} ({words.number(count)})",
                (Segment(count / total, DARK, f"{name}: {words.number(count)}"),),
            )
            for name, count in _shortened(ranked, MAX_BARS, words)
        ],
        Caption(
            key=key,
            title=legible(title),
            description=words.gettext("The largest part is %(name)s with %(share)s.")
            % {"name": first, "share": words.percent(most / total)},
            header=(
                words.gettext("Part"),
                words.gettext("Contributions"),
                words.gettext("Share"),
            ),
            rows=tuple(
                (name, words.number(count), words.percent(count / total, 1))
                for name, count in _shortened(ranked, MAX_ROWS, words)
            ),
        ),
    )


def _three_ways(
    splits: tuple[Split, Split, Split],
    names: tuple[str, str, str],
    totals: tuple[str, str, str],
    title: str,
    description: str,
    words: Words,
    key: str,
) -> Chart | None:
    _ = words.gettext
    if not sum(splits[0]):
        return None
    paints = (DARK, LIGHT, WARM)
    ways = (_("As counted"), _("One person, one voice"), _("One text, one voice"))
    bars = []
    rows = []
    for way, split, counted in zip(ways, splits, totals, strict=True):
        total = sum(split)
        whole = counted % {"count": words.number(total)}
        shares = [part / total if total else 0.0 for part in split]
        bars.append(
            Bar(
                way,
                whole,
                tuple(
                    Segment(
                        share,
                        paint,
                        f"{name}: {words.percent(share, 1)}",
                        (f"{name} {words.percent(share)}", words.percent(share)),
                    )
                    for name, share, paint in zip(names, shares, paints, strict=True)
                    if share
                ),
            )
        )
        rows.append((way, *(words.percent(share, 1) for share in shares), whole))
    raw, balanced, letters = (
        words.percent(split.for_ / sum(split) if sum(split) else 0.0) for split in splits
    )
    return draw_bars(
        bars,
        Caption(
            key=key,
            title=title,
            description=description % {"raw": raw, "balanced": balanced, "letters": letters},
            header=(_("Way of counting"), *names, _("Counted in all")),
            rows=tuple(rows),
        ),
        legend=list(zip(names, paints, strict=True)),
    )


def _shortened(ranked: Sequence[tuple[str, int]], most: int, words: Words) -> list[tuple[str, int]]:
    """The largest, and all the others as one where there are more."""
    if len(ranked) <= most:
        return list(ranked)
    rest = ranked[most - 1 :]
    name = words.gettext("%(count)s others") % {"count": words.number(len(rest))}
    return [*ranked[: most - 1], (name, sum(count for _, count in rest))]
