"""LinkedIn's Burrow and ours, side by side, through what can happen to a consumer group."""

import threading
import time
import uuid
from collections.abc import Callable
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from itertools import groupby

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.structs import OffsetAndMetadata
from rich.console import Console
from rich.table import Table

from operations.lag.monitor import LagMonitor
from operations.lag.status import STALL_SECONDS
from tests.fixtures.burrow import running_burrow
from tests.fixtures.kafka import create_topic
from tests.fixtures.processes import wait_for

TICK_SECONDS = 0.1
PRODUCED_EACH_TICK = 4
COMMIT_SECONDS = 1.5
"""Longer than Burrow waits between two looks at the ends: it sees each commit with newer ends."""
WELL_SECONDS = 18
"""As long as the ten commits are apart by which Burrow judges, and a little more."""
FAULTY_SECONDS = 80
"""The longest that it may take until both have said what they must; it takes about 40."""
UNKNOWN = "-"
NOT_YET = f"for {STALL_SECONDS:.0f} s it may be a worker that catches up, and commits as rarely"


def nothing(consumer):
    """Go on."""


def pause(consumer):
    """Be there, and read nothing more."""
    consumer.pause(*consumer.assignment())


def go_back(consumer):
    """Read everything again."""
    consumer.seek_to_beginning()


def finish(consumer):
    """Read to the end, and commit a last time."""
    while consumer.poll(1000):
        pass
    consumer.commit()


@dataclass(frozen=True)
class Situation:
    """What happens to a group, and what must be said of it.

    Attributes:
        ours: What we must say after the fault, in this order; the last is the last word.
        burrows: What Burrow must say.
        fault: What its consumer does, once.
        reads: Records that it reads in a tick from then on.
        reads_before: And until then.
        commits: Whether it commits from then on.
        stays: Whether it stays in the group.
        produced: Whether there still are new records.
        partition: The partition that is judged; offsets are committed of partition 0 alone.
        why: Why ours is right, where they differ.
    """

    ours: tuple[str, ...]
    burrows: tuple[str, ...]
    fault: Callable[[KafkaConsumer], None] = nothing
    reads: int = 500
    reads_before: int = 500
    commits: bool = True
    stays: bool = True
    produced: bool = True
    partition: int = 0
    why: str = ""


SITUATIONS = {
    "steady": Situation(("OK",), ("OK",)),
    "growing": Situation(("WARN",), ("WARN",), reads=1),
    "stalled, commits the same again": Situation(
        ("WARN", "STALL"), ("STALL",), fault=pause, why=NOT_YET
    ),
    "stalled, commits no more": Situation(
        ("WARN", "STALL"),
        ("STOP",),
        fault=pause,
        commits=False,
        why="its member is still there, which commits alone do not tell",
    ),
    "stopped": Situation(("STOP",), ("STOP",), stays=False),
    "rewind": Situation(
        ("REWIND", "OK"),
        ("OK",),
        fault=go_back,
        reads=12,
        why="it does go back; Burrow excuses whoever was up to date within its ten commits",
    ),
    "rewind while behind": Situation(
        ("REWIND", "WARN"), ("REWIND", "WARN"), fault=go_back, reads=2, reads_before=1
    ),
    "no traffic": Situation(("OK",), ("OK",), fault=finish, commits=False, produced=False),
    "a partition without commits": Situation(
        ("WARN", "STALL"),
        ("OK",),
        partition=1,
        why="records wait there and nobody reads them; Burrow judges commits, and there is none",
    ),
}


