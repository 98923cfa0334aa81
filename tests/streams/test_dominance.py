"""The dominance figures, held against their textbook definitions over plain lists of counts."""

from collections import Counter
from fractions import Fraction
from itertools import pairwise
from math import exp, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.dominance import (
    NOBODY,
    Tally,
    figures,
    half_written_by,
    lorenz,
    with_one_unknown,
)

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


@given(st.lists(st.tuples(st.sampled_from(["", "a", "b", "c"]), st.booleans()), max_size=40))
def test_a_tally_is_that_of_what_remains(steps):
    kept, tally = Counter(), Tally.empty()
    for author, adds in steps:
        if adds or not kept[author]:
            kept[author] += 1
            tally.add(author)
        else:
            kept[author] -= 1
            tally.remove(author)
    remaining = Tally.empty()
    for author in kept.elements():
        remaining.add(author)
    assert remaining == tally


@given(counts_per_voice, st.sampled_from(["", "voice 0", "somebody else"]))
def test_to_add_and_then_remove_is_nothing(counts, author):
    changed = tally(counts)
    changed.add(author)
    changed.remove(author)
    assert tally(counts) == changed


@pytest.mark.parametrize("author", ["", "somebody else"])
def test_what_is_not_counted_cannot_be_taken_back(author):
    with pytest.raises(ValueError, match="no contribution of"):
        tally([2, 1]).remove(author)


def test_the_most_active_come_first_and_level_ones_by_pseudonym():
    counted = Tally.empty()
    for author in ("c", "b", "c", "", "a", ""):
        counted.add(author)
    assert [("c", 2), ("", 1), ("", 1), ("a", 1), ("b", 1)] == counted.most_active(9)
    assert [("c", 2), ("", 1)] == counted.most_active(2)


@given(counts_per_voice, st.integers(0, 10))
def test_unknown_authors_as_one_person_are_one_voice_with_all_they_wrote(counts, unknown):
    apart = tally(counts)
    for _ in range(unknown):
        apart.add("")
    together = tally([*counts, unknown] if unknown else counts)
    assert together.histogram == with_one_unknown(apart.histogram, apart.unknown)


@given(counts_per_voice, st.integers(0, 10))
def test_unknown_authors_as_one_person_never_lower_dominance(counts, unknown):
    apart = tally(counts)
    for _ in range(unknown):
        apart.add("")
    lowest, highest = apart.figures(), figures(with_one_unknown(apart.histogram, unknown))
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
    assert expected == lorenz(tally(counts).histogram)


@given(counts_per_voice)
def test_gini_is_twice_the_area_above_the_lorenz_curve(counts):
    points = lorenz(tally(counts).histogram)
    below = sum(
        (x - previous_x) * (y + previous_y) / 2
        for (previous_x, previous_y), (x, y) in pairwise(points)
    )
    assert pytest.approx(1 - 2 * below, abs=1e-12) == tally(counts).figures().gini


def test_nobody_has_no_lorenz_curve():
    assert [] == lorenz({})


@given(counts_per_voice)
def test_half_is_written_by_the_fewest_who_can(counts):
    counts.sort(reverse=True)
    enough = [n for n in range(len(counts) + 1) if Fraction(sum(counts[:n]), sum(counts)) * 2 >= 1]
    assert enough[0] == half_written_by(tally(counts).histogram)


def test_nobody_wrote_half_of_nothing():
    assert 0 == half_written_by({})
