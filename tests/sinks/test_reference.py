"""The SQL against reference figures of real consultations, made by a script of another hand."""

import csv
import json
import os
from pathlib import Path

import pytest

from sinks.queries import FIGURES
from sinks.verify import verify
from streams.text import normalise
from tests.sinks.rows import Log, contribution, pseudonym

DATA = Path(
    os.environ.get("ISEGORIA_REFERENCE_DATA", Path(__file__).parents[2].parent / "shared" / "data")
)
ORGANISER = "0"


@pytest.fixture
def truth() -> dict[str, dict]:
    path = DATA / "TRUTH.json"
    if not path.exists():
        pytest.skip(f"no reference data: {path} does not exist, set ISEGORIA_REFERENCE_DATA")
    figures = json.loads(path.read_text(encoding="utf-8"))
    return {name: facts for name, facts in figures.items() if name.startswith("polis/")}


def polis_log(folder: Path, topic: str) -> Log:
    """The statements of an export in the order of their times, without verdicts or summaries."""
    with (folder / "comments.csv").open(encoding="utf-8", newline="") as file:
        statements = sorted(csv.DictReader(file), key=lambda row: int(row["timestamp"]))
    log = Log()
    roots: dict[tuple[str, str], int] = {}
    for offset, row in enumerate(statements):
        text = normalise(row["comment-body"])
        roots.setdefault((row["author-id"], text or str(offset)), offset)
    log.contributions = [
        contribution(
            offset,
            root_offset=roots[row["author-id"], normalise(row["comment-body"]) or str(offset)],
            topic=topic,
            contribution=row["comment-id"],
            participant=pseudonym(int(row["author-id"])),
            role="organiser" if row["author-id"] == ORGANISER else "participant",
            text=row["comment-body"],
        )
        for offset, row in enumerate(statements)
    ]
    return log


def test_figures_of_real_consultations_are_those_of_the_reference(client, store, truth):
    expected, recomputed = {}, {}
    for number, (name, facts) in enumerate(truth.items()):
        store(polis_log(DATA / name, f"t{number}"))
        # Against an empty summary every figure that is not 0 is a difference, and so is told.
        client.command(f"INSERT INTO summaries (consultation, topic) VALUES ('parks', 't{number}')")
        key = f"parks/t{number}"
        expected[key, "resubmitted"] = facts["resubmitted_exact"]
        for prefix, whose in (("", "participants"), ("everyone_", "everyone")):
            expected |= {(key, f"{prefix}{figure}"): facts[whose][figure] for figure in FIGURES}
    for difference in verify(client):
        if difference.table == "summaries":
            recomputed[difference.key, difference.column] = difference.recomputed
    assert {place: float(recomputed.get(place, 0)) for place in expected} == pytest.approx(
        expected, abs=1e-6
    )
