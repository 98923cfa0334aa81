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


@pytest.fixture(scope="module")
def limited(system, proposals, tmp_path_factory):  # noqa: ARG001
    """Decide Madrid with two posts in 24 hours allowed: its posts over, and who has any."""
    folder = tmp_path_factory.mktemp("policy")
    limit, none = folder / "limit.toml", folder / "none.toml"
    limit.write_text("consultations.reference-madrid.posting_limit = {posts = 2, hours = 24}")
    none.write_text("")
    system.cli("policy", "apply", str(limit))
    system.wait()
    yield system.query(
        "SELECT posts_over, arrayMap(b -> b.posts_over, breaches) FROM dominance FINAL"
        " WHERE consultation = 'reference-madrid' AND topic = ''"
    )
    system.cli("policy", "apply", str(none))
    system.wait()


def test_posts_over_a_limit(limited):
    truth = TRUTH["madrid"]["posting_limit_2_per_24h"]
    [(posts_over, by_person)] = limited
    assert (truth["over"], truth["people"]) == (posts_over, len(by_person))
    assert truth["over"] == sum(by_person)


def flags(system, folder):
    """Measure, window and participant of each flag of a conversation's only topic."""
    return system.query(
        "SELECT flag.measure, flag.window, flag.participant FROM dominance FINAL"
        " ARRAY JOIN flags AS flag"
        " WHERE consultation = {consultation:String} AND topic != ''",
        consultation=consultation(f"polis/{folder}"),
    )


@pytest.mark.usefixtures("summaries")
def test_who_took_over_an_hour_is_flagged_though_a_thirtieth_of_the_whole(system):
    folder = "austria-climate.5tzfrp5eaa.2022-07-07"
    [(most_active, wrote, minutes)] = system.query(
        "SELECT participant, count() AS wrote,"
        " dateDiff('minute', min(occurred_at), max(occurred_at))"
        " FROM screened WHERE consultation = {consultation:String} AND role = 'participant'"
        " GROUP BY participant ORDER BY wrote DESC LIMIT 1",
        consultation=consultation(f"polis/{folder}"),
    )
    assert (61, 52) == (wrote, minutes)
    assert ("window_top1_share", "1h", most_active) in flags(system, folder)


@pytest.mark.usefixtures("summaries")
def test_five_who_wrote_most_of_it_are_flagged(system):
    measures = {measure for measure, _, _ in flags(system, "canadian-electoral-reform")}
    assert "top5_share" in measures


@pytest.mark.usefixtures("summaries")
@pytest.mark.parametrize("folder", ["vtaiwan.uberx", "scoop-hivemind.ubi"])
def test_where_nobody_carries_much_weight_nobody_is_flagged(system, folder):
    assert [] == flags(system, folder)


@pytest.mark.usefixtures("proposals")
def test_one_person_pasting_a_text_is_no_campaign(system):
    verdicts = system.query(
        "SELECT DISTINCT again.verdict FROM screened AS again INNER JOIN screened AS first"
        " USING (consultation, topic, participant, text)"
        " WHERE consultation = 'reference-madrid' AND participant != ''"
        " AND first.offset < again.offset"
    )
    # A text without a letter or a digit is like no other.
    assert {"resubmitted"} == {verdict for (verdict,) in verdicts} - {"original"}
