"""What holds for every chart, whatever it shows."""

import random
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from xml.etree import ElementTree as ET

import pytest

from dashboard.charts import (
    Split,
    cosigners,
    lorenz,
    mix,
    spread,
    stance,
    support,
    timeline,
    warm,
    windows,
)
from dashboard.charts.periods import MAX_PERIODS
from dashboard.i18n import ENGLISH, Words

SVG = "{http://www.w3.org/2000/svg}"
MAX_BYTES = 12_000
HOSTILE = "<script>alert(1)</script>\"'&]]>\u202e\x00\x1b\ufffe</text></svg>"
RIGHT_TO_LEFT = "قناة البلدية الإلكترونية للمشاورات"
LONG = "A channel whose name nobody thought about " * 50


@dataclass(frozen=True)
class GermanNumbers(Words):
    """English texts with the numbers and dates of another language."""

    locale: str = "de"

    def gettext(self, message):
        return message

    def ngettext(self, singular, plural, number):
        return singular if number == 1 else plural


ENGLISH_WORDS = Words(ENGLISH)


def parsed(chart):
    """The picture as XML."""
    return ET.fromstring(chart.svg)  # noqa: S314 (our own, and it must be XML)


def texts(chart):
    """The texts in a picture, in their order."""
    return [text.text for text in parsed(chart).iter(f"{SVG}text")]


def window(**changes):
    return {
        "window": "24h",
        "pick": "worst",
        "starts_at": "2026-05-03T14:00:00.000Z",
        "ends_at": "2026-05-04T14:00:00.000Z",
        "contributions": 40,
        "voices": 9,
        "top1_share": 0.625,
        "top5_share": 0.9,
        "effective_voices_2": 3.25,
        **changes,
    }


def days(count, late=True):
    """So many days, each with something."""
    drawn = random.Random(5)
    return [
        {
            "day": (date(2026, 3, 2) + timedelta(days=day)).isoformat(),
            "online": drawn.randrange(2, 40),
            "offline": drawn.randrange(2, 20),
            "late_online": late and drawn.randrange(2),
            "late_offline": late and drawn.randrange(2),
        }
        for day in range(count)
    ]


def curve(points):
    return [(step / points, (step / points) ** 3) for step in range(points + 1)]


EXAMPLES = {
    "lorenz": lambda words: lorenz(curve(1000), 204, 1000, words, "k"),
    "lorenz of one": lambda words: lorenz([(0.0, 0.0), (1.0, 1.0)], 1, 1, words, "k"),
    "stance": lambda words: stance(
        Split(123, 34, 88), Split(70, 20, 20), Split(40, 3, 60), words, "k"
    ),
    "stance of one": lambda words: stance(
        Split(1, 0, 0), Split(1, 0, 0), Split(1, 0, 0), words, "k"
    ),
    "support": lambda words: support(Split(9, 3, 88), Split(7, 2, 2), Split(4, 3, 60), words, "k"),
    "mix": lambda words: mix("Channels", [("Web form", 812), ("E-mail", 230)], words, "k"),
    "mix of what people wrote": lambda words: mix(
        HOSTILE, [(HOSTILE, 3), (RIGHT_TO_LEFT, 2), (LONG, 1), ("", 1)], words, "k"
    ),
    "mix of many": lambda words: mix("Groups", [(f"g{n}", n) for n in range(5000)], words, "k"),
    "timeline": lambda words: timeline(days(40), words, "k"),
    "timeline of one": lambda words: timeline(days(1), words, "k"),
    "timeline in time": lambda words: timeline(days(90, late=False), words, "k"),
    "timeline of years": lambda words: timeline(days(2000, late=False), words, "k"),
    "cosigners": lambda words: cosigners(
        [{"day": day["day"], "senders": 2 + place} for place, day in enumerate(days(2000))],
        [{"at": "2026-03-04T10:00:00Z", "senders": 41}],
        words,
        "k",
    ),
    "cosigners on one day": lambda words: cosigners(
        [{"day": "2026-05-03", "senders": 2}], [], words, "k"
    ),
    "windows": lambda words: windows([window(), window(top1_share=1.0)], 0.6, words, "k"),
    "spread": lambda words: spread(12.34, 48.9, words, "k"),
}


@pytest.fixture(params=EXAMPLES)
def chart(request):
    return EXAMPLES[request.param](ENGLISH_WORDS)


def test_a_picture_has_a_name_and_a_description_for_screen_readers(chart):
    svg = parsed(chart)

    assert svg.get("role") == "img"
    ids = {element.get("id"): element.text for element in svg.iter() if element.get("id")}
    assert ids == {"k-title": chart.title, "k-desc": chart.description}
    assert svg.get("aria-labelledby") == "k-title k-desc"


