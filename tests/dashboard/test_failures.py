"""What goes wrong is told on a page, and logged without what somebody typed."""

from types import SimpleNamespace

import pytest
import structlog
from clickhouse_connect.driver.exceptions import OperationalError
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import StreamingResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from dashboard.config import development
from dashboard.failures import BrokenResponseError, Failures
from dashboard.language import Language
from dashboard.signin import Viewing

NAME = "Wilhelmina Featherstonehaugh"


def client(error):
    async def fail(_):
        raise error

    async def fail_later(_):
        async def parts():
            yield b"a"
            raise error

        return StreamingResponse(parts())

    configured = development(8600)
    app = Starlette(
        routes=[Route("/", fail), Route("/later", fail_later)],
        middleware=[
            Middleware(Language, config=configured),
            Middleware(Failures),
            Middleware(Viewing, config=configured),
        ],
    )
    app.state = SimpleNamespace(config=configured)
    return TestClient(app)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (ZeroDivisionError(NAME), 500),
        (OperationalError(NAME), 503),
        (ExceptionGroup(NAME, [OperationalError(NAME), ZeroDivisionError(NAME)]), 503),
    ],
)
def test_the_page_says_that_it_did_not_work(error, status):
    answer = client(error).get("/")
    assert status == answer.status_code
    assert "<h1>This did not work</h1>" in answer.text


@pytest.mark.parametrize("error", [ZeroDivisionError(NAME), OperationalError(NAME)])
def test_neither_the_page_nor_the_log_has_the_message(error):
    with structlog.testing.capture_logs() as lines:
        answer = client(error).get("/")
    assert [type(error).__name__] == [line["error"] for line in lines]
    assert NAME not in answer.text + str(lines)


def test_a_database_that_is_away_is_asked_again_later():
    assert "10" == client(OperationalError("away")).get("/").headers["retry-after"]


def test_a_response_that_has_begun_is_broken_off_without_the_message():
    with pytest.raises(BrokenResponseError) as broken:
        client(ZeroDivisionError(NAME)).get("/later")
    assert NAME not in repr(broken.value)
