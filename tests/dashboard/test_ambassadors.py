"""Ambassadors: recognitions awarded, and candidates with their figures and why."""

from importlib import import_module

import pytest

from schemas.records import Kind
from sinks.people import ambassadors
from tests.dashboard.looking import (
    address_in,
    by_id,
    number,
    page,
    rows,
    table_of,
    text_of,
    texts_of,
    total,
)
from tests.sinks.rows import consultation, insert

pytest_plugins = ["tests.dashboard.made_up"]

CANDIDATES, AWARDS = "Candidates for ambassador", "Recognitions awarded"


def test_candidates_stand_in_their_order_with_their_figures(browser, town, tables):
    expected = ambassadors(tables, town)
    assert expected
    shown = texts_of(table_of(page(browser, f"/c/{town}/ambassadors"), CANDIDATES))
    assert [
        (
            f"{one['participant'][:10]}…",
            one["newcomers_answered"],
            one["newcomers_returned"],
            one["groups"],
            one["topics"],
        )
        for one in expected
    ] == [
        (
            row["Person"],
            *(number(row[name]) for name in ("Newcomers answered", "Who came back")),
            *(number(row[name]) for name in ("Groups", "Topics")),
        )
        for row in shown
    ]


def test_topics_of_a_candidate_are_those_they_wrote_in(browser, town, tables):
    for row in table_of(page(browser, f"/c/{town}/ambassadors"), CANDIDATES):
        who = address_in(row["Person"]).rpartition("participant=")[2]
        (expected,) = rows(
            tables,
            "SELECT uniqExact(topic) AS topics FROM screened"
            " WHERE consultation = {consultation:String} AND participant = {who:String}"
            " AND live AND role = 'participant'",
            consultation=town,
            who=who,
        )
        assert expected["topics"] == number(text_of(row["Topics"]))


def test_why_is_said_in_words(browser, town, tables):
    first = ambassadors(tables, town)[0]
    (row, *_) = texts_of(table_of(page(browser, f"/c/{town}/ambassadors"), CANDIDATES))
    assert row["Why"].startswith(f"Answered {first['newcomers_answered']} ")
    assert f"active across {first['groups']} groups." in row["Why"]


def test_offline_contributions_lead_to_as_many(browser, town):
    for row in table_of(page(browser, f"/c/{town}/ambassadors"), CANDIDATES):
        said = row["Offline contributions"]
        assert number(text_of(said)) == total(browser, address_in(said))


def test_recognitions_are_those_awarded(browser, town, tables):
    expected = rows(
        tables,
        "SELECT participant, recognition, reason FROM recognitions FINAL"
        " WHERE consultation = {consultation:String} AND NOT redelivered ORDER BY occurred_at",
        consultation=town,
    )
    assert expected
    shown = texts_of(table_of(page(browser, f"/c/{town}/ambassadors"), AWARDS))
    assert [
        (f"{one['participant'][:10]}…", one["recognition"], one["reason"]) for one in expected
    ] == [(row["Person"], row["Recognition"], row["What for"]) for row in shown]


@pytest.mark.parametrize("less", [0, 1])
def test_a_list_that_was_cut_says_so_and_a_full_one_does_not(
    browser, town, tables, monkeypatch, less
):
    most = len(ambassadors(tables, town)) - less
    monkeypatch.setattr(import_module("dashboard.pages.ambassadors"), "MAX_CANDIDATES", most)
    root = page(browser, f"/c/{town}/ambassadors")
    assert most == len(table_of(root, CANDIDATES))
    told = f"The first {most} are shown." in text_of(by_id(root, "candidates"))
    assert bool(less) == told


def test_without_any_the_page_says_so(site, made_up):
    insert(made_up, Kind.CONSULTATION, consultation(0))
    root = page(site, "/c/parks/ambassadors")
    assert "There is no candidate yet" in text_of(by_id(root, "candidates"))
    assert "No recognition has been awarded yet." == text_of(by_id(root, "awards"))
