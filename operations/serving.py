"""How our processes serve HTTP: uvicorn, without what it would log or tell by itself."""

import contextlib
import signal
import sys

import uvicorn
from starlette.applications import Starlette

STOP_SECONDS = 8
"""How long requests under way are waited for; a process manager may kill a process after 10."""

_STARTUP_FAILED = 3


def config(
    app: Starlette,
    host: str,
    port: int,
    *,
    connections: int,
    stop_seconds: int = STOP_SECONDS,
    proxy: str = "",
) -> uvicorn.Config:
    """The settings of a server.

    Args:
        app: What it serves.
        host: The address that it listens on.
        port: Likewise.
        connections: How many may be open at once; one more is told 503.
        stop_seconds: How long it waits for requests under way when it is told to stop.
        proxy: Address of a reverse proxy that is believed whom it speaks for.
    """
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        # Its own access log has addresses of people and query strings in it.
        access_log=False,
        log_config=None,
        log_level="warning",
        server_header=False,
        forwarded_allow_ips=proxy,
        limit_concurrency=connections,
        timeout_graceful_shutdown=stop_seconds,
    )


def serve(settings: uvicorn.Config) -> None:
    """Serve in this thread, the main one, until a signal comes; SIGTERM then ends the process."""
    # uvicorn stops gracefully, then raises the signal again: this ends the process in order.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    server = uvicorn.Server(settings)
    with contextlib.suppress(KeyboardInterrupt):
        server.run()
    if not server.started:
        sys.exit(_STARTUP_FAILED)
