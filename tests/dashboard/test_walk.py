"""A policy officer's way through the pages, and what they read on it, held against ClickHouse."""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from dashboard import addresses
from tests import make
from tests.dashboard.chromium import launched, needed
from tests.dashboard.conftest import TITLE
from tests.dashboard.serving import served
from tests.system.running import moved

pytestmark = needed

DATA = Path(
    os.environ.get("ISEGORIA_REFERENCE_DATA", Path(__file__).parents[2] / ".." / "shared" / "data")
)
POLIS = DATA / "polis" / "austria-climate.5tzfrp5eaa.2022-07-07"
REFRESHED_MS = 60_000


@pytest.fixture(scope="module")
def address(system):
    with served(system.kafka, system.clickhouse) as address:
        yield address


@pytest.fixture(scope="module")
def chromium():
    with sync_playwright() as playwright, launched(playwright) as browser:
        yield browser


@pytest.fixture
def page(chromium):
    page = chromium.new_page(locale="en-GB")
    yield page
    page.close()


@pytest.fixture(scope="module")
def climate(system):
    """A Polis export in which one person carries much weight for an hour."""
    if not POLIS.exists():
        pytest.skip("no reference data: set ISEGORIA_REFERENCE_DATA to the folder that has it")
    system.cli("import", "polis", str(POLIS), "--consultation", "climate")
    system.wait()
    return "climate"


@pytest.fixture(params=["sample", "polis"])
def topic(request):
    """A consultation and one of its topics that has a flag."""
    consultation, topic = {"sample": ("town", "heron-lane"), "polis": ("climate", "statements")}[
        request.param
    ]
    request.getfixturevalue(consultation)
    return consultation, topic


def figures(page):
    """The figures on a page by their names, as they are written."""
    return {
        one.locator("dt").inner_text(): one.locator(".figure").inner_text()
        for one in page.locator("dl.figures > div").all()
    }


def summary(system, consultation, topic):
    names = (
        "contributions, voices, one_unknown_voices, online, offline, supports, originals,"
        " resubmitted, campaign"
    )
    [row] = system.query(
        f"SELECT {names} FROM summaries FINAL"
        " WHERE consultation = {consultation:String} AND topic = {topic:String}",
        consultation=consultation,
        topic=topic,
    )
    return dict(zip(names.split(", "), row, strict=True))


def test_the_figures_of_a_topic_are_those_of_the_tables(page, address, system, topic):
    row = summary(system, *topic)
    page.goto(address + addresses.topic(*topic))
    shown = figures(page)
    expected = {
        "Contributions": row["contributions"],
        "Online": row["online"],
        "Offline": row["offline"],
        "Votes": row["supports"],
        "Originals": row["originals"],
        "Said again": row["resubmitted"],
        "Copies of a letter": row["campaign"],
    }
    assert {name: f"{figure:,}" for name, figure in expected.items()} == {
        name: shown[name] for name in expected
    }


def test_voices_are_a_range_where_authors_are_not_known(page, address, system, topic):
    row = summary(system, *topic)
    page.goto(address + addresses.topic(*topic))
    ends = dict.fromkeys([f"{row['one_unknown_voices']:,}", f"{row['voices']:,}"])
    assert list(ends) == re.findall(r"[0-9,]+", figures(page)["Voices"])


@pytest.mark.parametrize(
    "name", ["Contributions", "Online", "Offline", "Originals", "Said again", "Copies of a letter"]
)
def test_a_number_leads_to_as_many_contributions(page, address, topic, name):
    page.goto(address + addresses.topic(*topic))
    figure = page.locator("dl.figures > div").filter(
        has=page.locator("dt", has_text=re.compile(f"^{name}$"))
    )
    number = figure.locator(".figure").inner_text().replace(",", "")
    figure.locator("a").click()
    expect(page.locator("#total")).to_have_attribute("data-total", number)


def test_the_contributions_behind_a_number_can_be_read_to_the_last(page, address, system, topic):
    expected = summary(system, *topic)["resubmitted"]
    query = {"topic": topic[1], "verdict": "resubmitted"}
    page.goto(address + addresses.contributions(topic[0], query))
    read = page.locator(".said").count()
    while (onward := page.locator("a[rel=next]")).count():
        onward.first.click()
        read += page.locator(".said").count()
    assert expected == read


