"""Colours and scales."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.charts import theme
from dashboard.charts.bars import DARK, LIGHT, WARM


def luminance(colour):
    """Relative luminance as WCAG 2.2 defines it."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
        for channel in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("paint", [DARK, LIGHT, WARM])
def test_text_in_a_bar_can_be_read(paint):
    assert contrast(paint.ink, paint.fill) >= 4.5


@pytest.mark.parametrize("ink", [theme.INK, theme.SOFT_INK])
@pytest.mark.parametrize("ground", [theme.PAPER, theme.PALE_BLUE, theme.PALE_ORANGE])
def test_text_on_paper_and_on_areas_can_be_read(ink, ground):
    assert contrast(ink, ground) >= 4.5


@pytest.mark.parametrize("paint", [DARK, LIGHT, WARM])
def test_a_bar_stands_out_from_paper(paint):
    assert contrast(paint.stroke, theme.PAPER) >= 3


@pytest.mark.parametrize(("one", "other"), list(combinations([DARK, LIGHT, WARM], 2)))
def test_bars_beside_each_other_are_told_apart_by_lightness_alone(one, other):
    assert contrast(one.fill, other.fill) >= 3


@settings(deadline=None)
@given(st.floats(0.1, 1e9))
def test_a_scale_has_a_few_round_numbers_from_nothing_to_the_maximum(maximum):
    first, *others = theme.ticks(maximum)

    assert first == 0
    assert len(others) <= 5
    assert others[-1] >= maximum
    assert str(others[0])[0] in "125"


def test_an_axis_is_labelled_as_said():
    labelled = theme.axis({0: "none", 0.5: "0,5", 1000.0: '"'}, "Title").to_dict()

    assert labelled["values"] == [0, 0.5, 1000.0]
    assert labelled["labelExpr"] == '{"0": "none", "0.5": "0,5", "1000": "\\""}[datum.value]'
