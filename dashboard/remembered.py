"""Answers of queries that many pages ask, given again for some seconds.

However many read a page, each such query is asked at most twice in `LASTS` seconds; and no answer
is older than that, counted from before the tables were read. In the second half of that time a new
answer is read while the old one is given; after it, whoever asks waits. An answer that is on its
way is not asked for twice.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from typing import Any, Concatenate, NamedTuple, ParamSpec, TypeVar

from clickhouse_connect.driver.client import Client

from dashboard.reading import Reader
from sinks.terms import key_terms

LASTS = 10
"""How many seconds older than the tables an answer may be."""

LASTS_OF: Mapping[Callable[..., Any], float] = {key_terms: 60}
"""Of queries that take seconds: with a million contributions key terms keep two cores busy for
more than one, so that is at most a twentieth of the time."""

MAX_ANSWERS = 2_000
"""Those asked for last; key terms and quotes of a topic take a few kilobytes."""

P = ParamSpec("P")
T = TypeVar("T")


class _Answer(NamedTuple):
    """What was found, and when (`time.monotonic`) it was asked for."""

    found: Any
    asked_at: float


_ANSWERS: OrderedDict[Hashable, _Answer] = OrderedDict()
_ON_THEIR_WAY: dict[Hashable, asyncio.Task[Any]] = {}


async def remembered(
    reads: Reader,
    query: Callable[Concatenate[Client, P], T],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """What `reads.read` gives, or gave some seconds ago to anybody.

    So its right to the consultation has to be checked before, and its arguments have to be
    hashable.
    """
    key = (reads.client, query, args, tuple(kwargs.items()))
    lasts = LASTS_OF.get(query, LASTS)
    now = time.monotonic()
    answer = _ANSWERS.get(key)
    is_old = answer is None or now - answer.asked_at > lasts / 2
    if is_old and key not in _ON_THEIR_WAY:
        asked = _ON_THEIR_WAY[key] = asyncio.create_task(reads.read(query, *args, **kwargs))
        asked.add_done_callback(lambda task: _keep(key, task, now))
    found: T
    if answer is None or now - answer.asked_at > lasts:
        # Whoever stops waiting stops for themselves alone.
        found = await asyncio.shield(_ON_THEIR_WAY[key])
    else:
        _ANSWERS.move_to_end(key)
        found = answer.found
    return found


def _keep(key: Hashable, asked: asyncio.Task[Any], asked_at: float) -> None:
    del _ON_THEIR_WAY[key]
    if asked.cancelled() or asked.exception() is not None:
        return
    _ANSWERS[key] = _Answer(asked.result(), asked_at)
    _ANSWERS.move_to_end(key)
    while len(_ANSWERS) > MAX_ANSWERS:
        _ANSWERS.popitem(last=False)
