"""The intake as an ASGI application: `POST /events`, and what describes and watches it."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import orjson
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from intake.edge import Edge
from intake.http import cloudevents, contract, page
from intake.http.access import ACCEPTED, AccessLog
from intake.http.acknowledged import AcknowledgedPublisher, NotAcknowledgedError
from intake.http.body import READ_SECONDS, Body
from intake.http.channels import Channel, Channels
from intake.http.checking import check
from intake.http.limits import Capacity, Claim, FullError, TokenBucket
from intake.http.problems import (
    METHOD_NOT_ALLOWED,
    NOT_FOUND,
    TOO_MANY,
    UNAUTHORIZED,
    UNAVAILABLE,
    Problem,
    retry_after,
)
from intake.pseudonyms import Pseudonymiser
from schemas.events import Event

_BUSY_SECONDS = 1.0
_AWAY_SECONDS = 5.0
_REALM = 'Bearer realm="isegoria"'


@dataclass(frozen=True)
class _Door:
    """What one channel's requests pass."""

    channel: Channel
    edge: Edge
    events: TokenBucket
    bytes: TokenBucket


def application(
    channels: Channels,
    pseudonyms: Pseudonymiser,
    connect: Callable[[], AcknowledgedPublisher],
    *,
    capacity: Capacity | None = None,
    read_seconds: float = READ_SECONDS,
) -> Starlette:
    """The intake.

    Args:
        channels: Who may publish.
        pseudonyms: Makes pseudonyms of what channels know people by.
        connect: Makes the publisher, once the event loop runs.
        capacity: What all requests may hold; by default as `intake.http.limits` has it.
        read_seconds: How long a body may take to arrive.
    """
    intake = _Intake(channels, pseudonyms, connect, capacity or Capacity(), read_seconds)
    return Starlette(
        routes=[
            Route("/events", intake.events, methods=["POST"]),
            Route("/healthz", _healthz),
            Route("/readyz", intake.readyz),
            Route("/openapi.json", _openapi),
            Route("/docs", _docs),
        ],
        middleware=[Middleware(AccessLog)],
        exception_handlers={Problem: _problem, HTTPException: _http_problem},
        lifespan=intake.lifespan,
    )


class _Intake:
    def __init__(
        self,
        channels: Channels,
        pseudonyms: Pseudonymiser,
        connect: Callable[[], AcknowledgedPublisher],
        capacity: Capacity,
        read_seconds: float,
    ) -> None:
        self._channels = channels
        self._connect = connect
        self._capacity = capacity
        self._read_seconds = read_seconds
        self._doors = {
            name: _Door(
                channel,
                Edge(pseudonyms, channel.scope or channel.source, channel.masking),
                TokenBucket(channel.events_per_second),
                TokenBucket(channel.bytes_per_second),
            )
            for name, channel in channels.channels.items()
        }

    @asynccontextmanager
    async def lifespan(self, _: Starlette) -> AsyncIterator[None]:
        async with self._connect() as self._publisher:
            yield

    async def readyz(self, _: Request) -> Response:
        if await self._publisher.reachable():
            return PlainTextResponse("ok\n")
        raise _unavailable("Kafka does not answer.", _AWAY_SECONDS)

    async def events(self, request: Request) -> Response:
        """Take events, and answer when Kafka has them."""
        body = Body(request, self._read_seconds)
        try:
            with self._capacity.claim() as claim:
                events = await self._take(request, body, claim)
                await self._publisher.publish(events)
        except FullError:
            raise _unavailable("The intake is busy.", _BUSY_SECONDS) from None
        except NotAcknowledgedError:
            raise _unavailable("Kafka has not acknowledged every event.", _AWAY_SECONDS) from None
        finally:
            await body.discard()
        return _json({"accepted": len(events)}, ACCEPTED)

    async def _take(self, request: Request, body: Body, claim: Claim) -> list[Event]:
        """The events of a request, if all of it may be published."""
        door = self._doors[self._authenticate(request)]
        cloudevents.check_media_type(request.headers)
        wait = max(door.events.wait(), door.bytes.wait())
        if wait:
            raise Problem(TOO_MANY, "The channel's limit is used up.", headers=retry_after(wait))
        content = await body.read(claim)
        door.bytes.take(len(content))
        # In threads: what takes the processor's time must not hold up other requests.
        message = await run_in_threadpool(cloudevents.read, request.headers, content)
        # What is wrong counts too: it costs as much.
        door.events.take(len(message.payloads))
        events = await run_in_threadpool(check, message, door.channel, door.edge)
        request.state.events = len(events)
        return events

    def _authenticate(self, request: Request) -> str:
        """The name of the channel that sends."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise Problem(
                UNAUTHORIZED,
                "Authorization: must be Bearer and the channel's token.",
                headers={"WWW-Authenticate": _REALM},
            )
        name = self._channels.holding(token.strip())
        if name is None:
            raise Problem(
                UNAUTHORIZED,
                "Authorization: the token is not known.",
                headers={"WWW-Authenticate": f'{_REALM}, error="invalid_token"'},
            )
        request.state.channel = name
        return name


async def _healthz(_: Request) -> Response:
    return PlainTextResponse("ok\n")


async def _openapi(_: Request) -> Response:
    return _json(contract.openapi())


async def _docs(_: Request) -> Response:
    return HTMLResponse(page.html(), headers={"Content-Security-Policy": page.SECURITY_POLICY})


async def _problem(_: Request, problem: Exception) -> Response:
    assert isinstance(problem, Problem)  # noqa: S101  Starlette's type is wider
    return problem.response()


async def _http_problem(_: Request, error: Exception) -> Response:
    """What Starlette's router answers itself."""
    assert isinstance(error, HTTPException)  # noqa: S101  Starlette's type is wider
    kind = METHOD_NOT_ALLOWED if error.status_code == METHOD_NOT_ALLOWED.status else NOT_FOUND
    return Problem(kind, kind.remedy, headers=error.headers).response()


def _unavailable(detail: str, seconds: float) -> Problem:
    return Problem(UNAVAILABLE, detail, headers=retry_after(seconds))


def _json(document: object, status: int = 200) -> Response:
    return Response(orjson.dumps(document), status, media_type="application/json")
