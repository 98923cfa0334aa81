"""Whether a worker lives and does its work, asked from another thread."""

import asyncio
import time
from collections import Counter as Tally
from collections.abc import Iterable
from typing import cast

import faust
from faust.types import TP, AppT

from streams import metrics
from streams.recovery import TableManager

SILENT_SECONDS = 120.0
"""Folding a journal holds the event loop up: measured at 4 to 8 s a million contributions."""

_BEAT_SECONDS = 1.0


class Health:
    """Watches a worker's app; its figures go to the worker's metrics."""

    def __init__(self, app: faust.App) -> None:
        self._app = app
        # Made here and not when asked for: it belongs to the event loop of this thread.
        self._recovery = cast("TableManager", app.tables).recovery
        self._last_beat = time.monotonic()
        metrics.READY.set_function(self.ready)
        metrics.RECOVERY_REMAINING.set_function(self.recovery_remaining)

        @app.on_partitions_assigned.connect(weak=False)
        async def on_assigned(_: AppT, assigned: Iterable[TP], **_signal: object) -> None:
            numbers = Tally(tp.topic for tp in assigned)
            metrics.ASSIGNED.clear()
            for topic, number in numbers.items():
                metrics.ASSIGNED.labels(topic).set(number)

    def watch(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin to watch the event loop."""
        self._last_beat = time.monotonic()
        loop.call_later(_BEAT_SECONDS, self.watch, loop)

    def alive(self) -> bool:
        """Whether the event loop turns."""
        return time.monotonic() - self._last_beat < SILENT_SECONDS

    def ready(self) -> bool:
        """Whether partitions are assigned and recovered; a worker may have been given none."""
        app = self._app
        return app.rebalancing_count > 0 and not app.rebalancing and not app.should_stop

    def recovery_remaining(self) -> int:
        """Records of the journals that are still to be read."""
        if not self._recovery.in_recovery:
            return 0
        # Copied, since the worker's thread goes on.
        read, ends = dict(self._recovery.active_offsets), dict(self._recovery.active_highwaters)
        return sum(max(0, end - read.get(tp, -1)) for tp, end in ends.items())
