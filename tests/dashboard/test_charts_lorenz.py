"""The Lorenz curve, its mark and its table."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.charts import lorenz
from dashboard.charts.lorenz import MAX_POINTS, height_at, thinned
from dashboard.i18n import ENGLISH, Words

WORDS = Words(ENGLISH)
THREE = [(0.0, 0.0), (0.5, 0.1), (1.0, 1.0)]

CURVES = st.lists(st.integers(1, 1000), min_size=1, max_size=300).map(
    lambda counts: [
        (place / len(counts), sum(sorted(counts)[:place]) / sum(counts))
        for place in range(len(counts) + 1)
    ]
)


def datasets(chart):
    return json.loads(chart.spec)["datasets"]


def test_a_curve_is_drawn_through_its_points():
    drawn = datasets(lorenz(THREE, 2, 10, WORDS, "k"))

    assert [(point["x"], point["y"]) for point in drawn["curve"]] == THREE


@pytest.mark.parametrize(
    ("people", "text"), [(1, "1 person wrote half of it"), (2, "2 people wrote half of it")]
)
def test_it_is_marked_from_where_on_people_wrote_half(people, text):
    [mark] = datasets(lorenz(THREE, people, 10, WORDS, "k"))["half"]

    assert mark["x"] == 1 - people / 10
    assert mark["text"] == text


def test_a_description_says_how_many_wrote_half():
    assert lorenz(THREE, 2, 10, WORDS, "k").description.startswith(
        "Half of it was written by 2 of 10 people"
    )


def test_one_person_is_told_as_one():
    chart = lorenz([(0.0, 0.0), (1.0, 1.0)], 1, 1, WORDS, "k")

    assert chart.description.startswith("Half of it was written by 1 of 1 person:")


def test_a_table_has_the_share_of_every_tenth():
    rows = lorenz(THREE, 2, 10, WORDS, "k").rows

    assert [row[0] for row in rows] == [f"{tenth}0%" for tenth in range(1, 11)]
    assert rows[4] == ("50%", "10.0%")
    assert rows[9] == ("100%", "100.0%")


@settings(deadline=None)
@given(CURVES)
def test_a_thinned_curve_has_few_of_the_points_and_both_ends(points):
    found = thinned(points, MAX_POINTS)

    assert len(found) <= MAX_POINTS
    assert set(found) <= set(points)
    assert (found[0], found[-1]) == (points[0], points[-1])


@settings(deadline=None)
@given(CURVES, st.floats(0, 1))
def test_a_thinned_curve_is_where_the_curve_is(points, share):
    found = height_at(thinned(points, MAX_POINTS), share)

    # A chord of a convex curve is above it, by less than the curve climbs between its ends.
    assert -1e-9 <= found - height_at(points, share) <= 0.05


def test_a_height_between_points_is_on_the_straight_line():
    assert height_at(THREE, 0.75) == pytest.approx(0.55)
