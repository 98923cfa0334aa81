"""Every page in a real browser: accessible, whole at any width, with nothing from elsewhere."""

import os
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

from tests.dashboard.chromium import launched, needed
from tests.dashboard.pages import LETTERS, pages
from tests.dashboard.serving import served

pytestmark = needed

DATA = Path(
    os.environ.get("ISEGORIA_REFERENCE_DATA", Path(__file__).parents[2] / ".." / "shared" / "data")
)
POLIS = DATA / "polis" / "vtaiwan.uberx"
NAMES = tuple(pages("", "", 0))
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDTHS = (320, 390, 768, 1280, 2560)
INTERACTIVE = "/static/interactive.js"


@pytest.fixture(scope="module")
def address(system):
    with served(system.kafka, system.clickhouse) as address:
        yield address


@pytest.fixture(scope="module")
def chromium():
    with sync_playwright() as playwright, launched(playwright) as browser:
        yield browser


@pytest.fixture(scope="module")
def polis(system):
    """A Polis export as a consultation."""
    if not POLIS.exists():
        pytest.skip("no reference data: set ISEGORIA_REFERENCE_DATA to the folder that has it")
    system.cli("import", "polis", str(POLIS), "--consultation", "uberx")
    system.wait()
    return "uberx"


@pytest.fixture(params=["sample", "polis"])
def places(request, system):
    """The addresses of all pages of a consultation, by name; lists have a private one too."""
    request.getfixturevalue("private")
    consultation, topic = {
        "sample": lambda: (request.getfixturevalue("town"), "market-hall"),
        "polis": lambda: (request.getfixturevalue("polis"), "statements"),
    }[request.param]()
    [(letter,)] = system.query(LETTERS, consultation=consultation, topic=topic)
    return pages(consultation, topic, letter)


@contextmanager
def opened(chromium, address, width=1280, **options):
    """A page, and what it complained about or asked of elsewhere."""
    context = chromium.new_context(viewport={"width": width, "height": 900}, **options)
    page = context.new_page()
    complaints = []
    page.on("console", lambda told: complaints.append(told.text) if told.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "request",
        lambda asked: (
            None
            if urlsplit(asked.url).netloc == urlsplit(address).netloc
            or asked.url.startswith("data:")
            else complaints.append(asked.url)
        ),
    )
    try:
        yield page, complaints
    finally:
        context.close()


@pytest.mark.parametrize("name", NAMES)
def test_axe_finds_nothing(chromium, address, places, name):
    with opened(chromium, address) as (page, _):
        page.goto(address + places[name])
        found = Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}})
        violations = [
            (one["id"], node["html"][:200])
            for one in found.response["violations"]
            for node in one["nodes"]
        ]
        assert [] == violations


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_asked_of_another_host_and_no_policy_is_broken(chromium, address, places, name):
    with opened(chromium, address) as (page, complaints):
        page.goto(address + places[name], wait_until="networkidle")
        assert [] == complaints


@pytest.mark.parametrize("name", NAMES)
def test_no_page_scrolls_sideways_at_any_width(chromium, address, places, name):
    with opened(chromium, address) as (page, _):
        page.goto(address + places[name])
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            assert width >= page.evaluate("document.documentElement.scrollWidth")


@pytest.mark.parametrize("name", NAMES)
def test_every_page_reads_without_javascript(chromium, address, places, name):
    with opened(chromium, address, java_script_enabled=False) as (page, _):
        answer = page.goto(address + places[name])
        assert 200 == answer.status
        assert 1 == page.locator("h1").count()


@pytest.mark.parametrize("name", NAMES)
def test_no_page_weighs_more_than_200_kb_without_the_interactive_bundle(
    chromium, address, places, name
):
    with opened(chromium, address) as (page, _):
        weights = []
        page.on(
            "response",
            lambda answer: weights.append(
                0 if answer.url.endswith(INTERACTIVE) else len(answer.body())
            ),
        )
        page.goto(address + places[name], wait_until="networkidle")
        assert 200_000 > sum(weights)


def test_the_keyboard_alone_skips_to_the_content(chromium, address):
    with opened(chromium, address) as (page, _):
        page.goto(address)
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert "content" == page.evaluate("document.activeElement.id")
