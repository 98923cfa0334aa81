"""Up to when everything that was published is in the tables."""

from contextlib import closing
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from kafka import KafkaAdminClient, KafkaProducer, TopicPartition
from kafka.errors import KafkaConnectionError
from kafka.structs import OffsetAndMetadata

from operations.backlog import Backlog
from operations.freshness import Freshness, Watermark
from tests.fixtures.kafka import create_topic
from tests.fixtures.processes import wait_for

START = datetime(2026, 3, 1, tzinfo=UTC)
EVENTS, SCREENED = (TopicPartition(topic, 0) for topic in ("events", "screened"))
STAGES = (("events",), ("screened",))


def second(number):
    return START + timedelta(seconds=number)


def offsets(events, screened):
    return {EVENTS: events, SCREENED: screened}


def test_it_is_not_known_before_the_first_look():
    assert Watermark(STAGES).up_to is None


def test_where_nothing_remains_the_tables_are_as_young_as_the_look():
    watermark = Watermark(STAGES)
    watermark.look(second(0), offsets(5, 3), offsets(5, 3))
    assert second(0) == watermark.up_to


def test_an_event_that_is_not_screened_holds_it_back():
    watermark = Watermark(STAGES)
    watermark.look(second(0), offsets(5, 3), offsets(5, 3))
    watermark.look(second(2), offsets(5, 3), offsets(6, 3))
    assert second(0) == watermark.up_to


def test_a_verdict_that_is_not_in_the_tables_holds_it_back():
    watermark = Watermark(STAGES)
    watermark.look(second(0), offsets(5, 3), offsets(6, 3))
    watermark.look(second(2), offsets(6, 3), offsets(6, 4))
    assert watermark.up_to is None


def test_topics_that_are_made_anew_do_not_hold_it_back_for_ever():
    watermark = Watermark(STAGES)
    watermark.look(second(0), offsets(4, 3), offsets(5, 3))
    watermark.look(second(2), offsets(0, 0), offsets(0, 0))
    assert second(2) == watermark.up_to


def test_traffic_that_never_ends_does_not_hold_it_back():
    watermark = Watermark(STAGES)
    for number in range(20):
        done = offsets(10 * number - 10, 10 * number - 20)
        watermark.look(second(number), done, offsets(10 * number, 10 * number - 10))
    assert second(17) == watermark.up_to


@settings(deadline=None)
@given(st.lists(st.sampled_from(["publish", "screen", "write", "look"]), max_size=60))
def test_what_was_published_before_it_is_in_the_tables(steps):
    """Against a flow in which each event becomes one verdict, and each verdict one row."""
    published, screened, written = [], 0, 0
    watermark = Watermark(STAGES)
    for number, step in enumerate(steps):
        match step:
            case "publish":
                published.append(second(number))
            case "screen":
                screened = min(screened + 1, len(published))
            case "write":
                written = min(written + 1, screened)
            case _:
                done = offsets(screened, written)
                watermark.look(second(number), done, offsets(len(published), screened))
        if watermark.up_to is not None:
            assert all(at >= watermark.up_to for at in published[written:])


def test_it_follows_a_group_on_a_broker(kafka):
    topic = create_topic(kafka, partitions=1)
    with Freshness(lambda: Backlog(kafka, "sink-of-freshness"), ((topic,),)) as freshness:
        wait_for(freshness.up_to)
        with closing(KafkaProducer(bootstrap_servers=kafka)) as producer:
            producer.send(topic, b"record").get(30)
        published = datetime.now(UTC)
        assert freshness.up_to() <= published
        with closing(KafkaAdminClient(bootstrap_servers=kafka)) as admin:
            place = TopicPartition(topic, 0)
            admin.alter_group_offsets("sink-of-freshness", {place: OffsetAndMetadata(1, "", -1)})
        wait_for(lambda: freshness.up_to() > published)


def test_while_no_broker_answers_nothing_is_known():
    asked = []

    def connect():
        asked.append(1)
        raise KafkaConnectionError

    with Freshness(connect, STAGES) as freshness:
        wait_for(lambda: asked)
        assert freshness.up_to() is None
