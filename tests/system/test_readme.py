"""The README's example for each kind of channel does what it says, as it is written there."""

import os
import re
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

from embedded.ports import PortTakenError, require_free
from schemas.records import Kind
from tests.fixtures.processes import wait_for
from tests.intake.http.serving import Client
from tests.system.running import System, environment

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
KAFKA, INTAKE = 9092, 8080
BASH = shutil.which("bash") or "bash"


def examples(heading):
    """The code blocks under a heading."""
    [section] = re.findall(
        rf"^### {re.escape(heading)}\n(.*?)(?=^##)", README, re.MULTILINE | re.DOTALL
    )
    return re.findall(r"^```\w+\n(.*?)^```", section, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    for port in (KAFKA, INTAKE):
        try:
            require_free(port, wanted_by="the README's examples", option="none")
        except PortTakenError as taken:
            pytest.skip(f"the README's examples need their ports: {taken}")
    system = System(tmp_path_factory.mktemp("readme"))
    system.cli("up", "--kafka-port", str(KAFKA), "--clickhouse-port", "0", "--dashboard-port", "0")
    yield system
    system.cli("down")


@pytest.fixture
def shell(stack, tmp_path):
    """Runs lines as they are typed, in a folder of its own."""
    scripts = Path(sys.executable).parent
    settings = {
        **environment(),
        "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}",
        "ISEGORIA_DATA_DIR": str(stack.folder),
    }

    def run(lines, **more):
        return subprocess.run(
            [BASH, "-euo", "pipefail", "-c", lines],
            cwd=tmp_path,
            env={**settings, **more},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    run.settings, run.folder = settings, tmp_path
    return run


@contextmanager
def left_running(line, shell):
    """A command that stays, until the block ends."""
    process = subprocess.Popen(
        [BASH, "-c", f"exec env {line}"],
        cwd=shell.folder,
        env=shell.settings,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(60)


def is_up():
    try:
        return 200 == Client(INTAKE).request("GET", "/readyz").status
    except OSError:
        return False


def in_the_tables(stack, contribution):
    rows = stack.rows(Kind.CONTRIBUTION)
    return [row for row in rows if row["contribution"] == contribution]


def test_a_web_platform(stack, shell):
    if shutil.which("curl") is None:
        pytest.skip("no curl here: the README's example of a web platform is not run")
    ours, theirs = examples("A web platform, in any language")
    token_line, intake_line = ours.splitlines()
    made = shell(token_line)
    assert 0 == made.returncode, made.stderr
    with left_running(intake_line, shell):
        wait_for(is_up)
        answer = shell(theirs, TOKEN=made.stderr.split()[-1])
        assert 0 == answer.returncode, answer.stdout + answer.stderr
    wait_for(lambda: in_the_tables(stack, "post-81"))
    [row] = in_the_tables(stack, "post-81")
    assert row["participant"].startswith("p-")


def test_a_clerk_with_a_spreadsheet(stack, shell):
    [lines] = examples("A clerk with a spreadsheet")
    done = shell(lines)
    assert 0 == done.returncode, done.stdout + done.stderr
    wait_for(lambda: in_the_tables(stack, "F-17"))


def test_a_scanner_of_paper_forms(stack, shell):
    [lines] = examples("A scanner of paper forms")
    done = shell(lines)
    assert 0 == done.returncode, done.stdout + done.stderr
    wait_for(lambda: in_the_tables(stack, "form-17"))


def test_a_call_centre_from_python(stack, shell):
    [lines] = examples("A call centre, from Python")
    (shell.folder / "call.py").write_text(lines)
    done = shell("python call.py")
    assert 0 == done.returncode, done.stdout + done.stderr
    wait_for(lambda: in_the_tables(stack, "call-5"))
