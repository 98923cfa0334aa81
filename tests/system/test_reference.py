"""Real consultations, imported through the command line, against figures made without us."""

import json
import os
from pathlib import Path

import pytest

DATA = Path(
    os.environ.get("ISEGORIA_REFERENCE_DATA", Path(__file__).parents[2] / ".." / "shared" / "data")
)
FIGURES = (
    "contributions",
    "voices",
    "top1_share",
    "top5_share",
    "gini",
    "effective_voices_1",
    "effective_voices_2",
)
TRUTH = json.loads((DATA / "TRUTH.json").read_text()) if (DATA / "TRUTH.json").exists() else {}
FOLDERS = sorted(name for name in TRUTH if name.startswith("polis/"))
PROPOSALS = TRUTH.get("madrid", {}).get("topics", {})

pytestmark = pytest.mark.skipif(
    not FOLDERS, reason="no reference data: set ISEGORIA_REFERENCE_DATA to the folder that has it"
)


def consultation(folder):
    return f"reference-{folder.removeprefix('polis/')}"


@pytest.fixture(scope="module")
def summaries(system):
    for folder in FOLDERS:
        path = str(DATA / folder)
        system.cli("import", "polis", path, "--consultation", consultation(folder))
    system.wait()
    return {folder: system.topics(consultation(folder))[0] for folder in FOLDERS}


@pytest.fixture(scope="module")
def proposals(system):
    path = str(DATA / "madrid")
    system.cli("import", "consul", path, "--consultation", "reference-madrid")
    system.wait()
    return {summary["topic"]: summary for summary in system.topics("reference-madrid")}


@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize("name", FIGURES)
def test_figures_of_participants_and_of_everyone(summaries, folder, name):
    summary, truth = summaries[folder], TRUTH[folder]
    assert truth["participants"][name] == round(summary[name], 6)
    assert truth["everyone"][name] == round(summary["everyone"][name], 6)


@pytest.mark.parametrize("folder", FOLDERS)
def test_exact_resubmissions_are_resubmissions(summaries, folder):
    assert TRUTH[folder]["resubmitted_exact"] <= summaries[folder]["resubmitted"]


@pytest.mark.parametrize("folder", FOLDERS)
def test_supports(summaries, folder):
    assert TRUTH[folder].get("supports", 0) == summaries[folder]["supports"]


@pytest.mark.usefixtures("summaries", "proposals")
def test_the_tables_verify_equal(system):
    assert "equal\n" == system.cli("verify").stdout


def test_importing_a_folder_again_changes_nothing_but_redelivered(system, summaries):
    folder = FOLDERS[-1]
    before = summaries[folder]
    path = str(DATA / folder)
    system.cli("import", "polis", path, "--consultation", consultation(folder))
    system.wait()
    [after] = system.topics(consultation(folder))
    assert {"redelivered", "as_of_offset"} == {key for key in before if before[key] != after[key]}
    assert before["everyone"]["contributions"] == after["redelivered"]


def test_every_proposal_is_a_topic(proposals):
    assert {f"proposal-{number}" for number in PROPOSALS} == set(proposals)


@pytest.mark.parametrize("number", PROPOSALS)
def test_figures_of_a_proposal(proposals, number):
    everyone, truth = proposals[f"proposal-{number}"]["everyone"], PROPOSALS[number]
    # Not rounded: a Gini of these ends in a 5 on the seventh place.
    assert {name: truth[name] for name in FIGURES} == pytest.approx(
        {name: everyone[name] for name in FIGURES}, abs=1e-6
    )


@pytest.mark.parametrize("number", PROPOSALS)
def test_resubmissions_to_a_proposal(proposals, number):
    assert PROPOSALS[number]["resubmitted_exact"] <= proposals[f"proposal-{number}"]["resubmitted"]
