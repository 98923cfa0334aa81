"""What an operator may set."""

import pytest
from click.testing import CliRunner
from pydantic import ValidationError

from isegoria.cli import cli
from isegoria.cli.errors import explain
from isegoria.settings import Settings


@pytest.mark.parametrize(
    "servers", ["localhost:9092", "kafka-1.internal:9092,kafka-2.internal:9092", "[::1]:9092"]
)
def test_brokers_are_hosts_with_ports(servers):
    assert servers == Settings(kafka_bootstrap_servers=servers).kafka_bootstrap_servers


@pytest.mark.parametrize("servers", ["localhost", "localhost:abc", "http://localhost:9092", ""])
def test_anything_else_is_no_broker(servers):
    with pytest.raises(ValidationError, match="host:port"):
        Settings(kafka_bootstrap_servers=servers)


def test_a_wrong_url_is_told_in_a_sentence_without_its_password(monkeypatch):
    monkeypatch.setenv("ISEGORIA_CLICKHOUSE_URL", "http://isegoria:S3cr/et@host:8123/isegoria")
    with pytest.raises(ValidationError) as wrong:
        Settings()
    told = explain(wrong.value)
    assert told is not None
    assert "clickhouse_url" in told
    assert "%2F" in told
    assert "S3cr" not in told


def test_no_command_prints_the_password_of_a_wrong_url(monkeypatch):
    monkeypatch.setenv("ISEGORIA_CLICKHOUSE_URL", "http://isegoria:S3cr/et@host:8123/isegoria")
    done = CliRunner().invoke(cli, ["topics"])
    assert 0 != done.exit_code
    assert "S3cr" not in done.output