def test_a_picture_says_nothing_else_to_screen_readers(chart):
    _root, *inner = parsed(chart).iter()

    names = {name for element in inner for name in element.attrib}
    assert not {name for name in names if name.startswith("aria-") or name == "role"}


def test_a_picture_scales(chart):
    svg = parsed(chart)

    assert svg.get("height") is None
    assert svg.get("viewBox").startswith(f"0 0 {svg.get('width')} ")


def test_a_picture_has_nothing_that_a_strict_policy_forbids_or_that_comes_from_elsewhere(chart):
    elements = list(parsed(chart).iter())

    assert {element.tag.removeprefix(SVG) for element in elements} <= {
        "svg", "title", "desc", "g", "path", "line", "rect", "text",
    }  # fmt: skip
    names = {name for element in elements for name in element.attrib}
    assert not names & {"style", "class", "href"}
    assert not {name for name in names if name.startswith(("on", "{"))}
    assert not re.search(r"url\(", chart.svg)


def test_a_picture_is_small(chart):
    assert len(chart.svg.encode()) <= MAX_BYTES


def test_the_largest_picture_there_is_stays_small_enough_for_a_page():
    full = timeline(days(MAX_PERIODS), ENGLISH_WORDS, "k")

    assert len(full.rows) == MAX_PERIODS
    assert len(full.svg.encode()) <= 16_000


def test_no_text_of_a_picture_is_smaller_than_12_pixels(chart):
    svg = parsed(chart)

    sizes = [svg.get("font-size")] + [text.get("font-size") for text in svg.iter(f"{SVG}text")]
    assert min(float(size.removesuffix("px")) for size in sizes if size) >= 12


def test_every_row_of_a_table_is_as_long_as_its_header(chart):
    assert {len(chart.header)} == {len(row) for row in chart.rows}


def test_a_table_is_bounded(chart):
    assert len(chart.rows) <= 100


@pytest.mark.parametrize(
    "nothing",
    [
        lorenz([], 0, 0, ENGLISH_WORDS, "k"),
        stance(Split(0, 0, 0), Split(0, 0, 0), Split(0, 0, 0), ENGLISH_WORDS, "k"),
        support(Split(0, 0, 0), Split(0, 0, 0), Split(0, 0, 0), ENGLISH_WORDS, "k"),
        mix("Channels", [], ENGLISH_WORDS, "k"),
        mix("Channels", [("web", 0)], ENGLISH_WORDS, "k"),
        timeline([], ENGLISH_WORDS, "k"),
        cosigners([], [], ENGLISH_WORDS, "k"),
        windows([], 0.6, ENGLISH_WORDS, "k"),
        spread(0.0, 0.0, ENGLISH_WORDS, "k"),
    ],
)
def test_where_there_is_nothing_to_draw_there_is_no_chart(nothing):
    assert nothing is None


def test_what_people_wrote_stands_as_they_wrote_it_without_what_xml_cannot_hold():
    drawn = EXAMPLES["mix of what people wrote"](ENGLISH_WORDS)

    legible = "<script>alert(1)</script>\"'&]]>\u202e </text></svg>"
    assert drawn.title == legible
    assert [row[0] for row in drawn.rows] == [legible, RIGHT_TO_LEFT, LONG.strip(), "Not stated"]


def test_a_long_name_is_cut_in_the_picture_alone():
    drawn = EXAMPLES["mix of what people wrote"](ENGLISH_WORDS)

    [cut] = [text for text in texts(drawn) if text.startswith("A channel")]
    assert cut.endswith("…")
    assert len(cut) < 50


def test_numbers_on_an_axis_are_written_as_the_reader_writes_them():
    many = [{**day, "online": 900} for day in days(300, late=False)]

    drawn = timeline(many, GermanNumbers(), "k")

    assert "2.000" in texts(drawn)
    assert "02.03.2026" in texts(drawn)


def test_a_table_is_written_as_the_reader_writes():
    drawn = spread(1234.5, 2.0, GermanNumbers(), "k")

    assert drawn.rows == (("With this person", "1.234,5"), ("Without this person", "2,0"))


def test_charts_are_drawn_in_many_threads_at_once():
    def drawn(place):
        return mix("Channels", [("Web form", 100 + place), ("E-mail", 7)], ENGLISH_WORDS, "k")

    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(drawn, range(24)))

    assert [str(100 + place) for place in range(24)] == [one.rows[0][1] for one in found]
    assert len({one.svg for one in found}) == 24


def test_the_renderer_can_be_started_beforehand():
    warm()
