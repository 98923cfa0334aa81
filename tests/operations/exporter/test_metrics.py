"""Looks as metrics: names, labels, values, and what is left out."""

import math
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import generate_latest
from prometheus_client.openmetrics.exposition import generate_latest as generate_openmetrics
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from operations.exporter.clickhouse import ClickHouseLook, Disk, Table
from operations.exporter.kafka import KafkaLook
from operations.exporter.metrics import ExporterMetrics
from operations.lag.report import GroupLag, PartitionLag, PartitionStatus

NOW = datetime.now(UTC)
PLACE = {"group": "readers", "topic": "events", "partition": "3"}
TABLES = [Table("full", 7, 2, 900, 1_700_000_000), Table("empty", 0, 0, 0, None)]
CLICKHOUSE = ClickHouseLook(TABLES, [Disk("default", 40, 100)])


def partition(**changes):
    usual = {
        "topic": "events",
        "partition": 3,
        "committed": 10,
        "end": 14,
        "lag": 4,
        "seconds": 2.5,
        "status": PartitionStatus.OK,
        "produced_per_second": 1.0,
        "consumed_per_second": 3.0,
        "commit_age": 1.5,
    }
    return PartitionLag(**usual | changes)


def kafka(*partitions, up_to=NOW, members=2):
    group = GroupLag("readers", NOW, "Stable", members, partitions or (partition(),))
    return KafkaLook([group], up_to, 5)


def registry(kafka_look=None, clickhouse_look=None):
    made = CollectorRegistry()
    made.register(ExporterMetrics(lambda: kafka_look, lambda: clickhouse_look, "1.2.3"))
    return made


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("lag_records", 4),
        ("lag_seconds", 2.5),
        ("committed_offset", 10),
        ("end_offset", 14),
        ("commit_age_seconds", 1.5),
        ("produced_records_per_second", 1),
        ("consumed_records_per_second", 3),
        ("drain_seconds", 2),
    ],
)
def test_a_partition_has_its_figures(name, value):
    assert value == registry(kafka()).get_sample_value(f"isegoria_consumer_{name}", PLACE)


@pytest.mark.parametrize(
    ("name", "unknown"),
    [
        ("lag_seconds", {"seconds": None}),
        ("committed_offset", {"committed": None}),
        ("produced_records_per_second", {"produced_per_second": None}),
        ("consumed_records_per_second", {"consumed_per_second": None}),
        ("drain_seconds", {"consumed_per_second": None}),
    ],
)
def test_what_is_not_known_of_a_partition_is_left_out(name, unknown):
    look = kafka(partition(**unknown))
    assert registry(look).get_sample_value(f"isegoria_consumer_{name}", PLACE) is None


def test_a_lag_that_grows_never_drains():
    look = kafka(partition(produced_per_second=4.0))
    assert math.inf == registry(look).get_sample_value("isegoria_consumer_drain_seconds", PLACE)


def statuses(look, name, labels):
    found = registry(look)
    words = ("ok", "warn", "rebalancing", "stall", "stop", "rewind", "err")
    told = {word: found.get_sample_value(name, labels | {"status": word}) for word in words}
    return {word: value for word, value in told.items() if value is not None}


@pytest.mark.parametrize("status", PartitionStatus)
def test_a_partition_is_in_one_state_of_all(status):
    look = kafka(partition(status=status))
    expected = {word.lower(): float(word is status) for word in PartitionStatus}
    assert expected == statuses(look, "isegoria_consumer_partition_status", PLACE)


def test_a_group_is_as_its_worst_partition():
    look = kafka(partition(), partition(partition=4, status=PartitionStatus.STOP))
    told = statuses(look, "isegoria_consumer_group_status", {"group": "readers"})
    assert {"ok": 0, "warn": 0, "err": 1} == told


def test_a_group_has_its_members():
    found = registry(kafka(members=2))
    assert 2 == found.get_sample_value("isegoria_consumer_group_members", {"group": "readers"})


def test_the_age_of_the_tables_grows_from_look_to_look():
    look = kafka(up_to=datetime.now(UTC) - timedelta(seconds=90))
    assert 90 <= registry(look).get_sample_value("isegoria_freshness_seconds") < 100


def test_an_unknown_age_of_the_tables_is_left_out():
    assert registry(kafka(up_to=None)).get_sample_value("isegoria_freshness_seconds") is None


def test_rejected_records_are_counted():
    assert 5 == registry(kafka()).get_sample_value("isegoria_rejected_records")


@pytest.mark.parametrize(
    ("name", "value"),
    [("rows", 7), ("parts", 2), ("bytes", 900), ("modified_timestamp_seconds", 1_700_000_000)],
)
def test_a_table_has_its_figures(name, value):
    found = registry(clickhouse_look=CLICKHOUSE)
    name = f"isegoria_clickhouse_table_{name}"
    assert value == found.get_sample_value(name, {"table": "full"})


@pytest.mark.parametrize(("name", "value"), [("parts", 0), ("modified_timestamp_seconds", None)])
def test_an_empty_table_has_no_parts_and_no_time(name, value):
    found = registry(clickhouse_look=CLICKHOUSE)
    name = f"isegoria_clickhouse_table_{name}"
    assert value == found.get_sample_value(name, {"table": "empty"})


@pytest.mark.parametrize(("name", "value"), [("free", 40), ("size", 100)])
def test_a_disk_has_its_room(name, value):
    found = registry(clickhouse_look=CLICKHOUSE)
    name = f"isegoria_clickhouse_disk_{name}_bytes"
    assert value == found.get_sample_value(name, {"disk": "default"})


@pytest.mark.parametrize(
    ("looks", "up"),
    [
        ((None, None), {"kafka": 0, "clickhouse": 0}),
        ((kafka(), None), {"kafka": 1, "clickhouse": 0}),
        ((None, CLICKHOUSE), {"kafka": 0, "clickhouse": 1}),
    ],
)
def test_it_says_which_source_answers(looks, up):
    found = registry(*looks)
    told = {
        source: found.get_sample_value("isegoria_source_up", {"source": source}) for source in up
    }
    assert up == told


def test_a_source_that_does_not_answer_has_no_figures():
    assert {"isegoria_source_up", "isegoria_build"} == {one.name for one in registry().collect()}


def test_it_says_its_version():
    (told,) = [one for one in registry().collect() if one.name == "isegoria_build"]
    assert "1.2.3" == told.samples[0].labels["version"]


def test_its_openmetrics_can_be_read():
    text = generate_openmetrics(registry(kafka(), CLICKHOUSE)).decode()
    read = {family.name: family.unit for family in text_string_to_metric_families(text)}
    assert "seconds" == read["isegoria_consumer_lag_seconds"]


def test_the_text_format_knows_each_metric_by_a_help_text():
    text = generate_latest(registry(kafka(), CLICKHOUSE)).decode()
    helped = {line.split()[2] for line in text.splitlines() if line.startswith("# HELP")}
    assert {line.split("{")[0].split()[0] for line in text.splitlines() if line[0] != "#"} == helped
