"""What a process answers its operator, over HTTP."""

import http.client
import json
from contextlib import closing

import pytest
from prometheus_client import CollectorRegistry, Gauge
from starlette.testclient import TestClient

from operations.monitoring import MonitoringError, MonitoringServer, application
from tests.fixtures.clickhouse import free_port

YES, NO = (lambda: True), (lambda: False)


def asked(path, *, headers=None, **checks):
    return TestClient(application(**checks)).get(path, headers=headers)


def test_it_is_ready_when_all_that_it_needs_is_there():
    answer = asked("/readyz", ready={"partitions": YES, "clickhouse": YES})
    assert (200, {"partitions": True, "clickhouse": True}) == (answer.status_code, answer.json())


def test_what_is_missing_is_named():
    answer = asked("/readyz", ready={"partitions": NO, "clickhouse": YES})
    assert (503, {"partitions": False, "clickhouse": True}) == (answer.status_code, answer.json())


def test_it_lives_also_when_it_is_not_ready():
    assert 200 == asked("/healthz", ready={"clickhouse": NO}).status_code


def test_it_says_when_it_should_be_started_anew():
    assert 503 == asked("/healthz", ready={}, alive={"event loop": NO}).status_code


@pytest.mark.parametrize(
    ("accept", "media_type", "ends"),
    [
        ("*/*", "text/plain", "made 7.0\n"),
        ("application/openmetrics-text; version=1.0.0", "application/openmetrics-text", "# EOF\n"),
    ],
)
def test_metrics_come_in_the_format_that_is_asked_for(accept, media_type, ends):
    registry = CollectorRegistry()
    Gauge("made", "Figures of this test.", registry=registry).set(7)
    answer = asked("/metrics", headers={"accept": accept}, ready={}, registry=registry)
    assert media_type == answer.headers["content-type"].split(";")[0]
    assert answer.text.endswith(ends)
    assert "made 7.0\n" in answer.text


def test_a_version_that_is_none_gets_the_usual_format():
    accept = {"accept": "application/openmetrics-text; version=a.b.c"}
    answer = asked("/metrics", headers=accept, ready={}, registry=CollectorRegistry())
    assert (200, "text/plain") == (answer.status_code, answer.headers["content-type"].split(";")[0])


def test_however_many_ask_whether_it_is_ready_others_are_asked_once():
    asked_others = []

    def check():
        asked_others.append(1)
        return True

    client = TestClient(application({"clickhouse": check}))
    assert [200] * 5 == [client.get("/readyz").status_code for _ in range(5)]
    assert [1] == asked_others


def test_it_is_served_beside_what_the_process_does():
    with (
        MonitoringServer(application({"here": YES}), "127.0.0.1", 0) as server,
        closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)) as connection,
    ):
        connection.request("GET", "/readyz")
        assert {"here": True} == json.load(connection.getresponse())


def test_a_port_that_is_taken_is_an_error_and_no_silence():
    port = free_port()
    with (
        MonitoringServer(application({}), "127.0.0.1", port),
        pytest.raises(MonitoringError),
        MonitoringServer(application({}), "127.0.0.1", port),
    ):
        pass
