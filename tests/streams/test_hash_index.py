"""A multimap in arrays gives what a dict of lists gives."""

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams import hash_index
from streams.hash_index import MISSING, HashIndex, hash64

keys = st.sampled_from([0, 1, 2, 3, 2**63, 2**64 - 1])
steps = st.lists(
    st.one_of(
        st.tuples(st.just("add"), keys),
        st.tuples(st.just("pack"), st.lists(keys, max_size=20)),
        st.tuples(st.just("settle"), st.none()),
    ),
    max_size=60,
)


def build(steps, monkeypatch):
    monkeypatch.setattr(hash_index, "RECENT_ENTRIES", 4)
    index, model, number = HashIndex(), defaultdict(list), 0
    for step, what in steps:
        if step == "settle":
            index.settle()
            continue
        several = [what] if step == "add" else what
        for key in several:
            model[key].append(number)
            number += 1
        for place in range(number - len(several), number):
            index.add(several[place - number], place)
        if step == "pack":
            index.pack()
    return index, model


@given(steps)
def test_numbers_of_a_key_come_in_the_order_of_being_added(steps):
    with pytest.MonkeyPatch.context() as monkeypatch:
        index, model = build(steps, monkeypatch)
    assert {key: model[key] for key in (0, 1, 2, 3)} == {
        key: index.numbers(key) for key in (0, 1, 2, 3)
    }
    assert sum(map(len, model.values())) == len(index)


@given(steps, st.lists(keys, max_size=10))
def test_a_search_for_many_keys_gives_what_the_runs_have(steps, sought):
    index = HashIndex()
    model = defaultdict(list)
    for number, (_, what) in enumerate(step for step in steps if step[0] == "add"):
        model[what].append(number)
        index.add(what, number)
        index.pack()
    places, numbers = index.search(np.array(sought, np.uint64))
    expected = [(place, number) for place, key in enumerate(sought) for number in model[key]]
    assert expected == list(zip(places.tolist(), numbers.tolist(), strict=True))
    firsts = [model[key][0] if model[key] else MISSING for key in sought]
    assert firsts == index.first(np.array(sought, np.uint64)).tolist()


def test_what_was_added_since_the_last_run_is_recent():
    index = HashIndex()
    index.add(7, 1)
    index.pack()
    index.add(7, 2)
    assert [2] == index.recent(7)
    assert [1, 2] == index.numbers(7)


def test_parts_are_told_apart():
    assert hash64("ab", "c") != hash64("a", "bc")
