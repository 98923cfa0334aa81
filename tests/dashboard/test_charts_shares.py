"""What people said and voted, counted in three ways, and what it came through."""

from dashboard.charts import Split, mix, stance, support
from dashboard.charts.shares import MAX_BARS, MAX_ROWS
from dashboard.charts.theme import BLUE, GREY, ORANGE
from dashboard.i18n import ENGLISH, Words
from tests.dashboard.test_charts_every import SVG, parsed, texts

WORDS = Words(ENGLISH)


def widths(chart, fill):
    """How wide the bars of a colour are, in the order of rows; without the legend."""
    paths = [path for path in parsed(chart).iter(f"{SVG}path") if path.get("fill") == fill]
    bars = [part for path in paths for part in path.get("d").split("Z") if "v22" in part]
    return [float(bar.split("h")[1].split("v")[0]) for bar in bars]


def test_a_stance_is_counted_in_three_ways():
    chart = stance(Split(60, 10, 30), Split(5, 5, 10), Split(1, 1, 2), WORDS, "k")

    assert chart.header == ("Way of counting", "For", "Neutral", "Against", "Counted in all")
    assert chart.rows == (
        ("As counted", "60.0%", "10.0%", "30.0%", "100 contributions"),
        ("One person, one voice", "25.0%", "25.0%", "50.0%", "20 people"),
        ("One text, one voice", "25.0%", "25.0%", "50.0%", "4 different texts"),
    )


def test_the_bars_of_a_stance_are_as_long_as_its_shares():
    chart = stance(Split(60, 10, 30), Split(5, 5, 10), Split(1, 1, 2), WORDS, "k")

    lengths = [widths(chart, fill) for fill in (BLUE, GREY, ORANGE)]
    whole = [sum(row) for row in zip(*lengths, strict=True)]
    shares = [
        [round(part / all_, 2) for part, all_ in zip(parts, whole, strict=True)]
        for parts in lengths
    ]
    assert shares == [[0.6, 0.25, 0.25], [0.1, 0.25, 0.25], [0.3, 0.5, 0.5]]


def test_a_stance_is_named_in_its_bar_where_there_is_room():
    found = texts(stance(Split(94, 5, 1), Split(6, 1, 3), Split(1, 1, 2), WORDS, "k"))

    assert "For 94%" in found
    assert "Against 30%" in found
    assert "10%" in found
    assert "5%" not in found


def test_a_stance_that_nobody_takes_has_no_bar():
    chart = stance(Split(3, 0, 0), Split(2, 0, 0), Split(1, 0, 0), WORDS, "k")

    assert chart.rows[0] == ("As counted", "100.0%", "0.0%", "0.0%", "3 contributions")
    assert widths(chart, GREY) == []


def test_a_description_of_a_stance_says_its_shares():
    chart = stance(Split(60, 10, 30), Split(5, 5, 10), Split(1, 1, 2), WORDS, "k")

    assert chart.description == (
        "For: 60% as counted, 25% where every person has one voice,"
        " 25% where every text has one voice."
    )


def test_votes_are_counted_in_three_ways():
    chart = support(Split(6, 1, 3), Split(1, 0, 1), Split(2, 1, 1), WORDS, "k")

    assert chart.header == ("Way of counting", "Agree", "Pass", "Disagree", "Counted in all")
    assert [row[1:] for row in chart.rows] == [
        ("60.0%", "10.0%", "30.0%", "10 votes"),
        ("50.0%", "0.0%", "50.0%", "2 voters"),
        ("50.0%", "25.0%", "25.0%", "4 votes"),
    ]


def test_a_mix_has_its_largest_part_first():
    chart = mix("Channels", [("E-mail", 1), ("Web form", 3)], WORDS, "k")

    assert chart.title == "Channels"
    assert chart.rows == (("Web form", "3", "75.0%"), ("E-mail", "1", "25.0%"))
    assert texts(chart) == ["Web form", "E-mail", "75% (3)", "25% (1)"]
    assert chart.description == "The largest part is Web form with 75%."


def test_a_mix_of_many_has_the_smallest_as_one():
    chart = mix("Groups", [(f"g{size}", size) for size in range(1, 301)], WORDS, "k")

    assert len(chart.rows) == MAX_ROWS
    rest = sum(range(1, 301 - (MAX_ROWS - 1)))
    assert chart.rows[-1][:2] == ("201 others", WORDS.number(rest))
    assert len([text for text in texts(chart) if "(" in text]) == MAX_BARS
    assert "291 others" in texts(chart)
