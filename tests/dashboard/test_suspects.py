"""Usual suspects: who is flagged, why, and what the figures are without them."""

import re
from urllib.parse import parse_qs, urlsplit

from dashboard.pages.suspects import MAX_PLACES, SUSPECTS_PER_PAGE, heaviest
from schemas.policy import DeploymentPolicy, Policy, PostingLimit
from schemas.records import Kind
from sinks.people import Appearance, Spread
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
from tests.dashboard.without_kafka import policy_row
from tests.sinks.rows import consultation, contribution, dominance, flag, insert, pseudonym, summary

pytest_plugins = ["tests.dashboard.made_up"]

WITHOUT = "What it looks like without them"

FLAGS = """
    SELECT flag.participant AS participant, topic, flag.sentence AS sentence
    FROM dominance FINAL ARRAY JOIN flags AS flag
    WHERE consultation = {consultation:String}
    ORDER BY participant, topic
"""

SHARES = """
    SELECT
        countIf(participant = {who:String}) AS theirs, count() AS contributions,
        (SELECT max(n) FROM (
            SELECT count() AS n FROM screened WHERE consultation = {consultation:String}
                AND live AND role = 'participant' AND participant != {who:String}
                AND ({topic:String} = '' OR topic = {topic:String})
            GROUP BY if(participant = '', toString((`partition`, `offset`)), participant)
        )) AS next_one
    FROM screened
    WHERE consultation = {consultation:String} AND live AND role = 'participant'
        AND ({topic:String} = '' OR topic = {topic:String})
"""


def sections(root):
    """The suspects on a page: the pseudonym, and what is told of it."""
    return {
        one.attrib["aria-labelledby"]: one
        for one in root.iter("section")
        if one.get("aria-labelledby", "").startswith("p-")
    }


def sentences(section):
    return sorted(text_of(line) for line in section.findall("ul[@class='flags']/li"))


def test_everybody_who_is_flagged_stands_there_with_every_sentence(browser, town, tables):
    flags = rows(tables, FLAGS, consultation=town)
    assert flags
    shown = sections(page(browser, f"/c/{town}/suspects"))
    assert {one["participant"] for one in flags} == set(shown)
    for who, section in shown.items():
        told = [
            one["sentence"].replace(who, f"{who[:10]}…")
            for one in flags
            if one["participant"] == who
        ]
        assert sorted(told) == sentences(section)


def test_the_top_says_that_a_flag_is_no_judgement(browser, town):
    told = text_of(page(browser, f"/c/{town}/suspects").find(".//main"))
    assert "A flag is about weight in the numbers and no judgement on a person." in told


def test_figures_without_somebody_are_those_of_the_others(browser, town, tables):
    for who, section in sections(page(browser, f"/c/{town}/suspects")).items():
        for row in table_of(section, WITHOUT):
            topic = parse_qs(urlsplit(address_in(row["They wrote"])).query).get("topic", [""])[0]
            (expected,) = rows(tables, SHARES, consultation=town, who=who, topic=topic)
            before, after = map(number, re.findall(r"\d[\d,]*", text_of(row["All contributions"])))
            assert expected["theirs"] == number(text_of(row["They wrote"]))
            assert (expected["contributions"], expected["contributions"] - expected["theirs"]) == (
                before,
                after,
            )
            share = expected["next_one"] / after
            assert text_of(row["Share of the most active one"]).endswith(f" {share:.0%}")


def test_numbers_lead_to_as_many_contributions(browser, town):
    for section in sections(page(browser, f"/c/{town}/suspects")).values():
        for row in table_of(section, WITHOUT):
            for column in ("They wrote", "All contributions"):
                (link,) = row[column].iter("a")
                assert number(text_of(link)) == total(browser, link.attrib["href"])


def test_topics_are_shown_with_their_worth_before_and_after(browser, town, tables):
    worth = rows(
        tables,
        "SELECT topic, effective_voices_2 AS worth FROM dominance FINAL"
        " WHERE consultation = {consultation:String}",
        consultation=town,
    )
    known = {f"{one['worth']:.1f}" for one in worth}
    for section in sections(page(browser, f"/c/{town}/suspects")).values():
        for row in texts_of(table_of(section, WITHOUT)):
            assert row["Worth equal voices"].split()[0] in known


