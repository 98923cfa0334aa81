"""Where a browser goes after signing in: never to another host."""

from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.signin.destination import destination
from tests.dashboard.signing_in import ORIGIN, browser, sign_in


@pytest.mark.parametrize(
    "page",
    [
        "/",
        "/c/plan",
        "/c/plan/topics/a:b.c?mode=offline&since=2026-01-01",
        "/c/plan?next=https://evil.example",
        "/c/plan#letters",
        "/c/%2F%2Fevil.example",
        "/waiting?q=%0d%0a",
        "/signing",
    ],
)
def test_a_page_of_ours_is_gone_to(page):
    assert page == destination(page)


@pytest.mark.parametrize(
    "page",
    [
        "",
        "https://evil.example",
        "http:evil.example",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/c/\\..\\evil",
        "/\t/evil.example",
        "/\n/evil.example",
        "/c/plan\r\nSet-Cookie: a=b",
        " //evil.example",
        "/ /evil.example",
        "javascript:alert(1)",
        "data:text/html,x",
        "evil.example",
        "c/plan",
        "?next=/",
        "/signin",
        "/signin?next=/signin",
        "/signin/oidc",
        "/signout",
        "/" + "a" * 2_000,
        "/\x00",
    ],
)
def test_anything_else_leads_home(page):
    assert "/" == destination(page)


@settings(deadline=None)
@given(st.text(alphabet="/\\:.@?#%\t\r\n ae0é", max_size=12))
def test_no_browser_leaves_the_host_whatever_is_asked(page):
    # As browsers do first (WHATWG, URL Standard, section 4.4).
    cleaned = "".join(letter for letter in destination(page) if letter not in "\t\r\n")
    reached = urlsplit(urljoin(ORIGIN, cleaned.strip().replace("\\", "/")))

    assert ORIGIN == f"{reached.scheme}://{reached.netloc}"


def test_after_signing_in_the_page_that_was_wanted_is_shown():
    assert (
        "/c/plan?mode=offline"
        == sign_in(browser(), following="/c/plan?mode=offline").headers["location"]
    )


def test_after_signing_in_nobody_is_sent_to_another_host():
    assert "/" == sign_in(browser(), following="//evil.example").headers["location"]


def test_who_is_signed_in_is_sent_on_from_the_form():
    client = browser()
    sign_in(client)

    assert "/c/plan" == client.get("/signin?next=/c/plan").headers["location"]
