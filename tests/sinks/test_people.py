"""Recognitions, candidates for ambassador, usual suspects: breadth rewarded, weight explained."""

import math

import pytest

from schemas.records import Kind
from sinks.people import ambassadors, awards, suspects
from tests.sinks.rows import (
    consultation,
    contribution,
    dominance,
    figures,
    flag,
    insert,
    moment,
    pseudonym,
    recognition,
    standing,
)

DAY = 24 * 60
HOST, NEW, OLD = pseudonym(1), pseudonym(2), pseudonym(3)


@pytest.fixture(autouse=True)
def parks(client):
    insert(client, Kind.CONSULTATION, consultation(0))


def said(offset, person, minutes, **changes):
    row = {"participant": person, "occurred_at": moment(minutes)}
    return contribution(offset, **{**row, **changes})


def write(client, *rows):
    insert(client, Kind.CONTRIBUTION, *rows)


# Recognitions


def test_recognitions_are_given_as_they_were_awarded_in_the_order_of_time(client):
    later, earlier = recognition(1, occurred_at=moment(9)), recognition(2, recognition="welcome")
    insert(client, Kind.RECOGNITION, later, earlier)
    assert [
        {
            "consultation": "parks",
            "visibility": "open",
            "participant": pseudonym(1),
            "recognition": name,
            "reason": "Welcomed newcomers",
            "awarded_at": f"2024-03-01T09:0{minute}:00.250Z",
        }
        for name, minute in (("welcome", 2), ("ambassador", 9))
    ] == awards(client, "parks")


def test_a_redelivered_recognition_is_given_once_as_it_first_came(client):
    again = recognition(2, event_id="e1", reason="Other words", redelivered=1)
    other = recognition(3, event_id="e1", source="/other")
    insert(client, Kind.RECOGNITION, recognition(1), again, other)
    assert ["Welcomed newcomers"] * 2 == [row["reason"] for row in awards(client, "parks")]


# Ambassadors


def welcome(client, target=None, reply=None):
    """The host writes in group north and answers a newcomer of group south, in one topic."""
    write(
        client,
        said(1, HOST, 0, group="north"),
        said(2, NEW, 10, **{"group": "south", **(target or {})}),
        said(3, HOST, 20, **{"group": "north", "reply_to": "c2", **(reply or {})}),
    )


def candidates(client):
    return [row["participant"] for row in ambassadors(client, "parks")]


def test_whoever_answers_a_newcomer_of_another_group_is_a_candidate(client):
    welcome(client)
    write(client, said(4, NEW, 30), said(5, HOST, 40, mode="offline", topic="benches"))
    expected = {
        "consultation": "parks",
        "visibility": "open",
        "participant": HOST,
        "newcomers_answered": 1,
        "newcomers_returned": 1,
        "replies_to_newcomers": 1,
        "groups": 2,
        "topics": 2,
        "offline_contributions": 1,
    }
    assert [expected] == ambassadors(client, "parks")


def test_only_a_contribution_after_the_answer_is_a_return(client):
    welcome(client)
    write(client, said(4, NEW, 20), said(5, NEW, 15))
    assert [0] == [row["newcomers_returned"] for row in ambassadors(client, "parks")]


@pytest.mark.parametrize(
    ("minutes_after_first", "expected"), [(7 * DAY, [HOST]), (7 * DAY + 1, [])]
)
def test_somebody_is_new_for_a_week(client, minutes_after_first, expected):
    first = said(0, NEW, 0, group="south")
    target = said(2, NEW, minutes_after_first, group="south")
    write(client, first, target, said(3, HOST, 20 * DAY, group="north", reply_to="c2"))
    assert expected == candidates(client)


def test_the_first_contribution_may_be_in_another_topic(client):
    welcome(client, target={"occurred_at": moment(10 * DAY)})
    write(client, said(9, NEW, 0, topic="benches"))
    assert [] == candidates(client)


@pytest.mark.parametrize(
    ("target", "reply"),
    [
        ({"participant": HOST}, {}),
        ({"participant": ""}, {}),
        ({"role": "official"}, {}),
        ({"role": "organiser"}, {}),
        ({}, {"role": "official"}),
        ({}, {"participant": ""}),
        ({}, {"reply_to": ""}),
        ({}, {"reply_to": "nothing"}),
        ({}, {"topic": "benches"}),
        ({}, {"verdict": "redelivered"}),
        ({"verdict": "redelivered"}, {}),
    ],
)
def test_what_is_no_answer_to_a_newcomer_makes_no_candidate(client, target, reply):
    welcome(client, target, reply)
    write(client, said(9, HOST, 0, topic="benches", group="east"))
    assert [] == candidates(client)


