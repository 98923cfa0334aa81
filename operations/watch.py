"""A source that is looked at again and again, so that nobody who asks waits for it."""

import threading
import time
import traceback
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from types import TracebackType
from typing import Generic, Self, TypeVar

import structlog

OVERDUE_SECONDS = 10.0
"""How long the next look may be due before the last one is not told any more: stale figures look
as if all were well."""

_STOP_SECONDS = 2.0

_log = structlog.get_logger("operations")

Look = TypeVar("Look")
Opener = Callable[[], AbstractContextManager[Callable[[], Look]]]
"""Opens a source, and gives what takes a look at it."""


@dataclass(frozen=True)
class _Seen(Generic[Look]):
    at: float
    look: Look


class Watch(Generic[Look]):
    """Looks at a source, in a thread, and keeps the newest look. Use as a context manager.

    Args:
        source: Its name.
        open_source: Opens it anew after every failure.
        every: Seconds between two looks.
    """

    def __init__(self, source: str, open_source: Opener[Look], *, every: float) -> None:
        self._source = source
        self._open = open_source
        self._every = every
        self._seen: _Seen[Look] | None = None
        self._in_outage = False
        self._stop = threading.Event()
        # A source that hangs must not hold up the end of the process.
        self._thread = threading.Thread(target=self._run, name=f"watch-{source}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join(_STOP_SECONDS)

    def newest(self) -> Look | None:
        """The newest look; None before the first, and while the source fails or hangs."""
        seen = self._seen
        if seen is None or time.monotonic() - seen.at > self._every + OVERDUE_SECONDS:
            return None
        return seen.look

    def answers(self) -> bool:
        """Whether there is a look that is not stale."""
        return self.newest() is not None

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                with self._open() as look:
                    while not self._stop.is_set():
                        self._keep(look())
                        self._stop.wait(self._every)
            except Exception as error:  # noqa: BLE001  whatever it is, the next look may succeed
                self._lose(error)
                self._stop.wait(self._every)

    def _keep(self, look: Look) -> None:
        self._seen = _Seen(time.monotonic(), look)
        if self._in_outage:
            _log.info("the source answers again", source=self._source)
        self._in_outage = False

    def _lose(self, error: Exception) -> None:
        self._seen = None
        if not self._in_outage:
            # Its message may hold an address with a password.
            where = traceback.extract_tb(error.__traceback__)[-1]
            _log.warning(
                "the source cannot be looked at",
                source=self._source,
                error=type(error).__name__,
                at=f"{where.filename}:{where.lineno}",
            )
        self._in_outage = True
