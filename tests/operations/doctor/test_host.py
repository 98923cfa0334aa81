"""What the doctor says of this machine."""

import re
from pathlib import Path

import pytest

from operations.doctor import host
from operations.doctor.finding import Level

LOGS = Path("/data/logs")
UP = "isegoria up"
KEY = bytes(range(32))
RESTORE = "restore the key from a backup; a new one only where no consultation runs"


def test_programs_that_run_are_right():
    assert Level.OK is host.programs({"kafka": "RUNNING", "worker": "RUNNING"}, LOGS, UP).level


def test_a_program_that_has_just_been_started_is_a_warning():
    assert Level.WARNING is host.programs({"worker": "STARTING"}, LOGS, UP).level


@pytest.mark.parametrize("state", ["STOPPED", "BACKOFF", "FATAL", "EXITED"])
def test_a_program_that_is_down_is_named_with_its_log(state):
    found = host.programs({"kafka": "RUNNING", "worker": state}, LOGS, UP)
    assert (f"worker is {state}", True) == (found.says, "/data/logs/worker.log" in found.mend)


@pytest.mark.parametrize(
    ("running", "level"), [("3.10.14", Level.WRONG), ("3.11.0", Level.OK), ("3.15.0b1", Level.OK)]
)
def test_python_is_as_new_as_is_needed(running, level):
    assert level is host.python(">=3.11", running).level


def test_packages_that_are_new_enough_are_right():
    assert Level.OK is host.packages(["click>=1", "rich"]).level


@pytest.mark.parametrize(
    ("requirement", "says"),
    [
        ("click>=99", r"click \d.* is not >=99"),
        ("no-such-package>=1", "no-such-package is missing"),
    ],
)
def test_a_package_that_is_too_old_or_missing_is_named(requirement, says):
    assert re.fullmatch(says, host.packages(["rich", requirement]).says)


def test_a_package_that_is_too_old_is_wrong():
    assert Level.WRONG is host.packages(["click>=99"]).level


def test_what_only_an_extra_needs_is_not_looked_for():
    assert Level.OK is host.packages(['no-such-package>=1; extra == "dev"']).level


def test_a_data_directory_that_is_not_made_yet_has_the_room_of_its_parent(tmp_path):
    says = host.data_directory(tmp_path / "not" / "yet").says
    assert says.partition(": ")[2] == host.data_directory(tmp_path).says.partition(": ")[2]


def key(tmp_path, mode=0o600, content=KEY):
    file = tmp_path / "pseudonym.key"
    file.write_bytes(content)
    file.chmod(mode)
    return file


def test_a_key_that_is_closed_to_others_is_right(tmp_path):
    assert Level.OK is host.pseudonym_key_file(key(tmp_path), named=True).level


def test_a_key_that_others_can_read_is_mended_by_its_mode(tmp_path):
    file = key(tmp_path, mode=0o644)
    found = host.pseudonym_key_file(file, named=False)
    assert (Level.WRONG, f"chmod 600 {file}") == (found.level, found.mend)


def test_a_key_that_is_too_short_is_restored_and_not_replaced(tmp_path):
    found = host.pseudonym_key_file(key(tmp_path, content=b"short"), named=False)
    assert (Level.WRONG, RESTORE) == (found.level, found.mend)


def test_a_key_that_cannot_be_read_is_not_replaced(tmp_path):
    found = host.pseudonym_key_file(tmp_path, named=True)
    assert (Level.WRONG, "let this user read it") == (found.level, found.mend)


def test_the_key_is_not_told(tmp_path):
    file = key(tmp_path, content=b"short")
    found = host.pseudonym_key_file(file, named=False)
    assert "short" not in (found.says + found.mend).replace(str(file), "")


@pytest.mark.parametrize(("named", "level"), [(True, Level.WARNING), (False, Level.OK)])
def test_a_key_that_is_not_there_matters_where_it_is_named(tmp_path, named, level):
    assert level is host.pseudonym_key_file(tmp_path / "none", named=named).level


def test_looking_for_a_key_makes_none(tmp_path):
    host.pseudonym_key_file(tmp_path / "none", named=False)
    assert [] == list(tmp_path.iterdir())


def test_a_key_given_as_text_is_read():
    assert Level.OK is host.pseudonym_key_text(KEY.hex()).level


@pytest.mark.parametrize("text", ["not a key", KEY[:5].hex()], ids=["damaged", "too short"])
def test_a_text_that_is_no_key_is_restored_and_not_replaced(text):
    found = host.pseudonym_key_text(text)
    assert (Level.WRONG, RESTORE) == (found.level, found.mend)
