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
from dashboard.reading import EVERY_VISIBILITY, reader
from dashboard.remembered import remembered
from dashboard.rendering import render
from schemas.policy import DeploymentPolicy, Policy
from schemas.records import Dominance
from sinks.answers import answers
from sinks.reading.dominance import dominance
from sinks.reading.filters import NONE, Filters
from sinks.reading.mixes import Day, Mixes, Share, mixes, timeline
from sinks.reading.overview import TopicRow, overview, topics
from sinks.reading.policies import policy_in_force

TOPICS_PER_PAGE = 50

_MAX_DIGITS = 6


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
    async with asyncio.TaskGroup() as group:
        row = group.create_task(reads.read(overview, [name]))
        listed = group.create_task(reads.read(topics, name))
        whole = group.create_task(reads.read(dominance, name))
        mixed = group.create_task(remembered(reads, mixes, name, Filters()))
        days = group.create_task(remembered(reads, timeline, name, Filters()))
        answered = group.create_task(reads.read(answers, [name], EVERY_VISIBILITY))
        policies = group.create_task(reads.read(policy_in_force))
    figures = row.result()[0]
    policy = policy_of(policies.result(), name)
    ranked = most_said_first(listed.result())
    page = page_number(request.query_params.get("page", ""), len(ranked), TOPICS_PER_PAGE)
    return render(
        request,
        "consultation.html",
        consultation=opening,
        figures=figures,
        stage=stage(figures, datetime.now(UTC)),
        dominance=whole.result(),
        policy=policy,
        mixes=mixed.result(),
        late=sum(late(day) for day in days.result()),
        topics=ranked[(page - 1) * TOPICS_PER_PAGE : page * TOPICS_PER_PAGE],
        topics_before=(page - 1) * TOPICS_PER_PAGE,
        page=page,
        answers=next(iter(answered.result()), None),
        spoken=await run_in_threadpool(draw_spoken, mixed.result(), days.result(), words),
        weights=await run_in_threadpool(draw_weights, whole.result(), policy, words),
    )


def policy_of(policies: DeploymentPolicy | None, consultation: str) -> Policy:
    """The policy of a consultation; the default one where none was ever put in force."""
    return (policies or DeploymentPolicy()).of(consultation)


def most_said_first(rows: Sequence[TopicRow]) -> list[TopicRow]:
    """Topics by how much was said on them, equal ones by their ids."""
    return sorted(rows, key=lambda row: (-row["contributions"], row["topic"]))


def page_number(asked: str, rows: int, per_page: int) -> int:
    """The page of a list that an address asks for, from 1 on; one that there is."""
    last = max(1, -(-rows // per_page))
    readable = asked.isdecimal() and len(asked) <= _MAX_DIGITS
    return min(max(int(asked), 1), last) if readable else 1


def late(day: Day) -> int:
    """How many of a day's contributions came late."""
    return day["late_online"] + day["late_offline"]


def draw_spoken(mixed: Mixes, days: Sequence[Day], words: Words) -> Spoken:
    """Draw when, through what and in which language people spoke."""
    _ = words.gettext
    modes = {"online": _("online"), "offline": _("offline")}
    return Spoken(
        timeline=charts.timeline(days, words, "timeline"),
        channel=charts.mix(_("By channel"), _named(mixed["channel"]), words, "channel"),
        mode=charts.mix(_("Online and offline"), _named(mixed["mode"], modes), words, "mode"),
        language=charts.mix(
            _("By language"),
            [
                (words.language_name(value) if value else "", count)
                for value, count in _named(mixed["language"])
            ],
            words,
            "language",
        ),
    )


def draw_weights(row: Dominance | None, policy: Policy, words: Words) -> Weights:
    """Draw how evenly people wrote, in the whole and in the windows of time that are judged."""
    if row is None:
        return Weights(None, None)
    limits = policy.dominance
    return Weights(
        lorenz=charts.lorenz(row["lorenz"], row["half_written_by"], row["voices"], words, "lorenz"),
        windows=charts.windows(
            [
                window
                for window in row["windows"]
                if window["contributions"] >= limits.window_minimum_contributions
            ],
            limits.window_top1_share,
            words,
            "windows",
        ),
    )


def _named(shares: Sequence[Share], names: dict[str, str] | None = None) -> list[tuple[str, int]]:
    """Shares with what their values are called; empty where nothing is said."""
    return [
        (
            "" if share["value"] == NONE else (names or {}).get(share["value"], share["value"]),
            share["contributions"],
        )
        for share in shares
    ]
