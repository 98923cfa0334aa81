"""Whose language a page speaks."""

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from dashboard.config import development
from dashboard.language import Language
from dashboard.rendering import render
from tests.dashboard.forms import parse
from tests.dashboard.looking import links_of
from tests.dashboard.signing_in import config

SHOWN = {"X-Shown": "whole"}


async def tell(request):
    if "x-shown" in request.headers:
        return render(request, "error.html", title="Not here", explanation="")
    return PlainTextResponse(request.state.words.locale)


def browser(configured=None):
    middleware = [Middleware(Language, config=configured or development(8600))]
    methods = ["GET", "POST"]
    app = Starlette(routes=[Route("/{path:path}", tell, methods=methods)], middleware=middleware)
    app.state.config = configured or development(8600)
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


FETCHED = {"Sec-Fetch-Mode": "cors"}


def test_the_address_goes_before_the_browser():
    headers = {"Accept-Language": "en", **FETCHED}
    assert "de" == browser().get("/?lang=de", headers=headers).text


@pytest.mark.parametrize("headers", [{}, {"Sec-Fetch-Mode": "navigate"}])
def test_a_choice_is_remembered(headers):
    client = browser()
    client.get("/?lang=de", headers=headers)
    assert "de" == client.get("/").text


def test_a_choice_is_not_part_of_the_address_that_is_passed_on():
    answer = browser().get("/?topic=a%26b&lang=de&q=", follow_redirects=False)
    assert (303, "./?topic=a%26b&q=") == (answer.status_code, answer.headers["location"])


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_what_a_page_fetches_changes_nobodys_choice(method):
    answer = browser().request(method, "/?lang=de", headers=FETCHED)
    assert (200, None) == (answer.status_code, answer.headers.get("set-cookie"))


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/c/town", "./town"),
        ("/c/a%3Fb%20c", "./a%3Fb%20c"),
        ("/c/de:ward", "./de%3Award"),
        ("//evil.example/x", "./x"),
        ("//evil.example", "./evil.example"),
        ("/%5Cevil.example", "./%5Cevil.example"),
        ("/x%0D%0ASet-Cookie:a", "./x%0D%0ASet-Cookie%3Aa"),
    ],
)
def test_a_choice_leads_to_the_same_page_of_this_host(path, location):
    answer = browser().get(f"https://dashboard.example{path}?lang=de", follow_redirects=False)
    assert (303, location) == (answer.status_code, answer.headers["location"])


@pytest.mark.parametrize("path", ["/c/town", "//evil.example/x"])
def test_a_link_to_another_language_keeps_the_rest_of_the_address(path):
    page = parse(browser().get(f"https://dashboard.example{path}?topic=a%26b", headers=SHOWN).text)
    assert {"English": "?topic=a%26b&lang=en", "Deutsch": "?topic=a%26b&lang=de"} == links_of(
        next(one for one in page.iter("ul") if one.get("aria-label") == "Language")
    )


@pytest.mark.parametrize("wrong", ["xx", "../../etc", "de\r\nSet-Cookie: a=b", ""])
def test_a_language_that_there_is_not_is_ignored(wrong):
    answer = browser().get("/", params={"lang": wrong}, follow_redirects=False)
    assert (200, "en", None) == (answer.status_code, answer.text, answer.headers.get("set-cookie"))


def test_the_cookie_goes_over_tls_alone_where_there_is_tls():
    answer = browser(config()).get("/?lang=de", follow_redirects=False)
    assert "; Secure" in answer.headers["set-cookie"]


def test_a_deployment_may_speak_another_language_than_english_by_default():
    assert "de" == browser(config(default_language="de")).get("/").text
