"""The sample consultation: its tables against what its maker knows."""

import json
from collections import Counter
from math import exp, log

import pytest

from intake.sample import CONSULTATION, sample_consultation
from schemas.events import ContributionSubmitted
from schemas.records import Verdict

SAMPLE = sample_consultation()


@pytest.fixture(scope="module")
def topics(system):
    system.publish(SAMPLE.events)
    system.wait()
    return {topic["topic"]: topic for topic in system.topics(CONSULTATION)}


def figures(counts):
    """The seven figures from contributions per voice, straight from their definitions."""
    counts, total = sorted(counts), sum(counts)
    shares = [count / total for count in counts]
    ranks = enumerate(counts, start=1)
    return {
        "contributions": total,
        "voices": len(counts),
        "top1_share": shares[-1],
        "top5_share": sum(shares[-5:]),
        "gini": sum((2 * i - len(counts) - 1) * x for i, x in ranks) / (len(counts) * total),
        "effective_voices_1": exp(-sum(p * log(p) for p in shares)),
        "effective_voices_2": 1 / sum(p * p for p in shares),
    }


def participants(topic):
    known = SAMPLE.truth.contributions[topic].values()
    return [*known, *[1] * SAMPLE.truth.unknown_authors.get(topic, 0)]


@pytest.mark.parametrize("topic", sorted(SAMPLE.truth.counts))
def test_counts_by_verdict_are_those_planned(topics, topic):
    planned = SAMPLE.truth.counts[topic]
    counted = {
        Verdict.ORIGINAL: topics[topic]["originals"],
        Verdict.REDELIVERED: topics[topic]["redelivered"],
        Verdict.RESUBMITTED: topics[topic]["resubmitted"],
    }
    assert {verdict: planned.get(verdict, 0) for verdict in counted} == counted


@pytest.mark.parametrize("topic", sorted(SAMPLE.truth.counts))
def test_figures_of_participants_follow_from_who_was_planned_to_say_how_much(topics, topic):
    for name, value in figures(participants(topic)).items():
        assert pytest.approx(value) == topics[topic][name], name


@pytest.mark.parametrize("topic", sorted(SAMPLE.truth.counts))
def test_figures_of_everyone_take_organisers_and_officials_in(topics, topic):
    everyone = [*participants(topic), *SAMPLE.truth.other_roles.get(topic, {}).values()]
    for name, value in figures(everyone).items():
        assert pytest.approx(value) == topics[topic]["everyone"][name], name


def test_a_person_has_one_vote_on_a_contribution(topics):
    counted = {topic: summary["supports"] for topic, summary in topics.items()}
    assert dict(SAMPLE.truth.supports) == counted


@pytest.mark.usefixtures("topics")
def test_every_delivery_has_the_verdict_planned_for_it(system):
    said = [
        (event, SAMPLE.truth.verdicts[index])
        for index, event in enumerate(SAMPLE.events)
        if isinstance(event, ContributionSubmitted)
    ]
    planned = Counter(
        (event.source, event.id, expected.verdict.value, expected.refers_to)
        for event, expected in said
    )
    rows = system.query(
        "SELECT source, event_id, verdict, refers_to FROM contributions FINAL"
        " WHERE consultation = {consultation:String}",
        consultation=CONSULTATION,
    )
    assert planned == Counter(tuple(row) for row in rows)


@pytest.mark.usefixtures("topics")
def test_the_tables_verify_equal(system):
    assert "equal\n" == system.cli("verify").stdout


def test_publishing_all_of_it_again_changes_nothing_but_redelivered(system, topics):
    system.publish(SAMPLE.events)
    system.wait()
    again = {topic["topic"]: topic for topic in system.topics(CONSULTATION)}
    for name, before in topics.items():
        after = again[name]
        changed = {key for key in before if before[key] != after[key]}
        # The position is how far the summary is true; a redelivery moves it.
        assert {"redelivered", "as_of_offset"} == changed
        deliveries = sum(SAMPLE.truth.counts[name].values())
        assert before["redelivered"] + deliveries == after["redelivered"]
    assert {"equal": True, "differences": []} == json.loads(system.cli("verify", "--json").stdout)
