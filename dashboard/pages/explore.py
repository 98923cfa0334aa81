"""Charts that tell their figures under a pointer: of a consultation, or of one of its topics.

The charts' specifications are fetched by the script; without it the page shows still pictures.
"""

import asyncio

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from dashboard.charts import Chart
from dashboard.i18n import Words
from dashboard.pages.consultation import draw_spoken, draw_weights, policy_of
from dashboard.reading import Reader, reader
from dashboard.rendering import render
from sinks.queries import topic_state
from sinks.reading.dominance import dominance
from sinks.reading.filters import Filters
from sinks.reading.mixes import mixes, timeline
from sinks.reading.openings import Opening
from sinks.reading.policies import policy_in_force


async def explore(request: Request) -> Response:
    """The charts, one below the other."""
    opening, drawn = await _charts(request)
    topic = request.query_params.get("topic", "")
    return render(
        request, "explore.html", consultation=opening, topic=topic, charts=list(drawn.values())
    )


async def specification(request: Request) -> Response:
    """One chart in the language of Vega-Lite."""
    _, drawn = await _charts(request)
    found = drawn.get(request.path_params["chart"])
    if found is None:
        raise HTTPException(404)
    return Response(found.spec, media_type="application/json")


async def _charts(request: Request) -> tuple[Opening, dict[str, Chart]]:
    """The consultation, and by their keys the charts for which there is something to draw."""
    reads = reader(request)
    name: str = request.path_params["consultation"]
    topic = request.query_params.get("topic", "")
    opening = await reads.require(name)
    if topic and await reads.read(topic_state, name, topic) is None:
        raise HTTPException(404)
    drawn = await _draw(reads, name, topic, request.state.words)
    return opening, {chart.key: chart for chart in drawn if chart is not None}


async def _draw(reads: Reader, name: str, topic: str, words: Words) -> list[Chart | None]:
    asked = Filters(topic=topic)
    async with asyncio.TaskGroup() as group:
        row = group.create_task(reads.read(dominance, name, topic))
        mixed = group.create_task(reads.read(mixes, name, asked))
        days = group.create_task(reads.read(timeline, name, asked))
        policies = group.create_task(reads.read(policy_in_force))
    policy = policy_of(policies.result(), name)
    spoken = await run_in_threadpool(draw_spoken, mixed.result(), days.result(), words)
    weights = await run_in_threadpool(draw_weights, row.result(), policy, words)
    return [spoken.timeline, weights.lorenz, weights.windows, spoken.channel]
