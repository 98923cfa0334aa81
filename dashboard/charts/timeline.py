"""When people spoke, online and offline, and what of it arrived late."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple, TypedDict

import altair as alt

from dashboard.charts import theme
from dashboard.charts.chart import Caption, Chart
from dashboard.charts.drawing import Row, data, draw
from dashboard.charts.kept import kept
from dashboard.charts.periods import Length, Periods, periods
from dashboard.i18n import Words

_HEIGHT = 300
_GAP = 0.12
"""Of a column's width, on each side."""


class TimelineDay(TypedDict):
    """What was said on a day (UTC, by when it was said); what is late counts in the first two."""

    day: str
    online: int
    offline: int
    late_online: int
    late_offline: int


class _Kind(NamedTuple):
    """A part of a column: its field of `_Counts`, its name and its look."""

    field: str
    name: str
    fill: str
    stroke: str


class _Counts(NamedTuple):
    """Of a period: what came in time and what came late, each counted once."""

    offline: int
    offline_late: int
    online: int
    online_late: int


@kept
def timeline(days: Sequence[TimelineDay], words: Words, key: str) -> Chart | None:
    """Contributions by day, or by week, month or year where there are many days.

    Args:
        days: In any order, each once.
        words: The reader's language.
        key: Of the chart.

    Returns:
        None where nothing was said.
    """
    said = [day for day in days if day["online"] or day["offline"]]
    if not said:
        return None
    _ = words.gettext
    scale = periods(date.fromisoformat(day["day"]) for day in said)
    counts = _by_period(said, scale)
    kinds = (
        _Kind("offline", _("offline"), theme.ORANGE, theme.ORANGE),
        _Kind("offline_late", _("offline, arrived late"), theme.PALE_ORANGE, theme.ORANGE),
        _Kind("online", _("online"), theme.BLUE, theme.BLUE),
        _Kind("online_late", _("online, arrived late"), theme.PALE_BLUE, theme.BLUE),
    )
    used = tuple(kind for kind in kinds if any(getattr(row, kind.field) for row in counts.values()))
    heights = theme.ticks(max(sum(row) for row in counts.values()))
    return draw(
        _form(
            used,
            scale.span(),
            tuple((place, words.day(scale.start(place))) for place in scale.ticks()),
            tuple((height, words.number(height)) for height in heights),
            _("Contributions"),
        ),
        {"columns": _columns(counts, used, scale, words), "late": _late(counts)},
        Caption(
            key=key,
            title=_("When people spoke, online and offline"),
            description=_described(counts, words),
            header=(
                period_name(scale.length, words),
                _("Online"),
                _("Offline"),
                _("Online, arrived late"),
                _("Offline, arrived late"),
            ),
            rows=tuple(
                (
                    words.day(scale.start(place)),
                    words.number(row.online + row.online_late),
                    words.number(row.offline + row.offline_late),
                    words.number(row.online_late),
                    words.number(row.offline_late),
                )
                for place, row in counts.items()
            ),
        ),
    )


def period_name(length: Length, words: Words) -> str:
    """What a column of periods is called, of which the first days are shown."""
    match length:
        case Length.DAY:
            return words.gettext("Day")
        case Length.WEEK:
            return words.gettext("Week from")
        case Length.MONTH:
            return words.gettext("Month from")
        case Length.YEAR:
            return words.gettext("Year from")


def _described(counts: dict[int, _Counts], words: Words) -> str:
    offline, offline_late, online, online_late = (
        sum(part) for part in zip(*counts.values(), strict=True)
    )
    late = offline_late + online_late
    count = offline + online + late
    text = (
        words.ngettext(
            "%(count)s contribution, %(online)s online and %(offline)s offline; %(late)s of them"
            " arrived late (a triangle above the column).",
            "%(count)s contributions, %(online)s online and %(offline)s offline; %(late)s of them"
            " arrived late (a triangle above the column).",
            count,
        )
        if late
        else words.ngettext(
            "%(count)s contribution, %(online)s online and %(offline)s offline; none arrived late.",
            "%(count)s contributions, %(online)s online and %(offline)s offline; none arrived"
            " late.",
            count,
        )
    )
    return text % {
        "count": words.number(count),
        "online": words.number(online + online_late),
        "offline": words.number(offline + offline_late),
        "late": words.number(late),
    }


def _by_period(days: Sequence[TimelineDay], scale: Periods) -> dict[int, _Counts]:
    sums = defaultdict[int, _Counts](lambda: _Counts(0, 0, 0, 0))
    for day in days:
        place = scale.place(date.fromisoformat(day["day"]))
        before = sums[place]
        sums[place] = _Counts(
            before.offline + day["offline"] - day["late_offline"],
            before.offline_late + day["late_offline"],
            before.online + day["online"] - day["late_online"],
            before.online_late + day["late_online"],
        )
    return {place: sums[place] for place in sorted(sums)}


def _columns(
    counts: dict[int, _Counts], kinds: tuple[_Kind, ...], scale: Periods, words: Words
) -> list[Row]:
    """The parts of the columns. Those of one kind are neighbours, so that they become one path."""
    tops = dict.fromkeys(counts, 0)
    parts: list[Row] = []
    for kind in kinds:
        for place, row in counts.items():
            count = getattr(row, kind.field)
            if count:
                parts.append(
                    {
                        "x": place + _GAP,
                        "x2": place + 1 - _GAP,
                        "y": tops[place],
                        "y2": tops[place] + count,
                        "kind": kind.name,
                        "tip": f"{words.day(scale.start(place))}, {kind.name}: "
                        f"{words.number(count)}",
                    }
                )
                tops[place] += count
    return parts


def _late(counts: dict[int, _Counts]) -> list[Row]:
    return [
        {"x": place + 0.5, "y": sum(row)}
        for place, row in counts.items()
        if row.online_late or row.offline_late
    ]


@lru_cache(maxsize=64)
def _form(
    kinds: tuple[_Kind, ...],
    span: tuple[float, float],
    days: tuple[tuple[float, str], ...],
    heights: tuple[tuple[float, str], ...],
    contributions: str,
) -> alt.LayerChart:
    names = [kind.name for kind in kinds]
    legend = alt.Legend(orient="top", columns=2, symbolType="square", symbolStrokeWidth=1)
    x = alt.X(
        "x:Q",
        scale=alt.Scale(domain=list(span), nice=False),
        # A label stands under the middle of its column.
        axis=theme.axis({place + 0.5: day for place, day in days}, None, grid=False),
    )
    y = alt.Y(
        "y:Q",
        scale=alt.Scale(domain=[0, heights[-1][0]], nice=False),
        axis=theme.axis(dict(heights), contributions),
    )
    layers = (
        data("columns")
        .mark_rect(strokeWidth=1)
        .encode(
            x=x,
            x2="x2:Q",
            y=y,
            y2="y2:Q",
            fill=alt.Fill(
                "kind:N",
                scale=alt.Scale(domain=names, range=[kind.fill for kind in kinds]),
                legend=legend,
            ),
            stroke=alt.Stroke(
                "kind:N",
                scale=alt.Scale(domain=names, range=[kind.stroke for kind in kinds]),
                legend=legend,
            ),
            tooltip="tip:N",
        ),
        data("late")
        .mark_point(
            shape="triangle-down", size=24, yOffset=-7, filled=True, color=theme.INK, opacity=1
        )
        .encode(x=x, y=y),
    )
    return alt.LayerChart(
        layer=list(layers),
        width=theme.WIDTH,
        height=_HEIGHT,
        autosize=alt.AutoSizeParams(type="fit", contains="padding"),
    )
