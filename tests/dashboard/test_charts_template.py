"""A chart in a page: picture, words and table."""

from html.parser import HTMLParser

import pytest

from dashboard.charts import mix
from dashboard.i18n import ENGLISH, Words
from dashboard.rendering import environment
from tests.dashboard.test_charts_every import EXAMPLES, HOSTILE

WORDS = Words(ENGLISH)
VOID = {"input", "br", "img", "hr"}


class Page(HTMLParser):
    """The elements of a page, with their texts; unbalanced tags fail."""

    def __init__(self, text):
        super().__init__()
        self.found, self._open = [], []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes), []))
        if tag not in VOID:
            self._open.append(len(self.found) - 1)

    def handle_startendtag(self, tag, attributes):
        self.found.append((tag, dict(attributes), []))

    def handle_endtag(self, tag):
        assert self.found[self._open.pop()][0] == tag

    def handle_data(self, data):
        if self._open:
            self.found[self._open[-1]][2].append(data)

    def all(self, tag, **attributes):
        return [
            "".join(text)
            for name, has, text in self.found
            if name == tag and attributes.items() <= has.items()
        ]


def page(chart, inner="{{ chart(c) }}"):
    template = '{% from "chart.html" import chart with context %}' + inner
    return Page(environment(ENGLISH).from_string(template).render(c=chart))


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_table_says_what_the_chart_has(name):
    chart = EXAMPLES[name](WORDS)

    found = page(chart)

    assert tuple(found.all("th", scope="col")) == chart.header
    names, cells = found.all("th", scope="row"), found.all("td")
    assert names == [row[0] for row in chart.rows]
    assert cells == [cell for row in chart.rows for cell in row[1:]]
    assert found.all("caption") == [chart.title]


def test_a_figure_is_found_by_its_key_and_captioned():
    chart = EXAMPLES["spread"](WORDS)

    found = page(chart)

    assert len(found.all("figure", **{"data-chart": "k"})) == 1
    assert found.all("strong") == [chart.title]
    assert chart.description in found.all("figcaption")[0]


def test_a_table_that_scrolls_is_reached_by_keyboard():
    chart = EXAMPLES["spread"](WORDS)

    assert len(page(chart).all("div", role="region", tabindex="0")) == 1


def test_what_people_wrote_is_no_markup():
    chart = mix(HOSTILE, [(HOSTILE, 3)], WORDS, "k")

    assert page(chart).all("script") == []


def test_a_page_may_put_something_of_its_own_under_a_picture():
    chart = EXAMPLES["spread"](WORDS)

    found = page(chart, '{% call chart(c) %}<a href="/x">More</a>{% endcall %}')

    assert found.all("a", href="/x") == ["More"]
