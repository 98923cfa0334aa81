"""The outbox, held against a list in memory and against what can happen to a file."""

import itertools
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from intake.outbox import Entry, Outbox, OutboxError, OutboxFullError, Outgoing, Refused

ALL = {"most_events": 1_000_000, "most_bytes": 2**40}


def event(number, value=b"{}", key="c/t", partition=None):
    return Outgoing("urn:test", f"e{number}", key, partition, value)


def take(outbox, after=0):
    return outbox.take(after, **ALL)


def values(outbox):
    return [entry.value for entry in take(outbox)]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "outbox.db"


@pytest.fixture
def outbox(path):
    outbox = Outbox(path)
    yield outbox
    outbox.close()


class Machine(RuleBasedStateMachine):
    """An outbox and a dict: position → event, and (source, id) → reason for what was refused."""

    @initialize()
    def begin(self):
        self.folder = Path(tempfile.mkdtemp())
        self.outbox = Outbox(self.folder / "outbox.db")
        self.held, self.refused = {}, {}

    def teardown(self):
        self.outbox.close()
        shutil.rmtree(self.folder)

    @rule(
        number=st.integers(0, 5),
        value=st.binary(max_size=5000),
        partition=st.none() | st.integers(0, 3),
    )
    def append(self, number, value, partition):
        appended = event(number, value, partition=partition)
        position = self.outbox.append(appended)
        assert all(position > earlier for earlier in self.held)
        self.held[position] = appended
        self.refused.pop((appended.source, appended.id), None)

    @rule(data=st.data(), most_events=st.integers(1, 5), most_bytes=st.integers(1, 8000))
    def take(self, data, most_events, most_bytes):
        after = data.draw(st.sampled_from([0, *self.held]))
        taken = self.outbox.take(after, most_events=most_events, most_bytes=most_bytes)
        behind = [position for position in self.held if position > after]
        expected = []
        for position in behind[:most_events]:
            most_bytes -= len(self.held[position].value)
            if expected and most_bytes < 0:
                break
            expected.append(position)
        assert expected == [entry.position for entry in taken]

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def remove(self, data):
        gone = data.draw(st.lists(st.sampled_from([*self.held]), unique=True))
        self.outbox.remove([*gone, max(self.held) + 1])
        for position in gone:
            del self.held[position]

    @precondition(lambda self: self.held)
    @rule(data=st.data(), reason=st.text(max_size=20))
    def set_aside(self, data, reason):
        position = data.draw(st.sampled_from([*self.held]))
        moved = self.held.pop(position)
        assert (moved.source, moved.id, reason) == self.outbox.set_aside(position, reason)
        self.refused.pop((moved.source, moved.id), None)
        self.refused[moved.source, moved.id] = reason

    @rule()
    def sync(self):
        self.outbox.sync()

    @rule()
    def reopen(self):
        self.outbox.close()
        self.outbox = Outbox(self.folder / "outbox.db")

    @rule()
    def kill(self):
        # What a killed process leaves: the files as they are, and nobody who closed them.
        left = Path(tempfile.mkdtemp())
        shutil.copytree(self.folder, left, dirs_exist_ok=True)
        self.teardown()
        self.folder = left
        self.outbox = Outbox(self.folder / "outbox.db")

    @invariant()
    def holds_what_the_model_holds(self):
        expected = [
            Entry(position, held.key, held.partition, held.value)
            for position, held in self.held.items()
        ]
        assert expected == take(self.outbox)
        assert len(expected) == self.outbox.held

    @invariant()
    def tells_what_was_refused(self):
        expected = [Refused(*name, reason) for name, reason in self.refused.items()]
        assert expected == self.outbox.refused()


TestAgainstTheModel = Machine.TestCase
TestAgainstTheModel.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)


