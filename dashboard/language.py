"""The language of a page: that of the address, of an earlier choice, or of the browser."""

from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from dashboard.config import DashboardConfig
from dashboard.i18n import chosen, languages

COOKIE = "isegoria-language"

_ASKED = "lang"
_YEAR_SECONDS = 365 * 86_400


class Language:
    """Sets `request.state.words`.

    A language that somebody chooses by a link is remembered, and the address is then without it:
    neither does a page that is fetched again choose it once more, nor whoever it is passed on to.
    """

    def __init__(self, app: ASGIApp, config: DashboardConfig) -> None:
        self._app = app
        self._config = config

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request in the reader's language."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        asked = request.query_params.get(_ASKED)
        if asked in languages() and _is_navigation(request):
            await self._remembered(request, str(asked))(scope, receive, send)
            return
        request.state.words = chosen(
            [asked, request.cookies.get(COOKIE)],
            request.headers.get("accept-language", ""),
            self._config.default_language,
        )
        await self._app(scope, receive, send)

    def _remembered(self, request: Request, language: str) -> RedirectResponse:
        query = [pair for pair in request.query_params.multi_items() if pair[0] != _ASKED]
        # From where one is: a whole path that begins with two slashes would be another host.
        last = quote(request.scope["path"].rpartition("/")[2], safe="")
        response = RedirectResponse(f"./{last}{'?' if query else ''}{urlencode(query)}", 303)
        response.set_cookie(
            COOKIE,
            language,
            max_age=_YEAR_SECONDS,
            secure=self._config.secure,
            httponly=True,
            samesite="lax",
        )
        return response


def _is_navigation(request: Request) -> bool:
    """Whether somebody goes to the page; not a script that fetches it."""
    mode = request.headers.get("sec-fetch-mode", "navigate")
    return request.method == "GET" and mode == "navigate"
