"""Kafka is away while somebody answers."""

import gc
import logging

import pytest
from starlette.testclient import TestClient

from dashboard.app import create_app
from dashboard.config import development
from dashboard.security import FORM_TOKEN
from intake.http.acknowledged import AcknowledgedPublisher
from tests.dashboard.answering import ORIGIN, address, forms, preview, send
from tests.dashboard.conftest import PORT, TRUE_UP_TO
from tests.dashboard.forms import fields_of, parse
from tests.dashboard.looking import text_of
from tests.fixtures.clickhouse import free_port

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")


@pytest.fixture(autouse=True)
def _sockets(caplog):
    # kafka-python leaves refused sockets to the garbage collector; kept log records hold them.
    caplog.set_level(logging.CRITICAL + 1, logger="kafka")
    yield
    gc.collect()


def without_kafka(system):
    """A browser on a dashboard whose Kafka is away."""
    kafka = f"127.0.0.1:{free_port()}"
    app = create_app(
        development(PORT),
        system.clickhouse,
        lambda: AcknowledgedPublisher(kafka, connect_seconds=0.5),
        lambda: TRUE_UP_TO,
    )
    return TestClient(app, ORIGIN, client=("127.0.0.1", 50000))


def test_nothing_is_published_and_nothing_is_lost(system, town):
    here = address(town, "night-bus")
    with without_kafka(system) as browser:
        publish, _ = forms(preview(browser, here, owner="Patience"))
        fields = fields_of(publish)
        refused = send(browser, here, fields, "publish")

    assert 503 == refused.status_code
    assert "Nothing was published" in text_of(parse(refused.text).find(".//*[@role='alert']"))
    again, change = forms(refused)
    for form in (again, change):
        assert fields | {FORM_TOKEN: ""} == fields_of(form) | {FORM_TOKEN: ""}
