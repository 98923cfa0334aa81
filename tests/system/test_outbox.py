"""Nothing is lost between a channel and the tables: broker and publisher end in the middle.

`ISEGORIA_OUTBOX_EVENTS=50000` runs it at full length.
"""

import os
import subprocess
import sys
from contextlib import contextmanager

import pytest

from intake.generated import generate
from intake.outbox import Outbox
from schemas.events import ContributionSubmitted
from tests.fixtures.processes import wait_for
from tests.system.running import System

EVENT_COUNT = int(os.environ.get("ISEGORIA_OUTBOX_EVENTS", "10000"))
BROKER_ENDS_AT, PUBLISHER_WAITS_AT, PUBLISHER_ENDS_AT = 0.2, 0.5, 0.7


@pytest.fixture
def system(tmp_path):
    system = System(tmp_path / "stack")
    system.up()
    yield system
    system.cli("down")


@contextmanager
def publishing(kafka, outbox, returned):
    """A publisher process; killed at the end of the block, where it has not ended by then."""
    gate = str(int(PUBLISHER_WAITS_AT * EVENT_COUNT))
    arguments = [kafka, str(outbox), str(returned), str(EVENT_COUNT), gate]
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "tests.system.outbox_publisher", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def test_every_event_is_in_the_tables_once_though_broker_and_publisher_ended(system, tmp_path):
    outbox, returned = tmp_path / "outbox.db", tmp_path / "returned"
    returned.touch()
    kafka = system.kafka

    with publishing(kafka, outbox, returned) as publisher:
        wait_for(lambda: returned.stat().st_size > BROKER_ENDS_AT * EVENT_COUNT)
        system.stack.stop("kafka")
        publisher.stdin.write("the broker is away\n")
        publisher.stdin.flush()
        wait_for(lambda: returned.stat().st_size > PUBLISHER_ENDS_AT * EVENT_COUNT)
    published = returned.stat().st_size
    assert published < EVENT_COUNT, "the publisher ended before it was killed"
    held = held_in(outbox)
    assert held > 0, "the broker went away after the work"

    system.up()
    with publishing(kafka, outbox, returned) as publisher:
        report, _ = publisher.communicate(timeout=150)
    print(f"\n{EVENT_COUNT} events: {published} returned before SIGKILL, {held} held; {report}")  # noqa: T201
    system.wait()

    contributions = {
        event.id for event in generate(EVENT_COUNT) if isinstance(event, ContributionSubmitted)
    }
    rows = system.query("SELECT event_id FROM contributions FINAL WHERE verdict != 'redelivered'")
    assert sorted(contributions) == sorted(event_id for (event_id,) in rows)
    assert "equal\n" == system.cli("verify").stdout


def held_in(outbox):
    opened = Outbox(outbox)
    opened.close()
    return opened.held
