"""You said, we did: what was answered, how fast, and what waits."""

from datetime import UTC, datetime

import pytest

from schemas.records import Kind
from sinks.answers import answers, waiting
from tests.sinks.rows import consultation, day, insert, summary

NOW = datetime(2024, 3, 31, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def parks(client):
    opened = consultation(0, opens_at="2024-03-01T00:00:00.000Z")
    insert(client, Kind.CONSULTATION, opened)


def spoken(client, topic, first_day, answered_at=None, **changes):
    """A topic that one participant spoke on, from a day on."""
    state = {"topic": topic, "title": topic.title(), "voices": 1, "answered_at": answered_at}
    insert(client, Kind.SUMMARY, summary(5, **{**state, **changes}))
    if first_day:
        where = {"consultation": changes.get("consultation", "parks")}
        insert(client, Kind.DAY, day("2024-03-30", topic=topic, **where))
        insert(client, Kind.DAY, day(first_day, topic=topic, **where))


def test_the_share_and_the_median_are_over_the_topics(client):
    spoken(client, "trees", "2024-03-02", "2024-03-05T08:00:00.000Z")
    spoken(client, "dogs", "2024-03-02", "2024-03-12T23:59:59.999Z")
    spoken(client, "benches", "2024-03-02")
    expected = {
        "consultation": "parks",
        "title": "Our parks",
        "visibility": "open",
        "topics": 3,
        "answered": 2,
        "share": 2 / 3,
        "median_days": 6.5,
    }
    assert [expected] == answers(client)


def test_a_topic_that_nobody_spoke_on_waits_from_the_opening(client):
    spoken(client, "trees", None, "2024-03-05T08:00:00.000Z", voices=0)
    assert [4.0] == [row["median_days"] for row in answers(client)]


def test_a_day_on_which_nothing_is_live_begins_nothing(client):
    spoken(client, "trees", "2024-03-02", "2024-03-05T08:00:00.000Z")
    insert(client, Kind.DAY, day("2024-02-01", originals=0, contributions=0, not_live=3))
    assert [3.0] == [row["median_days"] for row in answers(client)]


def test_a_response_before_the_first_contribution_took_no_time(client):
    spoken(client, "trees", "2024-03-10", "2024-03-05T08:00:00.000Z")
    assert [0.0] == [row["median_days"] for row in answers(client)]


def test_without_an_answer_there_is_no_median(client):
    spoken(client, "trees", "2024-03-02")
    assert [(0.0, None)] == [(row["share"], row["median_days"]) for row in answers(client)]


def test_a_topic_without_a_known_beginning_is_answered_in_no_known_time(client):
    insert(client, Kind.CONSULTATION, consultation(1))
    spoken(client, "trees", None, "2024-03-05T08:00:00.000Z", voices=0)
    assert [(1, None)] == [(row["answered"], row["median_days"]) for row in answers(client)]


def test_those_wait_most_whose_voices_and_days_multiply_to_most(client):
    spoken(client, "old", "2024-01-01")
    spoken(client, "loud", "2024-03-11", voices=10)
    spoken(client, "answered", "2024-03-01", "2024-03-20T00:00:00.000Z", voices=99)
    assert [
        {
            "consultation": "parks",
            "topic": "loud",
            "title": "Loud",
            "visibility": "open",
            "voices": 10,
            "since": "2024-03-11",
            "days": 20,
            "voice_days": 200,
        },
        {
            "consultation": "parks",
            "topic": "old",
            "title": "Old",
            "visibility": "open",
            "voices": 1,
            "since": "2024-01-01",
            "days": 90,
            "voice_days": 90,
        },
    ] == waiting(client, NOW)


def test_a_topic_without_a_voice_does_not_wait(client):
    spoken(client, "trees", "2024-03-01", voices=0)
    spoken(client, "silence", None, voices=0)
    assert [] == waiting(client, NOW)


def test_what_was_said_after_now_has_waited_no_day(client):
    spoken(client, "trees", "2024-05-01")
    insert(client, Kind.DAY, day("2024-03-30", topic="trees", originals=0))
    assert [0] == [row["days"] for row in waiting(client, NOW)]


def test_only_so_many_are_given_as_asked_for(client):
    spoken(client, "trees", "2024-03-02")
    spoken(client, "dogs", "2024-03-01")
    assert ["dogs"] == [row["topic"] for row in waiting(client, NOW, limit=1)]


def test_exactly_the_consultations_asked_for_are_given(client):
    for number, name in enumerate(["roads", "schools"], 1):
        insert(client, Kind.CONSULTATION, consultation(number, consultation=name))
        spoken(client, "bikes", "2024-03-02", consultation=name)
    spoken(client, "trees", "2024-03-02")
    for asked in (["roads"], ["parks", "roads"], []):
        assert asked == [row["consultation"] for row in answers(client, asked)]
        assert asked == [row["consultation"] for row in waiting(client, NOW, asked)]
    everything = ["parks", "roads", "schools"]
    assert everything == [row["consultation"] for row in answers(client)]
    assert everything == [row["consultation"] for row in waiting(client, NOW)]


@pytest.mark.parametrize("visibility", ["restricted", "private"])
def test_titles_are_for_those_who_may_read_the_consultation(client, visibility):
    spoken(client, "trees", "2024-03-02")
    insert(client, Kind.CONSULTATION, consultation(9, visibility=visibility))
    assert ([], []) == (answers(client), waiting(client, NOW))
    allowed = ("open", visibility)
    assert [visibility] == [row["visibility"] for row in answers(client, None, allowed)]
    assert [visibility] == [row["visibility"] for row in waiting(client, NOW, None, allowed)]


def test_a_consultation_that_was_never_opened_is_private(client):
    spoken(client, "bikes", "2024-03-02", consultation="roads")
    assert [] == answers(client, ["roads"], ("open", "restricted"))
    assert ["private"] == [row["visibility"] for row in answers(client, ["roads"], ("private",))]
