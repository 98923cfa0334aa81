"""The exporter as a process: its figures are the servers', and outlast no server."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import closing, contextmanager

import pytest
from kafka import KafkaAdminClient, KafkaProducer, TopicPartition
from kafka.admin import OffsetSpec
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from schemas.topics import EVENTS, REJECTED, SCREENED
from streams.app import APP_ID
from tests import make
from tests.fixtures.clickhouse import free_port
from tests.fixtures.processes import wait_for
from tests.fixtures.prometheus import promtool
from tests.system.running import PARTITIONS, System, environment, moved

OPENMETRICS = "application/openmetrics-text; version=1.0.0"
CONSULTATION = "seen-by-the-exporter"
STOPS_WITHIN_SECONDS = 10


class Exporter:
    """What an exporter answers."""

    def __init__(self, port, process=None, log=None):
        self.process = process
        self._log = log
        self._url = f"http://127.0.0.1:{port}"

    def text(self, accept="text/plain"):
        with self._answer("/metrics", accept) as answer:
            return answer.read().decode()

    def samples(self):
        families = text_string_to_metric_families(self.text(OPENMETRICS))
        return [sample for family in families for sample in family.samples]

    def values(self, name, **labels):
        """The values of the series that have these labels."""
        return [
            sample.value
            for sample in self.samples()
            if sample.name == name and labels.items() <= sample.labels.items()
        ]

    def up(self, source):
        return [1.0] == self.values("isegoria_source_up", source=source)

    def status(self, path):
        try:
            with self._answer(path) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            with error:
                return error.code
        except OSError:
            return None

    def logged(self):
        """Level and message of each line of its log."""
        lines = map(json.loads, self._log.read_text().splitlines())
        return [(line["level"], line["event"]) for line in lines]

    def _answer(self, path, accept="*/*"):
        request = urllib.request.Request(self._url + path, headers={"Accept": accept})  # noqa: S310
        return urllib.request.urlopen(request, timeout=30)  # noqa: S310


@pytest.fixture(scope="module")
def exporter(system):
    """The shared stack's exporter, once it has seen some events and one that is rejected."""
    events = [make.consultation_opened(), make.topic_opened(), make.contribution("c1")]
    system.publish(moved(event, CONSULTATION) for event in events)
    with closing(KafkaProducer(bootstrap_servers=system.kafka)) as producer:
        producer.send(EVENTS, b"no event", partition=0).get(30)
    system.wait()
    listed = json.loads((system.folder / "targets.json").read_text())
    (target,) = [one["targets"][0] for one in listed if one["labels"]["job"] == "exporter"]
    return Exporter(target.rpartition(":")[2])


@contextmanager
def started(system):
    """An exporter of the test's own on a stack, from when it is ready."""
    port = free_port()
    command = (sys.executable, "-m", "isegoria", "exporter", "--port", str(port))
    log = system.folder / f"exporter-{port}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, "--data-dir", str(system.folder)], env=environment(), stderr=output
        )
    exporter = Exporter(port, process, log)
    try:
        wait_for(lambda: exporter.status("/readyz") == 200)
        yield exporter
    finally:
        process.kill()
        process.wait()


def ends(system, topic):
    places = [TopicPartition(topic, partition) for partition in range(PARTITIONS)]
    with closing(KafkaAdminClient(bootstrap_servers=system.kafka)) as admin:
        found = admin.list_partition_offsets(dict.fromkeys(places, OffsetSpec.LATEST))
    return [found[place].offset for place in places]


@pytest.mark.parametrize("topic", [EVENTS, SCREENED])
def test_end_offsets_are_those_of_kafka(system, exporter, topic):
    name = "isegoria_consumer_end_offset"
    wait_for(lambda: exporter.values(name, group=APP_ID, topic=topic) == ends(system, topic))


def test_when_everything_is_in_the_tables_nothing_lags(exporter):
    wait_for(lambda: {0.0} == set(exporter.values("isegoria_consumer_lag_records")))


def test_rejected_records_are_counted(system, exporter):
    wait_for(lambda: [sum(ends(system, REJECTED))] == exporter.values("isegoria_rejected_records"))


