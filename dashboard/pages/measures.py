"""How this is measured: every measure, its formula, the thresholds in force, and its source."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from dashboard.measures import thresholds
from dashboard.reading import reader
from dashboard.rendering import render
from schemas.policy import DeploymentPolicy
from sinks.people import NEWCOMER_DAYS
from sinks.quotes import MAX_QUOTES, READABLE_CHARACTERS
from sinks.reading.filters import LATE_DAYS
from sinks.reading.openings import Opening
from sinks.reading.policies import policy_in_force
from sinks.terms import MAX_TERMS, MIN_LIFT, MIN_PEOPLE

_CONSTANTS = {
    "late_days": LATE_DAYS,
    "newcomer_days": NEWCOMER_DAYS,
    "max_quotes": MAX_QUOTES,
    "readable": READABLE_CHARACTERS,
    "max_terms": MAX_TERMS,
    "min_people": MIN_PEOPLE,
    "min_lift": MIN_LIFT,
}


async def measures(request: Request) -> Response:
    """With the thresholds that hold where a consultation has none of its own."""
    tables = reader(request)
    readable = await tables.readable()
    in_force = await tables.read(policy_in_force)
    own = in_force.consultations if in_force else {}
    return _page(
        request, in_force, differing=[opening for name, opening in readable.items() if name in own]
    )


async def measures_of_consultation(request: Request) -> Response:
    """With the thresholds that hold for a consultation."""
    tables = reader(request)
    opening = await tables.require(request.path_params["consultation"])
    return _page(request, await tables.read(policy_in_force), consultation=opening)


def _page(
    request: Request,
    in_force: DeploymentPolicy | None,
    consultation: Opening | None = None,
    differing: Sequence[Opening] = (),
) -> Response:
    deployment = in_force or DeploymentPolicy()
    name = consultation["consultation"] if consultation else ""
    policy = deployment.of(name)
    return render(
        request,
        "measures.html",
        consultation=consultation,
        differing=differing,
        was_set=in_force is not None,
        has_own=name in deployment.consultations,
        policy=policy,
        thresholds=thresholds(policy, request.state.words),
        constants=_CONSTANTS,
    )
