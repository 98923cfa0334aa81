"""Export: what can be downloaded of a consultation, and the downloads."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from typing import TypeAlias

from clickhouse_connect.driver.client import Client
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.exports import (
    About,
    Format,
    TooManyRowsError,
    View,
    dictionary,
    download,
    download_open_data,
)
from dashboard.exports.views import Block, Table
from dashboard.i18n import Words
from dashboard.pages.contributions import choices
from dashboard.reading import EVERY_VISIBILITY, reader
from dashboard.rendering import render
from sinks.answers import waiting
from sinks.letters import letters
from sinks.people import ambassadors, awards, suspects
from sinks.reading import contributions
from sinks.reading.filters import Filters
from sinks.reading.mixes import timeline
from sinks.reading.openings import Opening
from sinks.reading.overview import TopicRow, overview, topics
from sinks.reading.policies import policy_in_force, policy_of
from sinks.reading.responses import responses

EXPORTS_AT_ONCE = 4
EXPORTS_OF_ONE = 2
"""Of these for one viewer."""

RETRY_SECONDS = 30
SEND_SECONDS = 60
"""How long a reader may take for a part; who takes longer keeps others waiting."""

UNDER_WAY: Counter[str] = Counter()
"""Downloads of this process by viewer."""

_ALL_ROWS = 2**32
_EVERY_FILTER = frozenset(one.name for one in fields(Filters))
_BY_TOPIC = frozenset({"topic"})

Rows: TypeAlias = Callable[[Client, str, Filters], Iterator[Block]]
"""From a consultation's id and filters to blocks of rows, read as they are asked for."""


@dataclass(frozen=True)
class Source:
    """What a view is made of.

    Attributes:
        table: Its columns.
        rows: Where its rows come from.
        filters: Names of the filters that narrow it.
        is_open_data: Whether open data have it: what was said and answered, and no lists of people.
    """

    table: Table
    rows: Rows
    filters: frozenset[str] = field(default_factory=frozenset)
    is_open_data: bool = True

    def narrowed(self, filters: Filters) -> Filters:
        """What of the filters narrows this view."""
        kept = {name: value for name, value in filters.query().items() if name in self.filters}
        return Filters.read(kept)[0]


