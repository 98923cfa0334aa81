"""How much one person weighs."""

import json

from dashboard.charts import spread, windows
from dashboard.charts.theme import BLUE, ORANGE
from dashboard.i18n import ENGLISH, Words
from tests.dashboard.test_charts_every import SVG, parsed, texts, window

WORDS = Words(ENGLISH)


def fills(chart):
    return [part["fill"] for part in json.loads(chart.spec)["datasets"]["segments"]]


def test_windows_are_named_by_their_length_and_why_they_are_shown():
    chart = windows(
        [window(window="1h"), window(window="24h", pick="latest"), window(window="7d")],
        0.6,
        WORDS,
        "k",
    )

    assert [row[0] for row in chart.rows] == [
        "1 hour, most one-sided", "24 hours, latest", "7 days, most one-sided",
    ]  # fmt: skip


def test_a_window_from_the_threshold_on_has_another_colour():
    shares = (0.5, 0.6, 1.0)

    chart = windows([window(top1_share=share) for share in shares], 0.6, WORDS, "k")

    assert fills(chart) == [BLUE, ORANGE, ORANGE]


def test_the_threshold_is_a_line_that_says_what_it_is():
    chart = windows([window()], 0.6, WORDS, "k")

    assert "flagged from 60% on" in texts(chart)
    assert [line for line in parsed(chart).iter(f"{SVG}line") if line.get("stroke-dasharray")]


def test_shares_beside_a_threshold_have_the_digits_that_decide():
    chart = windows([window(top1_share=0.124)], 0.125, WORDS, "k")

    assert {"12.4%", "flagged from 12.5% on"} <= set(texts(chart))
    assert chart.description.endswith("one person wrote 12.4%.")


def test_a_table_of_windows_has_their_figures():
    [row] = windows([window()], 0.6, WORDS, "k").rows

    assert row[1:] == (
        "3 May 2026, 14:00:00 UTC", "4 May 2026, 14:00:00 UTC", "40", "9", "62.5%", "3.2",
    )  # fmt: skip


def test_a_description_says_where_one_person_wrote_most():
    chart = windows([window(), window(window="1h", top1_share=0.9)], 0.6, WORDS, "k")

    assert chart.description == (
        "In the most one-sided window, 1 hour from 3 May 2026, 14:00:00 UTC on,"
        " one person wrote 90%."
    )


def test_a_spread_is_shown_with_and_without_a_person():
    chart = spread(12.34, 48.9, WORDS, "k")

    assert chart.rows == (("With this person", "12.3"), ("Without this person", "48.9"))
    assert fills(chart) == [ORANGE, BLUE]
    assert chart.description == (
        "With this person it is as if 12.3 people had spoken equally much,"
        " and without them as if 48.9 had."
    )
