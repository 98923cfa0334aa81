"""The summaries in the shape that scripts depend on."""

import json

import pytest

from schemas.events import Visibility
from schemas.records import Kind, Summary
from sinks.queries import hidden_topics, topic_state, topic_summaries, visibility_of
from tests.sinks.rows import (
    Log,
    consultation,
    contribution,
    insert,
    moment,
    pseudonym,
    summary,
    support,
    topic,
)

FIGURES = "contributions voices top1_share top5_share gini effective_voices_1 effective_voices_2"
KEYS = (
    f"consultation topic title {FIGURES} everyone originals redelivered resubmitted campaign"
    " supports newest_event as_of_offset"
)

EVERY = tuple(Visibility)

LOG = Log(
    contributions=[
        contribution(1),
        contribution(2, text="Text number 1"),
        contribution(3, participant=pseudonym(2)),
        contribution(4, role="organiser", participant=pseudonym(9)),
        contribution(5, event_id="e3", participant=pseudonym(2)),
        contribution(8, consultation="roads", topic="bikes"),
    ],
    supports=[support(6), support(7, value=-1)],
    topics=[topic(0), topic(9, topic="a-silent-one", title="Silence")],
)


def test_keys_stand_in_the_order_of_the_contract(client, store):
    store(LOG)
    (summary,) = topic_summaries(client, "roads", EVERY)
    assert list(summary) == KEYS.split()
    assert list(summary["everyone"]) == FIGURES.split()


def test_topics_are_sorted_and_can_be_one_consultations(client, store):
    store(LOG)
    everything = topic_summaries(client, visibilities=EVERY)
    listed = [(row["consultation"], row["topic"]) for row in everything]
    assert listed == [("parks", "a-silent-one"), ("parks", "trees"), ("roads", "bikes")]
    assert [row["topic"] for row in topic_summaries(client, "roads", EVERY)] == ["bikes"]


def test_a_summary_says_what_was_written(client, store):
    store(LOG)
    assert topic_summaries(client, visibilities=EVERY)[1] == {
        "consultation": "parks",
        "topic": "trees",
        "title": "More trees?",
        "contributions": 3,
        "voices": 2,
        "top1_share": 2 / 3,
        "top5_share": 1.0,
        "gini": 1 / 6,
        "effective_voices_1": LOG.summaries[1]["effective_voices_1"],
        "effective_voices_2": LOG.summaries[1]["effective_voices_2"],
        "everyone": {
            "contributions": 4,
            "voices": 3,
            "top1_share": 0.5,
            "top5_share": 1.0,
            "gini": 1 / 6,
            "effective_voices_1": LOG.summaries[1]["everyone_effective_voices_1"],
            "effective_voices_2": LOG.summaries[1]["everyone_effective_voices_2"],
        },
        "originals": 3,
        "redelivered": 1,
        "resubmitted": 1,
        "campaign": 0,
        "supports": 1,
        "newest_event": "2024-03-01T09:07:00.250Z",
        "as_of_offset": 7,
    }


def test_a_topic_without_a_word_has_no_newest_event(client, store):
    store(LOG)
    assert topic_summaries(client, visibilities=EVERY)[0]["newest_event"] is None


def test_summaries_are_json(client, store):
    store(LOG)
    summaries = topic_summaries(client, visibilities=EVERY)
    assert json.loads(json.dumps(summaries)) == summaries


def test_an_empty_database_has_no_summaries(client):
    assert topic_summaries(client, visibilities=EVERY) == []


def opened_in_part(client, store):
    """Parks, with two topics, were opened to some; roads, with one, never were."""
    store(LOG)
    insert(client, Kind.CONSULTATION, consultation(1, visibility="restricted"))


@pytest.mark.parametrize(
    ("visibilities", "shown", "hidden"),
    [
        (["open"], [], {"private": 1, "restricted": 2}),
        (["restricted"], ["a-silent-one", "trees"], {"private": 1}),
        (["open", "private"], ["bikes"], {"restricted": 2}),
        (["private", "restricted"], ["a-silent-one", "trees", "bikes"], {}),
    ],
)
def test_topics_are_shown_to_those_who_may_read_them_and_the_others_are_counted(
    client, store, visibilities, shown, hidden
):
    opened_in_part(client, store)
    found = topic_summaries(client, visibilities=visibilities)
    assert shown == [row["topic"] for row in found]
    assert hidden == hidden_topics(client, visibilities=visibilities)


def test_hidden_topics_are_counted_in_one_consultation(client, store):
    opened_in_part(client, store)
    assert {"private": 1} == hidden_topics(client, "roads")


def test_the_state_of_a_topic_is_everything_that_its_last_summary_says(client):
    changes = {"title": "More trees?", "stance_for": 3, "channels": {"web": 2, "hall": 1}}
    last = summary(7, **changes, newest_event=moment(6), answered_at=moment(9))
    insert(client, Kind.SUMMARY, summary(5), last)
    assert last == topic_state(client, "parks", "trees")


def test_the_state_of_a_topic_is_json_with_the_keys_of_the_summary(client):
    insert(client, Kind.SUMMARY, summary(5))
    state = topic_state(client, "parks", "trees")
    assert list(Summary.__annotations__) == list(json.loads(json.dumps(state)))
    assert (None, None) == (state["newest_event"], state["answered_at"])


def test_a_topic_that_is_not_there_has_no_state(client):
    insert(client, Kind.SUMMARY, summary(5, topic="benches"))
    assert topic_state(client, "parks", "trees") is None


@pytest.mark.parametrize("visibility", ["open", "restricted", "private"])
def test_the_last_opening_says_who_may_read_a_consultation(client, visibility):
    first, last = consultation(1, visibility="open"), consultation(2, visibility=visibility)
    insert(client, Kind.CONSULTATION, last, first, consultation(3, consultation="roads"))
    assert visibility == visibility_of(client, "parks")


def test_a_consultation_that_was_never_opened_is_private(client):
    assert "private" == visibility_of(client, "parks")


def test_an_old_opening_that_comes_again_does_not_bring_its_visibility_back(client):
    first, last = consultation(1, visibility="open"), consultation(2, visibility="private")
    again = consultation(3, visibility="open", event_id="e1", redelivered=1)
    insert(client, Kind.CONSULTATION, first, last, again)
    assert "private" == visibility_of(client, "parks")
