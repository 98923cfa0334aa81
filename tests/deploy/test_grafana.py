"""The dashboards by the rules of Grafana's linter, the metrics in the code, and the alerts."""

import json
import re
from datetime import UTC, datetime

import pytest
import yaml
from grafana_foundation_sdk.models import units
from prometheus_client import REGISTRY

import intake.http.metrics  # noqa: F401 (it puts its metrics into the registry)
import sinks.metrics  # noqa: F401 (likewise)
import streams.metrics  # noqa: F401 (likewise)
from deploy.grafana import queries
from deploy.grafana.dashboards import FOLDER, documents
from deploy.prometheus.rules import Times, rules
from operations.exporter.clickhouse import ClickHouseLook, Disk, Table
from operations.exporter.kafka import KafkaLook
from operations.exporter.metrics import ExporterMetrics
from operations.lag.report import GroupLag, PartitionLag, PartitionStatus

BOARDS = {name: json.loads(document) for name, document in documents().items()}
PANELS = [
    pytest.param(panel, id=f"{name}-{panel['title']}")
    for name, board in BOARDS.items()
    for panel in board["panels"]
    if panel["type"] != "row"
]
OPERATORS, POLICY = (
    [panel for panel in BOARDS[name]["panels"] if panel["type"] != "row"]
    for name in ("operators.json", "policy.json")
)
TARGETS = [target for panel in OPERATORS for target in panel["targets"]]
SOURCES = {"operators.json": "prometheus", "policy.json": "grafana-clickhouse-datasource"}
UNITS = {value for name, value in vars(units).items() if not name.startswith("_")}

each_board = pytest.mark.parametrize("name", BOARDS)
each_panel = pytest.mark.parametrize("panel", PANELS)
each_query = pytest.mark.parametrize("promql", sorted({target["expr"] for target in TARGETS}))


def looked():
    """The exporter with a look in which everything is known."""
    partition = PartitionLag("topic", 0, 1, 2, 1, 1.0, PartitionStatus.OK, 1.0, 1.0, 1.0)
    kafka = KafkaLook(
        [GroupLag("group", datetime.now(UTC), "Stable", 1, [partition])], datetime.now(UTC), 1
    )
    clickhouse = ClickHouseLook([Table("table", 1, 1, 1, 1)], [Disk("disk", 1, 2)])
    return ExporterMetrics(lambda: kafka, lambda: clickhouse, "1")


SUFFIXES = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count"), "info": ("_info",)}
KINDS = {
    "up": "gauge",
    "ALERTS": "gauge",
    **{
        family.name + suffix: family.type
        for family in (*REGISTRY.collect(), *looked().collect())
        for suffix in SUFFIXES.get(family.type, ("",))
    },
}
"""Each series by its name, and the kind of its metric; the first two are Prometheus' own."""

WORDS = {"or", "and", "unless", "by", "on", "bool"}


def metrics(promql):
    """The names of series in a query, whatever else stands in it."""
    bare = re.sub(r'"[^"]*"|\{[^}]*\}|\[[^\]]*\]|\b(?:by|on) \([^)]*\)', " ", promql)
    return set(re.findall(r"[a-zA-Z_]\w*\b(?!\s*\()", bare)) - WORDS


def found(key, document):
    """Everything that stands under a key, wherever in the document."""
    if isinstance(document, list):
        return [one for part in document for one in found(key, part)]
    if not isinstance(document, dict):
        return []
    here = [document[key]] if key in document else []
    return here + [one for part in document.values() for one in found(key, part)]


@each_board
def test_the_file_is_what_the_code_makes(name):
    written = (FOLDER / name).read_text(encoding="utf-8")
    assert documents()[name] == written, "run: python -m deploy.grafana.dashboards"


@each_board
def test_a_dashboard_says_when_it_refreshes_and_what_time_it_shows(name):
    board = BOARDS[name]
    assert re.fullmatch(r"\d+[sm]", board["refresh"])
    assert re.fullmatch(r"now-\d+[hdy]", board["time"]["from"])
    assert "now" == board["time"]["to"]


@each_board
def test_a_dashboard_is_known_by_a_stable_id_and_has_a_schema(name):
    board = BOARDS[name]
    assert board["uid"].startswith("isegoria-")
    assert board["schemaVersion"] >= 36
    assert "id" not in board


@each_board
def test_the_data_source_is_chosen_by_a_variable(name):
    variable = BOARDS[name]["templating"]["list"][0]
    assert ("datasource", "datasource", SOURCES[name]) == (
        variable["type"],
        variable["name"],
        variable["query"],
    )


@each_board
def test_no_data_source_is_named_but_by_the_variable(name):
    named = {(one["type"], one["uid"]) for one in found("datasource", BOARDS[name])}
    assert {(SOURCES[name], "${datasource}")} == named


@each_board
def test_ids_of_panels_are_unique(name):
    ids = [panel["id"] for panel in BOARDS[name]["panels"]]
    assert sorted(set(ids)) == sorted(ids)


@each_board
def test_no_title_is_there_twice_under_a_heading(name):
    heading, titles = "", []
    for panel in BOARDS[name]["panels"]:
        heading = panel["title"] if panel["type"] == "row" else heading
        titles.append((heading, panel["title"]))
    assert sorted(set(titles)) == sorted(titles)


