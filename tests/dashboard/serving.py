"""The dashboard over HTTP, for a browser."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import uvicorn

from dashboard.app import create_app
from dashboard.config import development
from intake.http.acknowledged import AcknowledgedPublisher
from tests.fixtures.clickhouse import free_port
from tests.fixtures.processes import wait_for


@contextmanager
def served(kafka: str, clickhouse: str) -> Iterator[str]:
    """The address of a dashboard in the development mode, for as long as the block runs."""
    port = free_port()
    app = create_app(
        development(port),
        clickhouse,
        lambda: AcknowledgedPublisher(kafka),
        lambda: datetime.now(UTC),
    )
    server = uvicorn.Server(
        uvicorn.Config(app, "127.0.0.1", port, access_log=False, log_config=None)
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        wait_for(lambda: server.started)
        yield f"http://localhost:{port}"
    finally:
        server.should_exit = True
        thread.join()