def test_members_are_the_workers(system, exporter):
    wait_for(lambda: exporter.values("isegoria_consumer_group_members") == [system.workers()])


def test_the_tables_are_young(exporter):
    wait_for(lambda: exporter.values("isegoria_freshness_seconds"))
    assert 0 <= exporter.values("isegoria_freshness_seconds")[0] < 60


def test_rows_are_those_of_clickhouse(system, exporter):
    sql = "SELECT sum(rows) FROM system.parts WHERE active AND table = 'contributions'"
    name = "isegoria_clickhouse_table_rows"
    wait_for(lambda: exporter.values(name, table="contributions") == [system.query(sql)[0][0]])


def test_promtool_finds_nothing_to_say(exporter):
    checked = promtool("check", "metrics", text=exporter.text())
    assert (0, "") == (checked.returncode, checked.stdout + checked.stderr)


def test_openmetrics_is_answered_to_whoever_asks_for_it(exporter):
    assert exporter.text(OPENMETRICS).endswith("# EOF\n")


def test_no_label_holds_what_somebody_wrote(exporter):
    ours = [sample for sample in exporter.samples() if sample.name.startswith("isegoria_")]
    labels = {label for sample in ours for label in sample.labels}
    known = {"group", "topic", "partition", "status", "table", "disk", "source"}
    assert known | {"version", "python"} == labels


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """A stack whose servers may be stopped."""
    system = System(tmp_path_factory.mktemp("exporter"))
    system.up()
    yield system
    system.cli("down")


FIGURES = {
    "clickhouse": "isegoria_clickhouse_table_rows",
    "kafka": "isegoria_consumer_lag_records",
}


@pytest.fixture(scope="module", params=FIGURES)
def outage(own, request):
    """What an exporter tells while a server is stopped, and once it runs again."""
    server = request.param
    with started(own) as exporter:
        own.stack.stop(server)
        wait_for(lambda: not exporter.up(server))
        seen = {"without": exporter.values(FIGURES[server])}
        seen["readiness"] = exporter.status("/readyz")
        own.stack.restart(server)
        wait_for(lambda: exporter.up(server))
        seen["again"] = exporter.values(FIGURES[server])
        return seen | {"log": exporter.logged()}


def test_a_server_that_goes_away_takes_its_figures_with_it(outage):
    assert [] == outage["without"]


def test_a_server_that_comes_back_has_its_figures_again(outage):
    assert outage["again"]


def test_while_a_server_is_away_the_exporter_is_not_ready(outage):
    assert 503 == outage["readiness"]


def test_an_outage_is_one_line_of_the_log_and_its_end_another(outage):
    expected = [("warning", "the source cannot be looked at"), ("info", "the source answers again")]
    assert expected == outage["log"]


@contextmanager
def hanging(system, server):
    """A server that takes connections and answers nothing, for as long as the block runs."""
    pid = system.stack.pid(server)
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


@pytest.fixture(scope="module")
def hung(own):
    """What an exporter did from when ClickHouse began to hang until it was told to end."""
    with started(own) as exporter, hanging(own, "clickhouse"):
        slowest = 0.0
        while exporter.up("clickhouse"):
            began = time.monotonic()
            exporter.text()
            slowest = max(slowest, time.monotonic() - began)
        seen = {"slowest": slowest, "health": exporter.status("/healthz")}
        seen["kafka"] = exporter.up("kafka")
        exporter.process.terminate()
        return seen | {"code": exporter.process.wait(STOPS_WITHIN_SECONDS)}


def test_while_clickhouse_hangs_a_scrape_is_answered_within_a_second(hung):
    assert hung["slowest"] < 1


def test_while_clickhouse_hangs_it_is_alive(hung):
    assert 200 == hung["health"]


def test_while_clickhouse_hangs_kafka_is_seen(hung):
    assert hung["kafka"]


def test_it_ends_in_order_while_clickhouse_hangs(hung):
    assert 0 == hung["code"]


def test_it_ends_in_order_while_kafka_hangs(own):
    with started(own) as exporter, hanging(own, "kafka"):
        wait_for(lambda: not exporter.up("kafka"))
        exporter.process.terminate()
        assert 0 == exporter.process.wait(STOPS_WITHIN_SECONDS)
