"""Ambassadors: who was recognised, and who answers newcomers across groups."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response

from dashboard.reading import EVERY_VISIBILITY, reader
from dashboard.remembered import remembered
from dashboard.rendering import render
from sinks.people import NEWCOMER_DAYS, awards
from sinks.people import ambassadors as candidates_of

MAX_CANDIDATES = 50


async def ambassadors(request: Request) -> Response:
    """Recognitions awarded in a consultation, and candidates for ambassador."""
    name: str = request.path_params["consultation"]
    reads = reader(request)
    opening = await reads.require(name)
    awarded, candidates = await asyncio.gather(
        reads.read(awards, name, EVERY_VISIBILITY),
        remembered(reads, candidates_of, name, EVERY_VISIBILITY, MAX_CANDIDATES + 1),
    )
    return render(
        request,
        "ambassadors.html",
        consultation=opening,
        awards=awarded,
        candidates=candidates[:MAX_CANDIDATES],
        newcomer_days=NEWCOMER_DAYS,
        is_cut=len(candidates) > MAX_CANDIDATES,
    )
