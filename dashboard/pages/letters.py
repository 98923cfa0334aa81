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
from dashboard.pages.consultation import policy_of
from dashboard.reading import EVERY_VISIBILITY, Reader, reader
from dashboard.rendering import render
from sinks.letters import LetterShown, Signed
from sinks.letters import letter as letter_of
from sinks.letters import letters as letters_of
from sinks.letters import signed as copies_of
from sinks.queries import topic_summaries
from sinks.reading.policies import policy_in_force

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
        pieces: What differs from the letter's first text.
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
    found, titles = await asyncio.gather(
        tables.read(
            letters_of,
            opening["consultation"],
            topic or None,
            EVERY_VISIBILITY,
            minimum_senders=policy.letters.minimum_senders,
            limit=MAX_LETTERS,
        ),
        _titles(tables, opening["consultation"]),
    )
    return render(
        request,
        "letters.html",
        consultation=opening,
        topic=topic,
        titles=titles,
        letters=found,
        most=MAX_LETTERS,
    )


async def letter(request: Request) -> Response:
    """One letter: how it spread, what it says, and in which wordings it was sent."""
    tables = reader(request)
    opening = await tables.require(request.path_params["consultation"])
    consultation, topic = opening["consultation"], request.path_params["topic"]
    root = request.path_params["root_offset"]
    shown, copies, titles = await asyncio.gather(
        tables.read(letter_of, consultation, topic, root, EVERY_VISIBILITY),
        tables.read(copies_of, consultation, topic, root, EVERY_VISIBILITY, MAX_COPIES),
        _titles(tables, consultation),
    )
    if shown is None:
        raise HTTPException(404)
    verbatim, others = wordings(copies, shown["text"])
    page = _page(request.query_params.get("page", ""), len(others))
    return render(
        request,
        "letter.html",
        consultation=opening,
        topic=topic,
        titles=titles,
        letter=shown,
        chart=await run_in_threadpool(
            charts.cosigners, shown["growth"], shown["bursts"], request.state.words, "cosigners"
        ),
        verbatim=verbatim,
        wordings=len(others),
        variants=await run_in_threadpool(_variants, shown, others, page),
        page=page,
        pages=_pages(len(others)),
        per_page=PER_PAGE,
        compared=len(copies),
        most_added=MAX_ADDED,
    )


def wordings(copies: Sequence[Signed], text: str) -> tuple[Wording | None, list[Wording]]:
    """The wordings in which a letter was sent.

    Args:
        copies: In the order of the log.
        text: What the letter says.

    Returns:
        The copies that say it word for word, None where none does; and all other wordings, those
        with most copies first.
    """
    by_text = defaultdict[str, list[Signed]](list)
    for copy in copies:
        by_text[copy["text"]].append(copy)
    found = [
        Wording(
            said, tuple(same), len({one["participant"] or (one["contribution"],) for one in same})
        )
        for said, same in sorted(by_text.items(), key=lambda item: -len(item[1]))
    ]
    verbatim = next((wording for wording in found if wording.text == text), None)
    return verbatim, [wording for wording in found if wording.text != text]


def variant(text: str, wording: Wording) -> Variant:
    """A wording beside the text of its letter."""
    pieces = differences(text, wording.text)
    changed = [piece for piece in pieces if not piece.same]
    return Variant(
        wording,
        pieces,
        added=[piece.after.strip() for piece in changed if piece.after.strip()],
        left_out=[piece.before.strip() for piece in changed if piece.before.strip()],
    )


def _variants(letter: LetterShown, others: Sequence[Wording], page: int) -> list[Variant]:
    shown = others[(page - 1) * PER_PAGE : page * PER_PAGE]
    return [variant(letter["text"], wording) for wording in shown]


async def _titles(tables: Reader, consultation: str) -> dict[str, str]:
    summaries = await tables.read(topic_summaries, consultation)
    return {one["topic"]: one["title"] or one["topic"] for one in summaries}


def _pages(wordings: int) -> int:
    return max(1, -(-wordings // PER_PAGE))


def _page(text: str, wordings: int) -> int:
    """The page that an address asks for; the first where it asks for none that there is."""
    page = int(text) if text.isdecimal() and len(text) < len(str(10**9)) else 1
    return page if 1 <= page <= _pages(wordings) else 1
