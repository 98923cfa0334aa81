"""The stream of generated events."""

import re
import tracemalloc
from collections import Counter
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.generated import generate, generate_encoded
from schemas.events import (
    ConsultationOpened,
    ContributionSubmitted,
    ContributionSupported,
    TopicOpened,
    decode,
    encode,
    partition_key,
)

COUNT = 20_000


@pytest.fixture(scope="module")
def events():
    return list(generate(COUNT))


@given(
    count=st.integers(0, 300),
    seed=st.integers(0, 2**32),
    consultations=st.integers(1, 3),
    topics=st.integers(1, 50),
)
@settings(max_examples=40)
def test_the_encoded_stream_says_the_same(count, seed, consultations, topics):
    options = {"seed": seed, "consultations": consultations, "topics": topics}

    events = list(generate(count, **options))
    encoded = list(generate_encoded(count, **options))

    assert [(partition_key(event), event) for event in events] == [
        (key, decode(value)) for key, value in encoded
    ]


def test_every_event_is_valid_although_it_was_not_checked_when_made(events):
    for event in islice(events, 3000):
        assert decode(encode(event)) == event


def test_the_same_seed_gives_the_same_stream():
    assert list(generate_encoded(2000, seed=5)) == list(generate_encoded(2000, seed=5))


def test_another_seed_gives_another_stream():
    assert list(generate_encoded(2000, seed=5)) != list(generate_encoded(2000, seed=6))


@pytest.mark.parametrize("count", [0, 1, 5, 41, 42, 1000])
def test_the_stream_is_as_long_as_asked(count):
    assert len(list(generate_encoded(count))) == count


def test_every_topic_opens_before_anything_is_said_in_it(events):
    opened = set()
    for event in events:
        if isinstance(event, TopicOpened):
            opened.add(partition_key(event))
        elif not isinstance(event, ConsultationOpened):
            assert partition_key(event) in opened
    assert len(opened) == 40


def test_votes_are_about_15_in_100_and_redeliveries_2(events):
    votes = sum(isinstance(event, ContributionSupported) for event in events)
    redelivered = COUNT - len({(event.source, event.id) for event in events})

    assert votes / COUNT == pytest.approx(0.15, abs=0.015)
    assert redelivered / COUNT == pytest.approx(0.02, abs=0.005)


def test_3_in_100_say_what_the_same_person_said_before_in_that_topic(events):
    said = {event.id: event.data for event in events if isinstance(event, ContributionSubmitted)}
    texts = Counter(
        (data.topic, data.participant, re.sub(r"\W+", " ", data.text.casefold()).strip())
        for data in said.values()
    )

    assert (len(said) - len(texts)) / COUNT == pytest.approx(0.03, abs=0.006)


def test_no_two_people_happen_to_say_the_same(events):
    said = {event.id: event.data for event in events if isinstance(event, ContributionSubmitted)}
    authors: dict[str, set[str]] = {}
    for data in said.values():
        authors.setdefault(data.text.casefold().rstrip("!"), set()).add(data.participant)

    assert {1} == {len(people) for people in authors.values()}


def test_few_people_say_much_and_many_say_little(events):
    said = Counter(
        event.data.participant for event in events if isinstance(event, ContributionSubmitted)
    )
    total = sum(said.values())

    assert sum(count for _, count in said.most_common(10)) / total > 0.2
    assert len(said) > 1000


def test_contributions_are_a_few_hundred_bytes():
    sizes = sorted(len(value) for _, value in generate_encoded(5000))

    assert 300 < sizes[len(sizes) // 2] < 450


def test_memory_does_not_grow_with_the_stream():
    def peak(count):
        tracemalloc.start()
        for _ in generate_encoded(count):
            pass
        try:
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert peak(20_000) < 1.2 * peak(5_000)
