"""The dashboard on a whole stack, with a consultation of each visibility in it."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from dashboard.app import create_app
from dashboard.config import DashboardConfig, development
from intake.http.acknowledged import AcknowledgedPublisher
from intake.sample import sample_consultation
from schemas.events import ConsultationOpened, Visibility
from sinks.connection import connect
from tests.system.running import System, moved

PORT = 8600
TRUE_UP_TO = datetime(2026, 6, 30, 12, tzinfo=UTC)
TITLE = "A plan for the town"
PRIVATE_TITLE = "What to do with the quiet garden"


def dashboard(system: System, config: DashboardConfig) -> Starlette:
    """The dashboard of a stack."""
    return create_app(
        config,
        system.clickhouse,
        lambda: AcknowledgedPublisher(system.kafka),
        lambda: TRUE_UP_TO,
    )


def _sample(consultation, **opening):
    for event in sample_consultation().events:
        here = moved(event, consultation)
        if isinstance(here, ConsultationOpened):
            here = here.model_copy(update={"data": here.data.model_copy(update=opening)})
        yield here


@pytest.fixture(scope="session")
def town(system: System) -> str:
    """The id of an open consultation that has the sample in it, all in the tables."""
    system.publish(_sample("town", title=TITLE, visibility=Visibility.OPEN))
    system.wait()
    return "town"


@pytest.fixture(scope="session")
def private(system: System) -> str:
    """The same, private."""
    system.publish(_sample("quiet-garden", title=PRIVATE_TITLE, visibility=Visibility.PRIVATE))
    system.wait()
    return "quiet-garden"


@pytest.fixture(scope="module")
def tables(system: System) -> Iterator:
    """A client of the database that the pages read."""
    client = connect(system.clickhouse)
    yield client
    client.close()


# Not for the session: other tests stop the stack's Kafka, which the dashboard would look for.
@pytest.fixture(scope="module")
def browser(system: System) -> Iterator[TestClient]:
    """Somebody on this machine, in the development mode: an administrator of everything."""
    app = dashboard(system, development(PORT))
    address = f"http://localhost:{PORT}"
    with TestClient(app, address, client=("127.0.0.1", 50000)) as client:
        yield client
