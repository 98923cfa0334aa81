"""What a page may read: every read of a consultation begins with the viewer's right to it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Concatenate, ParamSpec, TypeVar

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from clickhouse_connect.driver.client import Client
from starlette.exceptions import HTTPException
from starlette.requests import Request

from dashboard.access import Viewer
from sinks.reading.openings import Opening, openings

P = ParamSpec("P")
T = TypeVar("T")

EVERY_VISIBILITY = ("open", "restricted", "private")
"""For queries about a consultation of which is known that the viewer may read it."""

QUERIES_AT_ONCE = 8
"""As many as the client keeps connections open; the others take turns."""


@dataclass(frozen=True)
class Reader:
    """Reads the tables for one viewer, beside the event loop.

    Attributes:
        client: Of the database; several threads may use it at once.
        viewer: Who reads.
        limiter: Of queries at once, over all viewers.
    """

    client: Client
    viewer: Viewer
    limiter: CapacityLimiter

    async def read(
        self, query: Callable[Concatenate[Client, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """What a function of `sinks` gives. It checks no rights: `require` comes first."""
        call = partial(query, self.client, *args, **kwargs)
        return await run_sync(call, limiter=self.limiter)

    async def require(self, consultation: str) -> Opening:
        """A consultation that the viewer may read.

        Raises:
            HTTPException: 404, the same whether there is no such consultation or it is not for
                this viewer.
        """
        found = (await self.read(openings)).get(consultation)
        if found is None or not self.viewer.may_read(consultation, found["visibility"]):
            raise HTTPException(404)
        return found

    async def readable(self) -> dict[str, Opening]:
        """Every consultation that the viewer may read, by its id."""
        return {
            name: found
            for name, found in (await self.read(openings)).items()
            if self.viewer.may_read(name, found["visibility"])
        }


def reader(request: Request) -> Reader:
    """The reader for whoever sent a request."""
    state = request.app.state
    return Reader(state.client, request.state.viewer, state.queries)
