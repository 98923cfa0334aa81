"""What the processes of a stack tell their operator, and how they stop."""

import json
import re
import subprocess
import sys
import time
import urllib.request
from contextlib import closing
from dataclasses import replace

import psutil
import pytest
from kafka import KafkaAdminClient, KafkaProducer, TopicPartition
from prometheus_client.parser import text_string_to_metric_families

from embedded import program
from embedded.stack import Program
from operations.backlog import Backlog
from schemas.events import partition_key
from schemas.topics import EVENTS, SCREENED, partition_of
from streams.app import APP_ID
from tests.fixtures.clickhouse import free_port
from tests.fixtures.processes import wait_for
from tests.make import contribution
from tests.system.running import PARTITIONS, System, environment, moved

STOPS_WITHIN_SECONDS = 10
TEXT = "Whatever is written here about the wisteria belongs in no log."


def targets(system):
    return json.loads((system.folder / "targets.json").read_text())


def target(system, job):
    """Where the stack tells Prometheus that a process is."""
    (found,) = (one["targets"][0] for one in targets(system) if one["labels"] == {"job": job})
    return f"http://{found}"


def ask(address):
    with urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310
        return answer.read().decode()


def is_ready(address):
    try:
        return all(json.loads(ask(f"{address}/readyz")).values())
    except OSError:
        return False


def samples(system, job="worker"):
    wait_for(lambda: is_ready(target(system, job)))
    families = text_string_to_metric_families(ask(f"{target(system, job)}/metrics"))
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in families
        for sample in family.samples
    }


def contributions(consultation, number, **fields):
    return [
        moved(contribution(f"{consultation}-{i}", f"{TEXT} {i}", person=i, **fields), consultation)
        for i in range(number)
    ]


def test_a_worker_counts_events_and_not_batches(system):
    system.wait()
    before = samples(system)
    system.publish(contributions("counted", 500, channel="carrier-pigeon"))
    system.wait()
    after = samples(system)
    for name in (
        ("isegoria_worker_events_total", EVENTS),
        ("isegoria_worker_contributions_total", "carrier-pigeon"),
        ("isegoria_worker_batch_events_sum", "screening"),
        ("isegoria_sink_rows_total", "contributions"),
    ):
        assert 500 == after[name] - before.get(name, 0), name


def test_a_worker_counts_what_it_rejects_by_the_kind_of_fault(system):
    system.wait()
    before = samples(system)
    with closing(KafkaProducer(bootstrap_servers=system.kafka)) as producer:
        for value in (b"no JSON", b"{}", b"no JSON either"):
            producer.send(EVENTS, value, partition=0).get(30)
    system.wait()
    after = samples(system)
    names = [("isegoria_worker_rejected_total", fault) for fault in ("json", "type", "field")]
    assert [2, 1, 0] == [after[name] - before[name] for name in names]


@pytest.mark.parametrize("job", ["worker", "exporter"])
def test_every_process_says_that_it_lives_and_is_ready(system, job):
    wait_for(lambda: is_ready(target(system, job)))
    assert all(json.loads(ask(f"{target(system, job)}/healthz")).values())


def test_a_worker_that_cannot_reach_clickhouse_is_not_ready(system):
    wait_for(lambda: is_ready(target(system, "worker")))
    system.stack.stop("clickhouse")
    try:
        wait_for(lambda: not is_ready(target(system, "worker")))
        with pytest.raises(urllib.error.HTTPError) as refused:
            ask(f"{target(system, 'worker')}/readyz")
        assert 503 == refused.value.code
        held = {"partitions": True, "kafka": True, "clickhouse": False}
        assert held == json.load(refused.value)
    finally:
        system.stack.restart("clickhouse")
    wait_for(lambda: is_ready(target(system, "worker")))


def test_a_port_that_is_taken_is_told_in_a_sentence(system):
    taken = target(system, "worker").rpartition(":")[2]
    done = system.cli("worker", "--monitoring-port", taken, code=1)
    assert f"port {taken} for monitoring is taken" in done.stderr
    assert "--monitoring-port" in done.stderr


def committed(system):
    places = [TopicPartition(EVENTS, partition) for partition in range(PARTITIONS)]
    with closing(KafkaAdminClient(bootstrap_servers=system.kafka)) as admin:
        offsets = admin.list_group_offsets({APP_ID: places})[APP_ID]
    return {place.partition: offset.offset for place, offset in offsets.items()}


def written(system, topic):
    with Backlog(system.kafka, APP_ID) as backlog:
        return backlog.written([topic])


