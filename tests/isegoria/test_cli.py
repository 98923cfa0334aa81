"""The command line where there is nothing to talk to: clear sentences, exit codes, no traceback."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

COMMENTS = "timestamp,datetime,comment-id,author-id,agrees,disagrees,moderated,comment-body\n"


def isegoria(*arguments, folder, **environment):
    return subprocess.run(
        [sys.executable, "-m", "isegoria", *arguments, "--data-dir", str(folder)],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "COLUMNS": "100", **environment},
        check=False,
    )


@pytest.mark.parametrize("command", ["topics", "verify", "worker"])
def test_without_a_stack_a_command_says_how_to_start_one(tmp_path, command):
    done = isegoria(command, folder=tmp_path)
    assert 1 == done.returncode
    assert f"isegoria up --data-dir {tmp_path}" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_setting_that_is_wrong_is_named(tmp_path):
    done = isegoria("topics", folder=tmp_path, ISEGORIA_KAFKA_PARTITIONS="many")
    assert 1 == done.returncode
    assert "kafka_partitions" in done.stderr


@pytest.mark.parametrize("option", ["--kafka-port", "--clickhouse-port"])
def test_a_taken_port_is_refused_with_the_option_that_chooses_another(tmp_path, option):
    other = {"--kafka-port": "--clickhouse-port", "--clickhouse-port": "--kafka-port"}[option]
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = isegoria("up", option, port, other, "0", folder=tmp_path)
    assert 1 == done.returncode
    assert f"port {port}" in done.stderr
    assert option in done.stderr


def test_down_where_nothing_is_up_is_well(tmp_path):
    assert 0 == isegoria("down", folder=tmp_path / "nothing").returncode


def test_a_sentence_stays_on_its_line_however_long_and_oddly_a_folder_is_named(tmp_path):
    folder = tmp_path / ("consultation " * 10).strip() / "[bold]"
    done = isegoria("down", folder=folder)
    assert f"The stack on {folder} is down; its data are kept.\n" == done.stdout


@pytest.fixture
def export(tmp_path):
    """A Polis export folder with a good row and a bad one."""
    folder = tmp_path / "export"
    folder.mkdir()
    rows = "1483908221702,,1,7,0,0,1,Plant trees\nyesterday,,2,8,0,0,1,Fix the lights\n"
    (folder / "comments.csv").write_text(COMMENTS + rows)
    return folder


def test_a_dry_run_needs_no_stack_and_lists_bad_rows_by_line(tmp_path, export):
    arguments = ("import", "polis", str(export), "--consultation", "trees", "--dry-run")
    done = isegoria(*arguments, folder=tmp_path)
    assert 1 == done.returncode
    assert "3 events could be published" in done.stdout
    assert "comments.csv line 3, timestamp" in done.stderr
    assert "1 rows were skipped" in done.stderr


def test_a_bad_row_is_told_on_one_line_in_a_narrow_window_too(tmp_path, export):
    arguments = ("import", "polis", str(export), "--consultation", "trees", "--dry-run")
    done = isegoria(*arguments, folder=tmp_path, COLUMNS="40")
    [told] = [line for line in done.stderr.splitlines() if "comments.csv line 3" in line]
    assert len(told) > 40


def test_a_folder_that_is_no_export_is_refused(tmp_path):
    empty = tmp_path / "empty"
    empty.mkdir()
    done = isegoria("import", "polis", str(empty), "--consultation", "trees", folder=tmp_path)
    assert 1 == done.returncode
    assert "comments.csv" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "allowed"),
    [
        (("--consultation", "a b"), "letters, digits and . _ : -"),
        (("--consultation", "trees", "--organiser", "hall"), "a whole number"),
    ],
)
def test_an_id_that_is_none_is_refused_with_what_is_allowed(tmp_path, export, arguments, allowed):
    done = isegoria("import", "polis", str(export), *arguments, folder=tmp_path)
    assert 1 == done.returncode
    assert allowed in done.stderr
    assert "Traceback" not in done.stderr


def test_input_and_format_belong_together(tmp_path):
    done = isegoria("demo", "--once", "--input", str(tmp_path), folder=tmp_path)
    assert 2 == done.returncode
    assert "--input and --format belong together" in done.stderr


def test_the_demo_leaves_a_folder_alone_that_it_did_not_make(tmp_path):
    mine = tmp_path / "demo"
    mine.mkdir()
    (mine / "thesis.txt").write_text("years of work")
    done = isegoria("demo", "--once", folder=tmp_path)
    assert 1 == done.returncode
    assert Path(mine / "thesis.txt").exists()
