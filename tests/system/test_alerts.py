"""Every alert, fired by a fault and cleared by its mending, on a stack that Prometheus scrapes."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, field, replace
from itertools import count, cycle
from pathlib import Path
from typing import NamedTuple

import pytest
from kafka import KafkaProducer
from rich.console import Console
from rich.table import Table

from deploy.prometheus.rules import Times, rules, text
from embedded.ports import HOST, free_port
from intake.generated import generate
from schemas.events import Event, encode, partition_key
from schemas.topics import EVENTS, partition_of
from tests.fixtures.processes import wait_for
from tests.fixtures.prometheus import Prometheus, installed, promtool, running_prometheus, scraping
from tests.intake.http.serving import Client
from tests.make import contribution
from tests.system.running import PARTITIONS, System, environment

pytestmark = pytest.mark.timeout(400)

# The exporter looks at Kafka every 3 s, at ClickHouse every 10 s. What one look alone may show of a
# stack that works must hold for longer.
SHORT = Times(
    lag_seconds=5,
    far_seconds=8,
    lag_for="1s",
    growing_seconds=5,
    growing_for="4s",
    stuck_for="1s",
    commit_seconds=8,
    commit_for="1s",
    rejected_window="10s",
    sink_window="10s",
    sink_for="1s",
    stale_seconds=8,
    stale_for="1s",
    parts_for="1s",
    disk_for="1s",
    silent_for="8s",
    active_within="40s",
    active_step="2s",
    active_steps=3,
    down_for="1s",
    ready_for="8s",  # a worker that starts is not ready for some 3 s
    skew_for="1s",
)
SESSION_SECONDS = 60
"""A worker that hangs for less keeps its partitions."""

SETTLED = """
    (count(up == 1) == 3)
    and (min(isegoria_source_up) == 1)
    and (min(isegoria_worker_ready) == 1)
    and (sum(isegoria_consumer_group_status{status="ok"}) == 1)
    and (max(isegoria_consumer_group_members) == 1)
    and (max(isegoria_consumer_lag_records) == 0)
