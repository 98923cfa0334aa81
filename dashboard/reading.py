"""What a page may read: every read of a consultation begins with the viewer's right to it."""

from asyncio import Semaphore
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Concatenate, ParamSpec, TypeVar
from weakref import WeakValueDictionary

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

QUERIES_OF_ONE = 5
"""Of these for one viewer, so that nobody with many pages open holds up all others."""


class Places:
    """Where queries wait for their turn: among those of one viewer, then among all."""

    def __init__(self) -> None:
        self._all = CapacityLimiter(QUERIES_AT_ONCE)
        self._of_one: WeakValueDictionary[str, Semaphore] = WeakValueDictionary()

    async def run(self, viewer: Viewer, query: Callable[[], T]) -> T:
        """Run a query in a thread when it is its turn."""
        own = self._of_one.get(viewer.name)
        if own is None:
            own = self._of_one[viewer.name] = Semaphore(QUERIES_OF_ONE)
        async with own:
            return await run_sync(query, limiter=self._all)


@dataclass(frozen=True)
class Reader:
    """Reads the tables for one viewer, beside the event loop.

    Attributes:
        client: Of the database; several threads may use it at once.
        viewer: Who reads.
        places: Of queries at once.
    """

    client: Client
    viewer: Viewer
    places: Places

    async def read(
        self, query: Callable[Concatenate[Client, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """What a function of `sinks` gives. It checks no rights: `require` comes first."""
        return await self.places.run(self.viewer, partial(query, self.client, *args, **kwargs))

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
    viewer: Viewer | None = request.state.viewer
    if viewer is None:
        raise HTTPException(401)
    return Reader(request.app.state.client, viewer, request.app.state.places)
