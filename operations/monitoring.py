"""What every process answers its operator: `/metrics`, `/healthz` and `/readyz`.

On a port of its own: figures are for Prometheus, not for whoever may use the process.
"""

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Self

import orjson
import uvicorn
from prometheus_client import REGISTRY, CollectorRegistry
from prometheus_client.exposition import choose_encoder
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from operations.serving import config

START_SECONDS = 10.0
STOP_SECONDS = 2

_POLL_SECONDS = 0.01
MAX_CONNECTIONS = 500
_UNAVAILABLE = 503
_REMEMBERED_SECONDS = 1.0

Check = Callable[[], bool]
"""Asks whether something holds, in a bounded time."""


class MonitoringError(RuntimeError):
    """The monitoring server did not start."""


def application(
    ready: Mapping[str, Check],
    *,
    alive: Mapping[str, Check] | None = None,
    registry: CollectorRegistry = REGISTRY,
) -> Starlette:
    """The three answers as an ASGI application.

    Args:
        ready: What has to hold for the process to do its work, each by a word for it; asked in a
            thread.
        alive: What has to hold or the process must be started anew, told at once; by default, that
            it answers.
        registry: What `/metrics` tells.
    """
    readiness = _Remembered(ready)

    async def readyz(_: Request) -> Response:
        return _answer(await readiness.held())

    async def healthz(_: Request) -> Response:
        return _answer(_ask(alive or {}))

    async def metrics(request: Request) -> Response:
        content, content_type = await run_in_threadpool(_metrics, request, registry)
        return Response(content, headers={"Content-Type": content_type})

    return Starlette(
        routes=[
            Route("/metrics", metrics),
            Route("/healthz", healthz),
            Route("/readyz", readyz),
        ]
    )


class _Remembered:
    """Checks that ask others, for a moment answered from memory: however many ask, one thread does.

    Args:
        checks: By their names.
    """

    def __init__(self, checks: Mapping[str, Check]) -> None:
        self._checks = checks
        self._asking = asyncio.Lock()
        self._asked = float("-inf")
        self._held: Mapping[str, bool] = {}

    async def held(self) -> Mapping[str, bool]:
        """Which of them hold."""
        async with self._asking:
            if time.monotonic() - self._asked > _REMEMBERED_SECONDS:
                self._held = await run_in_threadpool(_ask, self._checks)
                self._asked = time.monotonic()
            return self._held


def _ask(checks: Mapping[str, Check]) -> dict[str, bool]:
    return {name: check() for name, check in checks.items()}


def _answer(held: Mapping[str, bool]) -> Response:
    status = 200 if all(held.values()) else _UNAVAILABLE
    return Response(orjson.dumps(held), status, media_type="application/json")


def _metrics(request: Request, registry: CollectorRegistry) -> tuple[bytes, str]:
    try:
        encode, content_type = choose_encoder(request.headers.get("accept", ""))
    except (TypeError, ValueError):  # a version that is none
        encode, content_type = choose_encoder("")
    return encode(registry), content_type


class MonitoringServer:
    """Serves it in a thread, beside what the process does. Use as a context manager.

    Args:
        app: What to serve.
        host: The address to listen on.
        port: A port that is free, or 0 for any.
    """

    def __init__(self, app: Starlette, host: str, port: int) -> None:
        self._server = uvicorn.Server(
            config(app, host, port, connections=MAX_CONNECTIONS, stop_seconds=STOP_SECONDS)
        )
        self._thread = threading.Thread(target=self._run, name="monitoring", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        deadline = time.monotonic() + START_SECONDS
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > deadline:
                raise MonitoringError("the monitoring server did not start; the log says why")
            time.sleep(_POLL_SECONDS)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.should_exit = True
        self._thread.join()

    @property
    def port(self) -> int:
        """Where it listens."""
        port: int = self._server.servers[0].sockets[0].getsockname()[1]
        return port

    def _run(self) -> None:
        # uvicorn ends the thread this way where it cannot listen.
        with contextlib.suppress(SystemExit):
            self._server.run()
