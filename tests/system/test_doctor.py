"""`isegoria doctor`, on a stack with one fault after the other, each mended as it says."""

import json
import os
import shlex
import signal
import time
from contextlib import closing, contextmanager

import pytest
from kafka import KafkaAdminClient, KafkaProducer
from kafka.admin import ConfigResource, ConfigResourceType

from operations.doctor import clickhouse, clocks, group, host, kafka, topics
from operations.rebuilding import marker
from operations.rebuilding.cluster import Cluster
from operations.rebuilding.marker import Mark, Step
from schemas.topics import DOMINANCE, EVENTS
from tests import make
from tests.fixtures.clickhouse import free_port
from tests.fixtures.processes import wait_for
from tests.system.running import System, moved

CONNECTIONS = "connections"
KAFKA, CLICKHOUSE = "ISEGORIA_KAFKA_BOOTSTRAP_SERVERS", "ISEGORIA_CLICKHOUSE_URL"


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """A stack whose parts may be stopped and broken."""
    system = System(tmp_path_factory.mktemp("doctor"))
    system.up()
    wait_for(lambda: settled(system))
    yield system
    system.cli("down")


def settled(system):
    """Whether every program has run for a while, and the worker has its partitions."""
    return {"RUNNING"} == set(system.stack.states().values()) and system.workers() == 1


def examined(system, code=0):
    """The findings by check; the exit code is as expected."""
    listed = json.loads(system.cli("doctor", "--json", code=code).stdout)
    return {finding["check"]: finding for finding in listed}


def wrong(findings):
    return {check for check, finding in findings.items() if finding["level"] == "wrong"}


@contextmanager
def stopped(system, program):
    system.stack.stop(program)
    try:
        if program == "worker":
            wait_for(lambda: not system.workers())
        yield
    finally:
        system.up()
        wait_for(lambda: settled(system))


@contextmanager
def hanging(system, program):
    """A server that runs, and does not answer."""
    pid = system.stack.pid(program)
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)
        wait_for(lambda: settled(system))


@contextmanager
def configured(system, **config):
    """The topic of the events with other settings; underscores stand for dots."""
    changed = {name.replace("_", "."): value for name, value in config.items()}
    topic = ConfigResource(ConfigResourceType.TOPIC, EVENTS, changed)
    with closing(KafkaAdminClient(bootstrap_servers=system.kafka)) as admin:
        admin.alter_configs([topic])
        yield
        topic.configs = list(changed)
        admin.reset_configs([topic])


def test_a_stack_that_is_up_is_well(own):
    levels = {check: finding["level"] for check, finding in examined(own).items()}
    assert {"ok"} == set(levels.values())


def test_every_check_is_a_line_with_a_mark(own):
    printed = own.cli("doctor").stdout
    marked = [line for line in printed.splitlines() if line.strip().startswith("✓")]
    assert len(examined(own)) == len(marked)


def test_nobody_is_told_the_password(own):
    password = own.clickhouse.partition("@")[0].rpartition(":")[2]
    assert password not in own.cli("doctor").stdout


def test_without_a_stack_nothing_can_be_looked_at(tmp_path):
    findings = examined(System(tmp_path / "none"), code=1)
    assert {CONNECTIONS} == wrong(findings)
    unseen = {check for check, one in findings.items() if one["says"].startswith("not looked at")}
    assert {*kafka.CHECKS, *clickhouse.CHECKS} == unseen


def test_kafka_alone_is_looked_at_and_the_other_variable_named(own, tmp_path, monkeypatch):
    monkeypatch.setenv(KAFKA, own.kafka)
    findings = examined(System(tmp_path / "none"), code=1)
    assert {CONNECTIONS} == wrong(findings)
    assert ("ok", f"set {CLICKHOUSE}") == (
        findings[kafka.BROKERS]["level"],
        findings[CONNECTIONS]["mend"],
    )


def test_clickhouse_alone_is_looked_at_and_the_other_variable_named(own, tmp_path, monkeypatch):
    monkeypatch.setenv(CLICKHOUSE, own.clickhouse)
    findings = examined(System(tmp_path / "none"), code=1)
    assert {CONNECTIONS} == wrong(findings)
    assert ("ok", f"set {KAFKA}") == (
        findings[clickhouse.CLICKHOUSE]["level"],
        findings[CONNECTIONS]["mend"],
    )


def test_a_clickhouse_that_a_variable_names_is_not_mended_by_the_stack(own, monkeypatch):
    password = own.clickhouse.partition("@")[0].rpartition(":")[2]
    monkeypatch.setenv(CLICKHOUSE, own.clickhouse.replace(password, "wrong"))
    mend = examined(own, code=1)[clickhouse.CLICKHOUSE]["mend"]
    assert f"check {CLICKHOUSE}, and that a server is up there" == mend


def test_a_kafka_that_a_variable_names_is_not_mended_by_the_stack(own, monkeypatch):
    monkeypatch.setenv(KAFKA, f"127.0.0.1:{free_port()}")
    mend = examined(own, code=1)[kafka.BROKERS]["mend"]
    assert f"check {KAFKA}, and that a server is up there" == mend


