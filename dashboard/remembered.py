"""Answers of slow queries, given again for a while: the longer one took, the longer it holds.

So however many read a page, no such query keeps the database busy for more than a part of the time,
and what takes a moment is still never older than some seconds. An answer that is on its way is not
asked for twice; where there is one that is a little old, it is given until the new one is there.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, Concatenate, NamedTuple, ParamSpec, TypeVar

from clickhouse_connect.driver.client import Client

from dashboard.reading import Reader

HOLDS = 25
"""How many times as long as it took an answer holds. Our choice: a query is asked for at most a
twenty-fifth of the time."""

LASTS = 100
"""Likewise, how long it is still given while a new one is on its way."""

MAX_ANSWERS = 2_000
"""Those asked for last; key terms and quotes of a topic take a few kilobytes."""

P = ParamSpec("P")
T = TypeVar("T")


class _Answer(NamedTuple):
    """What was found, and until when (`time.monotonic`) it holds and lasts."""

    found: Any
    holds: float
    lasts: float


_Asked = asyncio.Task[_Answer]

_ANSWERS: OrderedDict[Hashable, _Asked] = OrderedDict()
_ON_THEIR_WAY: dict[Hashable, _Asked] = {}


async def remembered(
    reads: Reader,
    query: Callable[Concatenate[Client, P], T],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """What `reads.read` gives, or gave a little while ago to anybody.

    So its right to the consultation has to be checked before, and its arguments have to be
    hashable.
    """
    key = (reads.client, query, args, tuple(kwargs.items()))
    asked = _ANSWERS.get(key)
    if asked is None or _is_over(asked):
        asked = _ANSWERS[key] = asyncio.create_task(_answer(reads, query, *args, **kwargs))
        while len(_ANSWERS) > MAX_ANSWERS:
            _ANSWERS.popitem(last=False)
    elif _is_old(asked) and key not in _ON_THEIR_WAY:
        newer = _ON_THEIR_WAY[key] = asyncio.create_task(_answer(reads, query, *args, **kwargs))
        newer.add_done_callback(lambda task: _replace(key, task))
    _ANSWERS.move_to_end(key)
    # Whoever stops waiting stops for themselves alone.
    answer = await asyncio.shield(asked)
    found: T = answer.found
    return found


async def _answer(
    reads: Reader,
    query: Callable[Concatenate[Client, P], T],
    *args: P.args,
    **kwargs: P.kwargs,
) -> _Answer:
    begun = time.monotonic()
    found = await reads.read(query, *args, **kwargs)
    ended = time.monotonic()
    took = ended - begun
    return _Answer(found, ended + HOLDS * took, ended + LASTS * took)


def _is_old(asked: _Asked) -> bool:
    return asked.done() and asked.result().holds < time.monotonic()


def _is_over(asked: _Asked) -> bool:
    return asked.done() and (_failed(asked) or asked.result().lasts < time.monotonic())


def _failed(asked: _Asked) -> bool:
    return asked.cancelled() or asked.exception() is not None


def _replace(key: Hashable, newer: _Asked) -> None:
    del _ON_THEIR_WAY[key]
    if not _failed(newer) and key in _ANSWERS:
        _ANSWERS[key] = newer
