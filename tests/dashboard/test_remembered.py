"""Answers of queries that many pages ask, given again for some seconds."""

import asyncio
import time
from typing import cast

import pytest
from clickhouse_connect.driver.client import Client

from dashboard import remembered as module
from dashboard.access import Viewer
from dashboard.reading import Places, Reader
from dashboard.remembered import LASTS, LASTS_OF, remembered
from sinks.quotes import quotes
from sinks.terms import key_terms


class _Slow:
    """A query that takes some time, and counts how often it is asked."""

    def __init__(self, seconds):
        self.seconds = seconds
        self.asked = 0

    def __call__(self, _client, *_args):
        self.asked += 1
        time.sleep(self.seconds)
        return self.asked


@pytest.fixture
def reads():
    return Reader(cast("Client", object()), Viewer("ana", {}), Places())


async def test_an_answer_is_given_again(reads):
    query = _Slow(0.05)
    assert [1, 1, 1] == [await remembered(reads, query, "parks") for _ in range(3)]


async def test_another_question_has_its_own_answer(reads):
    query = _Slow(0.05)
    assert [1, 2, 1] == [await remembered(reads, query, name) for name in ("a", "b", "a")]


async def test_another_database_has_its_own_answer(reads):
    query = _Slow(0.05)
    other = Reader(cast("Client", object()), reads.viewer, reads.places)
    assert [1, 2] == [await remembered(one, query, "parks") for one in (reads, other)]


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands still, but for two seconds that each query takes."""
    now = [100.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])

    def query(_client):
        now[0] += 2.0
        return now[0]

    return now, query


async def test_for_half_of_its_time_an_answer_is_not_asked_for_again(reads, clock):
    now, query = clock
    first = await remembered(reads, query)
    now[0] = 100.0 + LASTS / 2
    assert first == await remembered(reads, query)
    assert not module._ON_THEIR_WAY


async def test_an_old_answer_is_given_until_the_new_one_is_there(reads, clock):
    now, query = clock
    first = await remembered(reads, query)
    now[0] = 100.0 + LASTS
    assert [first, first] == [await remembered(reads, query) for _ in range(2)]
    (newer,) = module._ON_THEIR_WAY.values()
    await newer
    assert 100.0 + LASTS + 2.0 == await remembered(reads, query)


async def test_the_age_of_an_answer_counts_from_before_it_was_read(reads, clock):
    now, query = clock
    first = await remembered(reads, query)
    now[0] = 100.0 + LASTS + 0.1
    assert first < await remembered(reads, query)


async def test_whoever_comes_too_late_waits_for_the_answer_that_is_on_its_way(reads, clock):
    now, query = clock
    await remembered(reads, query)
    now[0] = 100.0 + LASTS
    await remembered(reads, query)
    now[0] += 1.0
    assert 100.0 + LASTS + 3.0 == await remembered(reads, query) == now[0]


async def test_where_a_new_answer_fails_the_old_one_is_given_as_long_as_it_lasts(reads, clock):
    now, _ = clock
    answers = iter(["first", None, "second"])

    def query(_client):
        answer = next(answers)
        if answer is None:
            raise ValueError("away")
        return answer

    await remembered(reads, query)
    now[0] = 100.0 + LASTS
    await remembered(reads, query)
    with pytest.raises(ValueError, match="away"):
        await next(iter(module._ON_THEIR_WAY.values()))
    assert "first" == await remembered(reads, query)
    await next(iter(module._ON_THEIR_WAY.values()))
    assert "second" == await remembered(reads, query)


def test_key_terms_may_be_a_minute_old_and_quotes_ten_seconds():
    assert (60, 10) == (LASTS_OF[key_terms], LASTS_OF.get(quotes, LASTS))


async def test_those_who_ask_at_once_share_one_query(reads):
    query = _Slow(0.05)
    answers = await asyncio.gather(*(remembered(reads, query, "parks") for _ in range(5)))
    assert [1] * 5 == answers


async def test_who_gives_up_takes_the_answer_from_nobody(reads):
    query = _Slow(0.2)
    hasty = asyncio.create_task(remembered(reads, query, "parks"))
    patient = asyncio.create_task(remembered(reads, query, "parks"))
    await asyncio.sleep(0)
    hasty.cancel()
    assert 1 == await patient
    with pytest.raises(asyncio.CancelledError):
        await hasty


async def test_a_failure_is_not_remembered(reads):
    answers = iter([ValueError("away"), "back"])

    def query(_client):
        answer = next(answers)
        if isinstance(answer, ValueError):
            raise answer
        return answer

    with pytest.raises(ValueError, match="away"):
        await remembered(reads, query)
    assert "back" == await remembered(reads, query)


async def test_only_the_last_asked_for_are_kept(reads, monkeypatch):
    monkeypatch.setattr(module, "MAX_ANSWERS", 2)
    query = _Slow(0.05)
    for name in ("a", "b", "a", "c"):
        await remembered(reads, query, name)
    assert 1 == await remembered(reads, query, "a")
    assert 4 == await remembered(reads, query, "b")
