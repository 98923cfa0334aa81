"""How often one may try."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.signin import attempts
from dashboard.signin.attempts import Attempts


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


def waits(tried, key, times):
    found = []
    for _ in range(times):
        found.append(tried.wait(key))
        tried.take(key)
    return found


def test_a_key_may_try_a_few_times_at_once(clock):
    assert [0, 0, 0, 60, 120] == waits(Attempts(3, 60, clock), "ana", 5)


def test_after_the_wait_it_may_try_once_more(clock):
    tried = Attempts(3, 60, clock)
    waits(tried, "ana", 3)
    clock.now += 60

    assert [0, 60] == waits(tried, "ana", 2)


def test_who_rests_long_enough_has_all_attempts_again(clock):
    tried = Attempts(3, 60, clock)
    waits(tried, "ana", 3)
    clock.now += 180

    assert [0, 0, 0, 60] == waits(tried, "ana", 4)


def test_keys_are_counted_apart(clock):
    tried = Attempts(1, 60, clock)
    tried.take("ana")

    assert (60, 0) == (tried.wait("ana"), tried.wait("ben"))


def test_an_attempt_can_be_given_back(clock):
    tried = Attempts(1, 60, clock)
    tried.take("ana")
    tried.give_back("ana")
    tried.give_back("nobody")

    assert 0 == tried.wait("ana")


def test_a_key_can_be_forgotten(clock):
    tried = Attempts(1, 60, clock)
    waits(tried, "ana", 5)
    tried.forget("ana")
    tried.forget("nobody")

    assert 0 == tried.wait("ana")


def test_only_so_many_keys_are_remembered_and_the_oldest_go_first(clock, monkeypatch):
    monkeypatch.setattr(attempts, "MAX_KEYS", 2)
    tried = Attempts(1, 60, clock)
    for key in ("ana", "ben", "ana", "cleo"):
        tried.take(key)

    assert (120, 0, 60) == tuple(tried.wait(key) for key in ("ana", "ben", "cleo"))


@settings(deadline=None)
@given(st.lists(st.floats(0, 300), max_size=60), st.integers(1, 5))
def test_nobody_tries_oftener_than_the_burst_and_the_rate(pauses, burst):
    clock = Clock()
    tried = Attempts(burst, 60, clock)
    made = []
    for pause in pauses:
        clock.now += pause
        if not tried.wait("ana"):
            tried.take("ana")
            made.append(clock.now)

    for first in range(len(made)):
        for last in range(first, len(made)):
            assert last - first + 1 <= burst + (made[last] - made[first]) / 60 + 1e-6
