"""Looks at Kafka, while it answers and while it does not."""

from contextlib import closing

import pytest
from kafka import KafkaProducer

from operations.backlog import Backlog
from operations.exporter import kafka as source
from operations.exporter.kafka import KafkaSource
from tests.fixtures.kafka import create_topic


@pytest.fixture
def topics(kafka, monkeypatch):
    """A topic that is read, and one of what is rejected."""
    rejected = create_topic(kafka, "rejected")
    monkeypatch.setattr(source, "REJECTED", rejected)
    return create_topic(kafka, "events"), rejected


def look(kafka, read):
    looks = KafkaSource(list, lambda: Backlog(kafka, "exporter"), ((read,),))
    with looks.open() as take:
        return take()


def test_rejected_records_are_counted(kafka, topics):
    read, rejected = topics
    with closing(KafkaProducer(bootstrap_servers=kafka)) as producer:
        for _ in range(3):
            producer.send(rejected, b"record")
        producer.flush()
    assert 3 == look(kafka, read).rejected


def test_where_everything_is_read_the_tables_are_as_young_as_the_look(kafka, topics):
    assert look(kafka, topics[0]).up_to is not None


def test_where_something_is_not_read_their_age_is_not_known(kafka, topics):
    read, _ = topics
    with closing(KafkaProducer(bootstrap_servers=kafka)) as producer:
        producer.send(read, b"record").get(30)
    assert look(kafka, read).up_to is None
