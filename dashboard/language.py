"""The language of a page: that of the address, of an earlier choice, or of the browser."""

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.config import DashboardConfig
from dashboard.i18n import chosen, languages

COOKIE = "isegoria-language"

_YEAR_SECONDS = 365 * 86_400


class Language:
    """Sets `request.state.words`; a language that the address asks for is remembered."""

    def __init__(self, app: ASGIApp, config: DashboardConfig) -> None:
        self._app = app
        self._config = config

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request in the reader's language."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        asked = request.query_params.get("lang")
        request.state.words = chosen(
            [asked, request.cookies.get(COOKIE)],
            request.headers.get("accept-language", ""),
            self._config.default_language,
        )

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start" and asked in languages():
                MutableHeaders(scope=message).append("Set-Cookie", self._cookie(str(asked)))
            await send(message)

        await self._app(scope, receive, sending)

    def _cookie(self, language: str) -> str:
        secure = "; Secure" if self._config.secure else ""
        return (
            f"{COOKIE}={language}; Max-Age={_YEAR_SECONDS}; Path=/; HttpOnly; SameSite=Lax{secure}"
        )
