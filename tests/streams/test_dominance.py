"""The dominance figures, held against their textbook definitions over plain lists of counts."""

from math import exp, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.dominance import NOBODY, Tally

counts_per_voice = st.lists(st.integers(1, 40), min_size=1, max_size=30)


def tally(counts):
    """A tally of the given counts per voice, filled one contribution at a time, interleaved."""
    tally = Tally.empty()
    for turn in range(max(counts)):
        for voice, count in enumerate(counts):
            if turn < count:
                tally.add(f"voice {voice}")
    return tally


def mean_absolute_difference_gini(counts):
    """Gini as half the relative mean absolute difference: another formula than the code's."""
    n = len(counts)
    differences = sum(abs(a - b) for a in counts for b in counts)
    return differences / (2 * n * n * (sum(counts) / n))


def test_nobody_has_no_dominance():
    assert NOBODY == Tally.empty().figures()


def test_two_voices_one_with_two_thirds():
    figures = tally([2, 1]).figures()
    assert (3, 2) == (figures.contributions, figures.voices)
    assert pytest.approx(2 / 3) == figures.top1_share
    assert pytest.approx(1 / 6) == figures.gini
    assert pytest.approx(9 / 5) == figures.effective_voices_2


@given(counts_per_voice)
def test_figures_follow_their_definitions(counts):
    figures = tally(counts).figures()
    total = sum(counts)
    shares = sorted((count / total for count in counts), reverse=True)
    assert total == figures.contributions
    assert len(counts) == figures.voices
    assert pytest.approx(shares[0]) == figures.top1_share
    assert pytest.approx(sum(shares[:5])) == figures.top5_share
    assert pytest.approx(mean_absolute_difference_gini(counts), abs=1e-12) == figures.gini
    assert pytest.approx(exp(-sum(p * log(p) for p in shares))) == figures.effective_voices_1
    assert pytest.approx(1 / sum(p * p for p in shares)) == figures.effective_voices_2


@given(st.integers(1, 50), st.integers(1, 5))
def test_equal_voices_are_worth_their_number(voices, each):
    figures = tally([each] * voices).figures()
    assert pytest.approx(voices) == figures.effective_voices_1
    assert pytest.approx(voices) == figures.effective_voices_2
    assert pytest.approx(0) == figures.gini


@given(st.permutations([1, 1, 2, 3, 5, 8]))
def test_the_same_counts_give_the_same_floats_whoever_comes_first(counts):
    assert tally([1, 1, 2, 3, 5, 8]).figures() == tally(counts).figures()


def test_unknown_authors_are_a_voice_each():
    tally = Tally.empty()
    for _ in range(3):
        tally.add("")
    assert (3, 3) == (tally.figures().contributions, tally.figures().voices)
