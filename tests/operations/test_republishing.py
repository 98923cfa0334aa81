"""Rejected events are published again, as far as they can be read by now."""

from contextlib import closing
from datetime import UTC, datetime

import pytest
from kafka import KafkaConsumer, TopicPartition

from intake.publisher import Publisher
from operations.rejected import Place, Rejected
from operations.republishing import republish
from schemas.events import encode
from tests.fixtures.kafka import create_topic
from tests.make import contribution

NOW = datetime.now(UTC)


@pytest.fixture
def topic(kafka):
    return create_topic(kafka, "republished")


def rejected(offset, payload):
    return Rejected(Place(0, offset), offset, NOW, "type: unknown", payload)


def replayed(kafka, topic, *found):
    with Publisher(kafka, topic=topic) as publisher:
        return republish(found, publisher, NOW)


def values(kafka, topic):
    place = TopicPartition(topic, 0)
    with closing(KafkaConsumer(bootstrap_servers=kafka)) as consumer:
        consumer.assign([place])
        consumer.seek_to_beginning(place)
        [end] = consumer.end_offsets([place]).values()
        found = []
        while consumer.position(place) < end:
            found += [record.value for record in consumer.poll(1000).get(place, ())]
        return found


def test_what_can_be_read_is_published_as_it_was(kafka, topic):
    payload = encode(contribution("mended"))
    done = replayed(kafka, topic, rejected(1, payload))
    assert (1, 0, []) == (done.published, done.refused, done.obstacles)
    assert [payload] == values(kafka, topic)


def test_what_cannot_be_read_is_told_with_its_place_and_keeps_nothing_back(kafka, topic):
    payload = encode(contribution("mended"))
    done = replayed(kafka, topic, rejected(1, b"{"), rejected(2, payload))
    assert (1, 1) == (done.published, done.refused)
    [(place, obstacle)] = done.obstacles
    assert Place(0, 1) == place
    assert "Invalid JSON" in obstacle
    assert [payload] == values(kafka, topic)


def test_of_many_that_cannot_be_read_the_first_are_told(kafka, topic):
    done = replayed(kafka, topic, *(rejected(offset, b"{") for offset in range(100)))
    assert 100 == done.refused
    assert [Place(0, offset) for offset in range(20)] == [place for place, _ in done.obstacles]


def test_what_may_not_enter_is_not_published(kafka, topic):
    named = contribution("named").model_copy(update={"id": "mary@example.org"})
    done = replayed(kafka, topic, rejected(1, encode(named)))
    [(_, obstacle)] = done.obstacles
    assert "id: looks like an e-mail address" in obstacle
    assert "mary" not in obstacle
    assert [] == values(kafka, topic)
