"""What the doctor says of ClickHouse."""

import re
from pathlib import Path

import pytest

import sinks
from operations.doctor import clickhouse as doctor
from operations.doctor.finding import Level, Remedies
from sinks.connection import connect
from sinks.migrate import migrate
from tests.fixtures.clickhouse import PASSWORD, free_port

REMEDIES = Remedies(Path("data"), "isegoria up", "isegoria worker")


@pytest.fixture
def client(clickhouse):
    client = connect(clickhouse)
    migrate(client)
    yield client
    client.close()


def levels(findings):
    return {finding.check: finding.level for finding in findings}


@pytest.mark.usefixtures("client")
def test_a_server_with_all_tables_is_right(clickhouse):
    expected = dict.fromkeys(doctor.CHECKS, Level.OK)
    assert expected == levels(doctor.examine(clickhouse, REMEDIES))


def nobody_listens(_):
    return f"http://isegoria:{PASSWORD}@127.0.0.1:{free_port()}/isegoria"


def wrong_password(url):
    return url.replace(PASSWORD, "wrong")


@pytest.mark.parametrize(
    ("change", "short"),
    [(nobody_listens, "ClickHouse does not answer"), (wrong_password, "ClickHouse refuses")],
)
def test_where_no_server_answers_the_rest_is_not_looked_at(clickhouse, change, short):
    first, *others = doctor.examine(change(clickhouse), REMEDIES)
    assert (Level.WRONG, REMEDIES.server) == (first.level, first.mend)
    assert {f"not looked at: {short}"} == {finding.says for finding in others}


def test_a_server_that_hangs_does_not_answer(deaf, monkeypatch):
    monkeypatch.setattr(doctor, "_QUERY_SECONDS", 1)
    found = doctor.examine(f"http://isegoria:{PASSWORD}@{deaf}/isegoria", REMEDIES)[0]
    assert (Level.WRONG, f"{deaf} does not answer") == (found.level, found.says)


@pytest.mark.parametrize(
    "url", ["", "clickhouse://user:secret@host/database", "http://user:sec/ret@host/database"]
)
def test_a_url_that_is_none_is_wrong_and_not_repeated(url):
    found = doctor.examine(url, REMEDIES)[0]
    assert (Level.WRONG, False) == (found.level, "sec" in found.says)


def test_the_password_is_not_told(clickhouse):
    said = "".join(f"{one.says}{one.mend}" for one in doctor.examine(clickhouse, REMEDIES))
    assert PASSWORD not in said


@pytest.mark.parametrize(
    ("version", "level"),
    [("26.2.4.1", Level.WRONG), ("26.3.1.1", Level.OK), ("27.1.1.1", Level.OK)],
)
def test_a_server_is_as_new_as_the_queries_need(version, level):
    assert level is doctor.version(version).level


def test_no_function_that_is_used_is_newer_than_the_oldest_server(client):
    """By ClickHouse's own account of when it got each function."""
    sources = [*Path(sinks.__path__[0]).rglob("*.py"), *Path(sinks.__path__[0]).rglob("*.sql")]
    called = re.findall(r"\b(\w+)\(", "".join(path.read_text() for path in sources))
    asked = "SELECT name, introduced_in FROM system.functions WHERE name IN {names:Array(String)}"
    found = client.query(asked, parameters={"names": sorted(set(called))}).result_rows
    newer = {name for name, since in found if since and release(since) > doctor.OLDEST}
    assert set() == newer


def release(version):
    return tuple(int(part) for part in version.split(".")[:2] if part.isdecimal())


def test_a_database_without_tables_waits_for_its_migrations(clickhouse):
    found = doctor.migrations(connect(clickhouse), "isegoria worker")
    assert (Level.WRONG, "isegoria worker") == (found.level, found.mend)


def test_tables_of_another_version_are_wrong(client):
    client.command("INSERT INTO schema_migrations (name) VALUES ('9999_of_the_future')")
    assert "9999_of_the_future" in doctor.migrations(client, "isegoria worker").says
