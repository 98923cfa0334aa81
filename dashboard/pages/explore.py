"""Charts that tell their figures under a pointer: of a consultation, or of one of its topics.

The charts' specifications are fetched by the script; without it the page shows still pictures.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import NamedTuple

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from dashboard import charts
from dashboard.charts import Chart
from dashboard.i18n import Words
from dashboard.pages.consultation import draw_channels, draw_lorenz, draw_windows, read_spoken
from dashboard.reading import reader
from dashboard.remembered import remembered
from dashboard.rendering import render
from dashboard.titles import title_of
from schemas.policy import Policy
from schemas.records import Dominance
from sinks.queries import topic_state
from sinks.reading.dominance import dominance
from sinks.reading.filters import Filters
from sinks.reading.mixes import Day, Mixes
from sinks.reading.openings import Opening
from sinks.reading.policies import policy_in_force, policy_of


class Figures(NamedTuple):
    """What the charts are drawn from."""

    dominance: Dominance | None
    mixes: Mixes
    days: list[Day]
    policy: Policy


class Explored(NamedTuple):
    """A consultation, or one of its topics; without one, `topic` and `title` are empty."""

    opening: Opening
    topic: str
    title: str
    figures: Figures


CHARTS: Mapping[str, Callable[[Figures, Words], Chart | None]] = {
    "timeline": lambda figures, words: charts.timeline(figures.days, words, "timeline"),
    "lorenz": lambda figures, words: draw_lorenz(figures.dominance, words),
    "windows": lambda figures, words: draw_windows(figures.dominance, figures.policy, words),
    "channel": lambda figures, words: draw_channels(figures.mixes, words),
}
"""By their keys, in the order of the page."""


async def explore(request: Request) -> Response:
    """The charts, one below the other."""
    found = await _explored(request)
    drawn = await run_in_threadpool(
        lambda: [draw(found.figures, request.state.words) for draw in CHARTS.values()]
    )
    return render(
        request,
        "explore.html",
        consultation=found.opening,
        topic=found.topic,
        title=found.title,
        charts=[chart for chart in drawn if chart is not None],
    )


async def specification(request: Request) -> Response:
    """One chart in the language of Vega-Lite."""
    found = await _explored(request)
    draw = CHARTS.get(request.path_params["chart"])
    if draw is None:
        raise HTTPException(404)
    chart = await run_in_threadpool(draw, found.figures, request.state.words)
    if chart is None:
        raise HTTPException(404)
    return Response(chart.spec, media_type="application/json")


async def _explored(request: Request) -> Explored:
    """What is asked for.

    Raises:
        HTTPException: 404: it is not there, or not for this reader.
    """
    reads = reader(request)
    name: str = request.path_params["consultation"]
    topic = request.query_params.get("topic", "")
    opening = await reads.require(name)
    state = await remembered(reads, topic_state, name, topic) if topic else None
    if topic and state is None:
        raise HTTPException(404)
    row, (mixed, days), policies = await asyncio.gather(
        remembered(reads, dominance, name, topic),
        read_spoken(reads, name, Filters(topic=topic)),
        remembered(reads, policy_in_force),
    )
    figures = Figures(row, mixed, days, policy_of(policies, name))
    return Explored(opening, topic, title_of(state) if state else "", figures)
