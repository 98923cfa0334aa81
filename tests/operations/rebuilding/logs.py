"""Logs of events, as Kafka holds them and as the procedures move them."""

from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta

from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from schemas.events import (
    POLICY_KEY,
    InvalidEventError,
    PolicySet,
    PolicySetData,
    decode,
    encode,
    partition_key,
)
from schemas.policy import DeploymentPolicy
from schemas.topics import EVENTS, partition_of
from tests.make import SOURCE, START, contribution


@dataclass(frozen=True)
class Record:
    """A record of `participation.events`."""

    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    timestamp: int = 0
    headers: tuple[tuple[str, bytes], ...] = ()
    topic: str = EVENTS


def said(number, topic):
    """A contribution, with its key."""
    event = contribution(f"said-{number}", topic=f"topic-{topic}")
    return partition_key(event).encode(), encode(event)


def policy(number, partition):
    """A policy as `isegoria policy apply` writes it to a partition."""
    event = PolicySet(
        id=f"policy-{number}-{partition}",
        source=SOURCE,
        time=START + timedelta(minutes=number),
        data=PolicySetData(policy=DeploymentPolicy(), partition=partition),
    )
    return POLICY_KEY.encode(), encode(event)


def accepted(value, partition, partitions):
    """The event of a record, None where the worker rejects it."""
    try:
        event = decode(value or b"")
    except InvalidEventError:
        return None
    if isinstance(event, PolicySet):
        return event if event.data.partition == partition else None
    return event if partition_of(partition_key(event), partitions) == partition else None


def write(kafka, records, topic=EVENTS):
    """Write key, value and partition of records, in their order."""
    with closing(KafkaProducer(bootstrap_servers=kafka)) as producer:
        for key, value, partition in records:
            producer.send(topic, value, key=key, partition=partition).get(30)


def read(kafka, partitions, topic=EVENTS):
    """Key, value, headers and time of a topic's records, by partition."""
    places = [TopicPartition(topic, number) for number in range(partitions)]
    found = {number: [] for number in range(partitions)}
    consumer = KafkaConsumer(bootstrap_servers=kafka, auto_offset_reset="earliest")
    with closing(consumer):
        consumer.assign(places)
        ends = consumer.end_offsets(places)
        while any(consumer.position(place) < ends[place] for place in places):
            for place, records in consumer.poll(500).items():
                found[place.partition] += [
                    (one.key, one.value, tuple(one.headers), one.timestamp) for one in records
                ]
    return found
