"""The row of dominance, as the streams wrote it."""

from schemas.records import Breach, Kind, Window
from sinks.reading.dominance import dominance, flags
from tests.sinks import rows
from tests.sinks.rows import flag, insert, moment, pseudonym

WINDOW = Window(
    window="24h",
    pick="worst",
    starts_at=moment(0),
    ends_at=moment(1440),
    contributions=30,
    voices=3,
    top1_share=0.5,
    top5_share=1.0,
    effective_voices_2=2.25,
)
BREACH = Breach(
    participant=pseudonym(2), posts_over=3, last_at=moment(5), may_post_again_at=moment(9)
)


def test_the_row_is_the_record_that_was_written(client):
    in_a_window = {**flag(pseudonym(2), "B."), "starts_at": moment(1), "ends_at": moment(2)}
    written = rows.dominance(
        "trees",
        [flag(pseudonym(1), "A “third” of it."), in_a_window],
        version=2**53 + 1,
        contributions=12,
        top1_share=1 / 3,
        lorenz=[(0.0, 0.0), (0.5, 0.1), (1.0, 1.0)],
        windows=[WINDOW],
        posts_over=3,
        people_over=1,
        breaches=[BREACH],
        judgement="Too few.",
        policy="0123456789ab",
    )
    insert(client, Kind.DOMINANCE, written)
    assert written == dominance(client, "parks", "trees")


def test_the_highest_version_holds(client):
    insert(client, Kind.DOMINANCE, rows.dominance("trees", [], version=8, voices=8))
    insert(client, Kind.DOMINANCE, rows.dominance("trees", [], version=7, voices=7))
    assert 8 == dominance(client, "parks", "trees")["voices"]


def test_without_a_topic_it_is_the_consultation_as_a_whole(client):
    insert(client, Kind.DOMINANCE, rows.dominance("trees", [], voices=2))
    assert dominance(client, "parks") is None
    insert(client, Kind.DOMINANCE, rows.dominance("", [], voices=5))
    assert 5 == dominance(client, "parks")["voices"]


def test_another_consultations_topic_is_not_known(client):
    insert(client, Kind.DOMINANCE, rows.dominance("trees", [], consultation="parks2"))
    assert dominance(client, "parks", "trees") is None


def test_the_flags_of_a_consultation_are_given_by_topic(client):
    one, other = flag(pseudonym(1), "A."), flag(pseudonym(2), "B.")
    insert(
        client,
        Kind.DOMINANCE,
        rows.dominance("", [other]),
        rows.dominance("trees", [one, other]),
        rows.dominance("benches", []),
        rows.dominance("trees", [one], consultation="parks2"),
    )
    assert {"": [other], "trees": [one, other]} == flags(client, "parks")
