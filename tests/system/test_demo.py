"""`isegoria demo`, as a newcomer runs it."""

import json
import os
import subprocess
import sys

import pytest

from intake.sample import sample_consultation

KEYS = [
    "consultation",
    "topic",
    "title",
    "contributions",
    "voices",
    "top1_share",
    "top5_share",
    "gini",
    "effective_voices_1",
    "effective_voices_2",
    "everyone",
    "originals",
    "redelivered",
    "resubmitted",
    "campaign",
    "supports",
    "newest_event",
    "as_of_offset",
]


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    json_file = folder / "topics.json"
    command = [sys.executable, "-m", "isegoria", "demo", "--once"]
    done = subprocess.run(
        [*command, "--data-dir", str(folder), "--json", str(json_file)],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "COLUMNS": "80"},
        check=False,
    )
    return done, json.loads(json_file.read_text())


def test_it_ends_well_with_the_table_of_topics(demo):
    done, topics = demo
    assert 0 == done.returncode, done.stderr
    for topic in topics:
        assert topic["title"].split()[0] in done.stdout


def test_the_json_is_a_list_of_topics_with_the_keys_that_scripts_depend_on(demo):
    _, topics = demo
    assert len(sample_consultation().truth.counts) == len(topics)
    for topic in topics:
        assert KEYS == list(topic)
        assert KEYS[3:10] == list(topic["everyone"])
