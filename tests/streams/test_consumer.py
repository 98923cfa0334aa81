"""What is committed: batches that are done, in order, and nothing that Faust passed over."""

import pytest
from faust.types import TP

from streams.app import WorkerConfig, create_app
from streams.transport.consumer import Batch

PLACE = TP("participation.events", 0)
GENERATION = 7


@pytest.fixture
async def consumer():
    """A consumer without a broker, whose messages go to nobody."""
    app = create_app(WorkerConfig("127.0.0.1:1", 4))
    app.consumer_generation_id = GENERATION

    async def hand_over(message):
        message.incref()

    app.consumer._hand_over = hand_over
    yield app.consumer
    # The thread that would run it was made with the consumer, and never started.
    app.consumer._thread.thread_loop.close()


async def deliver(consumer, offset, generation=GENERATION):
    message = Batch(*PLACE, offset, 0.0, 0, None, None, [], None, tp=PLACE)
    message.generation_id = generation
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


async def test_a_batch_fetched_before_a_rebalance_counts_for_nothing_after_it(consumer):
    stale = await deliver(consumer, 9, generation=GENERATION - 1)
    consumer.acknowledge(stale)
    assert consumer._new_offset(PLACE) is None
    consumer.acknowledge(await deliver(consumer, 4))
    assert 5 == consumer._new_offset(PLACE)


async def test_a_batch_that_a_rebalance_overtook_does_not_hold_up_those_after_it(consumer):
    await deliver(consumer, 9)
    consumer.app.consumer_generation_id = GENERATION + 1
    consumer.acknowledge(await deliver(consumer, 4, generation=GENERATION + 1))
    assert 5 == consumer._new_offset(PLACE)
