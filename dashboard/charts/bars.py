"""Horizontal bars, one below the other, each under its own label: the form of most charts here.

A label above its bar leaves the bar the whole width, and itself room for a long name.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import altair as alt

from dashboard.charts import theme
from dashboard.charts.chart import Caption, Chart, legible
from dashboard.charts.drawing import Row, data, draw

_ROW = 48
"""Pixels from a bar to the next, with its label."""

_BAR = 22
_BASELINE = 16
_INNER = theme.WIDTH - 2 * theme.PADDING
_LABEL_LIMIT = 280
_TIP = "tip"


class Paint(NamedTuple):
    """What a part of a bar looks like, and what stands in it."""

    fill: str
    stroke: str
    ink: str


DARK = Paint(theme.BLUE, theme.BLUE, theme.PAPER)
LIGHT = Paint(theme.GREY, theme.OUTLINE, theme.INK)
WARM = Paint(theme.ORANGE, theme.ORANGE, theme.INK)


class Segment(NamedTuple):
    """A part of a bar: its length, 0 to 1 of the width, and its text, where there is room for it.

    Attributes:
        texts: The first that fits stands in the segment.
        tip: What the interactive version says of it.
    """

    length: float
    paint: Paint
    tip: str
    texts: tuple[str, ...] = ()


class Bar(NamedTuple):
    """A bar of segments with its label and, at the right, its value."""

    label: str
    value: str
    segments: tuple[Segment, ...]


class Threshold(NamedTuple):
    """A line across all bars, 0 to 1 of the width, and what it means."""

    at: float
    label: str


def draw_bars(
    bars: Sequence[Bar],
    caption: Caption,
    legend: Sequence[tuple[str, Paint]] = (),
    threshold: Threshold | None = None,
) -> Chart:
    """A chart of bars, under a legend or the label of a threshold where there is one."""
    top = 26 if legend or threshold else 0
    labels: list[Row] = []
    segments: list[Row] = []
    texts: list[Row] = []
    for index, bar in enumerate(bars):
        above = top + index * _ROW
        labels.append(
            {"y": above + _BASELINE, "label": legible(bar.label), "value": legible(bar.value)}
        )
        start = 0.0
        for segment in bar.segments:
            end = min(start + segment.length, 1.0)
            place = {"x": start * _INNER, "x2": end * _INNER, "y": above + _BASELINE + 6}
            paint = {"fill": segment.paint.fill, "stroke": segment.paint.stroke}
            tip = {_TIP: legible(segment.tip)}
            segments.append({**place, **paint, **tip, "y2": place["y"] + _BAR})
            room = (end - start) * _INNER - 6
            text = next((text for text in segment.texts if theme.width_of(text) <= room), "")
            if text:
                texts.append(
                    {
                        "x": (place["x"] + place["x2"]) / 2,
                        "y": place["y"] + _BAR / 2,
                        "text": text,
                        "ink": segment.paint.ink,
                    }
                )
            start = end
    return draw(
        _form(top + len(bars) * _ROW - 2, legend=bool(legend), threshold=threshold is not None),
        {
            "labels": labels,
            "segments": segments,
            "texts": texts,
            "legend": [
                {
                    "x": index * _INNER / len(legend) + 8,
                    "y": 10,
                    "name": name,
                    "fill": paint.fill,
                    "stroke": paint.stroke,
                }
                for index, (name, paint) in enumerate(legend)
            ],
            "threshold": _line(threshold, top, len(bars)),
        },
        caption,
    )


def _line(threshold: Threshold | None, top: int, bars: int) -> list[Row]:
    if threshold is None:
        return []
    x = threshold.at * _INNER
    # The label ends at the line, or where it has to begin at the edge.
    return [
        {
            "x": x,
            "y": top - 4,
            "y2": top + bars * _ROW,
            "name": threshold.label,
            "name_x": max(x, min(theme.width_of(threshold.label), _INNER)),
        }
    ]


@lru_cache(maxsize=64)
def _form(height: int, *, legend: bool, threshold: bool) -> alt.LayerChart:
    across = alt.Scale(domain=[0, _INNER], nice=False, zero=False)
    down = alt.Scale(domain=[0, height], nice=False, zero=False, reverse=True)
    x = alt.X("x:Q", scale=across, axis=None)
    y = alt.Y("y:Q", scale=down, axis=None)
    fill = alt.Fill("fill:N", scale=None)
    stroke = alt.Stroke("stroke:N", scale=None)
    layers = [
        data("segments")
        .mark_rect(strokeWidth=1)
        .encode(x=x, x2="x2:Q", y=y, y2="y2:Q", fill=fill, stroke=stroke, tooltip=f"{_TIP}:N"),
        data("texts")
        .mark_text(baseline="middle", align="center")
        .encode(x=x, y=y, text="text:N", fill=alt.Fill("ink:N", scale=None)),
        data("labels")
        .mark_text(align="left", baseline="alphabetic", limit=_LABEL_LIMIT)
        .encode(x=alt.value(0), y=y, text="label:N"),
        data("labels")
        .mark_text(align="right", baseline="alphabetic")
        .encode(x=alt.value(_INNER), y=y, text="value:N"),
    ]
    if legend:
        layers += [
            data("legend")
            .mark_point(shape="square", size=180, strokeWidth=1, opacity=1)
            .encode(x=x, y=y, fill=fill, stroke=stroke),
            data("legend")
            .mark_text(align="left", baseline="middle", dx=14)
            .encode(x=x, y=y, text="name:N"),
        ]
    if threshold:
        layers += [
            data("threshold")
            .mark_rule(strokeDash=[5, 3], strokeWidth=2, color=theme.INK)
            .encode(x=x, y=y, y2="y2:Q"),
            data("threshold")
            .mark_text(align="right", baseline="bottom", dy=-2)
            .encode(x=alt.X("name_x:Q", scale=across, axis=None), y=y, text="name:N"),
        ]
    return alt.LayerChart(layer=list(layers), width=_INNER, height=height)
