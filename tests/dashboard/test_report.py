"""A consultation on paper."""

import re

import pytest
from playwright.sync_api import sync_playwright
from pypdf import PdfReader

from dashboard.access import EVERY, Role
from schemas.policy import DeploymentPolicy
from schemas.records import Kind
from tests.dashboard.chromium import launched, needed
from tests.dashboard.looking import page, rows, table_of, text_of, texts_of
from tests.dashboard.serving import served
from tests.sinks.rows import consultation, dominance, flag, insert, pseudonym, summary

pytest_plugins = ["tests.dashboard.made_up"]

TOPICS = "Topics, those with most contributions first"
A4_POINTS = (595, 842)
HEADINGS = (
    "In short",
    "The old market hall",
    "Library hours",
    "A path along the Withy",
    "How this is measured",
)


@pytest.fixture
def root(browser, town):
    return page(browser, f"/c/{town}/report")


@pytest.fixture(scope="module")
def printed(system, town, tmp_path_factory):
    """The pages that come out of a printer."""
    path = tmp_path_factory.mktemp("report") / "report.pdf"
    with (
        served(system.kafka, system.clickhouse) as address,
        sync_playwright() as playwright,
        launched(playwright) as browser,
    ):
        shown = browser.new_page()
        shown.goto(f"{address}/c/{town}/report")
        shown.pdf(path=path, format="A4", prefer_css_page_size=True)
    return PdfReader(path).pages


def _section(root, heading):
    (section,) = [
        one
        for one in root.iter("section")
        if one.find("h2") is not None and heading == text_of(one.find("h2"))
    ]
    return text_of(section)


def test_it_says_when_it_was_made_and_how_true_it_is(root):
    cover = text_of(next(one for one in root.iter("header") if one.get("class") == "cover"))
    moment = r"\d+ \w+ \d{4}, \d\d:\d\d:\d\d UTC"
    assert re.search(rf"Made with Isegoria on {moment}\. Figures true up to {moment}\.", cover)
    assert "Mallowmere Borough Council Closed: 2 Mar 2026 to 24 May 2026" in cover


def test_who_made_it_is_named(signed_in, made_up):
    insert(made_up, Kind.CONSULTATION, consultation(0))
    assert "Made by ana with Isegoria on" in text_of(page(signed_in({}), "/c/parks/report"))


def test_topics_have_the_figures_of_their_summaries(root, town, tables):
    expected = rows(
        tables,
        "SELECT title, contributions, voices, letters FROM summaries FINAL"
        " WHERE consultation = {consultation:String} ORDER BY contributions DESC",
        consultation=town,
    )
    assert [tuple(map(str, row.values())) for row in expected] == [
        (row["Topic"], row["Contributions"], row["Voices"], row["Letters"])
        for row in texts_of(table_of(root, TOPICS))
    ]


def test_each_topic_is_told_in_short(root):
    told = _section(root, "Library hours")
    assert "176 contributions by 154 voices" in told
    assert "What people say, counted in three ways" in told
    assert "Key terms: hours, room" in told
    assert "Answer of 5 Jun 2026, Mallowmere Borough Council" in told
    assert "Not answered yet." in _section(root, "The old market hall")


def test_two_people_are_quoted_on_each_topic(root):
    assert 2 * len(table_of(root, TOPICS)) == len(list(root.iter("blockquote")))


def test_flags_are_told_without_a_way_to_the_person(site, made_up):
    person = pseudonym(1)
    raised = [flag(person, f"{person} wrote 9 of the 10 contributions (90 %).")]
    insert(made_up, Kind.CONSULTATION, consultation(0))
    insert(made_up, Kind.SUMMARY, summary(1, title="Trees"))
    insert(made_up, Kind.DOMINANCE, dominance("", []), dominance("trees", raised))
    root = page(site, "/c/parks/report")
    assert f"{person[:10]}… wrote 9 of the 10 contributions (90 %)." in _section(root, "Trees")
    assert not [one for one in root.iter("a") if person in one.get("href", "")]


def test_a_chart_of_a_topic_without_a_title_is_named_by_the_id(site, made_up):
    insert(made_up, Kind.CONSULTATION, consultation(0))
    said = {"contributions": 1, "stance_for": 1, "balanced_for": 1.0, "letters_for": 1}
    insert(made_up, Kind.SUMMARY, summary(1, title="", **said))
    assert "trees: What people say, counted in three ways" in [
        text_of(one) for one in page(site, "/c/parks/report").iter("caption")
    ]


def test_how_it_was_measured_names_the_policy(root):
    told = _section(root, "How this is measured")
    assert f"These thresholds are policy {DeploymentPolicy().default.hash}." in told
    assert "from 20% of a topic by one person" in told
    assert "No licence has been chosen" in told


def test_a_private_report_is_not_there_for_others(signed_in, made_up):
    insert(made_up, Kind.CONSULTATION, consultation(0, visibility="private"))
    page(signed_in({EVERY: Role.OFFICER}), "/c/parks/report", 404)


@needed
def test_it_prints_to_a4(printed):
    for sheet in printed:
        size = (round(sheet.mediabox.width), round(sheet.mediabox.height))
        assert A4_POINTS == size


@needed
def test_no_sheet_is_blank(printed):
    assert all(len(sheet.extract_text()) > 200 for sheet in printed)


@needed
def test_headings_are_printed_and_none_ends_a_sheet(printed):
    sheets = [" ".join(sheet.extract_text().split()) for sheet in printed]
    for heading in HEADINGS:
        assert any(heading in sheet for sheet in sheets)
        assert not any(sheet.endswith(heading) for sheet in sheets)


@needed
def test_what_only_a_screen_can_do_is_not_printed(printed):
    text = " ".join(sheet.extract_text() for sheet in printed)
    assert "Skip to the content" not in text
    assert "Pause refreshing" not in text
    assert "As a table" not in text
