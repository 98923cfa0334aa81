"""Template letters: who spread them, and what each sender made of them."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from dashboard import charts
from dashboard.differences import Piece, differences
from dashboard.paging import page_number, pages_of
from dashboard.reading import EVERY_VISIBILITY, reader
from dashboard.rendering import render
from dashboard.titles import titles
from sinks.letters import Signed
from sinks.letters import letter as letter_of
from sinks.letters import letters as letters_of
from sinks.letters import signed as copies_of
from sinks.queries import topic_summaries
from sinks.reading.filters import Filters
from sinks.reading.policies import policy_in_force, policy_of

PER_PAGE = 20
MAX_LETTERS = 500
MAX_COPIES = 2_000
"""Of a letter whose wordings are told apart: the first ones."""
MAX_ADDED = 5
"""Passages that a wording adds or leaves out and that are told in words."""


class Wording(NamedTuple):
    """The copies of a letter that say it in exactly the same words.

    Attributes:
        text: What they say.
        copies: In the order of the log.
        senders: Different people; an unknown author is one for each copy.
    """

    text: str
    copies: tuple[Signed, ...]
    senders: int


class Variant(NamedTuple):
    """A wording beside the letter.

    Attributes:
        wording: The wording.
        pieces: What differs from the wording that most people sent.
        added: The passages that the letter has not, in order.
        left_out: The passages that only the letter has.
    """

    wording: Wording
    pieces: list[Piece]
    added: list[str]
    left_out: list[str]


async def letters(request: Request) -> Response:
    """The letters of a consultation, those with most senders first."""
    tables = reader(request)
    opening = await tables.require(request.path_params["consultation"])
    topic = request.query_params.get("topic", "")
    policy = policy_of(await tables.read(policy_in_force), opening["consultation"])
    found, summaries = await asyncio.gather(
        tables.read(
            letters_of,
            opening["consultation"],
            topic or None,
            EVERY_VISIBILITY,
            rules=policy.letters,
            limit=MAX_LETTERS + 1,
        ),
        tables.read(topic_summaries, opening["consultation"], EVERY_VISIBILITY),
    )
    return render(
        request,
        "letters.html",
        consultation=opening,
        topic=topic,
        titles=titles(summaries),
        letters=found[:MAX_LETTERS],
        is_cut=len(found) > MAX_LETTERS,
        burst_seconds=policy.letters.burst_seconds,
    )


async def letter(request: Request) -> Response:
    """One letter: how it spread, what it says, and in which wordings it was sent."""
    tables = reader(request)
    opening = await tables.require(request.path_params["consultation"])
    consultation, topic = opening["consultation"], request.path_params["topic"]
    root = _root_offset(topic, request.path_params["root_offset"])
    rules = policy_of(await tables.read(policy_in_force), consultation).letters
    shown, copies, summaries = await asyncio.gather(
        tables.read(letter_of, consultation, topic, root, EVERY_VISIBILITY, rules),
        tables.read(copies_of, consultation, topic, root, EVERY_VISIBILITY, MAX_COPIES),
        tables.read(topic_summaries, consultation, EVERY_VISIBILITY),
    )
    if shown is None or not copies:
        raise HTTPException(404)
    most_sent, *others = wordings(copies)
    page = page_number(request.query_params.get("page", ""), len(others), PER_PAGE)
    return render(
        request,
        "letter.html",
        consultation=opening,
        topic=topic,
        burst_seconds=rules.burst_seconds,
        titles=titles(summaries),
        letter=shown,
        chart=await run_in_threadpool(
            charts.cosigners, shown["growth"], shown["bursts"], request.state.words, "cosigners"
        ),
        most_sent=most_sent,
        senders=senders_of(copies),
        wordings=1 + len(others),
        of_one_person=sum(wording.senders == 1 for wording in others),
        variants=await run_in_threadpool(_variants, most_sent.text, others, page),
        page=page,
        pages=pages_of(len(others), PER_PAGE),
        compared=len(copies),
        most_added=MAX_ADDED,
    )


def wordings(copies: Sequence[Signed]) -> list[Wording]:
    """The wordings in which a letter was sent, those that most people sent first.

    Args:
        copies: In the order of the log; of wordings that equally many sent, the earliest is first.
    """
    by_text = defaultdict[str, list[Signed]](list)
    for copy in copies:
        by_text[copy["text"]].append(copy)
    found = [Wording(text, tuple(same), senders_of(same)) for text, same in by_text.items()]
    return sorted(found, key=lambda wording: -wording.senders)


def senders_of(copies: Sequence[Signed]) -> int:
    """How many people sent these copies; an unknown author is one for each."""
    return len({copy["participant"] or (copy["contribution"],) for copy in copies})


def variant(text: str, wording: Wording) -> Variant:
    """A wording beside the text that most people sent."""
    pieces = differences(text, wording.text)
    changed = [piece for piece in pieces if not piece.same]
    return Variant(
        wording,
        pieces,
        added=[piece.after.strip() for piece in changed if piece.after.strip()],
        left_out=[piece.before.strip() for piece in changed if piece.before.strip()],
    )


def _variants(text: str, others: Sequence[Wording], page: int) -> list[Variant]:
    return [variant(text, one) for one in others[(page - 1) * PER_PAGE : page * PER_PAGE]]


def _root_offset(topic: str, text: str) -> int:
    """The letter of a topic that an address names.

    Raises:
        HTTPException: 404: it names none that there can be.
    """
    root = Filters.read({"topic": topic, "letter": text})[0].letter
    if root is None:
        raise HTTPException(404)
    return root
