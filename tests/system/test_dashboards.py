"""Grafana's dashboards: every query of theirs, run against what they will ask."""

import json
import math
import subprocess
import sys
from collections import Counter
from contextlib import closing, contextmanager
from urllib.parse import quote

import pytest

from deploy.grafana import queries
from deploy.grafana.dashboards import documents
from embedded.ports import HOST, free_port
from intake.http.channels import token_hash
from intake.sample import sample_consultation
from schemas.events import ConsultationOpened, Visibility
from sinks.connection import connect
from sinks.letters import letters
from sinks.reading.dominance import flags
from sinks.reading.filters import Filters
from sinks.reading.mixes import mixes, timeline
from sinks.reading.overview import overview
from tests.fixtures.processes import wait_for
from tests.fixtures.prometheus import running_prometheus, scraping
from tests.intake.http.serving import BATCH, SOURCE, TOKEN, Client, event
from tests.system.running import environment, moved

CHOSEN = "dashboards"
HIDDEN = {
    "restricted": "dashboards-restricted",
    "private": "dashboards-private",
    "never opened": "dashboards-never-opened",
}
HOSTILE = {"a quote": "' OR 1 = 1 --", "a quote that is escaped": "\\' OR 1 = 1 --"}
LOAD = "dashboards-load"
SAMPLE = sample_consultation()

OPERATORS, POLICY = (json.loads(documents()[name]) for name in ("operators.json", "policy.json"))
ASKING = [panel for panel in POLICY["panels"] if "targets" in panel]
(CONSULTATIONS,) = (
    variable["query"]
    for variable in POLICY["templating"]["list"]
    if variable["name"] == "consultation"
)
WATCHING = [
    pytest.param(panel["title"], target["expr"], id=f"{panel['title']}: {target['legendFormat']}")
    for panel in OPERATORS["panels"]
    for target in panel.get("targets", [])
]
MAY_BE_EMPTY = {
    "Inserts tried again": "ClickHouse takes every insert at once",
    "Lag in one partition": "nothing lags, and a share of nothing is no number",
}
RATE_INTERVAL = "5m"


each_title = pytest.mark.parametrize("title", [panel["title"] for panel in ASKING])


def sample(consultation, visibility=Visibility.OPEN):
    """The sample's events in another consultation; with no visibility it is never opened."""
    for planned in SAMPLE.events:
        there = moved(planned, consultation)
        if isinstance(there, ConsultationOpened):
            if visibility is None:
                continue
            opened = there.data.model_copy(update={"visibility": visibility})
            there = there.model_copy(update={"data": opened})
        yield there


def answer(system, sql, consultation=CHOSEN):
    """Column names and rows, as Grafana asks for them with this consultation in the address."""
    with closing(connect(system.clickhouse)) as client:
        result = client.query(sql.replace(queries.CHOSEN, quote(consultation, safe="")))
    return result.column_names, result.result_rows


def rows(system, title, consultation=CHOSEN):
    """The rows of a panel by the names of the columns."""
    (panel,) = (one for one in ASKING if one["title"] == title)
    (target,) = panel["targets"]
    names, found = answer(system, target["rawSql"], consultation)
    return [dict(zip(names, row, strict=True)) for row in found]


def read(system, reading, *arguments):
    """What a reading of the dashboard's pages gives."""
    with closing(connect(system.clickhouse)) as client:
        return reading(client, *arguments)


@pytest.fixture(scope="module", autouse=True)
def published(system):
    system.publish(sample(CHOSEN))
    system.publish(sample(HIDDEN["restricted"], Visibility.RESTRICTED))
    system.publish(sample(HIDDEN["private"], Visibility.PRIVATE))
    system.publish(sample(HIDDEN["never opened"], None))
    system.wait()


@each_title
def test_every_panel_of_an_open_consultation_has_rows(system, title):
    assert rows(system, title)


@pytest.mark.parametrize("consultation", HIDDEN.values(), ids=HIDDEN)
def test_what_is_hidden_is_in_the_tables(system, consultation):
    asked = "SELECT sum(contributions) FROM summaries FINAL WHERE consultation = {id:String}"
    assert [(read(system, overview, [CHOSEN])[0]["contributions"],)] == system.query(
        asked, id=consultation
    )


@each_title
@pytest.mark.parametrize("consultation", HIDDEN.values(), ids=HIDDEN)
def test_no_panel_has_a_row_of_a_consultation_that_is_not_open(system, title, consultation):
    assert [] == rows(system, title, consultation)


@each_title
@pytest.mark.parametrize("consultation", HOSTILE.values(), ids=HOSTILE)
def test_nothing_in_an_address_becomes_sql(system, title, consultation):
    assert [] == rows(system, title, consultation)


def test_only_open_consultations_can_be_chosen(system):
    _, listed = answer(system, CONSULTATIONS)
    chosen = {consultation for consultation, _ in listed}
    assert CHOSEN in chosen
    assert not chosen & set(HIDDEN.values())


def test_the_figures_of_topics_are_those_of_the_command_line(system):
    figures = {
        "Topic": "title",
        "Contributions": "contributions",
        "Voices": "voices",
        "Effective voices": "effective_voices_2",
        "Top 1": "top1_share",
        "Top 5": "top5_share",
    }
    told = [{name: topic[key] for name, key in figures.items()} for topic in system.topics(CHOSEN)]
    shown = [{name: row[name] for name in figures} for row in rows(system, "Topics")]
    assert sorted(told, key=lambda row: row["Topic"]) == sorted(shown, key=lambda row: row["Topic"])


