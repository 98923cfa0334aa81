"""A source that is looked at in a thread: what is told of it, and when nothing is."""

import threading
from contextlib import contextmanager

import pytest
from structlog.testing import capture_logs

from operations import watch
from operations.watch import Watch
from tests.fixtures.processes import wait_for


class AwayError(Exception):
    pass


class Source:
    """Says how often it was opened and looked at; away or hanging when told to."""

    def __init__(self):
        self.opened = 0
        self.closed = 0
        self.looks = 0
        self.error = None
        self.goes_on = threading.Event()
        self.goes_on.set()

    @contextmanager
    def open(self):
        self.opened += 1
        try:
            yield self._look
        finally:
            self.closed += 1

    def _look(self):
        self.goes_on.wait(30)
        self.looks += 1
        if self.error is not None:
            raise self.error
        return self.looks


@pytest.fixture
def source():
    return Source()


@pytest.fixture
def watched(source):
    with Watch("test", source.open, every=0.01) as watched:
        yield watched
    source.goes_on.set()


def fail(source, error):
    looks = source.looks
    source.error = error
    wait_for(lambda: source.looks > looks + 2)


def test_before_the_first_look_nothing_is_told(source):
    assert Watch("test", source.open, every=1).newest() is None


def test_the_newest_look_is_told(watched):
    wait_for(watched.answers)
    first = watched.newest()
    wait_for(lambda: watched.newest() > first)


@pytest.mark.usefixtures("watched")
def test_one_connection_is_enough_while_the_source_answers(source):
    wait_for(lambda: source.looks > 5)
    assert 1 == source.opened


def test_while_the_source_is_away_nothing_is_told(source, watched):
    wait_for(watched.answers)
    fail(source, AwayError())
    assert not watched.answers()


def test_it_is_told_again_when_the_source_is_back(source, watched):
    fail(source, AwayError())
    source.error = None
    wait_for(watched.answers)


@pytest.mark.usefixtures("watched")
def test_after_a_failure_the_connection_is_another_one(source):
    fail(source, AwayError())
    assert source.closed > 1


def test_what_a_source_that_hangs_said_last_is_not_told_for_long(source, watched, monkeypatch):
    monkeypatch.setattr(watch, "OVERDUE_SECONDS", 0.1)
    wait_for(watched.answers)
    source.goes_on.clear()
    wait_for(lambda: not watched.answers())


def test_an_outage_is_logged_once_and_so_is_its_end(source):
    with capture_logs() as logs:
        with Watch("test", source.open, every=0.01) as watched:
            fail(source, AwayError("and what it says"))
            source.error = None
            wait_for(watched.answers)
        logged = [(entry["log_level"], entry["source"]) for entry in logs]
    assert [("warning", "test"), ("info", "test")] == logged


def test_an_error_that_nobody_foresaw_is_an_outage_too(source, watched):
    fail(source, ZeroDivisionError())
    source.error = None
    wait_for(watched.answers)


def test_what_an_error_says_is_not_logged(source):
    with capture_logs() as logs, Watch("test", source.open, every=0.01):
        fail(source, ValueError("http://user:secret@host"))
    assert "ValueError" in str(logs)
    assert "secret" not in str(logs)
