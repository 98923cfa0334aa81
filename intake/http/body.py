"""The body of a request: read within bounds, and to its end before an answer is given.

A server that answers and closes while the client still sends makes the client's system throw the
answer away (RFC 9112, 9.6): what is not wanted is read nevertheless, and dropped.
"""

import asyncio
from collections.abc import AsyncIterator

from starlette.requests import Request

from intake.http.limits import Claim
from intake.http.problems import INVALID, LENGTH_REQUIRED, SLOW_REQUEST, TOO_LARGE, Problem

MAX_BODY_BYTES = 8 * 1024 * 1024
READ_SECONDS = 30.0

_MAX_DISCARDED_BYTES = 64 * 1024 * 1024
_DISCARD_SECONDS = 5.0


class Body:
    """One request's body.

    Args:
        request: The request; nothing else reads it.
        seconds: How long the body may take to arrive.
    """

    def __init__(self, request: Request, seconds: float) -> None:
        self._request = request
        self._seconds = seconds
        # A client that waits for "100 Continue" sends nothing before it is asked to.
        self._coming = request.headers.get("expect", "").lower() != "100-continue"

    async def read(self, claim: Claim) -> bytes:
        """The whole body.

        Raises:
            Problem: It is too large, too slow or ends too early, or its length is not said.
            FullError: The intake has no room for it.
        """
        headers = self._request.headers
        declared = headers.get("content-length")
        if declared is None and "transfer-encoding" not in headers:
            self._coming = False
            raise Problem(LENGTH_REQUIRED, "Content-Length: is missing.")
        if declared is not None and int(declared) > MAX_BODY_BYTES:
            raise _too_large()
        parts = []
        try:
            async with asyncio.timeout(self._seconds):
                async for part in self._parts():
                    if claim.size + len(part) > MAX_BODY_BYTES:
                        raise _too_large()
                    claim.grow(len(part))
                    parts.append(part)
        except TimeoutError:
            self._coming = False
            raise Problem(
                SLOW_REQUEST,
                f"It took more than {self._seconds:g} s.",
                headers={"Connection": "close"},
            ) from None
        return b"".join(parts)

    async def discard(self) -> None:
        """Let the client finish what it is sending, within reason."""
        if not self._coming:
            return
        size = 0
        try:
            async with asyncio.timeout(_DISCARD_SECONDS):
                async for part in self._parts():
                    size += len(part)
                    if size > _MAX_DISCARDED_BYTES:
                        return
        except (TimeoutError, Problem):
            return

    async def _parts(self) -> AsyncIterator[bytes]:
        self._coming = True
        while self._coming:
            message = await self._request.receive()
            if message["type"] == "http.disconnect":
                self._coming = False
                raise Problem(INVALID, "The body ends too early.")
            self._coming = message.get("more_body", False)
            yield message.get("body", b"")


def _too_large() -> Problem:
    return Problem(TOO_LARGE, f"The body has more than {MAX_BODY_BYTES:,} bytes.")
