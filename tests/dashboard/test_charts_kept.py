"""Charts that were drawn before."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from markupsafe import Markup

from dashboard.charts.chart import Chart
from dashboard.charts.kept import Shelf, kept
from dashboard.i18n import Words


def chart(name, size=1):
    return Chart("k", name, "", (), (), svg=Markup("s") * size, spec="")


@pytest.fixture
def drawn():
    return []


@pytest.fixture
def drawing(drawn):
    def draw(name, words, *, size=1):
        drawn.append((name, words.locale))
        return chart(name, size) if name else None

    return kept(draw, Shelf(10))


def test_the_same_chart_is_drawn_once(drawing, drawn):
    first = drawing("a", Words("en"))

    assert drawing("a", Words("en")) is first
    assert drawn == [("a", "en")]


@pytest.mark.parametrize(
    ("arguments", "keywords"),
    [(("b", Words("en")), {}), (("a", Words("de")), {}), (("a", Words("en")), {"size": 2})],
)
def test_anything_else_is_another_chart(drawing, drawn, arguments, keywords):
    drawing("a", Words("en"))

    drawing(*arguments, **keywords)

    assert len(drawn) == 2


def test_where_nothing_is_drawn_nothing_is_kept(drawing):
    assert drawing("", Words("en")) is None


def test_a_shelf_keeps_what_was_asked_for_last():
    shelf = Shelf(10)
    shelf.put(b"a", chart("a", 5))
    shelf.put(b"b", chart("b", 5))
    shelf.get(b"a")

    shelf.put(b"c", chart("c", 5))

    assert [shelf.get(name) is not None for name in (b"a", b"b", b"c")] == [True, False, True]


def test_a_shelf_never_holds_more_than_its_bytes():
    shelf = Shelf(10)

    shelf.put(b"a", chart("a", 11))

    assert (len(shelf), shelf.bytes) == (0, 0)


def test_a_shelf_counts_right_from_many_threads():
    shelf = Shelf(100)

    def use(place):
        shelf.put(bytes([place % 50]), chart("x", 7))
        return shelf.get(bytes([place % 7]))

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(use, range(2000)))

    assert shelf.bytes == 7 * len(shelf) <= 100
