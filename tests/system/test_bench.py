"""The throughput measurement in short: it runs, both peers agree, and it says what it measured."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_both_peers_agree_and_the_result_says_where_it_was_made(tmp_path):
    result = tmp_path / "result.json"
    command = [sys.executable, "-W", "ignore", "-m", "bench.throughput"]
    done = subprocess.run(
        [*command, "--events", "2000", "--output", str(result)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )
    assert 0 == done.returncode, done.stderr
    assert "ratio" in done.stdout
    document = json.loads(result.read_text())
    assert document["measured"]["ratio"] > 0
    assert {"machine", "versions", "commit"} <= set(document)
