"""Where events go when their topic gets another number of partitions."""

import asyncio
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from operations.rebuilding.placing import Copy, replaced
from schemas.events import PolicySet, partition_key
from schemas.topics import partition_of
from tests.operations.rebuilding.logs import Record, accepted, policy, said

KEYS = (None, b"topic-1", b"\xff no text")

steps = st.lists(
    st.one_of(
        st.tuples(st.just("said"), st.integers(0, 9)),
        st.tuples(st.just("misplaced"), st.integers(0, 9)),
        st.tuples(st.just("garbage"), st.sampled_from(KEYS)),
        st.tuples(st.just("policy"), st.none()),
        st.tuples(st.just("misplaced policy"), st.integers(0, 9)),
    ),
    max_size=40,
)


def laid_out(steps, partitions):
    """The partitions' logs after these steps."""
    logs = [[] for _ in range(partitions)]

    def put(partition, key, value, at):
        log = logs[partition]
        log.append(Record(partition, len(log), key, value, timestamp=at))

    for number, (step, what) in enumerate(steps):
        match step:
            case "said":
                key, value = said(number, what)
                put(partition_of(key.decode(), partitions), key, value, number)
            case "misplaced":
                key, value = said(number, what)
                put((partition_of(key.decode(), partitions) + 1) % partitions, key, value, number)
            case "garbage":
                put(number % partitions, what, b"garbage %d" % number, number)
            case "misplaced policy":
                put(what % partitions, *policy(number, what + 1), number)
            case _:
                for partition in range(partitions):
                    put(partition, *policy(number, partition), number)
    return logs


def moved(logs, partitions):
    """The copies, by their new partition."""

    async def each(log):
        for record in log:
            yield record

    async def run():
        found = [[] for _ in range(partitions)]
        async for partition, copy in replaced([each(log) for log in logs], partitions):
            found[partition].append(copy)
        return found

    return asyncio.run(run())


def events_of(logs):
    """By partition, what the worker takes."""
    count = len(logs)
    return [
        [event for record in log if (event := accepted(record.value, partition, count)) is not None]
        for partition, log in enumerate(logs)
    ]


def histories(logs):
    """By key, its events, each with how many policies stand before it."""
    found = {}
    for log in events_of(logs):
        policies = 0
        for event in log:
            if isinstance(event, PolicySet):
                policies += 1
            else:
                found.setdefault(partition_key(event), []).append((event.id, policies))
    return found


@settings(deadline=None)
@given(steps, st.integers(2, 5), st.integers(2, 7))
def test_each_topic_has_its_events_in_order_under_the_same_policies(steps, before, after):
    logs = laid_out(steps, before)
    assert histories(logs) == histories(moved(logs, after))


@settings(deadline=None)
@given(steps, st.integers(2, 5), st.integers(2, 7))
def test_a_policy_is_once_in_each_partition(steps, before, after):
    applied = [number for number, (step, _) in enumerate(steps) if step == "policy"]
    for partition, log in enumerate(events_of(moved(laid_out(steps, before), after))):
        policies = [event for event in log if isinstance(event, PolicySet)]
        assert applied == [int(event.id.split("-")[1]) for event in policies]
        assert all(partition == event.data.partition for event in policies)


@settings(deadline=None)
@given(steps, st.integers(2, 5), st.integers(1, 7))
def test_all_but_policies_is_kept_to_the_byte(steps, before, after):
    def kept(copies, partition, partitions):
        return Counter(
            copy
            for copy in copies
            if not isinstance(accepted(copy.value, partition, partitions), PolicySet)
        )

    logs = laid_out(steps, before)
    old = [kept(map(Copy.of, log), number, before) for number, log in enumerate(logs)]
    new = [kept(log, number, after) for number, log in enumerate(moved(logs, after))]
    assert sum(old, Counter()) == sum(new, Counter())


@settings(deadline=None)
@given(steps, st.integers(2, 5), st.integers(2, 7))
def test_what_was_rejected_is_rejected_again(steps, before, after):
    def rejected(logs):
        return Counter(
            record.value
            for partition, log in enumerate(logs)
            for record in log
            if accepted(record.value, partition, len(logs)) is None
        )

    logs = laid_out(steps, before)
    assert rejected(logs) == rejected(moved(logs, after))


def test_a_policy_that_did_not_reach_every_partition_reaches_every_new_one():
    logs = [[], [Record(1, 0, *policy(0, 1))]]
    assert [1, 1, 1] == [len(log) for log in moved(logs, 3)]


@pytest.mark.parametrize(("key", "place"), [(None, 1), (b"topic-1", partition_of("topic-1", 2))])
def test_what_cannot_be_read_goes_by_its_key_or_its_old_number(key, place):
    logs = [[], [], [], [Record(3, 0, key, b"garbage")]]
    assert [place == number for number in range(2)] == [bool(log) for log in moved(logs, 2)]