def test_another_number_of_partitions_in_the_settings(own, monkeypatch):
    monkeypatch.setenv("ISEGORIA_KAFKA_PARTITIONS", "3")
    findings = examined(own, code=1)
    assert {topics.PARTITIONS} == wrong(findings)
    assert findings[topics.PARTITIONS]["mend"].startswith("set ISEGORIA_KAFKA_PARTITIONS=4")


def test_more_replicas_in_the_settings_than_there_are(own, monkeypatch):
    monkeypatch.setenv("ISEGORIA_KAFKA_REPLICATION", "3")
    assert "warning" == examined(own)[topics.REPLICATION]["level"]


def test_a_topic_that_forgets_its_events(own):
    with configured(own, retention_ms="604800000"):
        findings = examined(own, code=1)
    assert {topics.SETTINGS} == wrong(findings)
    assert findings[topics.SETTINGS]["mend"].endswith("--add-config retention.ms=-1")


def test_a_worker_that_is_stopped(own):
    with stopped(own, "worker"):
        findings = examined(own, code=1)
    assert {host.PROGRAMS, group.MEMBERS} == wrong(findings)


def test_events_that_nobody_reads(own):
    with stopped(own, "worker"):
        own.publish([moved(make.consultation_opened(), "seen-by-the-doctor")])
        wait_for(lambda: group.LAG in wrong(examined(own, code=1)))


def test_what_it_says_mends_it(own):
    own.stack.stop("worker")
    mend = examined(own, code=1)[host.PROGRAMS]["mend"].splitlines()[0]
    command, *arguments = shlex.split(mend)
    assert ("isegoria", ["up", "--data-dir", str(own.folder)]) == (command, arguments)
    own.up()
    wait_for(lambda: settled(own))
    assert set() == wrong(examined(own))


def test_a_topic_that_was_deleted(own):
    with stopped(own, "worker"):
        with closing(KafkaAdminClient(bootstrap_servers=own.kafka)) as admin:
            admin.delete_topics([DOMINANCE])
        findings = examined(own, code=1)
    assert f"missing: {DOMINANCE}" == findings[topics.THERE]["says"]
    here = f"--data-dir {own.folder}"
    assert f"isegoria replay {here}\nisegoria up {here}" == findings[topics.THERE]["mend"]


def test_clickhouse_that_is_stopped(own):
    with stopped(own, "clickhouse"):
        findings = examined(own, code=1)
    assert {host.PROGRAMS, clickhouse.CLICKHOUSE} == wrong(findings)
    assert findings[clickhouse.MIGRATIONS]["says"].startswith("not looked at")


def test_kafka_that_is_stopped(own):
    with stopped(own, "kafka"):
        findings = examined(own, code=1)
    assert {kafka.BROKERS, host.PROGRAMS} == wrong(findings)
    assert findings[topics.THERE]["says"].startswith("not looked at")


@pytest.mark.parametrize(
    ("program", "check"), [("kafka", kafka.BROKERS), ("clickhouse", clickhouse.CLICKHOUSE)]
)
def test_a_server_that_hangs_is_taken_down_first(own, program, check):
    with hanging(own, program):
        mend = examined(own, code=1)[check]["mend"]
    here = f"--data-dir {own.folder}"
    assert f"isegoria down {here}\nisegoria up {here}" == mend


def test_workers_that_cannot_write_wait_for_clickhouse(own):
    with stopped(own, "clickhouse"):
        own.publish([moved(make.consultation_opened(), "unwritten-by-the-doctor")])
        wait_for(lambda: examined(own, code=1)[group.LAG]["mend"] == "see ClickHouse first")


def test_tables_of_a_later_version(own):
    own.query("INSERT INTO schema_migrations (name) VALUES ('9999_of_the_future')")
    try:
        assert {clickhouse.MIGRATIONS} == wrong(examined(own, code=1))
    finally:
        own.query("DELETE FROM schema_migrations WHERE name = '9999_of_the_future'")


def test_a_migration_that_is_not_applied(own):
    own.query("DELETE FROM schema_migrations WHERE name = '0003_redeliveries'")
    findings = examined(own, code=1)
    own.up()
    assert "not applied: 0003_redeliveries" == findings[clickhouse.MIGRATIONS]["says"]


def test_a_procedure_that_was_interrupted(own):
    with Cluster(own.kafka) as cluster:
        marker.write(cluster, Mark(Step.DERIVE), replication=1)
        findings = examined(own, code=1)
        marker.clear(cluster)
    mend = findings[kafka.PROCEDURES]["mend"]
    assert f"isegoria replay --data-dir {own.folder}" == mend.splitlines()[-1]


def test_a_key_that_others_can_read(own, tmp_path, monkeypatch):
    file = tmp_path / "pseudonym.key"
    file.write_bytes(bytes(32))
    file.chmod(0o644)
    monkeypatch.setenv("ISEGORIA_PSEUDONYM_KEY_FILE", str(file))
    assert f"chmod 600 {file}" == examined(own, code=1)[host.KEY]["mend"]


def test_an_event_that_is_dated_ahead(own):
    ahead = round((time.time() + 600) * 1000)
    with closing(KafkaProducer(bootstrap_servers=own.kafka)) as producer:
        producer.send(EVENTS, b"no event", partition=0, timestamp_ms=ahead).get(30)
    assert "warning" == examined(own)[clocks.PUBLISHERS_CLOCK]["level"]
