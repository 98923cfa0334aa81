"""Waiting until what was published is in the tables."""

import time
from collections.abc import Callable
from contextlib import suppress

from kafka.errors import UnknownBrokerIdError

from operations.backlog import Backlog
from schemas.topics import ACTIVITY, DOMINANCE, EVENTS, SCREENED, SUMMARIES
from streams.app import APP_ID

STAGES = ((EVENTS,), (ACTIVITY,), (SCREENED, SUMMARIES, DOMINANCE))
"""Topics in the order of the flow: when nothing remains in any, the tables are complete."""

_POLL_SECONDS = 0.2


class IncompleteError(Exception):
    """The tables were not complete in time."""


def is_complete(kafka: str) -> bool:
    """Whether everything that is in Kafka is in the tables."""
    with Backlog(kafka, APP_ID) as backlog:
        return backlog.complete(STAGES)


def wait_until_complete(
    kafka: str,
    *,
    seconds: float,
    on_remaining: Callable[[int], None] = lambda _: None,
) -> None:
    """Wait until the workers have taken everything that is in Kafka into the tables.

    Args:
        kafka: Brokers as `host:port`, separated by commas.
        seconds: How long to wait without any progress.
        on_remaining: Told how many events are still to be screened.

    Raises:
        IncompleteError: Nothing moved for that long; the message says what remains.
    """
    with Backlog(kafka, APP_ID) as backlog:
        last = remaining = (0,) * len(STAGES)
        deadline = time.monotonic() + seconds
        while True:
            # While a broker comes back, its partitions have no leader to ask.
            with suppress(UnknownBrokerIdError):
                if backlog.complete(STAGES):
                    break
                remaining = tuple(backlog.remaining(topics) for topics in STAGES)
            on_remaining(remaining[0])
            if remaining != last:
                last, deadline = remaining, time.monotonic() + seconds
            elif time.monotonic() > deadline:
                raise IncompleteError(
                    f"nothing moved for {seconds:.0f} s: {remaining[0]} events are not screened,"
                    f" {sum(remaining[1:])} records are not in ClickHouse; look at the worker's log"
                )
            time.sleep(_POLL_SECONDS)
        on_remaining(0)
