"""One topic: who spoke, who dominates, what the others say, and what was answered."""

import asyncio
from collections.abc import Coroutine
from typing import NamedTuple

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from dashboard import charts
from dashboard.charts import Chart, Split
from dashboard.i18n import Words
from dashboard.pages.consultation import draw_spoken, draw_weights, late, policy_of
from dashboard.reading import EVERY_VISIBILITY, Reader, reader
from dashboard.remembered import remembered
from dashboard.rendering import render
from schemas.records import Summary
from sinks.letters import letters
from sinks.queries import topic_state
from sinks.quotes import Quote, quotes
from sinks.reading.dominance import dominance
from sinks.reading.filters import Filters
from sinks.reading.mixes import mixes, timeline
from sinks.reading.policies import policy_in_force
from sinks.reading.responses import responses
from sinks.terms import Term, key_terms

MAX_LETTERS = 10

PATIENCE_SECONDS = 0.3
"""How long a page waits for key terms and quotes; later ones come with its next refresh."""

_LATE = set[asyncio.Task[object]]()


class InTheirWords(NamedTuple):
    """The key terms of a topic, and quotes that have many of them."""

    terms: list[Term]
    quotes: list[Quote]


class Opinions(NamedTuple):
    """The pictures of what people say; None where nobody does."""

    stance: Chart | None
    support: Chart | None


async def topic(request: Request) -> Response:
    """What was said on a topic, every raw figure beside a balanced one."""
    consultation: str = request.path_params["consultation"]
    name: str = request.path_params["topic"]
    words: Words = request.state.words
    reads = reader(request)
    opening = await reads.require(consultation)
    state = await reads.read(topic_state, consultation, name)
    if state is None:
        raise HTTPException(404)
    policy = policy_of(await reads.read(policy_in_force), consultation)
    asked = Filters(topic=name)
    async with asyncio.TaskGroup() as group:
        row = group.create_task(reads.read(dominance, consultation, name))
        mixed = group.create_task(remembered(reads, mixes, consultation, asked))
        days = group.create_task(remembered(reads, timeline, consultation, asked))
        said = group.create_task(_soon(_in_their_words(reads, consultation, name)))
        sent = group.create_task(
            remembered(
                reads,
                letters,
                consultation,
                name,
                EVERY_VISIBILITY,
                minimum_senders=policy.letters.minimum_senders,
                limit=MAX_LETTERS,
            )
        )
        answered = group.create_task(reads.read(responses, consultation, name))
    return render(
        request,
        "topic.html",
        consultation=opening,
        topic=state,
        policy=policy,
        dominance=row.result(),
        mixes=mixed.result(),
        late=sum(late(day) for day in days.result()),
        in_their_words=said.result(),
        letters=sent.result(),
        responses=answered.result(),
        may_answer=reads.viewer.may_answer(consultation, opening["visibility"]),
        opinions=await run_in_threadpool(draw_opinions, state, words),
        spoken=await run_in_threadpool(draw_spoken, mixed.result(), days.result(), words),
        weights=await run_in_threadpool(draw_weights, row.result(), policy, words),
    )


def draw_opinions(state: Summary, words: Words, key: str = "") -> Opinions:
    """Draw what people say and how they voted, as counted and balanced.

    Args:
        state: Of the topic.
        words: The reader's language.
        key: What the charts' keys begin with.
    """
    return Opinions(
        stance=charts.stance(
            Split(state["stance_for"], state["stance_neutral"], state["stance_against"]),
            Split(state["balanced_for"], state["balanced_neutral"], state["balanced_against"]),
            Split(state["letters_for"], state["letters_neutral"], state["letters_against"]),
            words,
            f"{key}stance",
        ),
        support=charts.support(
            Split(state["support_for"], state["support_pass"], state["support_against"]),
            Split(
                state["balanced_support_for"],
                state["balanced_support_pass"],
                state["balanced_support_against"],
            ),
            Split(
                state["letters_support_for"],
                state["letters_support_pass"],
                state["letters_support_against"],
            ),
            words,
            f"{key}support",
        ),
    )


async def _in_their_words(reads: Reader, consultation: str, topic: str) -> InTheirWords:
    terms = await remembered(reads, key_terms, consultation, topic, EVERY_VISIBILITY)
    wanted = tuple(term["term"] for term in terms)
    return InTheirWords(
        terms, await remembered(reads, quotes, consultation, topic, wanted, EVERY_VISIBILITY)
    )


async def _soon(reading: Coroutine[object, object, InTheirWords]) -> InTheirWords | None:
    """What is found within the time that a page waits; the rest is read for the next one."""
    task = asyncio.create_task(reading)
    await asyncio.wait({task}, timeout=PATIENCE_SECONDS)
    if task.done():
        return task.result()
    # The loop itself holds tasks by weak references only.
    _LATE.add(task)
    task.add_done_callback(_LATE.discard)
    return None
