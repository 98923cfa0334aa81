"""The tables are a function of the log on the real parts too: the oracle's, row for row.

Random logs go through Kafka, workers and ClickHouse, while workers come, go and are killed.
"""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass

import pytest
from kafka import KafkaProducer

from operations.backlog import Backlog
from schemas.events import POLICY_KEY, PolicySet, PolicySetData, encode
from schemas.policy import DeploymentPolicy
from schemas.records import Kind
from schemas.topics import (
    ACTIVITY,
    DOMINANCE,
    EVENTS,
    JOURNAL,
    REGULARS_JOURNAL,
    SCREENED,
    SUMMARIES,
    partition_of,
)
from streams.app import APP_ID
from tests import oracle
from tests.events import POLICY, Placed, events
from tests.fixtures.processes import wait_for
from tests.streams import pipeline
from tests.streams.test_tables import TABLES, comparable, differences
from tests.system.running import PARTITIONS, System, moved

# Events by seed. Of a small log the oracle says that it is too little to judge.
SIZES = {seed: 40 if seed % 2 else 400 for seed in range(18)}
PIECES = 10


def name(seed, consultation):
    return f"seed-{seed}-{consultation}"


GOVERNING = DeploymentPolicy(
    default=POLICY.default,
    consultations={
        name(seed, consultation): policy
        for seed in SIZES
        for consultation, policy in POLICY.consultations.items()
    },
)


def pieces():
    """What is published at a time: some events of each seed."""
    logs = {
        seed: [moved(event, name(seed, event.data.consultation)) for event in events(seed, size)]
        for seed, size in SIZES.items()
    }
    return [
        [
            event
            for log in logs.values()
            for event in log[len(log) * piece // PIECES : len(log) * (piece + 1) // PIECES]
        ]
        for piece in range(PIECES)
    ]


def govern(kafka):
    """Put the policy at the beginning of each partition."""
    with closing(KafkaProducer(bootstrap_servers=kafka)) as producer:
        for partition in range(PARTITIONS):
            data = PolicySetData(policy=GOVERNING, partition=partition)
            event = PolicySet(id="policy", source="urn:test", data=data)
            sent = producer.send(
                EVENTS, encode(event), key=POLICY_KEY.encode(), partition=partition
            )
            sent.get(20)


def publish_and_kill(system, piece, moment, program="worker"):
    """Publish, and meanwhile kill a worker as soon as anything is written to the topic.

    Returns:
        How many events were not acknowledged when it was started again.
    """
    with (
        Backlog(system.kafka, APP_ID) as backlog,
        ThreadPoolExecutor() as publishing,
    ):
        before = backlog.written([moment])
        published = publishing.submit(system.publish, piece)
        wait_for(lambda: backlog.written([moment]) > before)
        system.kill(program)
        published.result()
        return backlog.remaining([EVENTS])


def disturbed(system):
    """Publish the logs while workers are killed, join and leave, and the stack is restarted.

    Yields:
        What `publish_and_kill` returns, for each kill.
    """
    waiting = iter(pieces())
    govern(system.kafka)
    for moment in (JOURNAL, SCREENED):
        yield publish_and_kill(system, next(waiting), moment)
    with system.another_worker() as another:
        system.publish(next(waiting))
        yield publish_and_kill(system, next(waiting), SUMMARIES)
        yield publish_and_kill(system, next(waiting), ACTIVITY, another)
        system.publish(next(waiting))
        # From here on there is something that was acknowledged.
        system.wait()
    system.publish(next(waiting))
    system.cli("down")
    system.up()
    for moment in (REGULARS_JOURNAL, DOMINANCE):
        yield publish_and_kill(system, next(waiting), moment)
    system.publish(next(waiting))
    system.wait()
    assert [] == list(waiting)


@dataclass(frozen=True)
class Outcome:
    remaining: list[int]
    log: list[Placed]
    expected: oracle.Tables
    stored: pipeline.Tables
    verified: str


@pytest.fixture(scope="module")
def outcome(tmp_path_factory):
    system = System(tmp_path_factory.mktemp("oracle"))
    system.up()
    try:
        remaining = list(disturbed(system))
        stored = pipeline.Tables()
        for kind in TABLES.values():
            for row in system.rows(kind):
                stored.insert(kind, row)
        log = system.log()
        verified = system.cli("verify", code=None).stdout
        yield Outcome(remaining, log, oracle.oracle(log, GOVERNING), stored, verified)
    finally:
        system.cli("down")


@pytest.mark.parametrize("table", TABLES)
def test_a_table_is_the_oracles(outcome, table):
    kind = TABLES[table]
    rows = getattr(outcome.expected, table)
    assert rows
    expected = {key: comparable(kind, row) for key, row in rows.items()}
    stored = {key: comparable(kind, row) for key, row in outcome.stored.rows[kind].items()}
    assert [] == differences(table, expected, stored)[:5]


def test_everything_that_was_published_is_in_the_log(outcome):
    assert PARTITIONS + sum(SIZES.values()) == len(outcome.log)


def test_workers_were_killed_before_their_work_was_acknowledged(outcome):
    assert any(outcome.remaining)


def test_the_version_of_a_consultation_counts_its_facts_and_the_policies_told_to_it(outcome):
    policies = [placed.partition for placed in outcome.log if isinstance(placed.event, PolicySet)]
    expected = {
        (consultation, topic): row["version"]
        + (0 if topic else policies.count(partition_of(consultation, PARTITIONS)))
        for (consultation, topic), row in outcome.expected.dominance.items()
    }
    stored = {key: row["version"] for key, row in outcome.stored.rows[Kind.DOMINANCE].items()}
    assert expected == stored


def test_every_row_names_the_policy_in_force(outcome):
    for table in ("summaries", "dominance"):
        expected = {key: row["policy"] for key, row in getattr(outcome.expected, table).items()}
        stored = {key: row["policy"] for key, row in outcome.stored.rows[TABLES[table]].items()}
        assert expected == stored


def test_the_tables_verify_equal(outcome):
    assert "equal\n" == outcome.verified
