"""One consultation: its topics, who spoke in it, and how much of it was answered."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from dashboard import charts
from dashboard.charts import Chart
from dashboard.i18n import Words
from dashboard.pages.consultations import stage
from dashboard.paging import page_number, pages_of
from dashboard.reading import EVERY_VISIBILITY, Reader, reader
from dashboard.remembered import remembered
from dashboard.rendering import render
from schemas.policy import Policy
from schemas.records import Dominance
from sinks.answers import answers
from sinks.reading.dominance import dominance
from sinks.reading.filters import NONE, Filters
from sinks.reading.mixes import Day, Mixes, Share, mixes, timeline
from sinks.reading.overview import TopicRow, overview, topics
from sinks.reading.policies import policy_in_force, policy_of

TOPICS_PER_PAGE = 50


class Spoken(NamedTuple):
    """The pictures of who spoke how; None where there is nothing to show."""

    timeline: Chart | None
    channel: Chart | None
    mode: Chart | None
    language: Chart | None


class Weights(NamedTuple):
    """The pictures of who dominates; None where there is nothing to show."""

    lorenz: Chart | None
    windows: Chart | None


async def consultation(request: Request) -> Response:
    """What was said in a consultation, by whom, and what waits for an answer."""
    name: str = request.path_params["consultation"]
    words: Words = request.state.words
    reads = reader(request)
    opening = await reads.require(name)
    (figures,), listed, row, (mixed, days), answered, policies = await asyncio.gather(
        reads.read(overview, [name]),
        reads.read(topics, name),
        reads.read(dominance, name),
        read_spoken(reads, name, Filters()),
        reads.read(answers, [name], EVERY_VISIBILITY),
        reads.read(policy_in_force),
    )
    policy = policy_of(policies, name)
    ranked = most_said_first(listed)
    page = page_number(request.query_params.get("page", ""), len(ranked), TOPICS_PER_PAGE)
    return render(
        request,
        "consultation.html",
        consultation=opening,
        figures=figures,
        stage=stage(figures, datetime.now(UTC)),
        dominance=row,
        policy=policy,
        mixes=mixed,
        late=sum(map(late, days)),
        topics=ranked[(page - 1) * TOPICS_PER_PAGE : page * TOPICS_PER_PAGE],
        page=page,
        last_page=pages_of(len(ranked), TOPICS_PER_PAGE),
        answers=next(iter(answered), None),
        spoken=await run_in_threadpool(draw_spoken, mixed, days, words),
        weights=await run_in_threadpool(draw_weights, row, policy, words),
    )


def most_said_first(rows: Sequence[TopicRow]) -> list[TopicRow]:
    """Topics by how much was said on them, equal ones by their ids."""
    return sorted(rows, key=lambda row: (-row["contributions"], row["topic"]))


def late(day: Day) -> int:
    """How many of a day's contributions came late."""
    return day["late_online"] + day["late_offline"]


async def read_spoken(reads: Reader, consultation: str, asked: Filters) -> tuple[Mixes, list[Day]]:
    """Who spoke how and when, of what the filters ask for."""
    return await asyncio.gather(
        remembered(reads, mixes, consultation, asked),
        remembered(reads, timeline, consultation, asked),
    )


def draw_spoken(mixed: Mixes, days: Sequence[Day], words: Words) -> Spoken:
    """Draw when, through what and in which language people spoke."""
    _ = words.gettext
    modes = {"online": _("online"), "offline": _("offline")}
    return Spoken(
        timeline=charts.timeline(days, words, "timeline"),
        channel=draw_channels(mixed, words),
        mode=charts.mix(_("Online and offline"), _named(mixed["mode"], modes), words, "mode"),
        # Of one language alone there is nothing to see.
        language=None
        if len(mixed["language"]) == 1
        else charts.mix(
            _("By language"),
            [
                (words.language_name(value) if value else "", count)
                for value, count in _named(mixed["language"])
            ],
            words,
            "language",
        ),
    )


def draw_channels(mixed: Mixes, words: Words) -> Chart | None:
    """Draw through what people spoke."""
    return charts.mix(words.gettext("By channel"), _named(mixed["channel"]), words, "channel")


def draw_weights(row: Dominance | None, policy: Policy, words: Words) -> Weights:
    """Draw how evenly people wrote, in the whole and in the windows of time that are judged."""
    return Weights(lorenz=draw_lorenz(row, words), windows=draw_windows(row, policy, words))


def draw_lorenz(row: Dominance | None, words: Words) -> Chart | None:
    """Draw how evenly people wrote, in the whole."""
    if row is None:
        return None
    return charts.lorenz(row["lorenz"], row["half_written_by"], row["voices"], words, "lorenz")


def draw_windows(row: Dominance | None, policy: Policy, words: Words) -> Chart | None:
    """Draw how much the most active wrote in the windows of time that are judged."""
    limits = policy.dominance
    judged = [
        window
        for window in (row["windows"] if row else ())
        if window["contributions"] >= limits.window_minimum_contributions
    ]
    return charts.windows(judged, limits.window_top1_share, words, "windows")


def _named(shares: Sequence[Share], names: dict[str, str] | None = None) -> list[tuple[str, int]]:
    """Shares with what their values are called; empty where nothing is said."""
    return [
        (
            "" if share["value"] == NONE else (names or {}).get(share["value"], share["value"]),
            share["contributions"],
        )
        for share in shares
    ]
