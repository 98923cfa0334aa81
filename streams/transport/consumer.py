"""The consumer: fetched record batches in, one Faust message per batch out, commits in order."""

import asyncio
import contextlib
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import zip_longest
from typing import Any, ClassVar, cast

from aiokafka.errors import IllegalStateError, KafkaError
from faust.transport.consumer import ensure_TP
from faust.transport.drivers import aiokafka as driver
from faust.types import TP
from faust.types.tuples import ConsumerMessage, Message, ack_lock
from mode.utils.futures import notify

from streams.recovery import TableManager
from streams.transport.unreadable import install, unreadable

MAX_BATCH_RECORDS = 4_096
"""Where a fetched run of records is cut, so that a step stays short and the worker answers."""

_RETRY_SECONDS = 0.5


class UnreadableChangelogError(Exception):
    """A changelog has a record batch that cannot be read: the worker's own state is at stake."""


class Batch(ConsumerMessage):
    """A message whose value is a list of records.

    Attributes:
        taken: Somebody works on it, or has.
        done: Everything that follows from the records is durable.
        reading: Which uninterrupted reading of the log it belongs to.
    """

    __slots__ = ("done", "reading", "taken")

    def __init__(self, *args: Any, reading: int, **kwargs: Any) -> None:  # noqa: ANN401 - Faust's own
        super().__init__(*args, **kwargs)
        self.taken = False
        self.done = False
        self.reading = reading


