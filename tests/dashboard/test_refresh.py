"""How an open page keeps its figures young, in a real browser on a page that a test changes."""

from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from types import SimpleNamespace

import pytest
from markupsafe import Markup
from playwright.sync_api import expect, sync_playwright
from starlette.requests import Request

import dashboard
from dashboard.rendering import environment
from tests.dashboard.chromium import launched, needed
from tests.fixtures.processes import wait_for

pytestmark = needed

STATIC = Path(dashboard.__file__).parent / "static"
ADDRESS = "http://dashboard.example/c/town"
PAGE = '{% extends "base.html" %}{% block content %}{{ content }}{% endblock %}'
NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)
EVERY_MS, SOON_MS = 10_000, 2_000


@pytest.fixture(scope="module")
def chromium():
    with sync_playwright() as playwright, launched(playwright) as browser:
        yield browser


@pytest.fixture
def page(chromium):
    page = chromium.new_page(locale="en-GB")
    page.clock.install()
    yield page
    page.close()


class Site:
    """What the page is when it is asked for, and how old; `held` has who waits for an answer."""

    def __init__(self, page):
        self.page = page
        self.asked = 0
        self.status = HTTPStatus.OK
        self.holds = False
        self.held = []
        self.show("")
        page.route("**/*", self._answer)

    def show(self, content, minutes=5):
        self.html = (
            environment("en")
            .from_string(PAGE)
            .render(
                request=Request({"type": "http", "path": "/c/town", "query_string": b""}),
                viewer=SimpleNamespace(name="Ana"),
                loopback=True,
                true_up_to=NOW - timedelta(minutes=minutes),
                now=NOW,
                content=Markup(content),  # noqa: S704  a test's own
            )
        )

    def open(self, content):
        self.show(content)
        self.page.goto(ADDRESS)
        self.asked = 0

    def later(self, milliseconds=EVERY_MS):
        self.page.clock.fast_forward(milliseconds)

    def refresh(self):
        """Let the time come, and wait for the answer."""
        with self.page.expect_response(ADDRESS):
            self.later()

    def release(self):
        self.holds = False
        while self.held:
            self.held.pop().fulfill(body=self.html, content_type="text/html")

    def _answer(self, route):
        path = route.request.url.partition("/static/")[2]
        if path:
            route.fulfill(path=STATIC / path)
            return
        self.asked += 1
        if self.holds:
            self.held.append(route)
        else:
            route.fulfill(status=self.status, body=self.html, content_type="text/html")


@pytest.fixture
def site(page):
    return Site(page)


def part(name, content, more=""):
    return f'<section id="{name}" data-live {more}>{content}</section>'


def age(page):
    return page.locator("#age")


def button(page, name):
    return page.get_by_role("button", name=name)


def test_what_changed_is_put_in_place(page, site):
    site.open(part("a", "one") + part("b", "two"))
    page.evaluate("document.getElementById('b').firstChild.before('kept ')")
    site.show(part("a", "three") + part("b", "two"))
    site.refresh()
    expect(page.locator("#a")).to_have_text("three")
    expect(page.locator("#b")).to_have_text("kept two")


def test_the_age_is_by_the_clock_of_the_server(page, site):
    page.clock.set_fixed_time(datetime(2001, 1, 1, tzinfo=UTC))
    site.open(part("a", "one"))
    expect(age(page)).to_have_text("Figures true up to 5 min ago")


def test_the_age_goes_on_between_answers(page, site):
    site.open(part("a", "one"))
    button(page, "Pause refreshing").click()
    site.later(2 * 60_000)
    expect(age(page)).to_have_text("Figures true up to 7 min ago")


def test_a_second_answer_is_not_asked_for_before_the_first_came(page, site):
    site.open(part("a", "one"))
    site.holds = True
    site.later()
    wait_for(lambda: page.evaluate("1") and site.held)
    for _ in range(3):
        site.later()
    assert 1 == site.asked
    site.show(part("a", "two"))
    site.release()
    expect(page.locator("#a")).to_have_text("two")
    site.refresh()
    assert 2 == site.asked


def test_an_answer_that_does_not_come_well_is_asked_for_again(page, site):
    site.open(part("a", "one"))
    site.show(part("a", "two"))
    site.status = HTTPStatus.SERVICE_UNAVAILABLE
    site.refresh()
    expect(page.locator("#a")).to_have_text("one")
    site.status = HTTPStatus.OK
    site.refresh()
    expect(page.locator("#a")).to_have_text("two")


def test_pausing_stops_an_answer_under_way(page, site):
    site.open(part("a", "one"))
    site.holds = True
    site.later()
    wait_for(lambda: page.evaluate("1") and site.held)
    with page.expect_event("requestfailed"):
        button(page, "Pause refreshing").click()
    site.held.clear()
    site.show(part("a", "two"))
    site.release()
    button(page, "Refresh again").click()
    expect(page.locator("#a")).to_have_text("two")


