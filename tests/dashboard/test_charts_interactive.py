"""The interactive charts in a browser, under the policy that pages have."""

import json
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import expect, sync_playwright

from dashboard.charts.interactive import bundle
from dashboard.i18n import ENGLISH, Words
from tests.dashboard.chromium import launched, needed
from tests.dashboard.test_charts_every import EXAMPLES

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " connect-src 'self'"
)


@cache
def content():
    """What is at each address: its type and its text."""
    specifications = {
        f"/{place}.json": ("application/json", draw(Words(ENGLISH)).spec)
        for place, draw in enumerate(EXAMPLES.values())
    }
    places = "".join(
        f'<div class="chart-interactive" data-spec="{address}" data-label="A chart">'
        "<p>Still</p></div>"
        for address in [*specifications, "/missing.json"]
    )
    page = (
        f"<!doctype html><html lang=en><title>Charts</title><body>{places}"
        '<script src="/charts.js"></script>'
    )
    return {
        "/": ("text/html", page),
        "/charts.js": ("text/javascript", bundle().decode()),
        **specifications,
    }


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        kind, text = content().get(self.path, ("text/plain", ""))
        self.send_response(200 if self.path in content() else 404)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Security-Policy", POLICY)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_arguments):
        pass


@contextmanager
def _serving():
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def opened():
    """The page, and what the browser complained about."""
    with _serving() as address, sync_playwright() as playwright, launched(playwright) as browser:
        page, complaints = browser.new_page(), []
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(address)
        expect(page.locator(".chart-interactive svg")).to_have_count(len(EXAMPLES), timeout=30_000)
        yield page, complaints


@needed
def test_every_chart_is_drawn_without_a_complaint_but_of_what_is_missing(opened):
    _page, complaints = opened

    assert [told for told in complaints if "404" not in told] == []


@needed
def test_where_a_chart_cannot_be_had_the_page_keeps_what_it_shows(opened):
    page, _complaints = opened

    expect(page.locator(".chart-interactive:last-of-type p")).to_have_text("Still")


@needed
def test_a_pointer_is_told_what_it_is_on(opened):
    page, _complaints = opened
    place = list(EXAMPLES).index("mix")

    bar = page.locator(f'[data-spec="/{place}.json"] .mark-rect path')
    bar.first.hover()

    expect(page.locator("#vg-tooltip-element")).to_have_text("Web form: 812")


@needed
def test_no_style_element_is_added(opened):
    page, _complaints = opened

    expect(page.locator("style")).to_have_count(0)


def test_a_bundle_is_made_once():
    assert bundle() is bundle()


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_specification_is_json_that_asks_nobody_for_data(name):
    written = EXAMPLES[name](Words(ENGLISH)).spec

    assert '"url"' not in written
    assert json.loads(written)["datasets"]
