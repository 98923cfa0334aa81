"""The access log and its figures: one line per request, without anything that a channel said.

An exception that nobody foresaw is told by its type and its lines of code alone, for its message
may repeat an event.
"""

import time
import traceback

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from intake.http import metrics
from intake.http.problems import BROKEN, Problem

ACCEPTED = 202
_EVENTS = "/events"
PATHS = frozenset({_EVENTS, "/healthz", "/readyz", "/openapi.json", "/docs"})
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_FRAMES = 8

_log = structlog.get_logger("intake.http")


class AccessLog:
    """ASGI middleware; `request.state` may name the `channel` and the number of `events`."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request, and log it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = time.perf_counter()
        status = 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        state = scope.setdefault("state", {})
        try:
            await self._app(scope, receive, sending)
        except Exception as error:  # noqa: BLE001  whatever it is, it must not be printed
            _log.error("request failed", error=type(error).__name__, at=_frames(error))
            if not status:
                broken = Problem(BROKEN, "The operator's log says where.")
                await broken.response()(scope, receive, sending)
        seconds = time.perf_counter() - begun
        if scope["path"] == _EVENTS:
            channel = state.get("channel", metrics.NOBODY)
            metrics.REQUESTS.labels(channel, status).inc()
            metrics.SECONDS.observe(seconds)
            if status == ACCEPTED:
                metrics.EVENTS.labels(channel).inc(state.get("events", 0))
        _log.info(
            "request",
            method=scope["method"] if scope["method"] in _METHODS else "other",
            path=scope["path"] if scope["path"] in PATHS else "other",
            status=status,
            milliseconds=round(seconds * 1000, 1),
            **{name: state[name] for name in ("channel", "events") if name in state},
        )


def _frames(error: Exception) -> list[str]:
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
