"""What was rejected is read back from Kafka, and checked against what could be read now."""

from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kafka import KafkaProducer

from embedded.ports import HOST, free_port
from operations.provisioning import make_topics
from operations.rebuilding.cluster import Cluster
from operations.rejected import (
    Place,
    Rejected,
    RejectedError,
    find_rejected,
    printable,
    read_rejected,
)
from schemas.events import InvalidEventError, encode
from schemas.topics import EVENTS, REJECTED
from tests.fixtures.kafka import running_broker
from tests.make import contribution

PARTITIONS = 2
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    port = free_port()
    with running_broker(tmp_path_factory.mktemp("rejected"), port):
        yield f"{HOST}:{port}"


@pytest.fixture
def reject(broker):
    """Write records as a worker does: give partition, offset and bytes."""
    with Cluster(broker) as cluster:
        cluster.delete(REJECTED)
    make_topics(broker, partitions=PARTITIONS, replication=1)
    with closing(KafkaProducer(bootstrap_servers=broker)) as producer:

        def write(partition, offset, payload, *, last=None, reason="event: Invalid JSON"):
            headers = {
                "reason": reason,
                "topic": EVENTS,
                "partition": str(partition),
                "offset": str(offset),
                "last_offset": str(offset if last is None else last),
            }
            producer.send(
                REJECTED,
                payload,
                partition=partition,
                timestamp_ms=round(AT.timestamp() * 1000),
                headers=[(name, text.encode()) for name, text in headers.items()],
            ).get(30)

        write.producer = producer
        yield write


def rejected(payload):
    return Rejected(Place(0, 1), 1, AT, "event: Invalid JSON", payload)


def test_a_record_is_read_with_its_place_time_reason_and_bytes(broker, reject):
    reject(1, 17, b"no event", reason="type: unknown")
    assert [Rejected(Place(1, 17), 17, AT, "type: unknown", b"no event")] == [
        *read_rejected(broker)
    ]


def test_a_batch_that_could_not_be_unpacked_stands_for_all_its_offsets(broker, reject):
    reject(0, 3, b"a batch", last=9)
    assert [(Place(0, 3), 9)] == [(one.place, one.last_offset) for one in read_rejected(broker)]


def test_what_a_worker_wrote_again_after_it_was_killed_is_read_once(broker, reject):
    for payload in (b"one", b"two", b"one"):
        reject(0, {b"one": 1, b"two": 2}[payload], payload)
    assert [b"one", b"two"] == [one.payload for one in read_rejected(broker)]


def test_the_same_offset_of_two_partitions_is_two_records(broker, reject):
    reject(0, 1, b"one")
    reject(1, 1, b"two")
    assert [b"one", b"two"] == [one.payload for one in read_rejected(broker)]


def test_a_record_that_no_worker_wrote_is_passed_over(broker, reject):
    reject.producer.send(REJECTED, b"by hand", partition=0).get(30)
    reject(0, 1, b"one")
    assert [b"one"] == [one.payload for one in read_rejected(broker)]


def test_one_partition_can_be_read_alone(broker, reject):
    reject(0, 1, b"one")
    reject(1, 1, b"two")
    assert [b"two"] == [one.payload for one in read_rejected(broker, 1)]


def test_large_records_are_read_too(broker, reject):
    reject.producer.config["max_request_size"] = 16_000_000
    reject(0, 1, b"x" * 3_000_000)
    assert [3_000_000] == [len(one.payload) for one in read_rejected(broker)]


def test_whoever_waits_is_told_how_far_reading_is(broker, reject):
    for offset in range(3):
        reject(0, offset, b"no event")
    told = []
    list(read_rejected(broker, on_read=lambda *far: told.append(far)))
    assert [(1, 3), (2, 3), (3, 3)] == told


@pytest.mark.usefixtures("reject")
def test_nothing_rejected_is_nothing_read(broker):
    assert [] == [*read_rejected(broker)]


def test_records_are_found_in_the_order_asked_for(broker, reject):
    for partition in range(PARTITIONS):
        for offset in range(2):
            reject(partition, offset, b"no event")
    asked = [Place(1, 1), Place(0, 0), Place(1, 0)]
    assert asked == [one.place for one in find_rejected(broker, asked)]


def test_a_place_where_nothing_was_rejected_is_named(broker, reject):
    reject(0, 1, b"no event")
    with pytest.raises(RejectedError, match="nothing was rejected at 0/2, 1/7: "):
        find_rejected(broker, [Place(0, 1), Place(0, 2), Place(1, 7)])


@pytest.mark.usefixtures("reject")
def test_a_partition_that_is_not_there_is_named(broker):
    with pytest.raises(RejectedError, match="no partition 2; the last is 1"):
        find_rejected(broker, [Place(2, 1)])


def test_without_the_topic_it_says_so(broker):
    with Cluster(broker) as cluster:
        cluster.delete(REJECTED)
    with pytest.raises(RejectedError, match=f"no topic {REJECTED}"):
        list(read_rejected(broker))


def test_what_is_an_event_by_now_has_no_obstacle():
    assert rejected(encode(contribution("mended"))).obstacle(NOW) is None


def test_the_obstacle_is_the_reason_of_today():
    ahead = contribution("ahead", occurred_at=NOW + timedelta(days=2))
    assert "data.occurred_at: is more than a day ahead" in rejected(encode(ahead)).obstacle(NOW)


def test_what_is_no_event_gives_none():
    with pytest.raises(InvalidEventError, match="Invalid JSON"):
        rejected(b"\xff\xfe").event(NOW)


def test_a_reason_cannot_make_a_terminal_do_things(broker, reject):
    reject(0, 1, b"{}", reason="data.\x1b[2Jx: not known")
    assert ["data.\\u{1b}[2Jx: not known"] == [one.reason for one in read_rejected(broker)]


@given(st.text())
def test_what_is_printable_is_one_line_of_characters_that_can_be_seen(text):
    assert printable(text).isprintable()


@given(st.text(st.characters(categories=("L", "N", "P", "S"))))
def test_what_can_be_seen_stays_as_it_is(text):
    assert text == printable(text)


@given(st.builds(Place, st.integers(0, 10**9 - 1), st.integers(0, 10**18 - 1)))
def test_a_place_is_read_as_it_is_written(place):
    assert place == Place.read(str(place))


@pytest.mark.parametrize(
    "written", ["", "2", "2/", "/17", "2/-1", "-2/1", "2/1_0", "2/17 ", "2/\u0661"]
)
def test_what_is_no_place_is_refused_with_an_example(written):
    with pytest.raises(ValueError, match="such as 2/17"):
        Place.read(written)
