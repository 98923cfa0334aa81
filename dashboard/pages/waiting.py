"""Waiting for an answer: topics that people spoke on and nobody answered, wherever they are."""

import asyncio
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response

from dashboard.reading import EVERY_VISIBILITY, reader
from dashboard.rendering import render
from dashboard.titles import title_of
from sinks.answers import answers
from sinks.answers import waiting as waiting_topics

MAX_TOPICS = 200
"""That are shown, those first that wait most."""


async def waiting(request: Request) -> Response:
    """The topics that wait in every consultation that may be read, or in one of them."""
    reads = reader(request)
    asked = request.query_params.get("consultation", "")
    readable = await reads.readable()
    shown = {asked: await reads.require(asked)} if asked else readable
    unanswered, answered = await asyncio.gather(
        reads.read(
            waiting_topics, datetime.now(UTC), list(shown), EVERY_VISIBILITY, MAX_TOPICS + 1
        ),
        reads.read(answers, list(shown), EVERY_VISIBILITY),
    )
    return render(
        request,
        "waiting.html",
        consultation=shown.get(asked),
        openings=readable,
        waiting=unanswered[:MAX_TOPICS],
        is_cut=len(unanswered) > MAX_TOPICS,
        title_of=title_of,
        answers=answered,
        may_answer={
            name
            for name, opening in shown.items()
            if reads.viewer.may_answer(name, opening["visibility"])
        },
    )
