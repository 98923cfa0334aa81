"""The dashboard as a process: of the stack, and on its own."""

import re
import subprocess
import sys
import urllib.request

import pytest
from click.testing import CliRunner

from dashboard.config import read_config
from isegoria.cli.dashboard import dashboard
from tests import make
from tests.fixtures.clickhouse import free_port
from tests.system.running import System, environment, moved

PORTS = ("--kafka-port", "0", "--clickhouse-port", "0", "--dashboard-port", "0")
PASSWORD = "a long enough password"


@pytest.fixture(scope="module")
def shown(system: System) -> str:
    """The address that `isegoria up` prints."""
    return address(system.cli("up", *PORTS).stdout)


def address(printed):
    return re.search(r"Dashboard +(http://localhost:\d+/)", printed)[1]


def read(where):
    with urllib.request.urlopen(where, timeout=60) as answer:  # noqa: S310
        return answer.read().decode()


def test_the_stack_serves_it(system, shown):
    events = [make.consultation_opened(), make.topic_opened(), make.contribution("c1")]
    system.publish(moved(event, "seen-by-the-stack") for event in events)
    system.wait()
    assert "/c/seen-by-the-stack" in read(shown)


def test_it_says_that_this_is_the_development_mode(shown):
    assert "Development mode" in read(shown)


def test_what_runs_already_keeps_its_address(system, shown):
    assert shown == address(system.cli("up", *PORTS).stdout)


def test_it_is_started_again_when_it_was_killed(system, shown):
    system.kill("dashboard")
    system.stack.wait_until_ready("dashboard", lambda: bool(_served(shown)), 60)
    assert "<h1>Consultations</h1>" in read(shown)


def test_it_does_not_listen_for_others_without_a_configuration(system):
    done = system.cli("dashboard", "--host", "192.0.2.1", code=1)
    assert "without ISEGORIA_DASHBOARD_FILE nobody signs in" in done.stderr


def test_a_configuration_that_is_wrong_is_told_in_a_sentence(system, tmp_path):
    file = tmp_path / "dashboard.toml"
    file.write_text('public_url = "http://dashboard.example"\n')
    command = [sys.executable, "-m", "isegoria", "dashboard", "--port", str(free_port())]
    done = subprocess.run(
        [*command, "--data-dir", str(system.folder)],
        env=environment() | {"ISEGORIA_DASHBOARD_FILE": str(file)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert 1 == done.returncode
    assert f"Error: {file}: " in done.stderr
    assert "public_url" in done.stderr


def test_the_lines_for_a_user_are_those_of_the_configuration(tmp_path):
    made = CliRunner().invoke(dashboard, ["password", "ana"], input=f"{PASSWORD}\n{PASSWORD}\n")
    secret = tmp_path / "secret"
    secret.write_bytes(bytes(range(32)))
    secret.chmod(0o600)
    file = tmp_path / "dashboard.toml"
    lines = made.output[made.output.index("[users") :]
    head = 'public_url = "https://dashboard.example"\nsecret_file = "secret"\nlicence = "CC0-1.0"\n'
    file.write_text(head + lines)
    assert ["ana"] == list(read_config(file).users)


def test_a_password_that_is_too_short_is_refused():
    made = CliRunner().invoke(dashboard, ["password", "ana"], input="short\nshort\n")
    assert made.exit_code


def _served(where):
    try:
        return read(where)
    except OSError:
        return ""
