"""The log of requests. No intake is shared here: the line of its last request could come late."""

import json
from urllib.parse import quote

import structlog

from intake.http.access import AccessLog
from tests.intake.http.serving import BATCH, STRUCTURED, event, ready, serving

NAME = "Wilhelmina Featherstonehaugh"


def test_the_access_log_has_nothing_that_the_channel_said(kafka, topic):
    with structlog.testing.capture_logs() as lines, serving(kafka, topic) as client:
        ready(client)
        client.post([event(participant=NAME, text=NAME), event()], BATCH)
        client.post(event(mode=NAME), STRUCTURED)
        for path in (f"/{quote(NAME)}", f"/events?name={quote(NAME)}"):
            client.request("POST", path, b"", {"Authorization": f"Bearer {NAME}", "X-Name": NAME})
        client.request("WILHELMINA", "/events")
    posts = [line for line in lines if line["event"] == "request" and line["method"] == "POST"]
    assert ["/events", "/events", "other", "/events"] == [line["path"] for line in posts]
    assert ("web", 2, 202) == tuple(posts[0][name] for name in ("channel", "events", "status"))
    assert "wilhelmina" not in str(lines).casefold()
    assert "featherstonehaugh" not in str(lines).casefold()


async def test_an_unforeseen_error_is_told_without_its_message():
    async def failing(*_):
        raise ZeroDivisionError(NAME)

    sent = []

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/events"}
    with structlog.testing.capture_logs() as lines:
        await AccessLog(failing)(scope, None, send)
    start, body = sent
    assert (500, "/docs#broken") == (start["status"], json.loads(body["body"])["type"])
    assert ["ZeroDivisionError"] == [line["error"] for line in lines if "error" in line]
    assert NAME not in str(lines) + str(sent)
