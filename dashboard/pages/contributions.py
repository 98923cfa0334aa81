"""The contributions behind any number, page by page, and one of them alone."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dashboard import addresses
from dashboard.reading import EVERY_VISIBILITY, Reader, reader
from dashboard.rendering import render
from dashboard.titles import titles
from sinks.queries import topic_summaries
from sinks.reading import contributions as said
from sinks.reading.choices import choices as values_of
from sinks.reading.filters import LATE_DAYS, NONE, Filters

PER_PAGE = 50

MAX_TOPICS_LISTED = 200
"""A form lists so many topics; where there are more, it asks for the id of one."""

_AFTER = "after"


class Active(NamedTuple):
    """A filter that is set, and the query of the page without it."""

    name: str
    value: str
    without: Mapping[str, str]


class Choices(NamedTuple):
    """What there is to choose from in a consultation.

    Attributes:
        topics: Titles by id.
        channels: As the operator calls them.
        languages: Tags; `NONE` where some contributions do not say it.
    """

    topics: Mapping[str, str]
    channels: tuple[str, ...]
    languages: tuple[str, ...]

    @property
    def lists_topics(self) -> bool:
        """Whether the topics are few enough to be listed."""
        return len(self.topics) <= MAX_TOPICS_LISTED


async def contributions(request: Request) -> Response:
    """The contributions that the address asks for, in the order in which they came."""
    tables = reader(request)
    opening = await tables.require(request.path_params["consultation"])
    consultation = opening["consultation"]
    asked = {name: value for name, value in request.query_params.items() if value}
    if len(asked) < len(request.query_params):
        # A form sends its empty fields too; the address to be passed on has none.
        return RedirectResponse(addresses.contributions(consultation, asked), 303)
    filters, unusable = Filters.read(asked)
    after = said.read_place(asked.get(_AFTER, ""))
    if after is None and _AFTER in asked:
        unusable.append(_AFTER)
    page, total, found = await asyncio.gather(
        tables.read(said.contributions, consultation, filters, after, PER_PAGE + 1),
        tables.read(said.total, consultation, filters),
        choices(tables, consultation),
    )
    shown = page[:PER_PAGE]
    return render(
        request,
        "contributions.html",
        consultation=opening,
        filters=filters,
        active=active(filters),
        unusable=unusable,
        choices=found,
        total=total,
        contributions=shown,
        late_days=late_days,
        is_first=after is None,
        more=_query(filters, shown[-1]) if len(page) > PER_PAGE else None,
    )


async def contribution(request: Request) -> Response:
    """One contribution with all that came under its id."""
    tables = reader(request)
    opening = await tables.require(request.path_params["consultation"])
    consultation, topic = opening["consultation"], request.path_params["topic"]
    versions, found = await asyncio.gather(
        tables.read(said.one, consultation, topic, request.path_params["contribution"]),
        choices(tables, consultation),
    )
    if not versions:
        raise HTTPException(404)
    live = [one for one in versions if not _is_past(one)]
    return render(
        request,
        "contribution.html",
        consultation=opening,
        topic=topic,
        choices=found,
        current=(live or versions)[-1],
        versions=versions,
        late_days=late_days,
    )


async def choices(tables: Reader, consultation: str) -> Choices:
    """What a consultation's filters offer."""
    values, summaries = await asyncio.gather(
        tables.read(values_of, consultation),
        tables.read(topic_summaries, consultation, EVERY_VISIBILITY),
    )
    return Choices(
        titles(summaries),
        tuple(values["channels"]),
        tuple(language or NONE for language in values["languages"]),
    )


def active(filters: Filters) -> list[Active]:
    """The filters that are set, each with the way to be without it."""
    query = filters.query()
    return [
        Active(
            name,
            value,
            {
                other: kept
                for other, kept in query.items()
                # A letter is one of a topic, and says nothing without it.
                if other != name and not (name == "topic" and other == "letter")
            },
        )
        for name, value in query.items()
    ]


def late_days(contribution: said.Contribution) -> int | None:
    """How many days after it was said it was recorded; None where it was not late."""
    if contribution["recorded_at"] is None:
        return None
    late = datetime.fromisoformat(contribution["recorded_at"]) - datetime.fromisoformat(
        contribution["occurred_at"]
    )
    return late.days if late.days >= LATE_DAYS else None


def _is_past(contribution: said.Contribution) -> bool:
    """Whether it is not what its author says now."""
    return bool(
        contribution["withdrawn"]
        or contribution["superseded"]
        or contribution["verdict"] == "redelivered"
    )


def _query(filters: Filters, last: said.Contribution) -> dict[str, str]:
    return filters.query() | {_AFTER: said.write_place((last["partition"], last["offset"]))}
