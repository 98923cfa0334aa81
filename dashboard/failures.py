"""What nobody foresaw, and a database that is away: told on a page, and logged without messages.

An exception's message may hold what somebody typed. The log has its kind and where it happened.
"""

import traceback
from http import HTTPStatus
from typing import cast

import structlog
from clickhouse_connect.driver.exceptions import Error as ClickHouseError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.i18n import Words
from dashboard.rendering import render

_FRAMES = 5
_RETRY_SECONDS = "10"

_log = structlog.get_logger("dashboard")


class BrokenResponseError(Exception):
    """A response that had begun could not be finished; its connection is broken off."""


class Failures:
    """Answers where the application raised."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request.

        Raises:
            BrokenResponseError: It failed in the middle of its response.
        """
        begun = False

        async def sending(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except Exception as raised:  # noqa: BLE001  whatever it is, it must not be printed
            error = _first(raised)
            _log.error("request failed", error=type(error).__name__, at=_frames(error))
            if begun:
                raise BrokenResponseError from None
            await _failed(Request(scope), error)(scope, receive, send)


async def refused(request: Request, error: Exception) -> Response:
    """The page for a request that was refused with an HTTPException."""
    words: Words = request.state.words
    _ = words.gettext
    told = {
        HTTPStatus.FORBIDDEN: (
            _("Not allowed"),
            _("You may read this but not change it, or the page was too old: load it again."),
        ),
        HTTPStatus.NOT_FOUND: (
            _("Not found"),
            _("There is no such page, or it is not among those that you may read."),
        ),
    }
    refusal = cast("HTTPException", error)
    title, explanation = told.get(
        HTTPStatus(refusal.status_code),
        (_("This did not work"), _("The request could not be answered.")),
    )
    return render(
        request,
        "error.html",
        refusal.status_code,
        refusal.headers,
        title=title,
        explanation=explanation,
    )


def _failed(request: Request, error: Exception) -> Response:
    words: Words = request.state.words
    _ = words.gettext
    title = _("This did not work")
    if isinstance(error, ClickHouseError):
        return render(
            request,
            "error.html",
            HTTPStatus.SERVICE_UNAVAILABLE,
            {"Retry-After": _RETRY_SECONDS},
            title=title,
            explanation=_("The tables cannot be read at the moment. Try again in some seconds."),
        )
    return render(
        request,
        "error.html",
        HTTPStatus.INTERNAL_SERVER_ERROR,
        title=title,
        explanation=_("Something is wrong on our side. The operator's log says what."),
    )


def _first(error: Exception) -> Exception:
    """What went wrong first, where several things did at once."""
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    return error


def _frames(error: Exception) -> list[str]:
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
