"""Whose language a page speaks."""

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from dashboard.config import development
from dashboard.language import Language
from tests.dashboard.signing_in import config


async def tell(request):
    return PlainTextResponse(request.state.words.locale)


def browser(configured=None):
    middleware = [Middleware(Language, config=configured or development(8600))]
    app = Starlette(routes=[Route("/", tell)], middleware=middleware)
    return TestClient(app, base_url="https://dashboard.example")


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        ("", "en"),
        ("de", "de"),
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("fr-FR,fr;q=0.9", "en"),
        ("en-GB,en;q=0.9,de;q=0.1", "en"),
        ("x" * 100_000, "en"),
        ("*", "en"),
    ],
)
def test_the_browser_says_which_language_is_wanted(accepted, expected):
    assert expected == browser().get("/", headers={"Accept-Language": accepted}).text


def test_the_address_goes_before_the_browser():
    assert "de" == browser().get("/?lang=de", headers={"Accept-Language": "en"}).text


def test_a_choice_is_remembered():
    client = browser()
    client.get("/?lang=de")
    assert "de" == client.get("/").text


@pytest.mark.parametrize("wrong", ["xx", "../../etc", "de\r\nSet-Cookie: a=b", ""])
def test_a_language_that_there_is_not_is_not_remembered(wrong):
    answer = browser().get("/", params={"lang": wrong})
    assert ("en", None) == (answer.text, answer.headers.get("set-cookie"))


def test_the_cookie_goes_over_tls_alone_where_there_is_tls():
    assert "; Secure" in browser(config()).get("/?lang=de").headers["set-cookie"]


def test_a_deployment_may_speak_another_language_than_english_by_default():
    assert "de" == browser(config(default_language="de")).get("/").text