class Played:
    """A situation on a topic and with a group of its own. Use as a context manager.

    Attributes:
        told: What both said, ours first, with the second since the fault.
        faulty: Set it to have the fault happen.
        committed: The group has committed an offset.
    """

    def __init__(self, kafka, situation):
        self.situation = situation
        self.told = []
        self.faulty = threading.Event()
        self.committed = threading.Event()
        self.group = f"group-{uuid.uuid4().hex[:12]}"
        self.topic = create_topic(kafka, partitions=1 + situation.partition)
        self.place = (self.topic, situation.partition)
        self._kafka = kafka
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._consume)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._ended.set()
        self.faulty.set()
        self._thread.join()

    def turns(self):
        """What both said, where it changes."""
        return [next(same) for _, same in groupby(self.told, key=lambda one: one[1:])]

    def went_as_it_must(self):
        # A look that takes long may leave out the second of the fault: nothing is said of it yet.
        ours = [ours for second, ours, _ in self.told if second >= 0]
        burrows = [burrows for second, _, burrows in self.told if second >= 0]
        return said(self.situation.ours, ours) and said(self.situation.burrows, burrows)

    def _consume(self):
        situation = self.situation
        consumer = KafkaConsumer(
            self.topic,
            bootstrap_servers=self._kafka,
            group_id=self.group,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
        )
        with closing(consumer):
            self._read(consumer, self.faulty, situation.reads_before, commits=True)
            situation.fault(consumer)
            if situation.stays:
                self._read(consumer, self._ended, situation.reads, commits=situation.commits)

    def _read(self, consumer, until, records, *, commits):
        first = TopicPartition(self.topic, 0)
        due = 0.0
        while not until.wait(TICK_SECONDS):
            consumer.poll(50, max_records=records)
            if commits and consumer.assignment() and time.monotonic() >= due:
                due = time.monotonic() + COMMIT_SECONDS
                consumer.commit({first: OffsetAndMetadata(consumer.position(first), "", -1)})
                self.committed.set()


def said(words, statuses):
    """Whether the words were said in this order, and the last one at the end."""
    rest = iter(statuses)
    return all(word in rest for word in words) and words[-1] == statuses[-1]


@contextmanager
def producing(kafka, played):
    """Records for every partition that is judged, and for every first one, at the same rate."""
    ended = threading.Event()

    def produce():
        with closing(KafkaProducer(bootstrap_servers=kafka)) as producer:
            while not ended.wait(TICK_SECONDS):
                for one in played:
                    if one.faulty.is_set() and not one.situation.produced:
                        continue
                    for partition in {0, one.situation.partition}:
                        for _ in range(PRODUCED_EACH_TICK):
                            producer.send(one.topic, b"record", partition=partition)

    thread = threading.Thread(target=produce)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


@pytest.fixture(scope="module")
def played(kafka, tmp_path_factory, pytestconfig):
    """Every situation, played at once, with what both said of it."""
    named = {name: Played(kafka, situation) for name, situation in SITUATIONS.items()}
    every = list(named.values())
    with ExitStack() as stack:
        stack.enter_context(producing(kafka, every))
        for one in every:
            stack.enter_context(one)
        wait_for(lambda: all(one.committed.is_set() for one in every))
        burrow = stack.enter_context(running_burrow(tmp_path_factory.mktemp("burrow"), kafka))
        groups = {one.group: [one.topic] for one in every}
        monitor = stack.enter_context(LagMonitor(kafka, groups))
        pause_between_looks = threading.Event()
        began = time.monotonic() + WELL_SECONDS
        second = -WELL_SECONDS
        while second < FAULTY_SECONDS and not (
            second > 0 and all(one.went_as_it_must() for one in every)
        ):
            if second >= 0:
                for one in every:
                    one.faulty.set()
            look(every, monitor, burrow, second)
            pause_between_looks.wait(1)
            second = round(time.monotonic() - began)
    show(named, pytestconfig)
    return named


def look(every, monitor, burrow, second):
    """Have both say how each group does."""
    for one, ours in zip(every, monitor.observe(), strict=True):
        statuses = {(lag.topic, lag.partition): lag.status.value for lag in ours.partitions}
        burrows = burrow.partitions(one.group).get(one.place, UNKNOWN)
        one.told.append((second, statuses[one.place], burrows))


def show(named, pytestconfig):
    """Print what both said over time, past pytest's capture."""
    table = Table("Situation", "Second", "Ours", "Burrow", "Why ours is right")
    for name, one in named.items():
        why = one.situation.why
        for turn, (second, ours, burrows) in enumerate(one.turns()):
            expected = ours in one.situation.ours and burrows in one.situation.burrows
            differ = ours != burrows and expected
            table.add_row("" if turn else name, str(second), ours, burrows, why if differ else "")
        table.add_section()
    capture = pytestconfig.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled():
        Console(width=120).print(
            "\nSeconds since the fault; what both say, where it changes", table
        )


@pytest.mark.parametrize("situation", SITUATIONS)
def test_both_say_what_they_must(played, situation):
    assert played[situation].went_as_it_must(), played[situation].turns()


@pytest.mark.parametrize("situation", ["steady", "no traffic"])
def test_where_nothing_happens_ours_never_complains(played, situation):
    assert {"OK"} == {ours for _, ours, _ in played[situation].told}
