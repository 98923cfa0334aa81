"""What cannot be read is rejected with its bytes, the reason and the position; the rest goes on."""

from contextlib import closing

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from schemas.events import encode
from schemas.topics import EVENTS, REJECTED, partition_of
from tests.make import contribution
from tests.system.running import PARTITIONS

KEY = "rejected/t"
PARTITION = partition_of(KEY, PARTITIONS)


def event(event_id, text="The crossing needs a light for those who walk slowly.", **changes):
    made = contribution(event_id, topic="t")
    changes["text"] = text  # unchecked: it may be over the limit
    return made.model_copy(
        update={"data": made.data.model_copy(update={"consultation": "rejected", **changes})}
    )


MALFORMED = {
    "not JSON": (b"\xff\xfe not json", "Invalid JSON"),
    "an unknown type": (
        encode(event("m1")).replace(b"contribution.submitted.v1", b"contribution.shouted.v1"),
        "type: not one of consultation.opened.v1",
    ),
    "a missing field": (
        encode(event("m2")).replace(b'"channel":"web",', b""),
        "data.channel: Field required",
    ),
    "2 MB of text": (encode(event("m3", text="word " * 400_000)), "at most 262,144"),
    "a text over the limit": (encode(event("m4", text="a" * 20_001)), "data.text"),
    "nothing at all": (b"", "event"),
}


@pytest.fixture(scope="module")
def rejected(system):
    """Malformed events between good ones, and the rejected records by their offset."""
    offsets = {}
    producer = KafkaProducer(bootstrap_servers=system.kafka, max_request_size=8_000_000)
    with closing(producer):

        def send(value, key=KEY, partition=PARTITION):
            sent = producer.send(EVENTS, value, key=key.encode(), partition=partition)
            return sent.get(20).offset

        for number, (name, (payload, _)) in enumerate(MALFORMED.items()):
            send(encode(event(f"before-{number}")))
            offsets[name] = send(payload)
        good = encode(event("elsewhere"))
        offsets["another partition"] = send(good, partition=(PARTITION + 1) % PARTITIONS)
        send(encode(event("last")))
    system.wait()
    return offsets, read_rejected(system.kafka)


def read_rejected(kafka):
    consumer = KafkaConsumer(bootstrap_servers=kafka, auto_offset_reset="earliest")
    with closing(consumer):
        places = [TopicPartition(REJECTED, p) for p in range(PARTITIONS)]
        consumer.assign(places)
        ends = consumer.end_offsets(places)
        records = {}
        while any(consumer.position(place) < ends[place] for place in places):
            for batch in consumer.poll(1000).values():
                for record in batch:
                    headers = {name: value.decode() for name, value in record.headers}
                    place = (int(headers["partition"]), int(headers["offset"]))
                    records[place] = (record.value, headers)
        return records


@pytest.mark.parametrize("name", MALFORMED)
def test_it_is_kept_with_its_bytes_its_position_and_the_reason(rejected, name):
    offsets, records = rejected
    payload, reason = MALFORMED[name]
    value, headers = records[PARTITION, offsets[name]]
    assert payload == value
    assert reason in headers["reason"]
    assert EVENTS == headers["topic"]


def test_the_reason_does_not_repeat_what_the_event_says(rejected):
    offsets, records = rejected
    _, headers = records[PARTITION, offsets["a text over the limit"]]
    assert "aaaa" not in headers["reason"]


def test_an_event_in_a_partition_where_its_topic_does_not_live_is_rejected(rejected):
    offsets, records = rejected
    place = ((PARTITION + 1) % PARTITIONS, offsets["another partition"])
    assert f"belong to partition {PARTITION} of {PARTITIONS}" in records[place][1]["reason"]


@pytest.mark.usefixtures("rejected")
def test_nothing_valid_around_it_is_lost(system):
    rows = system.query("SELECT event_id FROM contributions FINAL WHERE consultation = 'rejected'")
    expected = {f"before-{number}" for number in range(len(MALFORMED))} | {"last"}
    assert expected == {event_id for (event_id,) in rows}