APPENDING = """
import os, signal, sys
from pathlib import Path
from intake.outbox import Outbox, Outgoing
outbox = Outbox(Path(sys.argv[1]))
for number in range(1000):
    outbox.append(Outgoing("urn:test", str(number), "c/t", None, str(number).encode()))
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_was_appended_outlives_a_killed_process(path):
    killed = subprocess.run([sys.executable, "-c", APPENDING, str(path)], check=False)

    assert -9 == killed.returncode
    outbox = Outbox(path)
    assert [str(number).encode() for number in range(1000)] == values(outbox)
    outbox.close()


def test_what_was_synced_needs_no_other_file(path, outbox, tmp_path):
    outbox.append(event(1, b"synced"))
    outbox.sync()
    outbox.append(event(2, b"not yet"))

    alone = Outbox(shutil.copy(path, tmp_path / "alone.db"))
    assert [b"synced"] == values(alone)
    alone.close()


def test_a_second_process_is_told_that_the_outbox_is_in_use(path, outbox):
    second = subprocess.run(
        [sys.executable, "-c", APPENDING, str(path)], check=False, capture_output=True, text=True
    )

    assert f"outbox {path} is in use by another publisher" in second.stderr
    assert [] == values(outbox)


def test_a_second_outbox_in_one_process_is_an_error_too(path, outbox):
    outbox.append(event(1))

    with pytest.raises(OutboxError, match="in use by another publisher"):
        Outbox(path)


def test_only_the_owner_may_read_it(path, outbox):
    outbox.append(event(1))

    modes = {file.name: file.stat().st_mode & 0o777 for file in path.parent.iterdir()}
    assert {"outbox.db": 0o600, "outbox.db-wal": 0o600} == modes


def test_closed_empty_it_keeps_nothing_of_what_it_held(path):
    outbox = Outbox(path)
    position = outbox.append(event(1, b"a word on trams " * 5000))
    outbox.sync()
    outbox.remove([position])
    outbox.close()

    assert [path] == list(path.parent.iterdir())
    assert b"trams" not in path.read_bytes()


def test_a_full_outbox_takes_no_more_and_keeps_what_it_has(path):
    outbox = Outbox(path, max_bytes=1024 * 1024)
    stored = fill(outbox)

    assert 90 < stored < 105
    assert stored == len(values(outbox))
    assert path.stat().st_size <= 1024 * 1024
    outbox.close()


def test_a_full_outbox_has_room_again_once_events_leave_it(path):
    outbox = Outbox(path, max_bytes=1024 * 1024)
    stored = fill(outbox)
    outbox.remove([entry.position for entry in take(outbox)])

    assert stored == fill(outbox)
    outbox.close()


def test_a_full_outbox_can_still_set_an_event_aside(path):
    outbox = Outbox(path, max_bytes=1024 * 1024)
    stored = fill(outbox)
    for entry in take(outbox):
        outbox.set_aside(entry.position, "too large")

    assert stored == len(outbox.refused())
    assert 0 == outbox.held
    outbox.close()


def fill(outbox):
    """Append events of 10,000 bytes until there is no room, and say how many there was room for."""
    before = outbox.held
    with pytest.raises(OutboxFullError, match="is full: it may have 1,048,576 bytes"):
        append_without_end(outbox)
    return outbox.held - before


def append_without_end(outbox):
    for number in itertools.count():
        outbox.append(event(number, b"x" * 10_000))


def test_nothing_is_set_aside_that_is_not_held(outbox):
    with pytest.raises(KeyError):
        outbox.set_aside(7, "too large")


def test_an_event_appended_again_takes_the_place_of_the_refused_one(outbox):
    outbox.set_aside(outbox.append(event(1)), "too large")
    outbox.append(event(1, b"shorter"))

    assert [] == outbox.refused()
    assert [b"shorter"] == values(outbox)


def test_a_file_of_another_format_is_refused_and_left_as_it_is(path):
    Outbox(path).close()
    database = sqlite3.connect(path)
    database.execute("PRAGMA user_version = 1")
    database.close()
    before = path.read_bytes()

    with pytest.raises(OutboxError, match=r"has format 1, and this version of Isegoria reads 2"):
        Outbox(path)
    assert before == path.read_bytes()


def test_an_outbox_for_another_topic_is_refused_and_keeps_what_it_holds(path):
    outbox = Outbox(path, topic="trams")
    outbox.append(event(1, b"on trams"))
    outbox.close()

    with pytest.raises(OutboxError, match=r"outbox\.db is for topic trams, not buses: publish to"):
        Outbox(path, topic="buses")
    again = Outbox(path, topic="trams")
    assert [b"on trams"] == values(again)
    again.close()


def test_another_database_is_refused_and_left_as_it_is(path):
    database = sqlite3.connect(path)
    database.execute("CREATE TABLE notes (note TEXT)")
    database.close()
    before = path.read_bytes()

    with pytest.raises(OutboxError, match="is a database, but no outbox"):
        Outbox(path)
    assert before == path.read_bytes()


def test_a_file_that_is_no_database_is_refused_and_left_as_it_is(path):
    path.write_text("minutes of the meeting\n" * 100)

    with pytest.raises(OutboxError, match="is no outbox; choose another file"):
        Outbox(path)
    assert "minutes of the meeting\n" * 100 == path.read_text()


def test_a_folder_that_does_not_exist_is_named(path):
    with pytest.raises(OutboxError, match=r"missing/outbox.db cannot be made: No such file"):
        Outbox(path.parent / "missing" / "outbox.db")
