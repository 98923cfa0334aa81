"""Usual suspects: who is flagged, why, and what the figures are without them."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from dashboard import charts
from dashboard.charts import Chart
from dashboard.i18n import Words
from dashboard.measures import thresholds
from dashboard.paging import page_number, pages_of
from dashboard.reading import EVERY_VISIBILITY, reader
from dashboard.remembered import remembered
from dashboard.rendering import render
from schemas.records import Flag
from sinks.people import WHOLE, Appearance, Suspect
from sinks.people import suspects as suspects_of
from sinks.reading.dominance import dominance, flags
from sinks.reading.overview import topics
from sinks.reading.policies import policy_in_force, policy_of

SUSPECTS_PER_PAGE = 20
MAX_BREACHES = 100
MAX_PLACES = 20
"""Topics of each that are shown: flagged ones, then those with most of their contributions."""


class Place(NamedTuple):
    """A topic that a suspect wrote in, or the whole, with its title.

    The chart is there in the one flagged place in which they carry most weight.
    """

    title: str
    figures: Appearance
    flags: list[Flag]
    chart: Chart | None


class Shown(NamedTuple):
    """A suspect: the whole, the topics that fit the page, and how many `topics` there are."""

    participant: str
    whole: Place
    places: list[Place]
    topics: int


async def suspects(request: Request) -> Response:
    """Whoever carries much weight in a consultation, by pseudonym."""
    name: str = request.path_params["consultation"]
    words: Words = request.state.words
    reads = reader(request)
    opening = await reads.require(name)
    found, raised, row, rows, policies = await asyncio.gather(
        remembered(reads, suspects_of, name, EVERY_VISIBILITY),
        reads.read(flags, name),
        reads.read(dominance, name),
        reads.read(topics, name),
        reads.read(policy_in_force),
    )
    policy = policy_of(policies, name)
    page = page_number(request.query_params.get("page", ""), len(found), SUSPECTS_PER_PAGE)
    before = (page - 1) * SUSPECTS_PER_PAGE
    shown = found[before : before + SUSPECTS_PER_PAGE]
    titles = {topic["topic"]: topic["title"] for topic in rows}
    return render(
        request,
        "suspects.html",
        consultation=opening,
        people=len(found),
        flags=sum(len(place["sentences"]) for one in found for place in one["appearances"]),
        suspects=await run_in_threadpool(draw, shown, raised, titles, words),
        page=page,
        last_page=pages_of(len(found), SUSPECTS_PER_PAGE),
        dominance=row,
        breaches=row["breaches"][:MAX_BREACHES] if row else [],
        topics=len(rows),
        not_judged=sum(bool(row["judgement"]) for row in rows),
        has_limit=policy.posting_limit.posts is not None,
        thresholds=thresholds(policy, words),
    )


def draw(
    found: Sequence[Suspect],
    raised: Mapping[str, Sequence[Flag]],
    titles: Mapping[str, str],
    words: Words,
) -> list[Shown]:
    """Suspects as they are shown.

    Args:
        found: The suspects; the whole is the first of their appearances.
        raised: All flags of the consultation, by topic.
        titles: Of topics, by id.
        words: The reader's language.
    """
    return [_shown(one, raised, titles, words) for one in found]


def heaviest(appearances: Sequence[Appearance]) -> list[Appearance]:
    """The topics that fit the page, flagged ones first, then by what was written in them."""
    in_topics = [place for place in appearances if place["topic"] != WHOLE]
    in_order = sorted(
        in_topics, key=lambda place: (not place["sentences"], -place["contributions"])
    )
    return in_order[:MAX_PLACES]


def _shown(
    one: Suspect,
    raised: Mapping[str, Sequence[Flag]],
    titles: Mapping[str, str],
    words: Words,
) -> Shown:
    participant, whole = one["participant"], one["appearances"][0]
    drawn = max(one["appearances"], key=lambda place: (bool(place["sentences"]), _share(place)))

    def shown(place: Appearance) -> Place:
        topic = place["topic"]
        return Place(
            title=titles.get(topic, topic),
            figures=place,
            flags=[flag for flag in raised.get(topic, ()) if flag["participant"] == participant],
            chart=charts.spread(
                place["now"]["effective_voices_2"],
                place["without"]["effective_voices_2"],
                words,
                f"{participant}-chart",
            )
            if place is drawn
            else None,
        )

    return Shown(
        participant=participant,
        whole=shown(whole),
        places=[shown(place) for place in heaviest(one["appearances"])],
        topics=len(one["appearances"]) - 1,
    )


def _share(place: Appearance) -> float:
    return place["contributions"] / place["now"]["contributions"]