def test_the_sentence_of_a_flag_is_that_of_the_tables(page, address, system, topic):
    [(sentence,)] = system.query(
        "SELECT flags[1].sentence FROM dominance FINAL"
        " WHERE consultation = {consultation:String} AND topic = {topic:String}",
        consultation=topic[0],
        topic=topic[1],
    )
    person = sentence.split()[0]
    page.goto(address + addresses.topic(*topic))
    shown = page.locator(".flags li").first.inner_text()
    assert sentence.replace(person, f"{person[:10]}…") == shown


@pytest.mark.usefixtures("town")
def test_from_the_list_of_consultations_to_who_dominates(page, address):
    page.goto(address)
    page.get_by_role("link", name=TITLE).click()
    page.get_by_role("link", name="Heron Lane: through traffic").click()
    page.get_by_role("link", name="What the picture is without them").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Usual suspects")


def test_a_view_with_filters_can_be_sent_to_a_colleague(page, chromium, address, town):
    page.goto(address + addresses.contributions(town))
    page.locator("summary").first.click()
    page.get_by_label("Online or offline").select_option("offline")
    page.get_by_label("Channel").select_option("paper")
    page.get_by_role("button", name="Show these").click()
    total = page.locator("#total").get_attribute("data-total")
    colleague = chromium.new_page()
    colleague.goto(page.url)
    expect(colleague.locator("#total")).to_have_attribute("data-total", total)
    colleague.close()


def test_figures_refresh_without_a_reload(page, address, system):
    def opened(events):
        system.publish(moved(event, "live") for event in events)
        system.wait()

    opened([make.consultation_opened(), make.topic_opened(), make.contribution("c1")])
    page.goto(address + addresses.topic("live", "tram"))
    page.evaluate("document.body.dataset.loaded = 'once'")
    opened([make.contribution("c2", "Quite another thought about the tram.", person=2)])
    figure = page.locator("dl.figures > div").first.locator(".figure")
    expect(figure).to_have_text("2", timeout=REFRESHED_MS)
    assert "once" == page.evaluate("document.body.dataset.loaded")


def test_refreshing_can_be_paused(page, address, town):
    page.goto(address + addresses.consultation(town))
    page.get_by_role("button", name="Pause refreshing").click()
    expect(page.get_by_role("button", name="Refresh again")).to_be_visible()


def test_a_page_says_how_old_its_figures_are(page, address, town):
    page.goto(address + addresses.consultation(town))
    expect(page.locator("#age")).to_have_text(re.compile(r"^Figures true up to \d+ s ago$"))


def test_an_officer_answers_a_topic(page, address, system):
    events = [make.consultation_opened(), make.topic_opened(), make.contribution("c1")]
    system.publish(moved(event, "answered") for event in events)
    system.wait()
    page.goto(address + addresses.topic("answered", "tram"))
    page.get_by_role("link", name="Answer this topic").click()
    page.get_by_label("Who answers").fill("Parks office")
    page.get_by_label("The answer").fill("The line is funded from next year on.")
    page.get_by_role("button", name="See how it will look").click()
    page.get_by_role("button", name="Publish this answer").click()
    system.wait()
    page.goto(address + addresses.topic("answered", "tram"))
    expect(page.get_by_text("The line is funded from next year on.")).to_be_visible()


def test_a_reader_of_german_finds_german(page, address, town):
    page.goto(address + addresses.topic(town, "heron-lane"))
    page.get_by_role("link", name="Deutsch").click()
    expect(page.locator("html")).to_have_attribute("lang", "de")
    expect(page.get_by_role("heading", name="Hinweise")).to_be_visible()
    page.get_by_role("link", name="Beteiligungen").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Beteiligungen")


def test_a_chart_answers_to_the_pointer(page, address, town):
    page.goto(address + addresses.explore(town))
    bar = page.locator("[data-spec*=channel] .mark-rect path").first
    bar.hover()
    expect(page.locator("#vg-tooltip-element")).to_be_visible()
