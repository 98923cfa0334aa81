"""The Lorenz curve: how evenly contributions spread over people.

People stand from the least active to the most; the curve is the share of contributions that all of
them up to here wrote (Lorenz 1905). Where everybody wrote equally much it is the diagonal.
"""

from bisect import bisect_left
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate, pairwise
from math import atan2, degrees

import altair as alt

from dashboard.charts import theme
from dashboard.charts.chart import Caption, Chart
from dashboard.charts.drawing import data, draw
from dashboard.charts.kept import kept
from dashboard.i18n import Words

MAX_POINTS = 60
_PLOT = 360
_HEIGHT = 330
"""The plot within its axes, in pixels."""

_DIAGONAL = degrees(atan2(_HEIGHT, _PLOT))

_TENTHS = tuple(tenth / 10 for tenth in range(1, 11))
_QUARTERS = (0.0, 0.25, 0.5, 0.75, 1.0)

Point = tuple[float, float]


@kept
def lorenz(
    points: Sequence[Point], half_written_by: int, voices: int, words: Words, key: str
) -> Chart | None:
    """The Lorenz curve, with a mark from where on the most active people wrote half.

    Args:
        points: Share of voices, share of contributions, from (0, 0) to (1, 1).
        half_written_by: The smallest number of people who wrote half.
        voices: How many people there are.
        words: The reader's language.
        key: Of the chart.

    Returns:
        None where nobody said anything.
    """
    if len(points) < 2 or not voices:  # noqa: PLR2004 (a curve has two ends)
        return None
    _ = words.gettext
    counts = {"count": words.number(half_written_by), "voices": words.number(voices)}
    half = (
        words.ngettext(
            "%(count)s person wrote half of it",
            "%(count)s people wrote half of it",
            half_written_by,
        )
        % counts
    )
    from_here = 1 - half_written_by / voices
    quarters = {share: words.percent(share) for share in _QUARTERS}
    return draw(
        _form(
            tuple(quarters.items()),
            _("People, the least active first"),
            _("Share of contributions"),
        ),
        {
            "curve": [
                {
                    "x": round(x, 4),
                    "y": round(y, 4),
                    "tip": f"{words.percent(x, 1)} → {words.percent(y, 1)}",
                }
                for x, y in thinned(points, MAX_POINTS)
            ],
            "equal": [{"x": 0, "y": 0}, {"x": 1, "y": 1}],
            "equal_label": [{"x": 0.5, "y": 0.5, "text": _("if all wrote equally much")}],
            "half": [
                {
                    "x": from_here,
                    "x2": 1,
                    "text": half,
                    # The text ends at the mark, or where it has to begin at the edge.
                    "text_x": min(1.0, max(from_here, theme.width_of(half) / _PLOT)),
                }
            ],
        },
        Caption(
            key=key,
            title=_("How evenly contributions spread over people"),
            description=words.ngettext(
                "Half of it was written by %(count)s of %(voices)s person: the further the curve"
                " hangs below the straight line, the fewer people wrote the most.",
                "Half of it was written by %(count)s of %(voices)s people: the further the curve"
                " hangs below the straight line, the fewer people wrote the most.",
                voices,
            )
            % counts,
            header=(_("People, the least active first"), _("Share of contributions")),
            rows=tuple(
                (words.percent(tenth), words.percent(height_at(points, tenth), 1))
                for tenth in _TENTHS
            ),
        ),
    )


def thinned(points: Sequence[Point], most: int) -> list[Point]:
    """At most so many of the points, evenly along the curve, with both ends."""
    if len(points) <= most:
        return list(points)
    steps = (abs(x2 - x1) + abs(y2 - y1) for (x1, y1), (x2, y2) in pairwise(points))
    passed = list(accumulate(steps, initial=0.0))
    wanted = (passed[-1] * step / (most - 1) for step in range(1, most - 1))
    inner = {bisect_left(passed, distance) for distance in wanted}
    return [points[index] for index in sorted(inner | {0, len(points) - 1})]


def height_at(points: Sequence[Point], share: float) -> float:
    """The share of contributions at a share of people, on the straight line between points."""
    after = bisect_left(points, share, key=lambda point: point[0])
    if after == 0:
        return points[0][1]
    if after == len(points):
        return points[-1][1]
    (x1, y1), (x2, y2) = points[after - 1], points[after]
    return y1 + (y2 - y1) * (share - x1) / (x2 - x1)


@lru_cache(maxsize=16)
def _form(
    quarters: tuple[tuple[float, str], ...], people: str, contributions: str
) -> alt.LayerChart:
    scale = alt.Scale(domain=[0, 1], nice=False)
    x = alt.X("x:Q", scale=scale, axis=theme.axis(dict(quarters), people))
    y = alt.Y("y:Q", scale=scale, axis=theme.axis(dict(quarters), contributions))
    top = alt.value(0)
    layers = (
        data("half")
        .mark_rect(color=theme.PALE_ORANGE)
        .encode(x=x, x2="x2:Q", y=top, y2=alt.value(_HEIGHT)),
        data("curve").mark_area(color=theme.PALE_BLUE).encode(x=x, y=y, y2="x:Q"),
        data("equal").mark_line(color=theme.SOFT_INK, strokeDash=[5, 4]).encode(x=x, y=y),
        data("equal_label")
        .mark_text(angle=360 - _DIAGONAL, baseline="bottom", dy=-5, color=theme.SOFT_INK)
        .encode(x=x, y=y, text="text:N"),
        data("half")
        .mark_rule(color=theme.ORANGE, strokeWidth=2)
        .encode(x=x, y=top, y2=alt.value(_HEIGHT)),
        data("curve").mark_line(color=theme.BLUE, strokeWidth=3).encode(x=x, y=y),
        # What a pointer finds more easily than a line.
        data("curve").mark_point(opacity=0, size=120).encode(x=x, y=y, tooltip="tip:N"),
        data("half")
        .mark_text(align="right", baseline="bottom", dy=-4, fontWeight="bold")
        .encode(x=alt.X("text_x:Q", scale=scale), y=top, text="text:N"),
    )
    return alt.LayerChart(layer=list(layers), width=_PLOT, height=_HEIGHT)
