"""A consultation on paper: what to hand to those who decide."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import NamedTuple

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response as Answer

from dashboard.i18n import Words
from dashboard.pages.consultation import draw_weights, most_said_first
from dashboard.pages.consultations import stage
from dashboard.pages.topic import Opinions, draw_opinions
from dashboard.reading import EVERY_VISIBILITY, Reader, reader
from dashboard.remembered import remembered
from dashboard.rendering import render
from dashboard.titles import title_of
from schemas.records import Dominance, Summary
from sinks.answers import answers
from sinks.queries import topic_state
from sinks.quotes import Quote, quotes
from sinks.reading.dominance import dominance
from sinks.reading.overview import TopicRow, overview, topics
from sinks.reading.policies import policy_in_force, policy_of
from sinks.reading.responses import Response, responses
from sinks.terms import key_terms

MAX_TOPICS = 25
"""In full, those on which most was said; the others stand in the table alone."""

QUOTES = 2

_AT_ONCE = 2
"""Topics that are read at once: a long report leaves the database to other readers too."""


class Section(NamedTuple):
    """A topic in the report."""

    title: str
    topic: Summary
    dominance: Dominance | None
    terms: Sequence[str]
    quotes: Sequence[Quote]
    responses: Sequence[Response]


async def report(request: Request) -> Answer:
    """The printable report of a consultation."""
    name: str = request.path_params["consultation"]
    words: Words = request.state.words
    reads = reader(request)
    opening = await reads.require(name)
    (figures,), listed, whole, answered, policies, terms = await asyncio.gather(
        reads.read(overview, [name]),
        reads.read(topics, name),
        reads.read(dominance, name),
        reads.read(answers, [name], EVERY_VISIBILITY),
        reads.read(policy_in_force),
        _terms(reads, name),
    )
    ranked, policy = most_said_first(listed), policy_of(policies, name)
    few = asyncio.Semaphore(_AT_ONCE)
    sections = await asyncio.gather(
        *(_section(reads, name, topic, terms, few) for topic in ranked[:MAX_TOPICS])
    )
    now = datetime.now(UTC)
    told = [section for section in sections if section is not None]
    weights, opinions = await run_in_threadpool(
        lambda: (draw_weights(whole, policy, words), _opinions(told, words))
    )
    return render(
        request,
        "report.html",
        consultation=opening,
        figures=figures,
        stage=stage(figures, now),
        dominance=whole,
        answers=next(iter(answered), None),
        weights=weights,
        topics=ranked,
        sections=list(zip(told, opinions, strict=True)),
        policy=policy,
        licence=request.app.state.config.licence,
    )


async def _terms(reads: Reader, consultation: str) -> Mapping[str, Sequence[str]]:
    """The key terms of each topic."""
    found = defaultdict[str, list[str]](list)
    for term in await remembered(reads, key_terms, consultation, None, EVERY_VISIBILITY):
        found[term["topic"]].append(term["term"])
    return found


async def _section(
    reads: Reader,
    consultation: str,
    row: TopicRow,
    terms: Mapping[str, Sequence[str]],
    few: asyncio.Semaphore,
) -> Section | None:
    """What the report says of a topic; None where it has gone since the topics were listed."""
    topic = row["topic"]
    wanted = tuple(terms.get(topic, ()))
    async with few:
        state, weight, quoted, answered = await asyncio.gather(
            remembered(reads, topic_state, consultation, topic),
            remembered(reads, dominance, consultation, topic),
            remembered(reads, quotes, consultation, topic, wanted, EVERY_VISIBILITY),
            remembered(reads, responses, consultation, topic),
        )
    if state is None:
        return None
    return Section(title_of(state), state, weight, wanted, quoted[:QUOTES], answered)


def _opinions(sections: Sequence[Section], words: Words) -> list[Opinions]:
    return [
        Opinions(
            *(
                # Each chart's table is a landmark, which must have a name of its own.
                chart and replace(chart, title=f"{section.title}: {chart.title}")
                for chart in draw_opinions(section.topic, words, f"topic-{number}-")
            )
        )
        for number, section in enumerate(sections, 1)
    ]
