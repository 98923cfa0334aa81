"""Effectively once: a worker killed again and again leaves the tables of one left in peace.

`make chaos` runs it at full length.
"""

import os
import threading

import pytest

from intake.generated import generate
from operations.backlog import Backlog
from schemas.topics import EVENTS, SCREENED
from streams.app import APP_ID
from tests.fixtures.processes import wait_for
from tests.system.running import System

EVENT_COUNT = int(os.environ.get("ISEGORIA_CHAOS_EVENTS", "40000"))
KILL_AT = (0.15, 0.4, 0.7)
TABLES = {
    "topics": "consultation, topic, partition, offset",
    "contributions": "consultation, topic, partition, offset",
    "supports": "consultation, topic, partition, offset",
    "summaries": "consultation, topic",
    "days": "consultation, topic, day",
    "letters": "consultation, topic, root_offset",
    "dominance": "consultation, topic",
}


def tables(system):
    """Every row of every table."""
    return {
        table: system.query(f"SELECT * FROM {table} FINAL ORDER BY {key}")
        for table, key in TABLES.items()
    }


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    system = System(tmp_path_factory.mktemp("undisturbed"))
    system.up()
    try:
        system.publish(generate(EVENT_COUNT))
        system.wait()
        yield tables(system)
    finally:
        system.cli("down")


def test_a_worker_killed_three_times_in_the_middle_of_an_import(tmp_path, undisturbed):
    system = System(tmp_path)
    system.up()
    try:
        publishing = threading.Thread(target=lambda: system.publish(generate(EVENT_COUNT)))
        publishing.start()
        with Backlog(system.kafka, APP_ID) as backlog:
            for share in KILL_AT:
                wait_for(lambda done=share: backlog.written([SCREENED]) > done * EVENT_COUNT)
                system.kill("worker")
            assert backlog.remaining([EVENTS]) > 0, "the last kill came after the work"
        publishing.join()
        system.wait()
        assert "equal\n" == system.cli("verify").stdout
        disturbed = tables(system)
        for table, rows in undisturbed.items():
            assert rows == disturbed[table], table
    finally:
        system.cli("down")
