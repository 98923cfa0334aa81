"""One topic: who spoke, who dominates, what the others say, and what was answered."""

import asyncio
from collections.abc import Coroutine
from typing import Literal, NamedTuple

import structlog
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from dashboard import charts
from dashboard.charts import Chart, Split
from dashboard.i18n import Words
from dashboard.pages.consultation import draw_spoken, draw_weights, late, read_spoken
from dashboard.reading import EVERY_VISIBILITY, Reader, reader
from dashboard.remembered import remembered
from dashboard.rendering import render
from dashboard.titles import title_of
from schemas.records import Summary
from sinks.letters import letters
from sinks.queries import topic_state
from sinks.quotes import Quote, quotes
from sinks.reading.dominance import dominance
from sinks.reading.filters import MAX_SEARCH_CHARACTERS, Filters
from sinks.reading.policies import policy_in_force, policy_of
from sinks.reading.responses import responses
from sinks.terms import Term, key_terms

MAX_LETTERS = 10

PATIENCE_SECONDS = 0.3
"""How long a page waits for key terms and quotes; later ones come with its next refresh."""

_LATE = set[asyncio.Task["InTheirWords"]]()
"""What is still looked for; the loop itself holds tasks by weak references only."""

_log = structlog.get_logger("dashboard.topic")


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
    row, (mixed, days), said, sent, answered = await asyncio.gather(
        reads.read(dominance, consultation, name),
        read_spoken(reads, consultation, Filters(topic=name)),
        _soon(_in_their_words(reads, consultation, name)),
        remembered(
            reads,
            letters,
            consultation,
            name,
            EVERY_VISIBILITY,
            rules=policy.letters,
            limit=MAX_LETTERS,
        ),
        reads.read(responses, consultation, name),
    )
    return render(
        request,
        "topic.html",
        consultation=opening,
        topic=state,
        title=title_of(state),
        policy=policy,
        dominance=row,
        mixes=mixed,
        late=sum(map(late, days)),
        in_their_words=said,
        longest_search=MAX_SEARCH_CHARACTERS,
        letters=sent,
        responses=answered,
        may_answer=reads.viewer.may_answer(consultation, opening["visibility"]),
        opinions=await run_in_threadpool(draw_opinions, state, words),
        spoken=await run_in_threadpool(draw_spoken, mixed, days, words),
        weights=await run_in_threadpool(draw_weights, row, policy, words),
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


async def terms_of(reads: Reader, consultation: str, topic: str) -> list[Term]:
    """The key terms of a topic. Those of all topics cost as much, and are remembered for all."""
    found = await remembered(reads, key_terms, consultation, None, EVERY_VISIBILITY)
    return [term for term in found if term["topic"] == topic]


async def _in_their_words(reads: Reader, consultation: str, topic: str) -> InTheirWords:
    terms = await terms_of(reads, consultation, topic)
    wanted = tuple(term["term"] for term in terms)
    return InTheirWords(
        terms, await remembered(reads, quotes, consultation, topic, wanted, EVERY_VISIBILITY)
    )


async def _soon(
    reading: Coroutine[object, object, InTheirWords],
) -> InTheirWords | Literal["soon", "lost"]:
    """What is found within the time that a page waits; the rest is read for the next one.

    Returns:
        `soon` while it is looked for, `lost` where it could not be found.
    """
    task = asyncio.create_task(reading)
    _LATE.add(task)
    task.add_done_callback(_ended)
    await asyncio.wait({task}, timeout=PATIENCE_SECONDS)
    if not task.done():
        return "soon"
    return "lost" if _failure(task) else task.result()


def _ended(task: asyncio.Task[InTheirWords]) -> None:
    """Let a task go; of what went wrong its kind is told, since a message may hold texts."""
    _LATE.discard(task)
    if failure := _failure(task):
        _log.warning("key terms and quotes were not found", error=failure)


def _failure(task: asyncio.Task[InTheirWords]) -> str:
    """The kind of what went wrong in a task that is over; empty where nothing did."""
    error = asyncio.CancelledError() if task.cancelled() else task.exception()
    return type(error).__name__ if error else ""
