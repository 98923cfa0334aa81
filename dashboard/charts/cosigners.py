"""How many had sent a letter, day by day, and the seconds in which many sent it at once."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache

import altair as alt

from dashboard.charts import theme
from dashboard.charts.chart import Caption, Chart
from dashboard.charts.drawing import Row, data, draw
from dashboard.charts.kept import kept
from dashboard.charts.periods import periods
from dashboard.charts.timeline import period_name
from dashboard.i18n import Words
from sinks.letters import Burst, Growth

_HEIGHT = 280


@kept
def cosigners(
    growth: Sequence[Growth], bursts: Sequence[Burst], words: Words, key: str
) -> Chart | None:
    """The senders of a letter over time, with its bursts marked.

    Args:
        growth: In the order of time.
        bursts: In the order of time.
        words: The reader's language.
        key: Of the chart.

    Returns:
        None where nobody sent it.
    """
    if not growth:
        return None
    _ = words.gettext
    scale = periods(date.fromisoformat(step["day"]) for step in growth)
    senders = {scale.place(date.fromisoformat(step["day"])): step["senders"] for step in growth}
    largest: dict[int, int] = {}
    for burst in bursts:
        place = min(max(scale.place(date.fromisoformat(burst["at"][:10])), 0), len(scale) - 1)
        largest[place] = max(largest.get(place, 0), burst["senders"])
    reached = growth[-1]["senders"]
    heights = theme.ticks(reached)
    return draw(
        _form(
            scale.span(),
            tuple((place, words.day(scale.start(place))) for place in scale.ticks()),
            tuple((height, words.number(height)) for height in heights),
            _("Senders"),
        ),
        {
            "senders": _steps(senders, scale.span()),
            "tips": [
                {
                    "x": place + 0.5,
                    "y": count,
                    "tip": f"{words.day(scale.start(place))}: {words.number(count)}",
                }
                for place, count in senders.items()
            ],
            "bursts": [
                {
                    "x": place + 0.5,
                    "y": max(count for at, count in senders.items() if at <= place),
                    "tip": _("%(count)s in one second") % {"count": words.number(count)},
                }
                for place, count in largest.items()
            ],
        },
        Caption(
            key=key,
            title=_("How many had sent this letter"),
            description=_described(growth, bursts, words),
            header=(period_name(scale.length, words), _("Senders so far"), _("Largest burst")),
            rows=tuple(
                (
                    words.day(scale.start(place)),
                    words.number(count),
                    words.number(largest[place]) if place in largest else "",
                )
                for place, count in senders.items()
            ),
        ),
    )


def _described(growth: Sequence[Growth], bursts: Sequence[Burst], words: Words) -> str:
    sent = words.ngettext(
        "%(count)s sender by %(day)s.", "%(count)s senders by %(day)s.", growth[-1]["senders"]
    ) % {"count": words.number(growth[-1]["senders"]), "day": words.day(growth[-1]["day"])}
    if not bursts:
        return sent
    largest = max(bursts, key=lambda burst: burst["senders"])
    burst_text = words.gettext(
        "The largest burst (a diamond): %(count)s senders within one second, %(at)s."
    ) % {"count": words.number(largest["senders"]), "at": words.moment(largest["at"])}
    return f"{sent} {burst_text}"


def _steps(senders: dict[int, int], span: tuple[float, float]) -> list[Row]:
    """From nobody up to all of them: the corners of the stairs, each in its period's middle."""
    corners: list[Row] = [{"x": span[0], "y": 0}]
    corners += [{"x": place + 0.5, "y": count} for place, count in senders.items()]
    return [*corners, {"x": span[1], "y": corners[-1]["y"]}]


@lru_cache(maxsize=64)
def _form(
    span: tuple[float, float],
    days: tuple[tuple[float, str], ...],
    heights: tuple[tuple[float, str], ...],
    senders: str,
) -> alt.LayerChart:
    x = alt.X(
        "x:Q",
        scale=alt.Scale(domain=list(span), nice=False),
        axis=theme.axis({place + 0.5: day for place, day in days}, None, grid=False),
    )
    y = alt.Y(
        "y:Q",
        scale=alt.Scale(domain=[0, heights[-1][0]], nice=False),
        axis=theme.axis(dict(heights), senders),
    )
    layers = (
        data("senders")
        .mark_area(interpolate="step-after", color=theme.PALE_BLUE)
        .encode(x=x, y=y, y2=alt.datum(0)),
        data("senders")
        .mark_line(interpolate="step-after", color=theme.BLUE, strokeWidth=3)
        .encode(x=x, y=y),
        # What a pointer finds more easily than a line.
        data("tips").mark_point(opacity=0, size=120).encode(x=x, y=y, tooltip="tip:N"),
        data("bursts")
        .mark_point(
            shape="diamond", size=130, filled=True, color=theme.ORANGE, stroke=theme.INK, opacity=1
        )
        .encode(x=x, y=y, tooltip="tip:N"),
    )
    return alt.LayerChart(
        layer=list(layers),
        width=theme.WIDTH,
        height=_HEIGHT,
        autosize=alt.AutoSizeParams(type="fit", contains="padding"),
    )
