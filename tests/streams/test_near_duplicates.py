"""How well copies of letters are found, and nothing else, on labelled and on real texts."""

import csv
import os
from pathlib import Path

import pytest

from intake.sample import sample_consultation
from schemas.events import ContributionSubmitted
from schemas.policy import Similarity
from streams.text import normalise
from tests.near_duplicates import cluster, corpus, render, table

DATA = Path(
    os.environ.get("ISEGORIA_REFERENCE_DATA", Path(__file__).parents[2] / ".." / "shared" / "data")
)
# What was read and found to be copied, in Madrid one of the two to mock it: pairs by different
# people that are not exact repeats.
READ = {
    "madrid": 2,
    "polis/austria-climate.5twd2jsnkf.2022-08-08": 1,
    "polis/football-concussions": 1,
    "polis/scoop-hivemind.ubi": 1,
}


@pytest.fixture(scope="module")
def by_letter():
    return table(corpus(1))


@pytest.fixture(scope="module")
def by_edited_copy():
    return table(corpus(1, first_rate=10))


def test_letters_sent_first(by_letter):
    print(f"\n{render(by_letter)}")  # noqa: T201 - the table that the README quotes
    poor = [
        (row.kind, rate)
        for row in by_letter
        for rate in row.recall
        if rate <= 20 and row.recall[rate] < 0.95
    ]
    assert [] == poor


def test_nothing_is_put_together_that_does_not_belong_together(by_letter):
    assert [] == [row.kind for row in by_letter if any(row.recall) and row.precision < 0.99]
    # A reply that quotes half of a text and adds little is told from a copy by nothing.
    assert by_letter[-1].merged <= 0.01 * by_letter[-1].texts


def test_edited_copies_sent_first(by_edited_copy):
    print(f"\n{render(by_edited_copy)}")  # noqa: T201
    poor = [
        (row.kind, rate)
        for row in by_edited_copy
        for rate in row.recall
        if rate <= 10 and row.recall[rate] < 0.95
    ]
    assert [] == poor


def test_few_mistakes_after_edited_copies(by_edited_copy):
    assert by_edited_copy[-1].precision >= 0.99


def test_letters_of_the_sample_are_found_and_nothing_else():
    sample = sample_consultation()
    letters = {one: letter.id for letter in sample.truth.letters for one in letter.contributions}
    said = {
        event.data.contribution: event.data
        for event in sample.events
        if isinstance(event, ContributionSubmitted)
    }
    for topic in {data.topic for data in said.values()}:
        datas = [data for data in said.values() if data.topic == topic]
        clusters = cluster([data.text for data in datas], Similarity())
        for data, at in zip(datas, clusters, strict=True):
            first = datas[at]
            expected = letters.get(data.contribution, normalise(data.text))
            assert expected == letters.get(first.contribution, normalise(first.text))


@pytest.mark.skipif(
    not DATA.exists(),
    reason="no reference data: set ISEGORIA_REFERENCE_DATA to the folder that has it",
)
@pytest.mark.parametrize("folder", READ)
def test_real_comments_join_only_true_copies(folder):
    with (DATA / folder / "comments.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    texts = [row.get("text") or row.get("comment-body") or "" for row in rows]
    authors = [row.get("userId") or row.get("author-id") for row in rows]
    clusters = cluster(texts, Similarity())
    joined = sum(
        authors[number] != authors[first] and normalise(texts[number]) != normalise(texts[first])
        for number, first in enumerate(clusters)
    )
    assert READ[folder] == joined
