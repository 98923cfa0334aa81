"""What is committed: batches that are done, in order, and nothing that Faust passed over."""

import pytest
from faust.types import TP

from streams.app import WorkerConfig, create_app
from streams.transport.consumer import Batch

PLACE = TP("participation.events", 0)


@pytest.fixture
async def consumer():
    """A consumer without a broker, whose messages go to nobody."""
    app = create_app(WorkerConfig("127.0.0.1:1", 4))

    async def hand_over(message):
        message.incref()

    app.consumer._hand_over = hand_over
    yield app.consumer
    # The thread that would run it was made with the consumer, and never started.
    app.consumer._thread.thread_loop.close()


async def deliver(consumer, offset, reading=None):
    reading = consumer._reading if reading is None else reading
    message = Batch(*PLACE, offset, 0.0, 0, None, None, [], None, tp=PLACE, reading=reading)
    await consumer.callback(message)
    return message


async def test_a_batch_is_committed_once_it_is_acknowledged(consumer):
    message = await deliver(consumer, 9)
    assert consumer._new_offset(PLACE) is None
    consumer.acknowledge(message)
    assert 10 == consumer._new_offset(PLACE)


async def test_a_batch_waits_for_those_before_it(consumer):
    first, second = await deliver(consumer, 9), await deliver(consumer, 19)
    consumer.acknowledge(second)
    assert consumer._new_offset(PLACE) is None
    consumer.acknowledge(first)
    assert 20 == consumer._new_offset(PLACE)


async def test_a_batch_that_a_stream_skipped_is_not_committed(consumer):
    skipped = await deliver(consumer, 9)
    skipped.ack(consumer)
    assert consumer._new_offset(PLACE) is None


async def test_what_is_done_when_the_flow_stops_can_still_be_committed(consumer):
    consumer.acknowledge(await deliver(consumer, 9))
    consumer.stop_flow()
    assert 10 == consumer._new_offset(PLACE)


async def test_what_is_not_done_when_the_flow_stops_does_not_hold_up_what_comes_after(consumer):
    await deliver(consumer, 9)
    consumer.stop_flow()
    consumer.acknowledge(await deliver(consumer, 4))
    assert 5 == consumer._new_offset(PLACE)


async def test_a_batch_fetched_before_the_flow_stopped_is_not_delivered_after(consumer):
    handed_over = []
    consumer._hand_over = handed_over.append
    before = consumer._reading
    consumer.stop_flow()
    await deliver(consumer, 9, reading=before)
    assert [] == handed_over


async def test_a_batch_acknowledged_after_the_flow_stopped_counts_for_nothing(consumer):
    stale = await deliver(consumer, 9)
    consumer.stop_flow()
    consumer.acknowledge(stale)
    assert consumer._new_offset(PLACE) is None
