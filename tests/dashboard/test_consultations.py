"""All consultations that somebody may read."""

from datetime import UTC, datetime

import pytest

from dashboard.access import EVERY, Role
from dashboard.pages.consultations import Stage, in_order, stage
from schemas.records import Kind
from sinks.reading.overview import Overview
from tests.dashboard.looking import address_in, by_id, number, page, rows, text_of, total
from tests.sinks.rows import consultation, dominance, flag, insert, pseudonym, summary

pytest_plugins = ["tests.dashboard.made_up"]

NOW = datetime(2026, 6, 1, tzinfo=UTC)
BEFORE, AFTER = "2026-05-01T00:00:00.000Z", "2026-07-01T00:00:00.000Z"

FIGURES = """
    SELECT
        sum(contributions) AS contributions, sum(online) AS online, sum(offline) AS offline,
        count() AS topics, countIf(answered_at IS NOT NULL) AS answered
    FROM summaries FINAL WHERE consultation = {consultation:String}
"""
WHOLE = """
    SELECT voices, round(effective_voices_2, 1) AS worth FROM dominance FINAL
    WHERE consultation = {consultation:String} AND topic = ''
"""
FLAGS = """
    SELECT sum(length(flags)) AS flags FROM dominance FINAL
    WHERE consultation = {consultation:String}
"""


def _overview(name, **changes):
    zero = {str: "", int: 0, float: 0.0}
    row = {field: zero.get(hint) for field, hint in Overview.__annotations__.items()}
    return {**row, "consultation": name, **changes}


def _card(root, name):
    """The card of a consultation, and its figures by their names."""
    (card,) = [one for one in root.iter("article") if f"/c/{name}" == address_in(one.find("h2"))]
    return card, {text_of(one.find("dt")): one.find("dd") for one in card.findall("dl/div")}


def _figure(cell):
    return text_of(cell.find("span"))


def _address(cell):
    return cell.find("span/a").attrib["href"]


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ({}, Stage.OPEN),
        ({"opens_at": AFTER}, Stage.PLANNED),
        ({"opens_at": BEFORE, "closes_at": AFTER}, Stage.OPEN),
        ({"opens_at": BEFORE, "closes_at": BEFORE}, Stage.CLOSED),
        ({"closes_at": AFTER, "closed_at": BEFORE}, Stage.CLOSED),
        ({"closes_at": BEFORE, "closed_at": AFTER}, Stage.OPEN),
    ],
)
def test_the_stage_follows_from_the_dates(times, expected):
    assert expected == stage(_overview("parks", **times), NOW)


def test_open_ones_come_first_and_the_newest_activity_before_the_older():
    listed = [
        _overview("old", newest_event="2026-01-01T00:00:00.000Z"),
        _overview("silent"),
        _overview("closed", newest_event="2026-05-05T00:00:00.000Z", closed_at=BEFORE),
        _overview("new", newest_event="2026-05-01T00:00:00.000Z"),
    ]
    assert ["new", "old", "silent", "closed"] == [
        row["consultation"] for row in in_order(listed, NOW)
    ]


def test_figures_are_those_of_the_tables(browser, town, tables):
    _, figures = _card(page(browser, "/"), town)
    (said,) = rows(tables, FIGURES, consultation=town)
    (whole,) = rows(tables, WHOLE, consultation=town)
    (flagged,) = rows(tables, FLAGS, consultation=town)
    assert said["contributions"] == number(_figure(figures["Contributions"]))
    assert whole["voices"] == number(_figure(figures["Voices"]))
    assert whole["worth"] == float(_figure(figures["Worth"]))
    assert flagged["flags"] == number(_figure(figures["Flags"]))
    assert f"{said['answered']} of {said['topics']}" == _figure(figures["Topics answered"])
    for mode in ("online", "offline"):
        share = said[mode] / (said["online"] + said["offline"])
        assert f"{share:.0%} {said[mode]}" == text_of(figures[mode.title()])


@pytest.mark.parametrize(
    ("name", "shown"), [("Contributions", "span"), ("Online", "span[2]"), ("Offline", "span[2]")]
)
def test_a_number_leads_to_as_many_contributions(browser, town, name, shown):
    _, figures = _card(page(browser, "/"), town)
    cell = figures[name]
    assert total(browser, _address(cell)) == number(text_of(cell.find(shown)))


def test_a_card_says_whose_it_is_and_when_it_ran(browser, town):
    card, _ = _card(page(browser, "/"), town)
    facts = text_of(card.find("ul"))
    assert "Mallowmere Borough Council Closed: 2 Mar 2026 to 24 May 2026" in facts
    assert "Last activity: 30 May 2026" in facts


def test_flags_are_told_with_the_people_whom_they_name(site, made_up):
    insert(made_up, Kind.CONSULTATION, consultation(0))
    one, other = pseudonym(1), pseudonym(2)
    insert(made_up, Kind.DOMINANCE, dominance("", [flag(one, "…"), flag(other, "…")]))
    insert(made_up, Kind.DOMINANCE, dominance("trees", [flag(one, "…")]))
    _, figures = _card(page(site, "/"), "parks")
    assert "3 on 2 people" == text_of(figures["Flags"])


@pytest.mark.parametrize(
    ("grants", "expected"),
    [
        ({}, {"open"}),
        ({EVERY: Role.OFFICER}, {"open", "restricted"}),
        ({"restricted": Role.READER}, {"open", "restricted"}),
        ({EVERY: Role.READER, "private": Role.READER}, {"open", "restricted", "private"}),
        ({EVERY: Role.ADMINISTRATOR}, {"open", "restricted", "private"}),
    ],
)
def test_only_what_somebody_may_read_is_there(signed_in, made_up, grants, expected):
    for place, visibility in enumerate(["open", "restricted", "private"]):
        opened = consultation(place, consultation=visibility, visibility=visibility)
        insert(made_up, Kind.CONSULTATION, opened | {"title": visibility})
        insert(made_up, Kind.SUMMARY, summary(1, consultation=visibility))
    root = page(signed_in(grants), "/")
    assert expected == {text_of(card.find("h2")) for card in root.iter("article")}


def test_restricted_and_private_ones_say_so(site, made_up):
    for place, visibility in enumerate(["open", "restricted", "private"]):
        opened = consultation(place, consultation=visibility, visibility=visibility)
        insert(made_up, Kind.CONSULTATION, opened | {"title": visibility})
    root = page(site, "/")
    said = {text_of(card.find("h2")): text_of(card.find("ul")) for card in root.iter("article")}
    assert "Restricted: who has a role here may read it" in said["restricted"]
    assert "Private: only those named for it may read it" in said["private"]
    assert "role" not in said["open"]


def test_where_there_is_nothing_it_says_what_to_do(site):
    said = text_of(by_id(page(site, "/"), "content"))
    assert "isegoria import" in said
    assert "isegoria intake" in said


def test_a_title_is_text_and_no_markup(site, made_up):
    insert(made_up, Kind.CONSULTATION, consultation(0, title="<script>alert(1)</script>"))
    card, _ = _card(page(site, "/"), "parks")
    assert "<script>alert(1)</script>" == text_of(card.find("h2/a"))
    assert not list(card.iter("script"))
