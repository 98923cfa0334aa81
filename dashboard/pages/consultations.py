"""All consultations that somebody may read, each in a few figures."""

from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum

from starlette.requests import Request
from starlette.responses import Response

from dashboard.reading import reader
from dashboard.rendering import render
from sinks.reading.overview import Overview, overview


class Stage(StrEnum):
    """How far a consultation is."""

    PLANNED = "planned"
    OPEN = "open"
    CLOSED = "closed"


async def consultations(request: Request) -> Response:
    """The consultations: who spoke, who dominates, what was answered."""
    reads = reader(request)
    rows = await reads.read(overview, list(await reads.readable()))
    now = datetime.now(UTC)
    return render(
        request,
        "consultations.html",
        consultations=[(row, stage(row, now)) for row in in_order(rows, now)],
    )


def stage(row: Overview, now: datetime) -> Stage:
    """How far a consultation is: what was announced holds until it is said to have ended."""
    end = row["closed_at"] or row["closes_at"]
    if end and datetime.fromisoformat(end) <= now:
        return Stage.CLOSED
    if row["opens_at"] and datetime.fromisoformat(row["opens_at"]) > now:
        return Stage.PLANNED
    return Stage.OPEN


def in_order(rows: Iterable[Overview], now: datetime) -> list[Overview]:
    """Open ones first, and those with the newest activity first among them and among the others."""
    newest_first = sorted(rows, key=lambda row: row["newest_event"] or "", reverse=True)
    return sorted(newest_first, key=lambda row: stage(row, now) is not Stage.OPEN)
