"""Every request has its viewer; whoever is none is asked to sign in."""

from http import HTTPStatus
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from dashboard.access import EVERY, Role, Viewer
from dashboard.config import DashboardConfig
from dashboard.security import HEALTH, STATIC
from dashboard.sessions import Sessions

SIGN_IN = "/signin"

_DEVELOPER = Viewer(name="", grants={EVERY: Role.ADMINISTRATOR})


class Viewing:
    """Sets `request.state.viewer`, and lets viewers alone pass to the pages.

    The viewer may be None where everybody may go: to sign in, to static files, to the health check.
    """

    def __init__(self, app: ASGIApp, config: DashboardConfig) -> None:
        self._app = app
        self._loopback = config.loopback
        self._sessions = Sessions(config)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or have its sender sign in."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        session = self._sessions.read(request.cookies)
        viewer = self._sessions.viewer(session) if session else None
        if self._loopback:
            viewer = _DEVELOPER
        request.state.viewer = viewer
        request.state.form_tokens = self._sessions.form_tokens(session)
        if viewer is None and not _is_for_everybody(scope["path"]):
            await _sign_in_first(request)(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def _is_for_everybody(path: str) -> bool:
    return path in {SIGN_IN, HEALTH} or path.startswith((f"{SIGN_IN}/", STATIC))


def _sign_in_first(request: Request) -> Response:
    """To the sign-in for who looks at a page; a plain refusal for all else."""
    if request.method not in {"GET", "HEAD"} or "text/html" not in request.headers.get(
        "accept", ""
    ):
        return PlainTextResponse("Sign in first.\n", HTTPStatus.UNAUTHORIZED)
    # As it was sent: what is percent-encoded must stay so.
    path, query = request.scope["raw_path"].decode("latin-1"), request.url.query
    wanted = urlencode({"next": f"{path}?{query}" if query else path})
    return RedirectResponse(f"{SIGN_IN}?{wanted}", HTTPStatus.SEE_OTHER)
