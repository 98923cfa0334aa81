"""How charts look: colours, type and sizes, the same in every chart.

The colours are a dark blue, an orange and a light grey with an outline. They differ in lightness
too, so that they are told apart in print and by people who do not see some colours, and each has a
contrast of at least 3:1 to white and to what it stands beside, or an outline that has.
"""

import json
from collections.abc import Mapping
from itertools import count

import altair as alt

WIDTH = 440
"""Of a chart, in its own pixels: narrow, so that on a phone its texts can still be read."""

PADDING = 12
"""Around a chart: also what a label at the edge may be wider than it was measured."""

FONT_SIZE = 14
FONT = "system-ui, sans-serif"

INK = "#17212b"
SOFT_INK = "#52606d"
GRID = "#d5dae0"
PAPER = "#ffffff"
BLUE = "#083d6b"
ORANGE = "#cf7317"
GREY = "#f0f2f5"
OUTLINE = "#6b7785"
PALE_BLUE = "#c9def2"
PALE_ORANGE = "#fbe3c8"

MEASURED = "Liberation Sans"
"""In vl-convert, and as wide as Arial. What a reader's system has may be a sixth wider."""

_CHARACTER = 0.6 * FONT_SIZE


def theme(font: str) -> dict[str, object]:
    """Vega-Lite's configuration, with the font that texts are measured in."""
    return {
        "background": PAPER,
        "padding": PADDING,
        "font": font,
        "view": {"stroke": None},
        "text": {"font": font, "fontSize": FONT_SIZE, "color": INK},
        "axis": {
            "labelFont": font,
            "labelFontSize": FONT_SIZE,
            "labelColor": INK,
            "titleFont": font,
            "titleFontSize": FONT_SIZE,
            "titleFontWeight": "normal",
            "titleColor": INK,
            "titlePadding": 10,
            "gridColor": GRID,
            "domainColor": SOFT_INK,
            "tickColor": SOFT_INK,
        },
        "legend": {
            "labelFont": font,
            "labelFontSize": FONT_SIZE,
            "labelColor": INK,
            "labelLimit": WIDTH // 2 - 30,
            "columnPadding": 24,
            "title": None,
        },
    }


def width_of(text: str) -> float:
    """How many pixels a text takes at most, in any common font."""
    return _CHARACTER * len(text)


def axis(labels: Mapping[float, str], title: str | None, *, grid: bool = True) -> alt.Axis:
    """An axis with these labels at these values, written as given.

    The labels become part of an expression: they must be formatted numbers or dates, and nothing
    that users wrote.
    """
    by_value = {
        str(int(value)) if value == int(value) else repr(value): label
        for value, label in labels.items()
    }
    return alt.Axis(
        values=list(labels),
        labelExpr=f"{json.dumps(by_value)}[datum.value]",
        title=title,
        grid=grid,
        labelFlush=True,
        labelOverlap=True,
    )


def ticks(maximum: float, at_most: int = 4) -> list[int]:
    """Round numbers from 0 up to the maximum or the next one, by 1, 2 or 5 times a power of ten."""
    steps = (digit * 10**exponent for exponent in count() for digit in (1, 2, 5))
    step = next(step for step in steps if maximum / step <= at_most)
    last = max(step, -(-maximum // step) * step)
    return list(range(0, int(last) + 1, step))