def test_a_page_that_is_paused_stays_so_when_it_is_opened_again(page, site):
    site.open(part("a", "one"))
    button(page, "Pause refreshing").click()
    site.open(part("a", "one"))
    site.show(part("a", "two"))
    site.later()
    expect(button(page, "Refresh again")).to_be_visible()
    assert 0 == site.asked


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (["a", "b"], ["a"]),
        (["a"], ["a", "b"]),
        (["b"], ["a", "b"]),
        ([], ["a"]),
        (["a"], []),
    ],
)
def test_parts_come_and_go_with_what_stands_around_them(page, site, before, after):
    def content(names):
        return "".join(f"<h2>Of {name}</h2>{part(name, name)}" for name in names)

    site.open(content(before))
    site.show(content(after))
    site.refresh()
    expect(page.locator("main h2")).to_have_text([f"Of {name}" for name in after])
    expect(page.locator("[data-live]")).to_have_text(after)


def test_nothing_comes_or_goes_while_somebody_types(page, site):
    field = '<input aria-label="Words">'
    site.open(field + part("a", "one"))
    page.get_by_label("Words").fill("tram")
    site.show(field + part("a", "two") + part("b", "new"), minutes=3)
    site.refresh()
    expect(page.get_by_label("Words")).to_have_value("tram")
    expect(age(page)).to_have_text("Figures true up to 5 min ago")
    page.get_by_label("Words").blur()
    site.refresh()
    expect(page.locator("#b")).to_have_text("new")
    expect(age(page)).to_have_text("Figures true up to 3 min ago")


def test_the_focus_stays_on_a_link_where_parts_come(page, site):
    link = '<a href="/elsewhere">Elsewhere</a>'
    site.open(part("a", link))
    page.get_by_role("link", name="Elsewhere").focus()
    site.show(part("new", "new") + part("a", f"<p>More</p>{link}"))
    site.refresh()
    expect(page.locator("#new")).to_be_visible()
    expect(page.get_by_role("link", name="Elsewhere")).to_be_focused()


def test_the_page_does_not_jump_where_parts_come(page, site):
    long = "<p>Line</p>" * 200
    site.open(long + part("a", "one"))
    page.evaluate("scrollTo(0, 1500)")
    site.show(long + part("a", "one") + part("b", "two"))
    site.refresh()
    expect(page.locator("#b")).to_have_count(1)
    assert 1500 == page.evaluate("scrollY")


def test_a_part_in_the_readers_hands_is_left_and_the_age_says_so(page, site):
    link = '<a href="/elsewhere">Elsewhere</a>'
    site.open(part("a", link) + part("b", "one"))
    page.get_by_role("link", name="Elsewhere").focus()
    site.show(part("a", f"{link} new") + part("b", "two"), minutes=3)
    site.refresh()
    expect(page.locator("#b")).to_have_text("two")
    expect(page.locator("#a")).to_have_text("Elsewhere")
    expect(age(page)).to_have_text("Figures true up to 5 min ago")
    page.get_by_role("link", name="Elsewhere").blur()
    site.refresh()
    expect(page.locator("#a")).to_have_text("Elsewhere new")
    expect(age(page)).to_have_text("Figures true up to 3 min ago")


def test_a_part_that_has_not_changed_holds_up_no_age(page, site):
    table = "<details><summary>As a table</summary>1</details>"
    site.open(part("a", table))
    page.locator("summary").click()
    site.show(part("a", table), minutes=3)
    site.refresh()
    expect(age(page)).to_have_text("Figures true up to 3 min ago")


@pytest.mark.parametrize("more", ["", part("b", "new")])
def test_what_the_reader_opened_stays_open_where_it_was_scrolled_to(page, site, more):
    def content(figure):
        wide = '<p style="white-space: nowrap">' + "wide " * 500 + f"{figure}</p>"
        scroll = f'<div class="scroll" aria-label="Wide">{wide}</div>'
        return f"<details><summary>As a table</summary>{scroll}</details>"

    site.open(part("a", content(1)))
    page.locator("summary").click()
    page.evaluate("document.querySelector('.scroll').scrollLeft = 50")
    page.locator("summary").blur()
    site.show(more + part("a", content(2)))
    site.refresh()
    expect(page.locator(".scroll")).to_contain_text("2")
    expect(page.locator(".scroll")).to_be_visible()
    assert 50 == page.evaluate("document.querySelector('.scroll').scrollLeft")


def test_what_is_still_being_looked_for_is_asked_for_sooner(page, site):
    site.open(part("a", "in a moment", "data-soon"))
    site.show(part("a", "found"))
    with page.expect_response(ADDRESS):
        site.later(SOON_MS)
    expect(page.locator("#a")).to_have_text("found")
    site.later(SOON_MS)
    assert 1 == site.asked
    site.refresh()
    assert 2 == site.asked
