"""One consultation: its topics and figures."""

import pytest

from dashboard.access import EVERY, Role
from dashboard.pages.consultation import TOPICS_PER_PAGE
from dashboard.paging import page_number
from schemas.records import Kind
from tests.dashboard.looking import (
    address_in,
    by_id,
    links_of,
    number,
    page,
    rows,
    table_of,
    text_of,
    texts_of,
    total,
)
from tests.sinks.rows import consultation, dominance, flag, insert, pseudonym, summary

pytest_plugins = ["tests.dashboard.made_up"]

TOPICS = "Topics, those with most contributions first"
CHARTS = {"timeline", "mode", "channel", "lorenz", "windows"}

SUMMARIES = """
    SELECT
        title, contributions, voices, effective_voices_2 AS worth, top1_share, online, offline,
        letters, supports
    FROM summaries FINAL WHERE consultation = {consultation:String}
    ORDER BY contributions DESC
"""
FLAGGED = """
    SELECT sum(length(flags)) AS flags FROM dominance FINAL
    WHERE consultation = {consultation:String}
"""
WHOLE = """
    SELECT contributions, voices, effective_voices_2 AS worth, half_written_by, top1_share
    FROM dominance FINAL WHERE consultation = {consultation:String} AND topic = ''
"""


@pytest.fixture
def root(browser, town):
    return page(browser, f"/c/{town}")


def _figures(root):
    return {
        text_of(one.find("dt")): one.find("dd")
        for one in by_id(root, "summary").iter("div")
        if one.find("dt") is not None
    }


def test_the_first_sentence_tells_it_all(root, town, tables):
    (whole,) = rows(tables, WHOLE, consultation=town)
    (flagged,) = rows(tables, FLAGGED, consultation=town)
    said = text_of(by_id(root, "summary").find("p"))
    assert (
        f"{whole['contributions']:,} contributions by {whole['voices']} voices, worth as much as"
        f" {whole['worth']:.1f} equal ones; {flagged['flags']} flags; 2 of 6 topics answered."
    ) == said


def test_figures_are_those_of_the_whole(root, town, tables):
    (whole,) = rows(tables, WHOLE, consultation=town)
    figures = _figures(root)
    assert whole["voices"] == number(text_of(figures["Voices"].find("span")))
    assert f"{whole['half_written_by']} people" == text_of(figures["Wrote half of it"])
    assert f"{whole['top1_share']:.1%}" == text_of(figures["The most active person wrote"])
    assert "33% 2 of 6" == text_of(figures["Topics answered"])


def test_topics_have_the_figures_of_their_summaries(root, town, tables):
    expected = [
        {
            "Topic": row["title"],
            "Contributions": str(row["contributions"]),
            "Voices": str(row["voices"]),
            "Worth, in equal voices": f"{row['worth']:.1f}",
            "Most active person": f"{row['top1_share']:.1%}",
            "Online": str(row["online"]),
            "Offline": str(row["offline"]),
            "Letters": str(row["letters"]),
            "Votes": str(row["supports"]),
        }
        for row in rows(tables, SUMMARIES, consultation=town)
    ]
    shown = texts_of(table_of(root, TOPICS))
    assert expected == [{name: row[name] for name in expected[0]} for row in shown]
    assert 3 == sum(row["Flags"] == "1 flag" for row in shown)
    assert 2 == sum(row["Answered"].endswith("2026") for row in shown)


@pytest.mark.parametrize("column", ["Contributions", "Online", "Offline"])
def test_a_topic_s_number_leads_to_as_many_contributions(browser, root, column):
    for row in table_of(root, TOPICS)[:2]:
        assert total(browser, address_in(row[column])) == number(text_of(row[column]))


@pytest.mark.parametrize("name", ["Contributions", "Online", "Offline"])
def test_a_figure_leads_to_as_many_contributions(browser, root, name):
    cell = _figures(root)[name].find("span")
    assert total(browser, address_in(cell)) == number(text_of(cell))


def test_late_contributions_can_be_read(browser, root, town, tables):
    (expected,) = rows(
        tables,
        "SELECT count() AS late FROM screened WHERE consultation = {consultation:String} AND live"
        " AND recorded_at >= occurred_at + INTERVAL 7 DAY",
        consultation=town,
    )
    late = f"{expected['late']} contributions arrived a week or more after they were said"
    assert expected["late"] == total(browser, links_of(by_id(root, "spoken"))[late])


