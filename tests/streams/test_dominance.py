"""The dominance figures, held against their textbook definitions over plain lists of counts."""

from fractions import Fraction
from itertools import pairwise
from math import exp, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.dominance import NOBODY, figures, half_written_by, lorenz, spread

counts_per_voice = st.lists(st.integers(1, 40), min_size=1, max_size=30)


def spread_of(counts, unknown=0):
    """How contributions are spread over voices with these counts, and unknown authors."""
    people = np.repeat(np.arange(1, len(counts) + 1, dtype=np.uint32), counts)
    return spread(np.concatenate([people, np.zeros(unknown, np.uint32)]))


def mean_absolute_difference_gini(counts):
    """Gini as half the relative mean absolute difference: another formula than the code's."""
    n = len(counts)
    differences = sum(abs(a - b) for a in counts for b in counts)
    return differences / (2 * n * n * (sum(counts) / n))


def test_nobody_has_no_dominance():
    assert NOBODY == spread_of([]).figures


def test_two_voices_one_with_two_thirds():
    figures = spread_of([2, 1]).figures
    assert (3, 2) == (figures.contributions, figures.voices)
    assert pytest.approx(2 / 3) == figures.top1_share
    assert pytest.approx(1 / 6) == figures.gini
    assert pytest.approx(9 / 5) == figures.effective_voices_2


@given(counts_per_voice)
def test_figures_follow_their_definitions(counts):
    figures = spread_of(counts).figures
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
    figures = spread_of([each] * voices).figures
    assert pytest.approx(voices) == figures.effective_voices_1
    assert pytest.approx(voices) == figures.effective_voices_2
    assert pytest.approx(0) == figures.gini


@given(st.permutations([1, 1, 2, 3, 5, 8]))
def test_the_same_counts_give_the_same_floats_whoever_comes_first(counts):
    assert spread_of([1, 1, 2, 3, 5, 8]).figures == spread_of(counts).figures


def test_unknown_authors_are_a_voice_each():
    figures = spread_of([], unknown=3).figures
    assert (3, 3) == (figures.contributions, figures.voices)


def test_the_most_active_come_first_and_those_level_with_the_last_too():
    assert [(3, 2), (0, 1), (0, 1), (1, 1), (2, 1)] == spread_of([1, 1, 2], 2).most_active(9)
    assert [(3, 2), (0, 1), (0, 1), (1, 1), (2, 1)] == spread_of([1, 1, 2], 9).most_active(2)


@given(counts_per_voice, st.integers(0, 10))
def test_unknown_authors_as_one_person_are_one_voice_with_all_they_wrote(counts, unknown):
    together = spread_of([*counts, unknown] if unknown else counts)
    assert together.histogram == spread_of(counts, unknown).with_one_unknown


@given(counts_per_voice, st.integers(0, 10))
def test_unknown_authors_as_one_person_never_lower_dominance(counts, unknown):
    apart = spread_of(counts, unknown)
    lowest, highest = apart.figures, figures(apart.with_one_unknown)
    assert lowest.top1_share <= highest.top1_share
    assert lowest.top5_share <= highest.top5_share
    assert pytest.approx(highest.effective_voices_2) == min(
        lowest.effective_voices_2, highest.effective_voices_2
    )


@given(counts_per_voice)
def test_the_lorenz_curve_adds_up_voices_from_the_least_active(counts):
    counts.sort()
    expected = [(0.0, 0.0)] + [
        (end / len(counts), sum(counts[:end]) / sum(counts))
        for end in range(1, len(counts) + 1)
        if end == len(counts) or counts[end] > counts[end - 1]
    ]
    assert expected == lorenz(spread_of(counts).histogram)


@given(counts_per_voice)
def test_gini_is_twice_the_area_above_the_lorenz_curve(counts):
    points = lorenz(spread_of(counts).histogram)
    below = sum(
        (x - previous_x) * (y + previous_y) / 2
        for (previous_x, previous_y), (x, y) in pairwise(points)
    )
    assert pytest.approx(1 - 2 * below, abs=1e-12) == spread_of(counts).figures.gini


def test_nobody_has_no_lorenz_curve():
    assert [] == lorenz({})


@given(counts_per_voice)
def test_half_is_written_by_the_fewest_who_can(counts):
    counts.sort(reverse=True)
    enough = [n for n in range(len(counts) + 1) if Fraction(sum(counts[:n]), sum(counts)) * 2 >= 1]
    assert enough[0] == half_written_by(spread_of(counts).histogram)


def test_nobody_wrote_half_of_nothing():
    assert 0 == half_written_by({})
