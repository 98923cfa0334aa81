"""A client from a URL."""

import pytest
from clickhouse_connect.driver.exceptions import DatabaseError, OperationalError

from sinks.address import answers, read_url
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


def test_a_url_has_the_usual_port_user_and_database_where_it_names_none():
    assert ("https", "example.org", 8443, "default", "", "default") == read_url(
        "https://example.org"
    )


def test_what_a_url_cannot_hold_comes_in_percent_encoding():
    assert "a/b@c" == read_url("http://isegoria:a%2Fb%40c@example.org:8123/isegoria").password


@pytest.mark.parametrize(
    "url", ["http://u:S3cr/et@host:1/d", "http://", "kafka://u:S3cr@host", "http://u:S3cr@h:x/"]
)
def test_a_url_that_is_none_is_refused_without_repeating_it(url):
    with pytest.raises(ValueError, match="ClickHouse URL: expected http") as raised:
        read_url(url)
    assert "S3cr" not in str(raised.value)
    assert raised.value.__cause__ is None


def test_a_server_can_be_asked_whether_it_is_there(clickhouse):
    assert answers(clickhouse)
    assert not answers(f"http://127.0.0.1:{free_port()}")
