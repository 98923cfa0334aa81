"""The consultations and their topics, each in a row of figures that the tables hold."""

import pytest

from schemas.records import Closing, Kind
from sinks.reading.contributions import total
from sinks.reading.filters import Filters
from sinks.reading.overview import overview, topics
from tests.sinks.reading_rows import TOPICS, live, random_consultation
from tests.sinks.rows import (
    consultation,
    dominance,
    flag,
    insert,
    moment,
    pseudonym,
    summary,
)

SAID = random_consultation(seed=3)
HOST, NEW = pseudonym(1), pseudonym(2)


def voices(rows):
    return len({row["participant"] or (row["partition"], row["offset"]) for row in rows})


def summarised(topic):
    """The summary of a topic as the streams would write it, as far as it is read here."""
    rows = [row for row in SAID.current() if row["topic"] == topic and live(row)]
    participants = [row for row in rows if row["role"] == "participant"]

    def count(**values):
        return sum(all(row[k] == v for k, v in values.items()) for row in rows)

    return summary(
        10,
        topic=topic,
        title=topic.title(),
        contributions=len(participants),
        voices=voices(participants),
        originals=count(verdict="original"),
        resubmitted=count(verdict="resubmitted"),
        campaign=count(verdict="campaign"),
        online=count(mode="online"),
        offline=count(mode="offline"),
    )


@pytest.fixture
def parks(client):
    SAID.write(client)
    insert(client, Kind.SUMMARY, *map(summarised, TOPICS))
    return client


LINKS = {
    "contributions": Filters(role="participant"),
    "everyone": Filters(),
    "online": Filters(mode="online"),
    "offline": Filters(mode="offline"),
}


def test_each_figure_is_the_total_of_its_own_filter(parks):
    (whole,) = overview(parks, ["parks"])
    for figure, filters in LINKS.items():
        assert (figure, whole[figure]) == (figure, total(parks, "parks", filters))
        for row in topics(parks, "parks"):
            own = filters.but(topic=row["topic"])
            assert (own, row[figure]) == (own, total(parks, "parks", own))


def test_a_consultation_is_the_sum_of_its_topics_and_its_own_dominance(client):
    opened = consultation(
        0, opens_at=moment(0), closes_at=moment(99), title="Our parks", visibility="restricted"
    )
    insert(client, Kind.CONSULTATION, opened)
    closing = Closing(
        partition=0,
        offset=1,
        consultation="parks",
        source="/city",
        event_id="e1",
        occurred_at=moment(100),
        redelivered=0,
    )
    insert(client, Kind.CLOSING, closing)
    figures = {"contributions": 5, "originals": 4, "resubmitted": 2, "campaign": 1, "online": 3}
    insert(
        client,
        Kind.SUMMARY,
        summary(1, newest_event=moment(7)),
        summary(2, newest_event=moment(5), offline=4, **figures),
        summary(2, topic="benches", newest_event=moment(6), answered_at=moment(8), **figures),
        summary(2, topic="dogs"),
        summary(2, consultation="parks2", topic="dogs", newest_event=moment(9), **figures),
    )
    insert(
        client,
        Kind.DOMINANCE,
        dominance("", [flag(HOST, "a")], voices=6, effective_voices_2=3.5),
        dominance("trees", [flag(HOST, "a"), flag(HOST, "b"), flag(NEW, "c")], voices=7),
        dominance("benches", [], version=2),
        dominance("benches", [flag(pseudonym(3), "gone")], version=1),
        dominance("", [flag(pseudonym(4), "elsewhere")], consultation="parks2", voices=9),
    )
    assert [
        {
            "consultation": "parks",
            "title": "Our parks",
            "owner": "City",
            "visibility": "restricted",
            "opens_at": "2024-03-01T09:00:00.250Z",
            "closes_at": "2024-03-01T10:39:00.250Z",
            "closed_at": "2024-03-01T10:40:00.250Z",
            "topics": 3,
            "contributions": 10,
            "voices": 6,
            "effective_voices_2": 3.5,
            "flags": 4,
            "suspects": 2,
            "everyone": 14,
            "online": 6,
            "offline": 4,
            "answered": 1,
            "newest_event": "2024-03-01T09:06:00.250Z",
        }
    ] == overview(client, ["parks"])


def test_consultations_come_by_their_ids_each_once_and_no_other(client):
    for name in ("roads", "parks", "schools"):
        insert(client, Kind.CONSULTATION, consultation(0, consultation=name))
    found = overview(client, ["roads", "parks", "roads"])
    assert ["parks", "roads"] == [row["consultation"] for row in found]
    assert [] == overview(client, [])


def test_a_consultation_that_was_never_opened_is_private_and_called_by_its_id(client):
    insert(client, Kind.SUMMARY, summary(1, contributions=3))
    (row,) = overview(client, ["parks"])
    assert ("parks", "private", "", None, 3) == (
        row["title"],
        row["visibility"],
        row["owner"],
        row["opens_at"],
        row["contributions"],
    )


def test_topics_come_by_their_ids_with_their_own_flags(client):
    insert(
        client,
        Kind.SUMMARY,
        summary(
            3,
            title="More trees?",
            contributions=8,
            voices=4,
            effective_voices_2=2.5,
            top1_share=0.5,
            originals=5,
            resubmitted=3,
            campaign=2,
            online=6,
            offline=4,
            letters=1,
            responses=2,
            supports=30,
            judgement="Too few.",
            newest_event=moment(3),
            answered_at=moment(4),
        ),
        summary(3, topic="benches"),
        summary(3, consultation="parks2", topic="dogs"),
    )
    insert(
        client,
        Kind.DOMINANCE,
        dominance("trees", [flag(HOST, "a"), flag(HOST, "b"), flag(NEW, "c")]),
        dominance("", [flag(HOST, "whole")]),
        dominance("benches", [flag(HOST, "elsewhere")], consultation="parks2"),
    )
    benches, trees = topics(client, "parks")
    assert ("benches", "benches", 0, 0) == (
        benches["topic"],
        benches["title"],
        benches["flags"],
        benches["suspects"],
    )
    assert {
        "topic": "trees",
        "title": "More trees?",
        "contributions": 8,
        "voices": 4,
        "effective_voices_2": 2.5,
        "top1_share": 0.5,
        "flags": 3,
        "suspects": 2,
        "everyone": 10,
        "online": 6,
        "offline": 4,
        "letters": 1,
        "responses": 2,
        "supports": 30,
        "judgement": "Too few.",
        "newest_event": "2024-03-01T09:03:00.250Z",
        "answered_at": "2024-03-01T09:04:00.250Z",
    } == trees