class AtMost:
    """Answers some requests at a time; the next is asked to come back, and nobody waits.

    A reader who is too slow is cut off.
    """

    def __init__(self, app: ASGIApp, send_seconds: float = SEND_SECONDS) -> None:
        self._app = app
        self._send_seconds = send_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request, until its answer was sent."""
        request = Request(scope)
        name = request.state.viewer.name
        if UNDER_WAY.total() >= EXPORTS_AT_ONCE or UNDER_WAY[name] >= EXPORTS_OF_ONE:
            await _busy(request)(scope, receive, send)
            return

        async def sending(message: Message) -> None:
            await asyncio.wait_for(send(message), self._send_seconds)

        UNDER_WAY[name] += 1
        try:
            await self._app(scope, receive, sending)
        finally:
            UNDER_WAY[name] -= 1
            if not UNDER_WAY[name]:
                del UNDER_WAY[name]


async def exports(request: Request) -> Response:
    """What there is to download, narrowed by the filters in the address."""
    return await _page(request)


async def export(request: Request) -> Response:
    """A view as a file."""
    reads = reader(request)
    opening = await reads.require(request.path_params["consultation"])
    source = SOURCES.get(request.path_params["view"])
    if source is None or request.path_params["suffix"] not in list(Format):
        raise HTTPException(404)
    as_format = Format(request.path_params["suffix"])
    filters, unusable = Filters.read(request.query_params)
    if unusable:
        return await _page(request, 400)
    asked = source.narrowed(filters)
    consultation = opening["consultation"]
    total = None
    if as_format is Format.XLSX and source.table is dictionary.CONTRIBUTIONS:
        total = await reads.read(contributions.total, consultation, asked)
    view = View(source.table, source.rows(reads.client, consultation, asked), total)
    try:
        return await download(view, as_format, _about(request, opening, asked), request.state.words)
    except TooManyRowsError:
        return await _page(request, 413, too_many_rows=source.table.name)


async def open_data(request: Request) -> Response:
    """A consultation as open data."""
    reads = reader(request)
    opening = await reads.require(request.path_params["consultation"])
    views = [
        View(source.table, source.rows(reads.client, opening["consultation"], Filters()))
        for source in SOURCES.values()
        if source.is_open_data
    ]
    return await download_open_data(views, _about(request, opening, Filters()), request.state.words)


async def _page(request: Request, status_code: int = 200, too_many_rows: str = "") -> Response:
    """The export page; with a `status_code` that says why a download was refused."""
    reads = reader(request)
    opening = await reads.require(request.path_params["consultation"])
    filters, unusable = Filters.read(request.query_params)
    total, found = await asyncio.gather(
        reads.read(contributions.total, opening["consultation"], filters),
        choices(reads, opening["consultation"]),
    )
    about = _about(request, opening, filters)
    return render(
        request,
        "export.html",
        status_code,
        consultation=opening,
        filters=filters,
        unusable=unusable,
        choices=found,
        total=total,
        sources=[(source, source.narrowed(filters).query()) for source in SOURCES.values()],
        formats=[str(one) for one in Format],
        too_many_rows=too_many_rows,
        licence=about.licence if about.has_licence else "",
    )


def _busy(request: Request) -> Response:
    words: Words = request.state.words
    _ = words.gettext
    return render(
        request,
        "error.html",
        503,
        {"Retry-After": str(RETRY_SECONDS)},
        title=_("Other downloads are under way"),
        explanation=_("Please try again in half a minute."),
    )


def _about(request: Request, opening: Opening, filters: Filters) -> About:
    return About(
        consultation=opening["consultation"],
        title=opening["title"],
        owner=opening["owner"],
        made_at=datetime.now(UTC),
        licence=request.app.state.config.licence,
        filters=filters.query(),
    )


def _consultation(client: Client, consultation: str, _: Filters) -> Iterator[Block]:
    yield overview(client, [consultation])


def _topics(client: Client, consultation: str, filters: Filters) -> Iterator[Block]:
    yield _asked_topics(client, consultation, filters)


def _days(client: Client, consultation: str, filters: Filters) -> Iterator[Block]:
    yield timeline(client, consultation, filters)


def _letters(client: Client, consultation: str, filters: Filters) -> Iterator[Block]:
    rules = policy_of(policy_in_force(client), consultation).letters
    for row in _asked_topics(client, consultation, filters):
        if row["letters"]:
            yield letters(
                client,
                consultation,
                row["topic"],
                EVERY_VISIBILITY,
                rules=rules,
                limit=_ALL_ROWS,
            )


def _suspects(client: Client, consultation: str, filters: Filters) -> Iterator[Block]:
    for suspect in suspects(client, consultation, EVERY_VISIBILITY):
        yield [
            row for row in dictionary.appearances([suspect]) if filters.topic in ("", row["topic"])
        ]


def _waiting(client: Client, consultation: str, filters: Filters) -> Iterator[Block]:
    found = waiting(client, datetime.now(UTC), [consultation], EVERY_VISIBILITY, _ALL_ROWS)
    yield [row for row in found if filters.topic in ("", row["topic"])]


def _responses(client: Client, consultation: str, filters: Filters) -> Iterator[Block]:
    for row in _asked_topics(client, consultation, filters):
        if row["responses"]:
            found = responses(client, consultation, row["topic"])
            yield [{"topic": row["topic"], **response} for response in found]


def _ambassadors(client: Client, consultation: str, _: Filters) -> Iterator[Block]:
    yield ambassadors(client, consultation, EVERY_VISIBILITY, _ALL_ROWS)


def _awards(client: Client, consultation: str, _: Filters) -> Iterator[Block]:
    yield awards(client, consultation, EVERY_VISIBILITY)


def _asked_topics(client: Client, consultation: str, filters: Filters) -> list[TopicRow]:
    return [row for row in topics(client, consultation) if filters.topic in ("", row["topic"])]


SOURCES = {
    source.table.name: source
    for source in (
        Source(dictionary.CONTRIBUTIONS, contributions.blocks, _EVERY_FILTER),
        Source(dictionary.DAYS, _days, _EVERY_FILTER),
        Source(dictionary.CONSULTATIONS, _consultation),
        Source(dictionary.TOPICS, _topics, _BY_TOPIC),
        Source(dictionary.LETTERS, _letters, _BY_TOPIC),
        Source(dictionary.RESPONSES, _responses, _BY_TOPIC),
        Source(dictionary.WAITING, _waiting, _BY_TOPIC),
        Source(dictionary.SUSPECTS, _suspects, _BY_TOPIC, is_open_data=False),
        Source(dictionary.AMBASSADORS, _ambassadors, is_open_data=False),
        Source(dictionary.AWARDS, _awards, is_open_data=False),
    )
}
"""The views by their names in addresses."""