class Consumer(driver.Consumer):
    """Faust's consumer, delivering batches.

    Obligation of whoever gets a message: `take` it, and if that succeeds, `acknowledge` it once,
    when everything that follows from its records is durable. Offsets are committed up to the first
    message, in the order of delivery, that is not acknowledged; nothing is committed past it
    (faust-streaming #606). Faust's own acknowledgement does not count: a stream also gives it for
    messages that it skips.

    Whenever the flow stops, a new reading begins: Faust empties the queues of the agents when it
    resumes the flow, and what was fetched and not handled may be gone, in the middle of the log. So
    nothing of an earlier reading is delivered or waited for, and each reading begins with a seek to
    the committed offsets. Such a seek alone decides what is read: Faust's own note of what was read
    before is not asked about batches, since it may be of one that was never handled.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Faust's own
        install()
        super().__init__(*args, **kwargs)
        self._hand_over = self.callback
        self.callback = self._deliver
        self._reading = 0
        self._finishing = False
        self._changed = asyncio.Event()
        self._delivered: defaultdict[TP, deque[Batch]] = defaultdict(deque)
        self._done_until: dict[TP, int] = {}

    async def getmany(self, timeout: float) -> AsyncIterator[tuple[TP, Message]]:  # noqa: ASYNC109
        """Fetch, and yield a message per batch; partitions take turns."""
        if self._finishing:
            await self.sleep(timeout)
            return
        if not self.flow_active:
            # A reading begins when the flow stops: only once it flows again is it known which one.
            # mode's `wait` is typed for its own events alone.
            await self.wait(self.can_resume_flow)  # type: ignore[arg-type]
        reading = self._reading
        fetched, active = await self._wait_next_records(timeout)
        if fetched is None or self.should_stop or self._finishing:
            return
        if not self.flow_active or reading != self._reading:
            await self._seek_again()
            return
        for tp, message in self._messages(fetched):
            if not self.flow_active or reading != self._reading:
                return
            if active is None or tp in active or tp in self._buffered_partitions:
                if isinstance(message, Batch):
                    self._read_offset[tp] = None
                self.app.monitor.track_tp_end_offset(tp, self.highwater(tp))
                yield tp, message

    async def _seek_again(self) -> None:
        """Seek after a fetch that went across an interruption: whose seek came first is not known.

        What it fetched is dropped. A fetch of a reading before may hold records of the changelogs
        that a recovery has just begun to wait for: Faust adds to the partitions of one under way.
        """
        reading = self._reading
        while reading == self._reading and not self.should_stop:
            try:
                await self.perform_seek()
                await cast("TableManager", self.app.tables).recovery.seek_again()
            except IllegalStateError:
                # A partition that was taken away has a rebalance of its own, and that one's seek.
                return
            except (KafkaError, TimeoutError) as error:
                self.log.warning("Kafka does not answer, seeking again: %r", error)
                await self.sleep(_RETRY_SECONDS)
            else:
                return

    async def perform_seek(self) -> None:
        """Read on from the committed offsets, and from the beginning where there are none.

        Faust and aiokafka leave a partition without a commit where it is, past what was fetched.

        Raises:
            IllegalStateError: A partition was taken away meanwhile.
            KafkaError: Kafka does not say what is committed.
        """
        if not self.assignment():
            return
        try:
            committed = await self.seek_to_committed()
        except AssertionError as error:
            # So aiokafka says that there is no partition any more.
            raise IllegalStateError from error
        uncommitted = set()
        for place, offset in committed.items():
            tp = ensure_TP(place)
            self._read_offset[tp] = None
            # Only this answer counts: an earlier one is no place that was sought now.
            self._committed_offset[tp] = offset or None
            if not offset and not self._is_changelog_tp(tp) and tp in self.assignment():
                uncommitted.add(place)
        if uncommitted:
            await self.seek_wait(await self.earliest_offsets(*uncommitted))

    async def finish(self, seconds: float) -> None:
        """Deliver no more, and give what was taken so many seconds to be done."""
        self._finishing = True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self._is_worked_on():
                    self._changed.clear()
                    await self._changed.wait()

    def stop_flow(self) -> None:
        """Stop delivering; what is done can still be committed, the rest is read again."""
        super().stop_flow()
        # Faust would fetch these again when an agent has emptied its queue, within a recovery too.
        self._buffered_partitions.clear()
        for tp in list(self._delivered):
            self._settle(tp)
        self._delivered.clear()
        self._reading += 1
        self._changed.set()

    async def _deliver(self, message: Message) -> None:
        # Only here is it sure that a message goes to the agents: since it was fetched, its reading
        # may have ended, and then nobody will ever acknowledge it.
        if isinstance(message, Batch):
            if message.reading != self._reading:
                return
            self._delivered[message.tp].append(message)
        await self._hand_over(message)

    def _messages(self, fetched: Mapping[TP, list[Any]]) -> Iterator[tuple[TP, Message]]:
        per_partition = (
            self._changelog(tp, records)
            if self._is_changelog_tp(tp)
            else self._batches(tp, records)
            for tp, records in fetched.items()
        )
        for turn in zip_longest(*per_partition):
            yield from (pair for pair in turn if pair is not None)

    def _changelog(self, tp: TP, records: Sequence[Any]) -> Iterator[tuple[TP, Message]]:
        for record in records:
            if trouble := unreadable(record):
                raise UnreadableChangelogError(
                    f"{tp.topic}/{tp.partition} from offset {trouble.base_offset}: {trouble.reason}"
                )
            yield tp, self._to_message(tp, record)

    def _batches(self, tp: TP, records: Sequence[Any]) -> Iterator[tuple[TP, Message]]:
        for start in range(0, len(records), MAX_BATCH_RECORDS):
            batch = records[start : start + MAX_BATCH_RECORDS]
            last = batch[-1]
            message = Batch(
                last.topic,
                last.partition,
                last.offset,
                last.timestamp / 1000,
                last.timestamp_type,
                None,
                None,
                cast("bytes", batch),
                None,
                0,
                len(batch),
                tp,
                generation_id=self.app.consumer_generation_id,
                reading=self._reading,
            )
            yield tp, message

    def take(self, message: Message) -> bool:
        """Whether to work on a batch; if not, it comes again, to this worker or another.

        It does not belong to this reading of the log, or the worker is about to stop.
        """
        batch = cast("Batch", message)
        batch.taken = batch.reading == self._reading and not self._finishing
        return batch.taken

    def _is_worked_on(self) -> bool:
        delivered = (batch for run in self._delivered.values() for batch in run)
        return any(batch.taken and not batch.done for batch in delivered)

    def acknowledge(self, message: Message) -> None:
        """Say that a batch is done; it is committed once all before it are."""
        cast("Batch", message).done = True
        self._changed.set()
        message.ack(self)

    def ack(self, message: Message) -> bool:
        """Note that no stream works on a message any more."""
        with ack_lock:
            if message.acked:
                return False
            message.acked = True
            self._unacked_messages.discard(message)
            notify(self._waiting_for_ack)
            return True

    def _filter_tps_with_pending_acks(
        self, topics: AbstractSet[TP | str] | None = None
    ) -> Iterator[TP]:
        pending = self._delivered.keys() | self._done_until.keys()
        return (tp for tp in pending if topics is None or tp in topics or tp.topic in topics)

    def _new_offset(self, tp: TP) -> int | None:
        self._settle(tp)
        return self._done_until.pop(tp, None)

    def _settle(self, tp: TP) -> None:
        """Note how far the partition is done, without a gap."""
        # A message is known by itself and not by its offset: one of an earlier reading may be
        # acknowledged late, and must not count for its successor.
        delivered = self._delivered.get(tp)
        while delivered and delivered[0].done:
            self._done_until[tp] = delivered.popleft().offset + 1

    def committed_offset(self, tp: TP) -> int | None:
        """Where the group would read on; None before its first commit."""
        return self._committed_offset[tp]

    async def _add_gap(self, tp: TP, offset_from: int, offset_to: int) -> None:
        """Do nothing: offsets between two batches belong to the second one."""

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Commit what is done, then forget what was delivered: it comes again, to whom it falls."""
        await self.commit()
        for tp in revoked:
            self._delivered.pop(tp, None)
            self._done_until.pop(tp, None)
        self._reading += 1
        self._changed.set()
        await super().on_partitions_revoked(revoked)

    async def on_partitions_assigned(self, assigned: set[TP], generation_id: int = 0) -> None:
        """Begin a reading in which nothing flows until the recovery says so.

        A recovery that ended since the partitions were revoked has let it flow again.
        """
        self.stop_flow()
        await super().on_partitions_assigned(assigned, generation_id)


class Transport(driver.Transport):
    """Faust's aiokafka transport with the batching consumer."""

    Consumer: ClassVar[type[Consumer]] = Consumer
