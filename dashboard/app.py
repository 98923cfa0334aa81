"""The web application: its routes, and what every request goes through."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from dashboard import pages, signin
from dashboard.age import Age, Freshness
from dashboard.charts import warm
from dashboard.charts.interactive import bundle, compressed_bundle
from dashboard.config import DashboardConfig
from dashboard.failures import Failures, refused
from dashboard.language import Language
from dashboard.reading import Places
from dashboard.security import Security
from dashboard.signin import Viewing
from intake.http.acknowledged import AcknowledgedPublisher
from sinks.connection import connect

_COMPRESSION = 5
_QUERY_SECONDS = 20
"""Longer than any page takes: what is asked for by one must not hold up all others."""

_COMPRESSED = (
    *DEFAULT_EXCLUDED_CONTENT_TYPES,
    "application/vnd.apache.parquet",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
)
_STATIC = Path(__file__).parent / "static"


def create_app(
    config: DashboardConfig,
    clickhouse_url: str,
    connect_publisher: Callable[[], AcknowledgedPublisher],
    freshness: Freshness,
) -> Starlette:
    """The dashboard as an ASGI application.

    Args:
        config: Where it is served, and who may sign in.
        clickhouse_url: Of the tables; a user who may only read is enough.
        connect_publisher: Makes what responses are published with.
        freshness: Of the tables.
    """

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        client = await run_in_threadpool(connect, clickhouse_url, query_seconds=_QUERY_SECONDS)
        async with AsyncExitStack() as stack:
            stack.callback(client.close)
            app.state.client = client
            app.state.places = Places()
            app.state.publisher = await stack.enter_async_context(connect_publisher())
            await run_in_threadpool(warm)
            await run_in_threadpool(compressed_bundle)
            yield

    app = Starlette(
        routes=[
            *pages.ROUTES,
            *signin.routes(config),
            Route("/healthz", _healthz),
            Route("/static/interactive.js", _interactive),
            Mount("/static", StaticFiles(directory=_STATIC), name="static"),
        ],
        middleware=[
            Middleware(Security, config=config),
            Middleware(
                GZipMiddleware,
                minimum_size=1024,
                compresslevel=_COMPRESSION,
                exclude_content_types=_COMPRESSED,
            ),
            Middleware(Age, freshness=freshness),
            Middleware(Language, config=config),
            Middleware(Failures),
            Middleware(Viewing, config=config),
        ],
        exception_handlers={HTTPException: refused},
        lifespan=lifespan,
    )
    app.state.config = config
    return app


async def _healthz(_: Request) -> Response:
    return JSONResponse({"status": "alive"})


async def _interactive(request: Request) -> Response:
    headers = {"Cache-Control": "max-age=86400", "Vary": "Accept-Encoding"}
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(bundle(), media_type="text/javascript", headers=headers)
    headers["Content-Encoding"] = "gzip"
    return Response(compressed_bundle(), media_type="text/javascript", headers=headers)
