"""A policy takes effect on what was said before: figures and flags are told again, verdicts stay.

Of 24 contributions to each of two consultations person 1 wrote 5 and person 2 wrote 3.
"""

from pathlib import Path

import pytest

from schemas.policy import DeploymentPolicy, read_policy
from tests.make import contribution, pseudonym
from tests.system.running import PARTITIONS

AUTHORS = [1, 1, 1, 1, 1, 2, 2, 2, *range(3, 19)]
TOPIC, WHOLE = "route", ""
STRICTER = "dominance.top1_share = 0.12"
LAXER = "dominance.top1_share = 0.5"
LIMIT = "posting_limit = {posts = 3, hours = 24}"
TREES = ("Acacia", "Birch", "Cedar", "Elm", "Fir", "Gorse", "Hazel", "Ivy", "Larch", "Maple")
KINDS = ("Road", "Lane", "Square")


def said(consultation: str):
    for number, person in enumerate(AUTHORS):
        street = f"{TREES[number % 10]} {KINDS[number // 10]}"
        yield contribution(
            f"{consultation}-{number}",
            f"The parade should pass through {street}.",
            person=person,
            minute=number,
            consultation=consultation,
            topic=TOPIC,
        )


@pytest.fixture(scope="module")
def consultations(system):
    """Both, published; afterwards the default policy is in force again."""
    system.publish([*said("parade"), *said("carnival")])
    system.wait()
    yield
    empty = system.folder / "default.toml"
    empty.write_text("")
    system.cli("policy", "apply", str(empty))
    system.wait()


@pytest.fixture
def put(system, consultations, tmp_path):  # noqa: ARG001
    """Puts a policy in force from its TOML, and gives what was read from the file."""

    def put(text: str) -> DeploymentPolicy:
        path = write(tmp_path, text)
        system.cli("policy", "apply", str(path))
        system.wait()
        return read_policy(path)

    return put


def write(folder: Path, text: str) -> Path:
    path = folder / "policy.toml"
    path.write_text(text)
    return path


def flagged(system, consultation, topic, measure="top1_share"):
    rows = system.query(
        "SELECT flag.participant FROM dominance FINAL ARRAY JOIN flags AS flag"
        " WHERE consultation = {consultation:String} AND topic = {topic:String}"
        " AND flag.measure = {measure:String}",
        consultation=consultation,
        topic=topic,
        measure=measure,
    )
    return {participant for (participant,) in rows}


def hashes(system, consultation):
    rows = system.query(
        "SELECT policy FROM dominance FINAL WHERE consultation = {consultation:String}"
        " UNION ALL SELECT policy FROM summaries FINAL WHERE consultation = {consultation:String}",
        consultation=consultation,
    )
    return [policy for (policy,) in rows]


@pytest.mark.parametrize("topic", [TOPIC, WHOLE], ids=["topic", "whole"])
def test_flags_appear_and_vanish_with_the_policy(system, put, topic):
    one, two = pseudonym(1), pseudonym(2)
    found = []
    for policy in ("", STRICTER, LAXER, ""):
        put(policy)
        found.append(flagged(system, "parade", topic))
    assert [{one}, {one, two}, set(), {one}] == found


@pytest.mark.parametrize("text", [STRICTER, LAXER], ids=["stricter", "laxer"])
def test_everything_told_names_the_policy(system, put, text):
    policy = put(text)
    assert [policy.default.hash] * 3 == hashes(system, "parade")


def test_contributions_are_untouched(system, put):
    query = "SELECT * FROM contributions FINAL WHERE consultation = 'parade' ORDER BY offset"
    before = system.query(query)
    put(STRICTER)
    assert len(AUTHORS) == len(before)
    assert before == system.query(query)


@pytest.mark.parametrize("text", [STRICTER, LAXER, LIMIT], ids=["stricter", "laxer", "limit"])
def test_the_tables_verify_equal(system, put, text):
    put(text)
    assert "equal\n" == system.cli("verify").stdout


def test_an_override_changes_one_consultation_only(system, put):
    policy = put(f"consultations.parade.{STRICTER}")
    assert {pseudonym(1), pseudonym(2)} == flagged(system, "parade", WHOLE)
    assert {pseudonym(1)} == flagged(system, "carnival", WHOLE)
    assert {policy.of("parade").hash} == set(hashes(system, "parade"))
    assert {DeploymentPolicy().default.hash} == set(hashes(system, "carnival"))


def test_a_posting_limit_gives_breaches_and_a_flag_that_says_so(system, put):
    put(LIMIT)
    [(posts_over, breaches, sentences)] = system.query(
        "SELECT posts_over, breaches, arrayMap(f -> f.sentence,"
        " arrayFilter(f -> f.measure = 'posting_limit', flags)) FROM dominance FINAL"
        " WHERE consultation = 'parade' AND topic = ''"
    )
    assert 2 == posts_over
    assert [(pseudonym(1), 2)] == [(row["participant"], row["posts_over"]) for row in breaches]
    sentence = (
        f"{pseudonym(1)} made 2 contributions over the posting limit of 3 in any 24 hours, the last"
        " on 1 March 2026, 09:04 UTC; the next is within the limit from 2 March 2026, 09:00 UTC."
    )
    assert [sentence] == sentences


def test_a_policy_is_in_every_partition_and_is_shown(system, put, tmp_path):
    policy = put(f"consultations.parade.{STRICTER}")
    [(partitions,)] = system.query(
        "SELECT groupUniqArray(partition) FROM policies FINAL WHERE hash = {hash:String}",
        hash=policy.hash,
    )
    assert list(range(PARTITIONS)) == sorted(partitions)
    shown = system.cli("policy", "show").stdout
    assert policy == read_policy(write(tmp_path, shown))


def test_up_puts_the_configured_policy_in_force_once(system, put, tmp_path, monkeypatch):
    put("")
    path = write(tmp_path, "dominance.top1_share = 0.11")
    monkeypatch.setenv("ISEGORIA_POLICY_FILE", str(path))
    for _ in range(2):
        system.cli("up", "--no-dashboard")
        system.wait()
    [(times,)] = system.query(
        "SELECT count() FROM policies FINAL WHERE hash = {hash:String}", hash=read_policy(path).hash
    )
    assert PARTITIONS == times