@each_board
def test_panels_stand_within_24_columns_and_none_on_another(name):
    taken = [
        (x, y)
        for at in (panel["gridPos"] for panel in BOARDS[name]["panels"])
        for x in range(at["x"], at["x"] + at["w"])
        for y in range(at["y"], at["y"] + at["h"])
    ]
    assert sorted(set(taken)) == sorted(taken)
    assert set(range(24)) == {x for x, _ in taken}


@each_panel
def test_a_panel_has_a_title_and_one_plain_sentence(panel):
    assert panel["title"]
    assert re.fullmatch(r"[A-Z][^.]+(?:\.(?=\S)[^.]+)*\.", panel["description"])


@each_panel
def test_a_panel_has_a_unit_that_grafana_knows(panel):
    assert panel["fieldConfig"]["defaults"]["unit"] in UNITS


@each_panel
def test_a_panel_says_its_thresholds(panel):
    first, *marks = panel["fieldConfig"]["defaults"]["thresholds"]["steps"]
    assert first["value"] is None
    values = [mark["value"] for mark in marks]
    assert sorted(values) == values


@each_panel
def test_a_panel_asks_something_under_names_of_its_own(panel):
    names = [target["refId"] for target in panel["targets"]]
    assert names
    assert sorted(set(names)) == names


@pytest.mark.parametrize("panel", OPERATORS, ids=lambda panel: panel["title"])
def test_every_line_has_a_legend(panel):
    legends = [target["legendFormat"] for target in panel["targets"]]
    assert all(legends)
    assert sorted(set(legends)) == sorted(legends)


@each_query
def test_a_query_asks_for_metrics_that_the_code_has(promql):
    assert metrics(promql)
    assert metrics(promql) <= set(KINDS)


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target["expr"])
def test_a_legend_names_no_label_that_its_query_sums_away(target):
    kept = re.match(r".*?\bby \(([^)]*)\)", target["expr"])
    named = re.findall(r"\{\{(\w+)\}\}", target["legendFormat"])
    assert kept is None or set(named) <= set(kept[1].split(", "))


@each_query
def test_a_rate_is_of_a_counter(promql):
    for of in re.findall(r"\b(?:rate|irate|increase)\((\w+)", promql):
        assert KINDS[of] in {"counter", "histogram"}


@each_query
def test_a_change_is_of_a_gauge(promql):
    for of in re.findall(r"\bdelta\((\w+)", promql):
        assert "gauge" == KINDS[of]


@each_query
def test_a_rate_is_over_the_interval_that_grafana_chooses(promql):
    over = re.findall(r"\b(?:rate|irate|increase)\([^\[]*\[([^\]]*)\]", promql)
    assert {"$__rate_interval"} >= set(over)


@each_query
def test_a_counter_is_shown_by_its_rate_only(promql):
    rated = set(re.findall(r"\b(?:rate|increase)\((\w+)", promql))
    counted = {name for name in metrics(promql) if KINDS[name] in {"counter", "histogram"}}
    assert rated == counted


@pytest.mark.parametrize("panel", POLICY, ids=lambda panel: panel["title"])
def test_sql_has_nothing_for_grafana_to_fill_in_but_the_consultation_encoded(panel):
    for target in panel["targets"]:
        assert {f"'{queries.CHOSEN}'"} == set(re.findall(r".?\$\S[^}]*\}?.?", target["rawSql"]))


MARK = re.compile(r"(?P<of>(?:(?! == ).)+?) [<>] (?P<at>[0-9.]*[1-9][0-9.]*)(?: and .*)?")
MARKED = [
    pytest.param(match["of"], float(match["at"]), id=rule["alert"])
    for rule in rules(Times())["groups"][0]["rules"]
    if (match := MARK.fullmatch(" ".join(rule["expr"].split())))
]


@pytest.mark.parametrize(("of", "at"), MARKED)
def test_where_an_alert_fires_a_panel_has_a_mark(of, at):
    marks = {
        step["value"]
        for panel in OPERATORS
        if any(target["expr"] in {of, f"max({of})"} for target in panel["targets"])
        for step in panel["fieldConfig"]["defaults"]["thresholds"]["steps"]
    }
    assert at in marks


def test_alerts_with_a_mark_are_found():
    assert {"IsegoriaLag", "IsegoriaSkew", "IsegoriaRejected"} <= {alert.id for alert in MARKED}


def provisioned(name):
    return yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))


def test_every_dashboard_has_a_data_source_that_is_provisioned():
    types = [source["type"] for source in provisioned("datasources.yml")["datasources"]]
    assert sorted(SOURCES.values()) == sorted(types)


def test_addresses_and_passwords_come_from_the_environment():
    for source in provisioned("datasources.yml")["datasources"]:
        where = {**source, **source.get("jsonData", {}), **source.get("secureJsonData", {})}
        given = [
            where[key] for key in ("url", "host", "port", "username", "password") if key in where
        ]
        assert given
        assert all(re.fullmatch(r"\$\{?ISEGORIA_GRAFANA_[A-Z_]+\}?", value) for value in given)


def test_the_provider_gives_grafana_this_folder():
    (provider,) = provisioned("dashboards.yml")["providers"]
    assert ("file", False) == (provider["type"], provider["allowUiUpdates"])
    assert provider["options"]["path"].endswith("/isegoria")
