"""Faust's table recovery, without the races in which a worker waits for ever or skips a batch.

Recovery resumes fetching, awaits the fetcher's start, and only then waits for the signal that all
changelogs are read. A short changelog may be read before that, and the reader clears its signal as
soon as it has given it: nobody is left to give it again (faust-streaming #596).
"""

import asyncio
from typing import Literal, cast

from faust.tables.manager import TableManager as FaustTableManager
from faust.tables.recovery import RebalanceAgain, ServiceStopped
from faust.tables.recovery import Recovery as FaustRecovery
from mode import Seconds
from mode.services import WaitArgT


class _RecoveryEnd(asyncio.Event):
    """The signal, which also says yes to those who begin to wait after the end."""

    def __init__(self, recovery: FaustRecovery) -> None:
        super().__init__()
        self._recovery = recovery

    async def wait(self) -> Literal[True]:
        # The reader sets `in_recovery` to false before it gives the signal.
        if not self._recovery.in_recovery:
            return True
        return await super().wait()


class Recovery(FaustRecovery):
    """Faust's recovery with a signal that cannot be missed, and an end in which nothing flows."""

    async def on_recovery_completed(self, generation_id: int = 0) -> None:
        """Seek to the committed offsets and resume the flow."""
        # Faust leaves the flow on, and empties the agents' queues when it resumes it: a batch that
        # came in between would be lost, and the one after it taken.
        self.app.consumer.stop_flow()
        await super().on_recovery_completed(generation_id)

    async def _wait(self, coro: WaitArgT, timeout: Seconds | None = None) -> None:  # noqa: ASYNC109
        """Wait for a step; one that takes too long has the recovery begin again.

        Faust takes it for the worker's end, and would never recover again.
        """
        try:
            await super()._wait(coro, timeout)
        except ServiceStopped:
            if self.should_stop or timeout is None:
                raise
            self.log.warning("Kafka does not answer, recovering again")
            self.signal_recovery_start.set()
            raise RebalanceAgain from None

    async def seek_again(self) -> None:
        """Read the changelogs on from what was applied of them, where that is under way.

        For a consumer that dropped what it had fetched: nobody else would ever read it. What comes
        twice is applied once. A changelog of which it is not known yet where to begin is left to
        the recovery, which seeks it when it is.
        """
        if self.in_recovery:
            consumer = self.app.consumer
            known = {tp for tp, offset in self.active_offsets.items() if offset is not None}
            mine = self.active_tps & consumer.assignment() & known
            await self._seek_offsets(consumer, mine, self.active_offsets, "active")

    @property
    def signal_recovery_end(self) -> asyncio.Event:
        """Set when everything was read from the changelogs."""
        if self._signal_recovery_end is None:
            self._signal_recovery_end = _RecoveryEnd(self)
        return self._signal_recovery_end


class TableManager(FaustTableManager):
    """Faust's table manager with our recovery; set as the app's `TableManager`."""

    @property
    def recovery(self) -> Recovery:
        """The service that recovers the tables."""
        if self._recovery is None:
            self._recovery = Recovery(self.app, self, beacon=self.beacon, loop=self.loop)
        return cast("Recovery", self._recovery)
