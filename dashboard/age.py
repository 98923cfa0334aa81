"""How old the figures of a page are: asked before any of them is read, so that none is older."""

from collections.abc import Callable
from datetime import datetime

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

Freshness = Callable[[], datetime | None]
"""Up to when everything that was published is in the tables; None where nobody knows."""


class Age:
    """Sets `request.state.true_up_to`."""

    def __init__(self, app: ASGIApp, freshness: Freshness) -> None:
        self._app = app
        self._freshness = freshness

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] == "http":
            Request(scope).state.true_up_to = self._freshness()
        await self._app(scope, receive, send)
