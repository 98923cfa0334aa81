"""`isegoria intake` beside the stack: from a channel's request to the tables, without a name."""

import json
import signal
import subprocess
import sys
from contextlib import contextmanager

import pytest

from embedded.ports import free_port
from schemas.events import encode
from tests.fixtures.processes import wait_for
from tests.intake.http.serving import BATCH, Client
from tests.make import contribution
from tests.system.running import environment

CONSULTATION = "over-http"
NAMES = ("Wilhelmina Featherstonehaugh", "o.tuppence@example.org", "+43 660 1234567")


@contextmanager
def intake(system, folder, more=""):
    """The command as an operator runs it; gives a client and the file of its log.

    `more` are lines for the channel.
    """
    made = subprocess.run(
        [sys.executable, "-m", "isegoria", "intake", "token", "web"],
        capture_output=True,
        text=True,
        check=True,
    )
    channels = folder / "channels.toml"
    channels.write_text(f"{made.stdout}{more}\n")
    token = made.stderr.split()[-1]
    assert token not in made.stdout
    port = free_port()
    log = folder / "intake.log"
    command = [
        sys.executable,
        "-m",
        "isegoria",
        "intake",
        "--port",
        str(port),
        "--monitoring-port",
        "0",
    ]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, "--data-dir", str(system.folder)],
            stdout=output,
            stderr=output,
            env={**environment(), "ISEGORIA_INTAKE_CHANNELS_FILE": str(channels)},
        )
    try:
        client = Client(port, {"Authorization": f"Bearer {token}"})
        wait_for(lambda: process.poll() is not None or answers(client))
        yield client, log
        process.send_signal(signal.SIGTERM)
        assert 0 == process.wait(30)
    finally:
        process.kill()
        process.wait()


def answers(client):
    try:
        return client.request("GET", "/readyz").status == 200
    except OSError:
        return False


def sent(number):
    made = contribution(
        f"h{number}",
        f"Reason number {number} for a tram along the river, all of it my own.",
        source="urn:isegoria:channel:web",
    )
    event = json.loads(encode(made))
    named = {"consultation": CONSULTATION, "participant": NAMES[number % len(NAMES)]}
    return {**event, "data": {**event["data"], **named}}


@pytest.fixture(scope="module")
def published(system, tmp_path_factory):
    """A batch, the same again, and one that is wrong; gives the log of the intake."""
    folder = tmp_path_factory.mktemp("intake")
    batch = [sent(number) for number in range(30)]
    wrong = [{**sent(31), "data": {**sent(31)["data"], "mode": NAMES[0]}}]
    with intake(system, folder) as (client, log):
        answered = [client.post(body, BATCH) for body in (batch, batch, wrong)]
    assert [202, 202, 400] == [answer.status for answer in answered]
    system.wait()
    return log.read_text() + str(answered)


@pytest.mark.usefixtures("published")
def test_a_request_that_is_sent_again_is_recognised_as_redelivered(system):
    verdicts = system.query(
        "SELECT verdict, count() FROM contributions FINAL WHERE consultation = {c:String}"
        " GROUP BY verdict ORDER BY verdict",
        c=CONSULTATION,
    )
    assert [("original", 30), ("redelivered", 30)] == verdicts


@pytest.mark.usefixtures("published")
def test_each_person_has_one_pseudonym(system):
    voices = system.query(
        "SELECT uniqExact(participant) FROM contributions FINAL WHERE consultation = {c:String}",
        c=CONSULTATION,
    )
    assert [(len(NAMES),)] == voices


@pytest.mark.parametrize("name", NAMES)
def test_no_name_is_in_a_log_or_an_answer_or_in_kafka(system, published, name):
    in_kafka = b"".join(value for *_, value in system.records()).decode(errors="replace")
    stack = "".join(path.read_text(errors="replace") for path in system.folder.rglob("*.log"))
    assert "request" in published
    assert name not in published + in_kafka + stack


def test_without_channels_the_command_says_how_to_make_one(system):
    done = system.cli("intake", code=1)
    assert "isegoria intake token NAME" in done.stderr


def test_a_channels_file_that_is_wrong_is_named(tmp_path):
    path = tmp_path / "channels.toml"
    path.write_text("[channels.web]\n")
    done = subprocess.run(
        [sys.executable, "-m", "isegoria", "intake", "--data-dir", str(tmp_path)],
        capture_output=True,
        text=True,
        env={**environment(), "ISEGORIA_INTAKE_CHANNELS_FILE": str(path)},
        check=False,
    )
    assert (1, True) == (done.returncode, f"{path}: channels.web.source" in done.stderr)
