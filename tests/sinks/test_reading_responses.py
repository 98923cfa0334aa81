"""What was answered to a topic."""

from schemas.records import Kind, Response
from sinks.reading.responses import responses
from tests.sinks.rows import insert, moment


def response(offset: int, **changes: object) -> Response:
    """An answer of the city to parks/trees."""
    row = {
        "partition": 0,
        "offset": offset,
        "consultation": "parks",
        "topic": "trees",
        "response": f"r{offset}",
        "source": "/city",
        "event_id": f"e{offset}",
        "owner": "City",
        "text": "Forty trees were planted.",
        "url": "https://city.example/trees",
        "occurred_at": moment(offset),
        "redelivered": 0,
    }
    return Response(**{**row, **changes})  # type: ignore[typeddict-item]


def test_responses_come_in_the_order_of_time(client):
    insert(client, Kind.RESPONSE, response(1, occurred_at=moment(9)), response(2))
    first = {
        "response": "r2",
        "owner": "City",
        "text": "Forty trees were planted.",
        "url": "https://city.example/trees",
        "occurred_at": moment(2),
    }
    second = {**first, "response": "r1", "occurred_at": moment(9)}
    assert [first, second] == responses(client, "parks", "trees")


def test_a_redelivered_response_is_given_once(client):
    insert(client, Kind.RESPONSE, response(1), response(2, event_id="e1", redelivered=1))
    insert(client, Kind.RESPONSE, response(1))
    assert ["r1"] == [row["response"] for row in responses(client, "parks", "trees")]


def test_an_answer_to_another_topic_or_consultation_is_none_here(client):
    others = response(1, topic="benches"), response(2, consultation="parks2")
    insert(client, Kind.RESPONSE, *others)
    assert [] == responses(client, "parks", "trees")
