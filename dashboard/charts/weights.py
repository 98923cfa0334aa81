"""How much one person weighs: in windows of time, and in the whole with and without them."""

from collections.abc import Sequence

from dashboard.charts.bars import DARK, WARM, Bar, Segment, Threshold, draw_bars
from dashboard.charts.chart import Caption, Chart
from dashboard.charts.kept import kept
from dashboard.i18n import Words
from schemas.records import Window


@kept
def windows(windows: Sequence[Window], threshold: float, words: Words, key: str) -> Chart | None:
    """The share of the most active person in the worst and the latest window of each length.

    Args:
        windows: As a row of `dominance` has them.
        threshold: The share from which on a window is flagged, 0 to 1.
        words: The reader's language.
        key: Of the chart.

    Returns:
        None where there are no windows.
    """
    if not windows:
        return None
    _ = words.gettext
    picks = {"worst": _("most one-sided"), "latest": _("latest")}
    named = [
        (f"{_length(window['window'], words)}, {picks[window['pick']]}", window)
        for window in windows
    ]
    worst = max(windows, key=lambda window: window["top1_share"])
    return draw_bars(
        [
            Bar(
                name,
                words.share(window["top1_share"]),
                (
                    Segment(
                        window["top1_share"],
                        WARM if window["top1_share"] >= threshold else DARK,
                        f"{words.moment(window['starts_at'])} → {words.moment(window['ends_at'])}",
                    ),
                ),
            )
            for name, window in named
        ],
        Caption(
            key=key,
            title=_("The most active person's share in windows of time"),
            description=_(
                "In the most one-sided window, %(length)s from %(from)s on, one person wrote"
                " %(share)s."
            )
            % {
                "length": _length(worst["window"], words),
                "from": words.moment(worst["starts_at"]),
                "share": words.share(worst["top1_share"]),
            },
            header=(
                _("Window"),
                _("From"),
                _("Until"),
                _("Contributions"),
                _("Voices"),
                _("Share of the most active"),
                _("Effective voices"),
            ),
            rows=tuple(
                (
                    name,
                    words.moment(window["starts_at"]),
                    words.moment(window["ends_at"]),
                    words.number(window["contributions"]),
                    words.number(window["voices"]),
                    words.percent(window["top1_share"], 1),
                    words.number(window["effective_voices_2"], 1),
                )
                for name, window in named
            ),
        ),
        threshold=Threshold(
            threshold, _("flagged from %(share)s on") % {"share": words.share(threshold)}
        ),
    )


@kept
def spread(now: float, without: float, words: Words, key: str) -> Chart | None:
    """Effective voices (Hill number of order 2) with and without a person.

    Returns:
        None where there are none.
    """
    _ = words.gettext
    most = max(now, without)
    if not most:
        return None
    named = ((_("With this person"), now, WARM), (_("Without this person"), without, DARK))
    return draw_bars(
        [
            Bar(
                name,
                words.number(voices, 1),
                (Segment(voices / most, paint, words.number(voices, 1)),),
            )
            for name, voices, paint in named
        ],
        Caption(
            key=key,
            title=_("Effective voices with and without this person"),
            description=_(
                "With this person it is as if %(now)s people had spoken equally much,"
                " and without them as if %(without)s had."
            )
            % {"now": words.number(now, 1), "without": words.number(without, 1)},
            header=(_("Who is counted"), _("Effective voices")),
            rows=tuple((name, words.number(voices, 1)) for name, voices, _paint in named),
        ),
    )


def _length(window: str, words: Words) -> str:
    """The length of a window, as `24h` or `7d`, in words."""
    count = int(window[:-1])
    if window.endswith("d"):
        text = words.ngettext("%(count)s day", "%(count)s days", count)
    else:
        text = words.ngettext("%(count)s hour", "%(count)s hours", count)
    return text % {"count": words.number(count)}