def test_a_withdrawn_answer_counts_no_more(client):
    welcome(client)
    write(client, said(9, HOST, 0, topic="benches", group="east"))
    insert(client, Kind.STANDING, standing(3, as_of_offset=9, withdrawn=1))
    assert [] == candidates(client)


def test_of_two_contributions_of_one_id_the_first_in_the_log_was_answered(client):
    welcome(client)
    other = pseudonym(9)
    write(client, said(9, OLD, 0, contribution="c2", group="south"), said(10, other, 0))
    (row,) = ambassadors(client, "parks")
    assert (HOST, 1, 2) == (row["participant"], row["newcomers_answered"], row["groups"])
    # Again, with an earlier one of somebody who is no newcomer by then.
    write(client, said(0, OLD, 20 * DAY, contribution="c2", group="south"))
    assert [] == candidates(client)


def test_several_answers_to_one_person_are_one_newcomer(client):
    welcome(client)
    write(
        client,
        said(4, NEW, 30, group="east"),
        said(5, HOST, 40, reply_to="c4"),
        said(6, OLD, 50, group="west", reply_to="c4"),
    )
    assert [(HOST, 1, 2, 3), (OLD, 1, 1, 2)] == [
        (
            row["participant"],
            row["newcomers_answered"],
            row["replies_to_newcomers"],
            row["groups"],
        )
        for row in ambassadors(client, "parks")
    ]


def test_within_one_group_nobody_is_a_bridge(client):
    welcome(client, target={"group": "north"})
    write(client, said(4, OLD, 0, group="south"))
    assert [] == candidates(client)


def test_without_groups_two_topics_make_a_bridge(client):
    write(client, said(2, NEW, 10), said(3, HOST, 20, reply_to="c2"))
    assert [] == candidates(client)
    write(client, said(4, HOST, 30, topic="benches"))
    assert [HOST] == candidates(client)


def test_people_answered_go_before_answers_written(client):
    other = pseudonym(4)
    welcome(client)
    busy = [said(n, HOST, n, group="north", reply_to="c2") for n in range(30, 40)]
    write(client, *busy, said(5, OLD, 5, group="south"))
    broad = [said(n, other, 60, group="north", reply_to=f"c{n - 10}") for n in (12, 15)]
    write(client, *broad)
    assert [(other, 2, 2), (HOST, 1, 11)] == [
        (row["participant"], row["newcomers_answered"], row["replies_to_newcomers"])
        for row in ambassadors(client, "parks")
    ]


def test_only_so_many_candidates_are_given_as_asked_for(client):
    welcome(client)
    write(client, said(5, OLD, 50, group="north", reply_to="c2"))
    assert [HOST] == [row["participant"] for row in ambassadors(client, "parks", limit=1)]


# Usual suspects


def trees_and_benches(client):
    """Person 1 wrote 3 of 6 in trees and 1 of 2 in benches; persons 2 and 3 the others."""
    trees = [said(n, person, n) for n, person in enumerate([HOST] * 3 + [NEW] * 2 + [OLD])]
    benches = [said(n, person, n, topic="benches") for n, person in ((10, HOST), (11, NEW))]
    organisers = said(12, HOST, 12, role="organiser")
    write(client, *trees, *benches, organisers)


def test_a_suspect_is_shown_in_all_their_topics_with_and_without_them(client):
    trees_and_benches(client)
    insert(client, Kind.DOMINANCE, dominance("trees", [flag(HOST, "Half of all in trees.")]))
    (suspect,) = suspects(client, "parks")
    assert ("parks", "open", HOST) == tuple(suspect.values())[:3]
    whole, benches, trees = suspect["appearances"]
    assert [("", 4, []), ("benches", 1, []), ("trees", 3, ["Half of all in trees."])] == [
        (one["topic"], one["contributions"], one["sentences"]) for one in (whole, benches, trees)
    ]
    assert {
        "contributions": 6,
        "voices": 3,
        "top1_share": 0.5,
        "effective_voices_1": pytest.approx(
            math.exp(math.log(2) / 2 + math.log(3) / 3 + math.log(6) / 6)
        ),
        "effective_voices_2": pytest.approx(36 / 14),
    } == trees["now"]
    assert {
        "contributions": 3,
        "voices": 2,
        "top1_share": 2 / 3,
        "effective_voices_1": pytest.approx(math.exp(math.log(1.5) * 2 / 3 + math.log(3) / 3)),
        "effective_voices_2": pytest.approx(9 / 5),
    } == trees["without"]