def test_the_parts_of_a_mix_lead_to_as_many_contributions(browser, root):
    parts = links_of(by_id(root, "spoken"))
    for name in ("online", "offline", "web", "paper", "meeting", "phone"):
        ((text, address),) = [one for one in parts.items() if one[0].startswith(f"{name}: ")]
        assert total(browser, address) == number(text.removeprefix(f"{name}: "))


def test_it_has_its_charts_each_with_a_table(root):
    figures = {one.get("data-chart"): one for one in root.iter("figure")}
    assert set(figures) == CHARTS
    for figure in figures.values():
        assert figure.find("svg") is not None
        assert figure.find("details//table") is not None


def test_it_leads_to_the_report_and_the_export(root, town):
    assert {f"/c/{town}/report", f"/c/{town}/export"} <= set(links_of(root).values())


def test_what_is_flagged_in_the_whole_is_told_in_its_sentence(site, made_up):
    person = pseudonym(1)
    raised = flag(person, f"{person} wrote 9 of the 10 contributions (90 %).")
    insert(made_up, Kind.CONSULTATION, consultation(0))
    insert(made_up, Kind.DOMINANCE, dominance("", [raised]))
    flags = by_id(page(site, "/c/parks"), "flags")
    assert f"{person[:10]}… wrote 9 of the 10 contributions (90 %)." in text_of(flags)
    assert (
        f"/c/parks/contributions?role=participant&participant={person}"
        == links_of(flags)[f"{person[:10]}…"]
    )
    assert "/c/parks/suspects" in links_of(flags).values()


def test_too_few_voices_are_not_judged(site, made_up):
    reason = "Too few voices to judge: 3 contributions by 2 voices."
    insert(made_up, Kind.CONSULTATION, consultation(0))
    insert(made_up, Kind.SUMMARY, summary(1, title="Trees", judgement=reason))
    insert(made_up, Kind.DOMINANCE, dominance("", [], judgement=reason))
    root = page(site, "/c/parks")
    assert reason in text_of(by_id(root, "summary"))
    ((row,)) = texts_of(table_of(root, TOPICS))
    assert "Too few voices to judge" == row["Flags"]


def test_what_a_flag_needs_is_told_under_the_topics(root):
    assert (
        "A flag needs both: a share from 20% on, and contributions worth at most 15.0 equal voices."
    ) in text_of(by_id(root, "topics"))


def test_one_without_a_topic_says_so(site, made_up):
    insert(made_up, Kind.CONSULTATION, consultation(0))
    root = page(site, "/c/parks")
    assert "Nobody has said anything yet; no flags; no topics yet." in text_of(root)
    assert "No topic has been opened yet." in text_of(by_id(root, "topics"))


def test_many_topics_stand_on_several_pages(site, made_up):
    insert(made_up, Kind.CONSULTATION, consultation(0))
    names = [f"t{place:03}" for place in range(TOPICS_PER_PAGE + 2)]
    insert(made_up, Kind.SUMMARY, *(summary(1, topic=name) for name in names))
    first, second = page(site, "/c/parks"), page(site, "/c/parks?page=2")
    shown = [row["Topic"] for root in (first, second) for row in texts_of(table_of(root, TOPICS))]
    assert names == shown
    assert "Page 2 of 2" in text_of(by_id(second, "topics"))
    assert "?page=2#topics" == links_of(by_id(first, "topics"))["Next page"]
    assert "?page=1#topics" == links_of(by_id(second, "topics"))["Previous page"]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [("", 1), ("2", 2), ("9", 3), ("0", 1), ("-1", 1), ("two", 1), ("9" * 5000, 1)],
)
def test_a_page_that_there_is_not_gives_one_that_there_is(asked, expected):
    assert expected == page_number(asked, rows=101, per_page=50)


@pytest.mark.parametrize("address", ["/c/nowhere", "/c/parks"])
def test_what_somebody_may_not_read_is_not_there(signed_in, made_up, address):
    insert(made_up, Kind.CONSULTATION, consultation(0, visibility="private"))
    page(signed_in({EVERY: Role.OFFICER, "other": Role.ADMINISTRATOR}), address, 404)
