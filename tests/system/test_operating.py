"""The runbook, docs/operating.md: each of its procedures is run as it is written there."""

import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlencode

import click
import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition

from deploy.prometheus.rules import Times, rules
from embedded.ports import HOST, free_port
from intake.generated import generate
from intake.sample import CONSULTATION, sample_consultation
from isegoria.cli import cli
from isegoria.pipeline import wait_until_complete
from isegoria.settings import Settings
from operations.backlog import Backlog
from schemas.events import encode, partition_key
from schemas.records import Kind
from schemas.topics import EVENTS, KIND_HEADER, SCREENED, partition_of
from sinks.connection import connect
from streams.app import APP_ID
from tests.dashboard.signing_in import PASSWORD, hashed
from tests.fixtures.processes import processes_naming, wait_for
from tests.intake.http.serving import BATCH, Client
from tests.intake.http.serving import event as sent
from tests.make import contribution
from tests.system.running import PARTITIONS, PATIENCE_SECONDS, System, environment

PAGE = (Path(__file__).parents[2] / "docs" / "operating.md").read_text(encoding="utf-8")
ANCHORS = [
    re.sub(r"\W+", "-", heading.lower()) for heading in re.findall(r"^#+ (.*)$", PAGE, re.MULTILINE)
]
PROMPT = "$ "
BASH = shutil.which("bash") or "bash"
LOAD = 30_000
NEW_PARTITIONS = 6
STOP_SECONDS = 10
# Figures do not say where events lie.
POSITIONS = {"as_of_offset"}

pytestmark = pytest.mark.timeout(120)


def commands(heading):
    """The commands of a section, each with the lines that it is to print."""
    [section] = re.findall(
        rf"^##+ {re.escape(heading)}\n(.*?)(?=^#|\Z)", PAGE, re.MULTILINE | re.DOTALL
    )
    found = []
    for block in re.findall(r"^```console\n(.*?)^```", section, re.MULTILINE | re.DOTALL):
        for line in block.splitlines():
            if line.startswith(PROMPT):
                found.append((line.removeprefix(PROMPT), []))
            else:
                found[-1][1].append(line)
    return found


def is_as_written(expected, printed):
    """Whether that was printed, where `…` stands for anything, of several lines on its own."""
    pattern = "".join(
        r"(.*\n)*" if line == "…" else re.escape(line).replace("…", ".*") + r"\n"
        for line in expected
    )
    return bool(re.fullmatch(pattern, printed))


class Shell:
    """A terminal, in which one command is typed after the other."""

    def __init__(self, folder):
        scripts = Path(sys.executable).parent
        self._errors = folder / "stderr.txt"
        with self._errors.open("wb") as errors:
            self._bash = subprocess.Popen(
                [BASH],
                cwd=folder,
                env={
                    **environment(),
                    "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}",
                    "COLUMNS": "160",
                },
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )

    def type(self, command, expected=()):
        """Run a command, which is to end well and to print that; gives what it printed."""
        end = "--- exit code"
        self._bash.stdin.write(f"{command}\necho '{end}' $?\n")
        self._bash.stdin.flush()
        printed = ""
        while not (line := self._bash.stdout.readline()).startswith(end):
            assert line, self.errors()
            printed += line
        assert f"{end} 0\n" == line, printed + self.errors()
        assert is_as_written(expected, printed), printed
        return printed

    def run(self, heading):
        """Run every command of a section."""
        for command, expected in commands(heading):
            self.type(command, expected)

    def errors(self):
        """What commands wrote to standard error."""
        return self._errors.read_text()

    def close(self):
        """End it, with whatever was left running."""
        self._bash.stdin.write("kill $(jobs -p)\nwait\n")
        self._bash.communicate(timeout=60)


def apply_policy(system):
    path = system.folder / "policy.toml"
    path.write_text("dominance.top1_share = 0.12\n")
    system.cli("policy", "apply", str(path))