def test_one_chart_of_each_shows_the_flagged_place_with_most_weight(browser, town):
    for section in sections(page(browser, f"/c/{town}/suspects")).values():
        (chart,) = section.iter("svg")
        flagged = {text_of(title) for title in section.findall("h3")}
        shares = {
            row["Where"]: (int(row["Share"].rstrip("%")), row["Worth equal voices"].split()[0])
            for row in texts_of(table_of(section, WITHOUT))
        }
        _, worth = max(shares[place] for place in flagged)
        assert f"With this person it is as if {worth} people" in text_of(chart)


def test_where_nobody_is_flagged_the_thresholds_are_told(site, made_up):
    insert(made_up, Kind.CONSULTATION, consultation(0))
    insert(made_up, Kind.SUMMARY, summary(1, judgement="Too few voices to judge."))
    told = text_of(page(site, "/c/parks/suspects").find(".//main"))
    assert "Nobody carries so much weight here that it would be flagged." in told
    assert "Flagged is who wrote at least this part: 20%" in told
    assert "1 of 1 topic has too few contributions or voices to be judged." in told


def test_nobody_over_a_limit_that_there_is_not(site, made_up):
    insert(made_up, Kind.CONSULTATION, consultation(0))
    told = text_of(by_id(page(site, "/c/parks/suspects"), "breaches"))
    assert told == "There is no posting limit in this consultation."


def test_a_limit_that_everybody_keeps_is_said_to_be_kept(site, made_up):
    insert(made_up, Kind.CONSULTATION, consultation(0))
    limited = Policy(posting_limit=PostingLimit(posts=2))
    insert(made_up, Kind.POLICY, policy_row(DeploymentPolicy(consultations={"parks": limited})))
    told = text_of(by_id(page(site, "/c/parks/suspects"), "breaches"))
    assert told == "Nobody posted more often than the posting limit asks for."


def test_whoever_posted_over_the_limit_stands_in_a_table(site, made_up):
    insert(made_up, Kind.CONSULTATION, consultation(0))
    breach = {
        "participant": pseudonym(7),
        "posts_over": 3,
        "last_at": "2024-03-01T10:00:00.000Z",
        "may_post_again_at": "2024-03-02T09:30:00.000Z",
    }
    over = {"posts_over": 1203, "people_over": 401, "breaches": [breach]}
    insert(made_up, Kind.DOMINANCE, dominance("", [], **over))
    root = page(site, "/c/parks/suspects")
    told = text_of(by_id(root, "breaches"))
    assert "401 people posted more often" in told
    assert "1,203 contributions in all" in told
    (row,) = table_of(root, "Over the posting limit: the 1 with most")
    assert address_in(row["Person"]) == (
        f"/c/parks/contributions?role=participant&participant={pseudonym(7)}"
    )
    assert [
        f"{pseudonym(7)[:10]}…",
        "3",
        "1 Mar 2024, 10:00:00 UTC",
        "2 Mar 2024, 09:30:00 UTC",
    ] == [text_of(cell) for cell in row.values()]


def test_many_suspects_stand_on_several_pages(site, made_up):
    insert(made_up, Kind.CONSULTATION, consultation(0))
    people = range(1, SUSPECTS_PER_PAGE + 2)
    insert(
        made_up,
        Kind.CONTRIBUTION,
        *(contribution(n, participant=pseudonym(n)) for n in people),
    )
    flags = [flag(pseudonym(n), "Wrote most.") for n in people]
    insert(made_up, Kind.DOMINANCE, dominance("", flags))
    first, second = page(site, "/c/parks/suspects"), page(site, "/c/parks/suspects?page=2")
    assert SUSPECTS_PER_PAGE == len(sections(first))
    assert len(people) == len(sections(first).keys() | sections(second).keys())


def test_flagged_topics_stand_before_those_with_most_contributions():
    nothing = Spread(
        contributions=0, voices=0, top1_share=0, effective_voices_1=0, effective_voices_2=0
    )

    def appearance(topic, said, *sentences):
        return Appearance(
            topic=topic, sentences=[*sentences], contributions=said, now=nothing, without=nothing
        )

    many = [appearance(f"t{n}", n) for n in range(MAX_PLACES)]
    places = heaviest([appearance("", 999), appearance("flagged", 1, "Wrote most."), *many])
    assert ["flagged", f"t{MAX_PLACES - 1}"] == [place["topic"] for place in places[:2]]
    assert MAX_PLACES == len(places)
