"""Waiting for an answer: over all consultations that somebody may read, and in one."""

import pytest

from dashboard.access import EVERY, Role
from dashboard.pages.waiting import MAX_TOPICS
from schemas.records import Kind
from tests.dashboard.looking import (
    address_in,
    by_id,
    number,
    page,
    rows,
    table_of,
    text_of,
    texts_of,
)
from tests.sinks.rows import consultation, day, insert, summary

pytest_plugins = ["tests.dashboard.made_up"]

TOPICS, ANSWERS = "Topics without an answer", "Answers by consultation"

UNANSWERED = """
    SELECT topic, title, voices FROM summaries FINAL
    WHERE consultation = {consultation:String} AND answered_at IS NULL AND voices > 0
    ORDER BY topic
"""


@pytest.fixture
def three(made_up):
    """A consultation of each visibility, each with a topic that waits."""
    for number_of, visibility in enumerate(["open", "restricted", "private"]):
        opened = consultation(number_of, consultation=visibility, visibility=visibility)
        insert(made_up, Kind.CONSULTATION, opened | {"title": visibility.title()})
        where = {"consultation": visibility}
        insert(made_up, Kind.SUMMARY, summary(1, voices=2, title=f"{visibility} trees", **where))
        insert(made_up, Kind.DAY, day("2024-03-01", **where))


def test_every_topic_without_an_answer_waits(browser, town, tables):
    shown = table_of(page(browser, f"/waiting?consultation={town}"), TOPICS)
    expected = rows(tables, UNANSWERED, consultation=town)
    assert expected
    assert sorted((one["title"], one["voices"]) for one in expected) == sorted(
        (text_of(row["Topic"]), number(text_of(row["Voices"]))) for row in shown
    )


def test_days_and_voice_days_multiply_and_fall(browser, town):
    shown = texts_of(table_of(page(browser, f"/waiting?consultation={town}"), TOPICS))
    weights = [number(row["Voices times days"]) for row in shown]
    assert weights == sorted(weights, reverse=True)
    assert weights == [number(row["Voices"]) * number(row["Days"]) for row in shown]


def test_topics_and_voices_and_answers_are_links(browser, town):
    for row in table_of(page(browser, f"/waiting?consultation={town}"), TOPICS):
        topic = address_in(row["Topic"])
        assert topic.startswith(f"/c/{town}/topics/")
        assert f"{topic}/answer" == address_in(row["Answer"])
        assert f"/c/{town}/measures#voices" == address_in(row["Voices"])


def test_the_share_answered_is_that_of_the_topics(browser, town, tables):
    (expected,) = rows(
        tables,
        "SELECT count() AS topics, countIf(answered_at IS NOT NULL) AS answered"
        " FROM summaries FINAL WHERE consultation = {consultation:String}",
        consultation=town,
    )
    (row,) = texts_of(table_of(page(browser, f"/waiting?consultation={town}"), ANSWERS))
    assert (expected["topics"], expected["answered"]) == (int(row["Topics"]), int(row["Answered"]))
    assert f"{expected['answered'] / expected['topics']:.0%}" == row["Share answered"]
    assert row["Median days to an answer"]


@pytest.mark.usefixtures("three")
def test_all_consultations_stand_on_one_page(site):
    shown = texts_of(table_of(page(site, "/waiting"), TOPICS))
    assert {"Open", "Restricted", "Private"} == {row["Consultation"] for row in shown}


def test_a_topic_without_a_title_is_called_by_its_id(site, made_up):
    insert(made_up, Kind.CONSULTATION, consultation(0))
    insert(made_up, Kind.SUMMARY, summary(1, voices=1, title=""))
    insert(made_up, Kind.DAY, day("2024-03-01"))
    assert ["trees"] == [row["Topic"] for row in texts_of(table_of(page(site, "/waiting"), TOPICS))]


@pytest.mark.usefixtures("three")
def test_without_an_answer_there_is_no_median(site):
    shown = texts_of(table_of(page(site, "/waiting"), ANSWERS))
    assert {"\u2013none yet"} == {row["Median days to an answer"] for row in shown}


@pytest.mark.parametrize(
    ("grants", "expected"),
    [
        ({}, {"Open"}),
        ({EVERY: Role.READER}, {"Open", "Restricted"}),
        ({"private": Role.READER}, {"Open", "Private"}),
    ],
)
@pytest.mark.usefixtures("three")
def test_only_what_somebody_may_read_is_there(signed_in, grants, expected):
    root = page(signed_in(grants), "/waiting")
    assert expected == {text_of(row["Consultation"]) for row in table_of(root, TOPICS)}
    assert expected == {text_of(row["Consultation"]) for row in table_of(root, ANSWERS)}
    offered = {text_of(option) for option in root.iter("option")} - {"All"}
    assert offered == (expected if len(expected) > 1 else set())


@pytest.mark.usefixtures("three")
def test_what_nobody_may_read_is_not_found_either_way(signed_in):
    site = signed_in({})
    refused = site.get("/waiting?consultation=private")
    unknown = site.get("/waiting?consultation=nowhere")
    assert (404, 404) == (refused.status_code, unknown.status_code)
    assert text_of(page(site, "/waiting?consultation=private", 404).find(".//main")) == text_of(
        page(site, "/waiting?consultation=nowhere", 404).find(".//main")
    )


@pytest.mark.usefixtures("three")
def test_only_officers_are_offered_to_answer(signed_in):
    site = signed_in({"open": Role.READER, "restricted": Role.OFFICER})
    offered = {
        text_of(row["Consultation"]): bool(list(row["Answer"].iter("a")))
        for row in table_of(page(site, "/waiting"), TOPICS)
    }
    assert {"Open": False, "Restricted": True} == offered


@pytest.mark.parametrize("more", [0, 1])
def test_a_table_that_was_cut_says_so_and_a_full_one_does_not(site, made_up, more):
    insert(made_up, Kind.CONSULTATION, consultation(0))
    names = [f"t{place}" for place in range(MAX_TOPICS + more)]
    insert(made_up, Kind.SUMMARY, *(summary(1, topic=name, voices=1) for name in names))
    insert(made_up, Kind.DAY, *(day("2024-03-01", topic=name) for name in names))
    root = page(site, "/waiting")
    assert MAX_TOPICS == len(table_of(root, TOPICS))
    told = f"The first {MAX_TOPICS} are shown." in text_of(by_id(root, "waiting"))
    assert bool(more) == told


def test_where_nothing_waits_that_is_said(site, made_up):
    assert "Nobody waits, since there is no topic yet." in text_of(
        by_id(page(site, "/waiting"), "waiting")
    )
    insert(made_up, Kind.CONSULTATION, consultation(0))
    answered = summary(1, voices=1, answered_at="2024-03-02T00:00:00.000Z", responses=1)
    insert(made_up, Kind.SUMMARY, answered)
    assert "Nobody waits: every topic that people spoke on has an answer." in text_of(
        by_id(page(site, "/waiting"), "waiting")
    )
