"""A client from a URL."""

import pytest
from clickhouse_connect.driver.exceptions import DatabaseError, OperationalError

from sinks.connection import connect
from tests.fixtures.clickhouse import PASSWORD, free_port


def test_the_url_names_the_database(clickhouse):
    database = clickhouse.rpartition("/")[2]
    assert connect(clickhouse).command("SELECT currentDatabase()") == database


@pytest.mark.parametrize(("setting", "value"), [("async_insert", 0), ("insert_deduplicate", 0)])
def test_inserts_are_settled_when_they_are_answered(clickhouse, setting, value):
    assert connect(clickhouse).command(f"SELECT getSetting('{setting}')") in (
        value,
        str(bool(value)).lower(),
    )


def test_a_wrong_password_is_an_error(clickhouse):
    with pytest.raises(DatabaseError) as raised:
        connect(clickhouse.replace(PASSWORD, "wrong"))
    assert raised.value.code == 516


def test_nothing_at_the_port_is_an_error():
    with pytest.raises(OperationalError):
        connect(f"http://isegoria:x@127.0.0.1:{free_port()}/isegoria")


@pytest.mark.parametrize("url", ["", "clickhouse://h/d", "http:///d", "127.0.0.1:8123"])
def test_a_url_of_another_form_is_refused_without_repeating_it(url):
    with pytest.raises(ValueError, match=r"^ClickHouse URL: expected http\(s\)://USER"):
        connect(url)