def test_the_figures_of_the_consultation_are_those_of_its_page(system):
    (page,) = read(system, overview, [CHOSEN])
    (shown,) = rows(system, "The consultation")
    assert page["topics"] == shown["Topics"]
    assert page["contributions"] == shown["Contributions"]
    assert page["voices"] == shown["Voices"]
    assert page["effective_voices_2"] == shown["Effective voices"]
    assert page["flags"] == shown["Flags"]


def test_days_are_those_of_the_pages(system):
    page = [
        (day["day"], day["online"], day["offline"])
        for day in read(system, timeline, CHOSEN, Filters())
    ]
    shown = [
        (str(row["time"].date()), row["Online"], row["Offline"])
        for row in rows(system, "Contributions by day, online and offline")
    ]
    assert page == shown


def test_the_days_of_channels_add_up_to_those_of_the_pages(system):
    page = {
        share["value"]: share["contributions"]
        for share in read(system, mixes, CHOSEN, Filters())["channel"]
    }
    shown = Counter()
    for row in rows(system, "Contributions by day and channel"):
        shown[row["channel"]] += row["contributions"]
    assert page == shown


def test_letters_are_those_of_the_pages(system):
    page = [(one["senders"], one["contributions"]) for one in read(system, letters, CHOSEN)]
    shown = [(row["Senders"], row["Copies"]) for row in rows(system, "Letters")]
    assert page == shown


def test_a_flag_names_nobody_in_full(system):
    named = {flag["participant"] for told in read(system, flags, CHOSEN).values() for flag in told}
    assert named
    shown = str(rows(system, "Weight in the numbers"))
    assert not [participant for participant in named if participant in shown]


def test_topics_wait_as_long_as_the_command_line_says(system):
    told = json.loads(system.cli("waiting", "--consultation", CHOSEN, "--json").stdout)
    waiting = [
        (topic["title"], topic["voices"], topic["since"], topic["days"])
        for topic in told["waiting"]
    ]
    shown = [
        (row["Topic"], row["Voices"], str(row["Since"]), row["Days"])
        for row in rows(system, "Answered and waiting")
        if row["Answered"] is None
    ]
    assert waiting == shown


def test_answers_are_those_of_the_command_line(system):
    told = json.loads(system.cli("waiting", "--consultation", CHOSEN, "--json").stdout)
    (consultation,) = told["consultations"]
    (shown,) = rows(system, "Answers")
    assert consultation["share"] == shown["Answered"]
    assert consultation["median_days"] == shown["Median wait"]


@pytest.mark.parametrize("panel", ASKING, ids=lambda panel: panel["title"])
def test_every_column_that_a_panel_names_is_in_its_answer(system, panel):
    (target,) = panel["targets"]
    names, _ = answer(system, target["rawSql"])
    named = [override["matcher"]["options"] for override in panel["fieldConfig"]["overrides"]]
    named += [panel["options"][key] for key in ("xField",) if key in panel["options"]]
    assert set(named) <= set(names)


@contextmanager
def running_intake(system, folder):
    """The command as an operator runs it; gives a client, and where Prometheus finds it."""
    channels = folder / "channels.toml"
    channels.write_text(
        f'[channels.web]\nsource = "{SOURCE}"\ntoken_sha256 = ["{token_hash(TOKEN)}"]\n'
    )
    client, monitoring = Client(free_port()), free_port()
    command = [sys.executable, "-m", "isegoria", "intake", "--port", str(client.port)]
    process = subprocess.Popen(
        [*command, "--monitoring-port", str(monitoring), "--data-dir", str(system.folder)],
        env={**environment(), "ISEGORIA_INTAKE_CHANNELS_FILE": str(channels)},
    )
    try:
        wait_for(lambda: process.poll() is not None or answers_requests(client))
        yield client, f"{HOST}:{monitoring}"
    finally:
        process.terminate()
        process.wait(30)


def answers_requests(client):
    try:
        return 200 == client.request("GET", "/readyz").status
    except OSError:
        return False


@pytest.fixture(scope="module")
def prometheus(system, tmp_path_factory):
    """A Prometheus that has scraped the stack, and an intake beside it, under some load."""
    folder = tmp_path_factory.mktemp("prometheus")
    events = list(sample(LOAD, Visibility.PRIVATE))
    with running_intake(system, folder) as (client, address):
        targets = folder / "intake.json"
        targets.write_text(json.dumps([{"targets": [address], "labels": {"job": "intake"}}]))
        config = scraping(system.folder / "targets.json", targets)
        with running_prometheus(config, folder) as prometheus:
            # A rate is between two scrapes: what a series starts with is in none.
            for part, load in enumerate((events[:500], events[500:])):
                system.publish(load)
                said = event(f"dashboards-{part}", consultation=LOAD)
                assert 202 == client.post([said], BATCH).status
                system.wait()
                wait_for(lambda: all(one["health"] == "up" for one in prometheus.targets()))
                wait_for(lambda: prometheus.query("isegoria_intake_events_total"))
            yield prometheus


def test_what_may_be_empty_is_there():
    assert set(MAY_BE_EMPTY) <= {panel["title"] for panel in OPERATORS["panels"]}


@pytest.mark.parametrize(("title", "promql"), WATCHING)
def test_every_query_of_the_operators_gives_figures(prometheus, title, promql):
    asked = promql.replace("$__rate_interval", RATE_INTERVAL)

    def answered():
        values = [sample.value for sample in prometheus.query(asked)]
        return any(not math.isnan(value) for value in values) or title in MAY_BE_EMPTY

    wait_for(answered)