def fill(system):
    """The sample, a policy in its middle, and a record that is no event."""
    events = sample_consultation().events
    system.publish(events[: len(events) // 2])
    apply_policy(system)
    system.publish(events[len(events) // 2 :])
    with closing(KafkaProducer(bootstrap_servers=system.kafka)) as producer:
        producer.send(EVENTS, b"no event", partition=1).get(30)
    system.wait()


def started(folder):
    system = System(folder / ".isegoria")
    system.cli("up", "--kafka-port", "0", "--clickhouse-port", "0", "--dashboard-port", "0")
    return system


@pytest.fixture(scope="module")
def system(tmp_path_factory):
    """A stack of this page's own, in which a consultation was held."""
    system = started(tmp_path_factory.mktemp("operating"))
    try:
        fill(system)
        yield system
    finally:
        system.cli("down")


@pytest.fixture
def shell(system):
    with closing(Shell(system.folder.parent)) as shell:
        yield shell


def tables(system):
    """Every row of every table."""
    return {kind: Counter(map(json.dumps, system.rows(kind))) for kind in Kind}


def differing(before, after):
    """The tables that are not as they were."""
    return [kind for kind in Kind if before[kind] != after[kind]]


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(#([\w-]+)\)", PAGE))))
def test_what_the_page_refers_to_is_on_it(target):
    assert target in ANCHORS


@pytest.mark.parametrize(
    "rule", rules(Times())["groups"][0]["rules"], ids=lambda rule: rule["alert"]
)
def test_every_alert_is_under_its_anchor(rule):
    anchor = rule["annotations"]["runbook_url"].partition("#")[2]
    sections = dict(zip(ANCHORS, re.split(r"^#+ .*$", PAGE, flags=re.MULTILINE)[1:], strict=True))
    assert rule["alert"] in sections[anchor]


@pytest.mark.parametrize("name", sorted(set(re.findall(r"[`$] ?isegoria ([a-z]+)", PAGE))))
def test_every_command_of_the_page_exists(name):
    assert isinstance(cli.get_command(click.Context(cli), name), click.Command)


@pytest.mark.parametrize("name", sorted(set(re.findall(r"ISEGORIA_[A-Z_]+", PAGE))))
def test_every_setting_of_the_page_exists(name):
    assert name.removeprefix("ISEGORIA_").lower() in Settings.model_fields


def test_look_first(shell):
    shell.run("Look first")


def test_rejected_events_that_can_be_read_now_are_published_again(system, shell):
    misplaced = contribution("misplaced", consultation="operating")
    partition = (partition_of(partition_key(misplaced), PARTITIONS) + 1) % PARTITIONS
    with closing(KafkaProducer(bootstrap_servers=system.kafka)) as producer:
        producer.send(EVENTS, encode(misplaced), partition=partition).get(30)
    system.wait()
    shell.run("Rejected")
    system.wait()
    assert [("misplaced",)] == system.query(
        "SELECT event_id FROM contributions FINAL WHERE consultation = 'operating'"
    )


def test_stopped_nothing_runs_and_started_everything_is_there(system, shell):
    before = tables(system)
    shell.run("Stop")
    assert [] == processes_naming(system.folder)
    shell.run("Start")
    assert [] == differing(before, tables(system))


def test_scaled_out_the_workers_share_the_partitions(system, shell):
    start, lag = commands("Scale out")
    shell.type(*start)
    wait_for(lambda: system.workers() == 2)
    system.publish(generate(2_000))
    system.wait()
    shell.type(*lag)
    with closing(KafkaAdminClient(bootstrap_servers=system.kafka)) as admin:
        members = admin.describe_groups([APP_ID])[APP_ID]["members"]
    assert all(member["member_assignment"]["assigned_partitions"] for member in members)
    assert "equal\n" == system.cli("verify").stdout


def test_replayed_every_row_is_as_before(system, shell):
    before = tables(system)
    shell.run("Replay from the beginning")
    assert [] == differing(before, tables(system))


def test_a_replay_that_was_killed_is_completed_by_the_next(system, shell):
    before = tables(system)
    killed = subprocess.Popen(
        [sys.executable, "-m", "isegoria", "replay", "--yes", "--data-dir", str(system.folder)],
        stderr=subprocess.PIPE,
        env=environment(),
        text=True,
    )
    with killed:
        wait_for(lambda: killed.stderr.readline() == "making the derived topics\n")
        killed.send_signal(signal.SIGKILL)
    assert "'isegoria replay' is under way" in system.cli("up", "--no-dashboard", code=1).stderr
    shell.run("Replay from the beginning")
    assert [] == differing(before, tables(system))


def test_restored_every_row_is_as_before(system, shell):
    before = tables(system)
    shell.run("Restore ClickHouse from Kafka")
    assert [] == differing(before, tables(system))


def test_nothing_is_made_anew_beside_a_worker_of_ones_own(system, shell):
    start, _ = commands("Scale out")
    shell.type(*start)
    wait_for(lambda: system.workers() == 2)
    refused = [
        system.cli(*command, code=1).stderr
        for command in (["restore"], ["replay", "--yes"], ["repartition", "6", "--yes"])
    ]
    assert all("stop every 'isegoria worker' first" in said for said in refused)


def test_with_other_partition_counts_every_figure_is_as_before(tmp_path):
    def figures():
        return [
            {name: value for name, value in topic.items() if name not in POSITIONS}
            for topic in system.topics(CONSULTATION)
        ]

    system = started(tmp_path)
    try:
        fill(system)
        before = figures()
        with closing(Shell(tmp_path)) as shell:
            shell.run("Change partition counts")
        assert before == figures()
        system.publish([contribution("after", consultation="after")])
        wait_until_complete(system.kafka, seconds=PATIENCE_SECONDS)
        assert [("after",)] == system.query(
            "SELECT event_id FROM contributions FINAL WHERE consultation = 'after'"
        )
        refused = system.cli("up", "--no-dashboard", code=1)
        assert f"set ISEGORIA_KAFKA_PARTITIONS to {NEW_PARTITIONS}" in refused.stderr
    finally:
        system.cli("down")


@contextmanager
def left_running(system, port, command, ready, **variables):
    """A process of one's own beside the stack, from when that path of its answers well."""
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "isegoria", command),
            *("--port", str(port), "--monitoring-port", "0", "--data-dir", str(system.folder)),
        ],
        env={**environment(), **variables},
        stderr=subprocess.DEVNULL,
    )

    def answers():
        try:
            with closing(http.client.HTTPConnection(HOST, port, timeout=5)) as connection:
                connection.request("GET", ready, headers={"Host": f"localhost:{port}"})
                return connection.getresponse().status == http.HTTPStatus.OK
        except OSError:
            return False

    try:
        wait_for(answers)
        yield
    finally:
        process.terminate()
        process.wait(30)


def test_a_channels_token_is_exchanged_without_an_interruption(system, shell, tmp_path):
    [make] = commands("Channel tokens")
    printed = [shell.type(*make) for _ in range(2)]
    old, new = re.findall(r"shown only now: (\S+)", shell.errors())
    old_hash, new_hash = [re.search(r"[0-9a-f]{64}", lines)[0] for lines in printed]
    channels = tmp_path / "channels.toml"

    def answers(*hashes):
        """What the intake answers to the old and to the new token."""
        channels.write_text(printed[0].replace(f'["{old_hash}"]', json.dumps(hashes)))
        port = free_port()
        named = {"ISEGORIA_INTAKE_CHANNELS_FILE": str(channels)}
        with left_running(system, port, "intake", "/readyz", **named):
            return [
                Client(port, {"Authorization": f"Bearer {token}"})
                .post([{**sent(), "source": "urn:isegoria:channel:web"}], BATCH)
                .status
                for token in (old, new)
            ]

    assert [202, 202] == answers(old_hash, new_hash)
    assert [401, 202] == answers(new_hash)


def test_another_dashboard_secret_ends_every_session(system, shell):
    [make] = commands("Dashboard secret")
    port, folder = free_port(), system.folder.parent
    (folder / "dashboard.toml").write_text(
        f'public_url = "http://localhost:{port}"\nsecret_file = "dashboard.secret"\n'
        'licence = "CC0-1.0"\n[users.ana]\ngrants = { "*" = "reader" }\n'
        f'password = "{hashed()}"\n'
    )
    variables = {"ISEGORIA_DASHBOARD_FILE": str(folder / "dashboard.toml")}

    def request(method, path, body=None, **headers):
        headers |= {"Host": f"localhost:{port}", "Origin": f"http://localhost:{port}"}
        with closing(http.client.HTTPConnection(HOST, port, timeout=60)) as connection:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            answer.read()
            return answer

    shell.type(*make)
    with left_running(system, port, "dashboard", "/healthz", **variables):
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        signed_in = request(
            "POST", "/signin", urlencode({"user": "ana", "password": PASSWORD}), **form
        )
        cookie = signed_in.headers["Set-Cookie"].partition(";")[0]
        assert 200 == request("GET", "/", Cookie=cookie).status
    shell.type(*make)
    with left_running(system, port, "dashboard", "/healthz", **variables):
        assert 200 != request("GET", "/", Cookie=cookie).status


def test_another_pseudonym_key_changes_nothing_that_is_there(system, shell):
    def imported(consultation):
        shell.type(f"isegoria import template {consultation}.xlsx")
        shell.type(
            f"isegoria import xlsx {consultation}.xlsx --consultation {consultation} --zone UTC",
            ["3 events published."],
        )
        system.wait()
        return people(consultation)

    def people(consultation):
        rows = system.rows(Kind.CONTRIBUTION)
        named = [row for row in rows if row["consultation"] == consultation]
        return {row["contribution"]: row["participant"] for row in named if row["participant"]}

    before = imported("old-key")
    shell.run("Pseudonym key")
    after = imported("new-key")
    assert before.keys() == after.keys()
    assert before
    assert not set(before.values()) & set(after.values())
    assert before == people("old-key")


def test_another_password_of_clickhouse_changes_nothing_that_is_there(system, shell):
    before, old = tables(system), system.clickhouse.rpartition("@")[0]
    shell.run("ClickHouse and Kafka")
    assert [] == differing(before, tables(system))
    with pytest.raises(Exception, match="password"):
        connect(f"{old}@{system.clickhouse.rpartition('@')[2]}")


def said_twice(system):
    """The places of events that the workers have told of more than once, as new ones."""
    places = [TopicPartition(SCREENED, number) for number in range(PARTITIONS)]
    told = Counter()
    consumer = KafkaConsumer(bootstrap_servers=system.kafka, auto_offset_reset="earliest")
    with closing(consumer):
        consumer.assign(places)
        ends = consumer.end_offsets(places)
        while any(consumer.position(place) < ends[place] for place in places):
            for records in consumer.poll(1000).values():
                for record in records:
                    row = json.loads(record.value)
                    kind = dict(record.headers)[KIND_HEADER]
                    if kind != Kind.STANDING.encode():
                        told[kind, row["partition"], row["offset"]] += 1
    return {place for place, times in told.items() if times > 1}


def test_upgraded_under_load_nothing_is_lost_and_nothing_is_screened_twice(system, shell):
    start, stop, start_again = commands("Upgrade")
    system.stack.stop("worker")
    before = said_twice(system)
    shell.type(*start)
    load = [event.model_copy(update={"source": "urn:load"}) for event in generate(LOAD)]
    publishing = threading.Thread(target=system.publish, args=(load,))
    with Backlog(system.kafka, APP_ID) as backlog:
        written = backlog.written([SCREENED])
        publishing.start()
        wait_for(lambda: backlog.written([SCREENED]) > written + LOAD // 10)
        began = time.monotonic()
        shell.type(*stop)
        took = time.monotonic() - began
        assert backlog.remaining([EVENTS]) > 0, "it was stopped after the work"
    shell.type(*start_again)
    publishing.join()
    system.wait()
    system.stack.restart("worker")
    assert took < STOP_SECONDS
    assert before == said_twice(system)
    [(rows,)] = system.query(
        "SELECT (SELECT count() FROM contributions FINAL WHERE source = 'urn:load')"
        " + (SELECT count() FROM supports FINAL WHERE source = 'urn:load')"
        " + (SELECT count() FROM topics FINAL WHERE source = 'urn:load')"
        " + (SELECT count() FROM consultations FINAL WHERE source = 'urn:load')"
    )
    assert LOAD == rows
    assert "equal\n" == system.cli("verify").stdout