"""
"""Everything is seen to run, and nothing is left to do: so an alert is of the fault that comes then
and not of the one before, and it is not over only because nobody sees what it is about."""

ACTIVE_SECONDS = 10
"""Of a channel that then falls silent: longer than `active_steps` of `SHORT`."""


class Alarm(NamedTuple):
    """An alert, told by its name and one of its labels."""

    name: str
    label: str = ""
    value: str = ""

    def __str__(self) -> str:
        return f"{self.name} ({self.value})" if self.label else self.name


@dataclass
class Watched:
    """A stack, and the Prometheus that scrapes it."""

    system: System
    prometheus: Prometheus
    rules_file: Path
    timings: dict[Alarm, tuple[float, float]] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=count)

    def firing(self, alarm: Alarm) -> bool:
        """Whether the alert fires."""
        return any(
            alert["state"] == "firing"
            and alert["labels"]["alertname"] == alarm.name
            and alert["labels"].get(alarm.label, "") == alarm.value
            for alert in self.prometheus.alerts()
        )

    def settled(self) -> bool:
        """Whether everything runs and nothing is left to do."""
        return bool(self.prometheus.query(SETTLED))

    def times(self, times: Times) -> None:
        """Have the rules other thresholds."""
        self.rules_file.write_text(text(times))
        self.prometheus.reload()

    def figure(self, promql: str) -> float:
        """The one value of a query."""
        [sample] = self.prometheus.query(promql)
        return sample.value

    def contributions(self, how_many: int, *, channel: str = "web") -> None:
        """Publish contributions, all into one partition."""
        self.system.publish(said(channel, f"alert-{next(self.numbers)}") for _ in range(how_many))


def said(channel: str, event_id: str) -> Event:
    """A contribution whose text nobody else wrote."""
    return contribution(event_id, f"Idea {event_id}: a bench.", channel=channel)


Fault = Callable[[Watched], AbstractContextManager[None]]


@contextmanager
def worker_is_stopped(watched: Watched) -> Iterator[None]:
    watched.system.stack.stop("worker")
    try:
        watched.contributions(50)
        yield
    finally:
        watched.system.stack.restart("worker")


@contextmanager
def exporter_starts_while_the_worker_is_stopped(watched: Watched) -> Iterator[None]:
    with worker_is_stopped(watched):
        watched.system.stack.restart("exporter")
        yield


@contextmanager
def worker_hangs(watched: Watched) -> Iterator[None]:
    with suspended(watched.system, "worker"):
        watched.contributions(50)
        yield


@contextmanager
def worker_waits_for_one_that_hangs(watched: Watched) -> Iterator[None]:
    stack = watched.system.stack
    usual = stack.program("worker")
    assert usual is not None
    command = (*usual.command[: usual.command.index("--monitoring-port")], "--monitoring-port", "0")
    stack.stop("worker")
    stack.run([replace(usual, name="second-worker", command=command)])
    try:
        wait_for(lambda: watched.system.workers() == 1)
        with suspended(watched.system, "second-worker"):
            stack.restart("worker")
            yield
    finally:
        stack.stop("second-worker")


@contextmanager
def suspended(system: System, program: str) -> Iterator[None]:
    """Have a program hang."""
    pid = system.stack.pid(program)
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


@contextmanager
def burst_is_faster_than_the_worker(watched: Watched) -> Iterator[None]:
    events = [(partition_key(one).encode(), encode(one)) for one in generate(20_000, topics=20)]
    with published_meanwhile(watched.system, events):
        yield


@contextmanager
def channel_sends_garbage(watched: Watched) -> Iterator[None]:
    with published_meanwhile(watched.system, [(b"borough/t", b"{no event")], pause=0.05):
        yield


@contextmanager
def published_meanwhile(
    system: System, records: list[tuple[bytes, bytes]], pause: float = 0
) -> Iterator[None]:
    """Publish keys and values again and again, with a pause in seconds after each."""
    over = threading.Event()

    def publish() -> None:
        producer = KafkaProducer(
            bootstrap_servers=system.kafka,
            linger_ms=20,
            batch_size=262_144,
            compression_type="lz4",
        )
        with closing(producer):
            for key, value in cycle(records):
                if over.wait(pause):
                    break
                placed = partition_of(key.decode(), PARTITIONS)
                producer.send(EVENTS, value, key=key, partition=placed)

    thread = threading.Thread(target=publish)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@contextmanager
def clickhouse_is_stopped(watched: Watched) -> Iterator[None]:
    watched.system.stack.stop("clickhouse")
    try:
        watched.contributions(5)
        yield
    finally:
        watched.system.stack.restart("clickhouse")


@contextmanager
def exporter_is_stopped(watched: Watched) -> Iterator[None]:
    watched.system.stack.stop("exporter")
    try:
        yield
    finally:
        watched.system.stack.restart("exporter")


@contextmanager
def disk_fills_up(watched: Watched) -> Iterator[None]:
    free = watched.figure("isegoria_clickhouse_disk_free_bytes")
    size = watched.figure("isegoria_clickhouse_disk_size_bytes")
    taken = free / 20
    threshold = (free - taken / 2) / size
    watched.times(replace(SHORT, disk_low=threshold, disk_full=threshold))
    file = watched.system.folder / "taken"
    try:
        with file.open("wb") as output:
            os.posix_fallocate(output.fileno(), 0, int(taken))
        yield
    finally:
        file.unlink()


@contextmanager
def merges_do_not_keep_up(watched: Watched) -> Iterator[None]:
    table = "contributions"
    parts = int(watched.figure(f'isegoria_clickhouse_table_parts{{table="{table}"}}'))
    watched.times(replace(SHORT, parts=parts + 5))
    system = watched.system
    system.query(f"SYSTEM STOP MERGES {table}")
    try:
        # Some may have been merged since the exporter looked. The row is one that is there already.
        for _ in range(parts + 10):
            system.query(f"INSERT INTO {table} SELECT * FROM {table} LIMIT 1")
        yield
    finally:
        system.query(f"SYSTEM START MERGES {table}")
        system.query(f"OPTIMIZE TABLE {table} FINAL")


@contextmanager
def channel_falls_silent(watched: Watched) -> Iterator[None]:
    begun = time.monotonic()

    def was_active() -> bool:
        watched.contributions(1, channel="kiosk")
        return time.monotonic() - begun > ACTIVE_SECONDS

    wait_for(was_active)
    try:
        yield
    finally:
        watched.contributions(1, channel="kiosk")


FAULTS: dict[Fault, list[Alarm]] = {
    worker_is_stopped: [
        Alarm("IsegoriaLag"),
        Alarm("IsegoriaLagFar"),
        Alarm("IsegoriaSkew"),
        Alarm("IsegoriaGroupError"),
        Alarm("IsegoriaPartitionStuck", "status", "stop"),
        Alarm("IsegoriaCommitOld"),
        Alarm("IsegoriaTablesStale"),
        Alarm("IsegoriaTargetDown", "job", "worker"),
    ],
    exporter_starts_while_the_worker_is_stopped: [Alarm("IsegoriaFreshnessUnknown")],
    worker_hangs: [Alarm("IsegoriaPartitionStuck", "status", "stall")],
    worker_waits_for_one_that_hangs: [Alarm("IsegoriaWorkerNotReady")],
    burst_is_faster_than_the_worker: [Alarm("IsegoriaLagGrowing")],
    channel_sends_garbage: [Alarm("IsegoriaRejected")],
    clickhouse_is_stopped: [
        Alarm("IsegoriaSinkFailing", "table", "contributions"),
        Alarm("IsegoriaBlind", "source", "clickhouse"),
    ],
    exporter_is_stopped: [Alarm("IsegoriaTargetDown", "job", "exporter")],
    disk_fills_up: [Alarm("IsegoriaDiskLow"), Alarm("IsegoriaDiskFull")],
    merges_do_not_keep_up: [Alarm("IsegoriaParts", "table", "contributions")],
    channel_falls_silent: [Alarm("IsegoriaChannelSilent", "channel", "kiosk")],
}


@contextmanager
def intake(system: System, folder: Path) -> Iterator[Path]:
    """An intake beside the stack that has answered a request; gives its targets file."""
    made = subprocess.run(
        [sys.executable, "-m", "isegoria", "intake", "token", "web"],
        capture_output=True,
        text=True,
        check=True,
    )
    channels = folder / "channels.toml"
    channels.write_text(made.stdout)
    port, monitoring = free_port(), free_port()
    command = [sys.executable, "-m", "isegoria", "intake", "--data-dir", str(system.folder)]
    ports = ["--port", str(port), "--monitoring-port", str(monitoring)]
    with (folder / "intake.log").open("wb") as output:
        process = subprocess.Popen(
            [*command, *ports],
            stdout=output,
            stderr=output,
            env={**environment(), "ISEGORIA_INTAKE_CHANNELS_FILE": str(channels)},
        )
    try:
        wait_for(lambda: answers(Client(port, {})))
        targets = folder / "intake.json"
        listed = [{"targets": [f"{HOST}:{monitoring}"], "labels": {"job": "intake"}}]
        targets.write_text(json.dumps(listed))
        yield targets
    finally:
        process.terminate()
        process.wait(30)


def answers(client: Client) -> bool:
    try:
        return client.request("POST", "/events").status == 401
    except OSError:
        return False


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """A stack of its own, with an intake, and a Prometheus that has scraped all of it."""
    installed("prometheus")
    folder = tmp_path_factory.mktemp("alerts")
    rules_file = folder / "rules.yml"
    rules_file.write_text(text(SHORT))
    system = System(folder / "stack")
    system.up()
    try:
        worker = system.stack.program("worker")
        assert worker is not None
        patient = {**worker.environment, "ISEGORIA_KAFKA_SESSION_SECONDS": str(SESSION_SECONDS)}
        system.stack.run([replace(worker, environment=patient)])
        with intake(system, folder) as intake_targets:
            config = scraping(
                system.folder / "targets.json", intake_targets, rules=rules_file, interval="1s"
            )
            with running_prometheus(config, folder / "prometheus") as prometheus:
                watched = Watched(system, prometheus, rules_file)
                wait_for(watched.settled)
                yield watched
                show(watched.timings)
    finally:
        system.cli("down")


def show(timings: dict[Alarm, tuple[float, float]]) -> None:
    table = Table("alert", "fired after", "cleared after")
    for alarm, (fired, cleared) in timings.items():
        table.add_row(str(alarm), f"{fired:.0f} s", f"{cleared:.0f} s")
    Console(width=100).print(table)


def test_every_alert_has_a_fault_that_provokes_it():
    provoked = {alarm.name for alarms in FAULTS.values() for alarm in alarms}
    assert {rule["alert"] for rule in rules(SHORT)["groups"][0]["rules"]} == provoked


def test_no_scrape_fails(watched):
    assert {"": "up"} == {one["lastError"]: one["health"] for one in watched.prometheus.targets()}


def test_every_scrape_brings_samples(watched):
    samples = watched.prometheus.query("scrape_samples_scraped")
    assert 3 == len([sample for sample in samples if sample.value > 0])


@pytest.mark.parametrize("job", ["exporter", "worker", "intake"])
def test_promtool_has_nothing_to_say_against_the_metrics(watched, job):
    [target] = [one for one in watched.prometheus.targets() if one["labels"]["job"] == job]
    with urllib.request.urlopen(target["scrapeUrl"], timeout=10) as answer:  # noqa: S310
        checked = promtool("check", "metrics", text=answer.read().decode())
    assert (0, "") == (checked.returncode, checked.stdout + checked.stderr)


def test_a_stack_that_works_raises_no_alert(watched):
    begun = time.time()
    watched.contributions(20)
    watched.system.wait()
    done = time.time()
    wait_for(lambda: watched.figure("min(timestamp(up))") > done + 5 and watched.settled())
    seconds = round(time.time() - begun)
    fired = watched.prometheus.query(f'count_over_time(ALERTS{{alertstate="firing"}}[{seconds}s])')
    assert [] == fired


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_the_fault_fires_its_alerts_and_its_mending_clears_them(watched, fault):
    alarms = FAULTS[fault]
    watched.times(SHORT)
    wait_for(lambda: watched.settled() and not any(map(watched.firing, alarms)))
    with fault(watched):
        fired = first_fired(watched, alarms)
        mended_at = time.monotonic()
    cleared = last_fired(watched, alarms, since=mended_at)
    watched.timings |= {alarm: (fired[alarm], cleared[alarm]) for alarm in alarms}


def first_fired(watched: Watched, alarms: list[Alarm]) -> dict[Alarm, float]:
    """Wait until each fires; after how many seconds it did."""
    begun = time.monotonic()
    seen: dict[Alarm, float] = {}

    def all_fired() -> bool:
        for alarm in alarms:
            if alarm not in seen and watched.firing(alarm):
                seen[alarm] = time.monotonic() - begun
        return len(seen) == len(alarms)

    wait_for(all_fired)
    return seen


def last_fired(watched: Watched, alarms: list[Alarm], since: float) -> dict[Alarm, float]:
    """Wait until the stack is settled and none fires; after how many seconds each last did."""
    seen = dict.fromkeys(alarms, time.monotonic() - since)

    def all_over() -> bool:
        firing = list(filter(watched.firing, alarms))
        seen.update(dict.fromkeys(firing, time.monotonic() - since))
        return not firing and watched.settled()

    wait_for(all_over)
    return seen