def test_a_worker_that_is_told_to_stop_finishes_what_it_works_on(system):
    """Within 10 seconds, in the middle of a load, and nothing is screened a second time."""
    system.wait()
    already, before = written(system, SCREENED), committed(system)
    events = contributions("stopped", 8_000)
    (partition,) = {partition_of(partition_key(event), PARTITIONS) for event in events}
    system.publish(events)
    wait_for(lambda: written(system, SCREENED) > already)
    begun = time.monotonic()
    system.stack.stop("worker")
    try:
        assert time.monotonic() - begun < STOPS_WITHIN_SECONDS
        done, screened = committed(system), written(system, SCREENED) - already
        assert 0 < screened < len(events)
        assert screened == done[partition] - max(before[partition], 0)
    finally:
        system.stack.restart("worker")
    system.wait()
    assert len(events) == written(system, SCREENED) - already


@pytest.mark.parametrize("hanging", ["clickhouse", "kafka"])
def test_a_server_that_hangs_does_not_hold_up_the_stop(system, hanging):
    system.wait()
    worker, server = (psutil.Process(system.stack.pid(name)) for name in ("worker", hanging))
    system.publish(contributions(f"hangs-{hanging}", 500))
    server.suspend()
    try:
        begun = time.monotonic()
        worker.terminate()
        worker.wait(STOPS_WITHIN_SECONDS)
        assert time.monotonic() - begun < STOPS_WITHIN_SECONDS
    finally:
        server.resume()
    system.wait()
    [(told,)] = system.query(
        "SELECT count() FROM contributions FINAL WHERE consultation = {c:String}",
        c=f"hangs-{hanging}",
    )
    assert 500 == told


@pytest.mark.parametrize("name", ["dashboard", "intake", "exporter"])
def test_a_process_tells_of_itself_alone_and_stops_when_it_is_told_to(system, name, tmp_path):
    monitoring = free_port()
    command = [sys.executable, "-m", "isegoria", name, "--port", str(monitoring)]
    if name != "exporter":
        monitoring = free_port()
        command += ["--monitoring-port", str(monitoring)]
    made = subprocess.run(
        [sys.executable, "-m", "isegoria", "intake", "token", "web"],
        capture_output=True,
        text=True,
        check=True,
    )
    (tmp_path / "channels.toml").write_text(made.stdout)
    channels = {"ISEGORIA_INTAKE_CHANNELS_FILE": str(tmp_path / "channels.toml")}
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "--data-dir", str(system.folder)],
            stdout=log,
            stderr=log,
            env=environment() | channels,
        )
    try:
        address = f"http://127.0.0.1:{monitoring}"
        wait_for(lambda: process.poll() is not None or is_ready(address))
        told = ask(f"{address}/metrics")
        assert "process_cpu_seconds_total" in told
        assert "isegoria_worker_" not in told
        begun = time.monotonic()
        process.terminate()
        assert 0 == process.wait(STOPS_WITHIN_SECONDS)
        assert time.monotonic() - begun < STOPS_WITHIN_SECONDS
    finally:
        process.kill()
        process.wait()


def test_each_line_about_a_batch_says_which_one_it_is(system):
    """At DEBUG every batch has a line; a process of its own, since the stack's logs at INFO."""
    system.wait()
    system.stack.stop("worker")
    log = system.folder / "logs" / "telling-worker.log"
    name, command = "telling-worker", system.command("worker", "--monitoring-port", "0")
    try:
        loud = {"ISEGORIA_LOG_LEVEL": "DEBUG", "ISEGORIA_LOG_FORMAT": "json"}
        system.stack.run([Program(name, command, loud)])
        system.publish(contributions("logged", 20))
        system.wait()
    finally:
        system.stack.stop(name)
        system.stack.restart("worker")
    lines = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]
    done = [line for line in lines if line["event"] == "batch done" and line["topic"] == EVENTS]
    assert 20 == sum(line["events"] for line in done)
    for line in done:
        assert line["last_offset"] - line["first_offset"] + 1 == line["events"]
        assert {"partition", "milliseconds", "timestamp", "level"} <= line.keys()
    assert [] != [line for line in lines if line["event"] == "batches written"]


def test_no_log_has_a_text_or_a_pseudonym(system):
    system.publish(contributions("secret", 50))
    system.wait()
    logs = "".join(path.read_text() for path in (system.folder / "logs").glob("*.log"))
    assert "wisteria" not in logs
    assert re.search(r"p-[0-9a-f]{8}", logs) is None


@pytest.fixture
def own(tmp_path):
    own = System(tmp_path / "own")
    own.up()
    yield own
    own.cli("down")


def test_prometheus_is_told_of_what_runs_alone(own):
    jobs = {one["labels"]["job"] for one in targets(own)}
    own.cli("down")
    assert ({"worker", "exporter"}, []) == (jobs, targets(own))


def test_a_stack_that_an_earlier_version_started_is_taken_over(own):
    """Its programs know no monitoring port."""
    programs = program.load(own.folder)
    option = "--monitoring-port"
    for i, each in enumerate(programs):
        if option in each.command:
            at = each.command.index(option)
            programs[i] = replace(each, command=(*each.command[:at], *each.command[at + 2 :]))
    program.save(programs, own.folder)
    own.up()
    wait_for(lambda: is_ready(target(own, "worker")))
