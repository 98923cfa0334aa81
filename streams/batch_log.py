"""One context per record batch, for every log line that comes of it, of the libraries' too."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import structlog

from schemas.topics import LogRecord

_log = structlog.get_logger("streams")


@contextmanager
def batch_context(records: Sequence[LogRecord]) -> Iterator[None]:
    """Say in each log line of the block which batch it is about, and at its end how it went.

    An exception goes on; the line that it leaves repeats nothing of its message, which may hold
    what people wrote.

    Args:
        records: A run of one partition's log.
    """
    first, last = records[0], records[-1]
    begun = time.perf_counter()
    with structlog.contextvars.bound_contextvars(
        topic=last.topic,
        partition=last.partition,
        first_offset=first.offset,
        last_offset=last.offset,
        events=len(records),
    ):
        try:
            yield
        except Exception as error:
            _log.error("batch failed", error=type(error).__name__)
            raise
        _log.debug("batch done", milliseconds=round((time.perf_counter() - begun) * 1000, 1))
