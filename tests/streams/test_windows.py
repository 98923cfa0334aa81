"""Sliding windows, held against an oracle that goes from window to window and counts."""

from collections import Counter
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.dominance import figures
from streams.windows import (
    histogram,
    judged_windows,
    latest,
    name,
    peaks,
    touched_starts,
    worst,
)

LENGTH, STEP = 120, 10

# Some bunched up, some far apart, before and after the epoch.
moments = st.one_of(st.integers(-200, 200), st.integers(-50_000, 50_000))
contributions = st.lists(st.tuples(moments, st.integers(-1, 4)), max_size=40)
minimums = st.integers(1, 6)


def arrays(contributions):
    """Times and voices; every contribution of an unknown author (-1) becomes its own voice."""
    times = np.array([at for at, _ in contributions], np.int64)
    voices = [voice if voice >= 0 else -1 - n for n, (_, voice) in enumerate(contributions)]
    return times, np.array(voices, np.int64)


def naive_windows(times, voices):
    """Counts per voice, by the start of every window that holds anything."""
    counts = {}
    for at, voice in zip(times.tolist(), voices.tolist(), strict=True):
        start = at // STEP * STEP
        while start + LENGTH > at:
            counts.setdefault(start, Counter())[voice] += 1
            start -= STEP
    return dict(sorted(counts.items()))


def rows(table, *columns):
    return [tuple(row[column].item() for column in columns) for row in table]


@given(contributions)
def test_touched_are_the_windows_that_hold_a_contribution(contributions):
    times, voices = arrays(contributions)
    assert [*naive_windows(times, voices)] == touched_starts(times, LENGTH).tolist()


@given(contributions, minimums)
def test_windows_with_enough_contributions_are_measured(contributions, minimum):
    times, voices = arrays(contributions)
    expected = [
        (start, counts.total(), len(counts), max(counts.values()))
        for start, counts in naive_windows(times, voices).items()
        if counts.total() >= minimum
    ]
    found = judged_windows(times, voices, LENGTH, minimum)
    assert expected == rows(found, "start", "contributions", "voices", "top1")


@given(contributions, minimums)
def test_effective_voices_are_those_of_the_figures(contributions, minimum):
    times, voices = arrays(contributions)
    for window in judged_windows(times, voices, LENGTH, minimum):
        expected = figures(histogram(times, voices, int(window["start"]), LENGTH))
        assert pytest.approx(expected.effective_voices_2) == window["effective_voices_2"]


@given(contributions, minimums, st.randoms())
def test_the_order_of_contributions_changes_nothing(contributions, minimum, random):
    expected = judged_windows(*arrays(contributions), LENGTH, minimum)
    shuffled = [*zip(*arrays(contributions), strict=True)]
    random.shuffle(shuffled)
    times, voices = np.array(shuffled, np.int64).reshape(-1, 2).T
    assert expected.tolist() == judged_windows(times, voices, LENGTH, minimum).tolist()


@given(contributions, minimums)
def test_the_worst_has_the_highest_share_then_most_contributions_then_comes_first(
    contributions, minimum
):
    times, voices = arrays(contributions)
    order = sorted(
        (-Fraction(max(counts.values()), counts.total()), -counts.total(), start)
        for start, counts in naive_windows(times, voices).items()
        if counts.total() >= minimum
    )
    found = worst(judged_windows(times, voices, LENGTH, minimum))
    assert [start for _, _, start in order[:1]] == found["start"].tolist()


@given(contributions, minimums, st.sampled_from([0.25, 0.5, 0.75, 1.0]))
def test_a_peak_is_where_a_participant_wrote_most_of_what_they_have_the_share_of(
    contributions, minimum, share
):
    times, voices = arrays(contributions)
    best = {}
    for start, counts in naive_windows(times, voices).items():
        total = counts.total()
        for voice, wrote in counts.items():
            if voice >= 0 and total >= minimum and Fraction(wrote, total) >= share:
                candidate = (-wrote, total, start)
                best[voice] = min(best.get(voice, candidate), candidate)
    expected = [(voice, -wrote, total, start) for voice, (wrote, total, start) in best.items()]
    windows = judged_windows(times, voices, LENGTH, minimum)
    found = peaks(times, voices, windows, LENGTH, share)
    assert sorted(expected) == rows(found, "voice", "wrote", "contributions", "start")


@given(contributions, moments)
def test_a_window_s_histogram_counts_its_voices(contributions, start):
    times, voices = arrays(contributions)
    inside = Counter(voices[(start <= times) & (times < start + LENGTH)].tolist())
    assert Counter(inside.values()) == histogram(times, voices, start, LENGTH)


@given(contributions.filter(bool))
def test_the_latest_window_ends_at_the_first_step_after_the_newest(contributions):
    times, _ = arrays(contributions)
    end = latest(times, LENGTH) + LENGTH
    assert 0 == end % STEP
    assert 0 < end - times.max() <= STEP


def test_20_000_contributions_of_one_second():
    times, voices = np.full(20_000, 1_000_000_000), np.arange(20_000) % 3
    found = judged_windows(times, voices, 3_600_000, 20)
    assert [(20_000, 3, 6_667)] * 12 == rows(found, "contributions", "voices", "top1")


@pytest.mark.parametrize("length", [0, -12, 100])
def test_a_length_is_a_multiple_of_its_steps(length):
    with pytest.raises(ValueError, match="multiple of 12"):
        touched_starts(np.zeros(1, np.int64), length)


def test_voices_too_far_apart_are_refused():
    times, voices = np.zeros(2, np.int64), np.array([0, 2**62])
    with pytest.raises(ValueError, match="number them one by one"):
        judged_windows(times, voices, LENGTH, 1)


@pytest.mark.parametrize(("hours", "called"), [(1, "1h"), (24, "24h"), (36, "36h"), (168, "7d")])
def test_names_of_lengths(hours, called):
    assert called == name(hours)
