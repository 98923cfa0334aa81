"""Limits: rates over time, and room for what is under way."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.http.limits import Capacity, FullError, TokenBucket
from tests.intake.http.serving import BATCH, STRUCTURED, channel, event, ready, serving


class Clock:
    """A clock that a test moves."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


@given(
    rate=st.floats(0.1, 10_000),
    batches=st.lists(st.integers(1, 1_000), min_size=1, max_size=50),
)
def test_over_time_no_more_than_the_rate_passes_whatever_the_batches(rate, batches):
    clock = Clock()
    bucket = TokenBucket(rate, clock)
    for size in batches:
        clock.now += bucket.wait()
        bucket.take(size)
    # At the end, all but the last batch and one second's worth are paid for.
    assert sum(batches[:-1]) <= rate * (clock.now + 1) * (1 + 1e-9) + 1e-6


@given(rate=st.floats(0.1, 10_000), size=st.integers(1, 10_000))
def test_after_the_wait_that_it_told_a_bucket_gives_again(rate, size):
    clock = Clock()
    bucket = TokenBucket(rate, clock)
    bucket.take(size)
    clock.now += bucket.wait()
    assert bucket.wait() == pytest.approx(0, abs=1e-9)


def test_a_pause_saves_up_a_second_and_no_more():
    clock = Clock()
    bucket = TokenBucket(10, clock)
    clock.now += 3600
    assert 0 == bucket.wait()
    bucket.take(20)
    assert 1 == bucket.wait()


def test_a_request_beyond_the_room_there_is_finds_none():
    capacity = Capacity(requests=1)
    with capacity.claim(), pytest.raises(FullError), capacity.claim():
        pass


def test_bytes_beyond_the_room_there_is_find_none():
    capacity = Capacity(held_bytes=10)
    with capacity.claim() as one, capacity.claim() as other:
        one.grow(6)
        with pytest.raises(FullError):
            other.grow(5)


def test_a_request_that_ends_gives_its_room_back_whatever_its_end():
    capacity = Capacity(requests=1, held_bytes=10)
    for _ in range(3):
        with pytest.raises(FullError), capacity.claim() as claim:
            claim.grow(11)
        with capacity.claim() as claim:
            claim.grow(10)


@pytest.fixture(scope="module")
def slow(kafka, topic):
    channels = {
        "events": channel("token-events", events_per_second=0.01),
        "bytes": channel("token-bytes", bytes_per_second=1),
        "web": channel(),
    }
    with serving(kafka, topic, channels) as client:
        ready(client)
        yield client


@pytest.mark.parametrize(("name", "longest"), [("events", 300), ("bytes", 10_000)])
def test_a_channel_over_its_limit_is_told_when_to_come_again(slow, name, longest):
    headers = {"Authorization": f"Bearer token-{name}"}
    statuses = [slow.post([event(), event()], BATCH, **headers) for _ in range(3)]
    assert [202, 429, 429] == [answer.status for answer in statuses]
    assert 1 <= int(statuses[1].headers["retry-after"]) <= longest


def test_another_channel_is_not_held_up_by_it(slow):
    assert 202 == slow.post(event(), STRUCTURED).status


def test_without_room_the_intake_is_busy(kafka, topic):
    with serving(kafka, topic, capacity=Capacity(held_bytes=100)) as client:
        ready(client)
        answer = client.post(event(), STRUCTURED)
    assert (503, "1") == (answer.status, answer.headers["retry-after"])


def test_a_body_that_does_not_arrive_in_time_is_given_up(kafka, topic):
    body = json.dumps(event()).encode()
    with serving(kafka, topic, read_seconds=0.2) as client:
        head = f"""POST /events HTTP/1.1
Host: intake
Authorization: {client.headers["Authorization"]}
Content-Type: {STRUCTURED}
Content-Length: {len(body)}
"""
        assert 408 == client.raw(head, [body[:10]]).status