def test_the_whole_is_over_all_topics(client):
    trees_and_benches(client)
    insert(client, Kind.DOMINANCE, dominance("", [flag(HOST, "Half."), flag(NEW, "Much.")]))
    host, new = suspects(client, "parks")
    assert ([HOST, NEW], ["Half."]) == (
        [host["participant"], new["participant"]],
        host["appearances"][0]["sentences"],
    )
    assert [(4 / 8, 3 / 4), (4 / 8, 4 / 5)] == [
        (one["appearances"][0]["now"]["top1_share"], one["appearances"][0]["without"]["top1_share"])
        for one in (host, new)
    ]


def test_of_two_equal_ones_the_other_stays_the_first(client):
    write(client, said(1, HOST, 1), said(2, NEW, 2))
    insert(client, Kind.DOMINANCE, dominance("trees", [flag(HOST, "Half.")]))
    ((_, trees),) = (one["appearances"] for one in suspects(client, "parks"))
    assert 1.0 == trees["without"]["top1_share"]


def test_without_the_only_voice_nothing_is_left(client):
    write(client, said(1, HOST, 1))
    insert(client, Kind.DOMINANCE, dominance("trees", [flag(HOST, "All.")]))
    ((_, trees),) = (one["appearances"] for one in suspects(client, "parks"))
    assert [0, 0, 0.0, 0.0, 0.0] == list(trees["without"].values())


def test_several_flags_in_a_topic_are_all_told(client):
    trees_and_benches(client)
    insert(client, Kind.DOMINANCE, dominance("trees", [flag(HOST, "One."), flag(HOST, "Two.")]))
    ((_, _, trees),) = (one["appearances"] for one in suspects(client, "parks"))
    assert ["One.", "Two."] == trees["sentences"]


def test_a_flag_that_no_longer_holds_makes_no_suspect(client):
    trees_and_benches(client)
    insert(client, Kind.DOMINANCE, dominance("trees", [flag(HOST, "Half.")], version=1))
    insert(client, Kind.DOMINANCE, dominance("trees", [], version=2))
    assert [] == suspects(client, "parks")


def test_the_figures_are_those_of_live_contributions_of_all_voices(client):
    unknown = [said(n, "", n) for n in (20, 21)]
    rows = [said(n, person, n) for n, person in enumerate([HOST] * 5 + [NEW] * 3)] + unknown
    write(client, *rows, said(30, OLD, 30), said(31, OLD, 31, verdict="redelivered"))
    insert(client, Kind.STANDING, standing(30, as_of_offset=40, withdrawn=1))
    insert(client, Kind.DOMINANCE, dominance("trees", [flag(HOST, "Half.")]))
    ((_, trees),) = (one["appearances"] for one in suspects(client, "parks"))
    others = [row for row in rows if row["participant"] != HOST]
    for key, said_by in (("now", rows), ("without", others)):
        right = figures(said_by)
        assert {name: pytest.approx(right[name]) for name in trees[key]} == trees[key]


# Who may read it


@pytest.mark.parametrize("visibility", ["restricted", "private"])
@pytest.mark.parametrize("reading", [awards, ambassadors, suspects])
def test_pseudonyms_are_for_those_who_may_read_the_consultation(client, reading, visibility):
    welcome(client)
    insert(client, Kind.RECOGNITION, recognition(1))
    insert(client, Kind.DOMINANCE, dominance("trees", [flag(HOST, "Half.")]))
    assert 1 == len(reading(client, "parks"))
    insert(client, Kind.CONSULTATION, consultation(9, visibility=visibility))
    assert [] == reading(client, "parks")
    (row,) = reading(client, "parks", ("open", visibility))
    assert (HOST, visibility) == (row["participant"], row["visibility"])


@pytest.mark.parametrize("reading", [awards, ambassadors, suspects])
def test_a_consultation_that_was_never_opened_is_private(client, reading):
    client.command("TRUNCATE TABLE consultations")
    welcome(client)
    insert(client, Kind.RECOGNITION, recognition(1))
    insert(client, Kind.DOMINANCE, dominance("trees", [flag(HOST, "Half.")]))
    assert [] == reading(client, "parks", ("open", "restricted"))
    assert ["private"] == [row["visibility"] for row in reading(client, "parks", ("private",))]
