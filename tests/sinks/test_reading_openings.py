"""Which consultations there are, and who may read each."""

from schemas.records import Kind
from sinks.reading.openings import openings
from tests.sinks.rows import consultation, insert, summary


def test_a_consultation_is_as_it_was_last_opened(client):
    later = consultation(5, title="Our green", owner="District", visibility="restricted")
    again = consultation(6, title="Redelivered", visibility="open", redelivered=1)
    insert(client, Kind.CONSULTATION, consultation(1), later, again)
    assert {
        "parks": {
            "consultation": "parks",
            "title": "Our green",
            "owner": "District",
            "visibility": "restricted",
        }
    } == openings(client)


def test_one_that_has_a_topic_and_was_never_opened_is_private_and_called_by_its_id(client):
    insert(client, Kind.SUMMARY, summary(1), summary(1, topic="benches"))
    assert {
        "parks": {"consultation": "parks", "title": "parks", "owner": "", "visibility": "private"}
    } == openings(client)


def test_all_are_known_by_their_ids(client):
    assert {} == openings(client)
    insert(client, Kind.CONSULTATION, consultation(0), consultation(1, consultation="roads"))
    insert(client, Kind.SUMMARY, summary(1), summary(1, consultation="schools"))
    assert ["parks", "roads", "schools"] == list(openings(client))
