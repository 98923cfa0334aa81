"""Charts to explore with a pointer, each fetched by itself."""

import pytest

from dashboard.access import EVERY, Role
from dashboard.pages.explore import CHARTS
from schemas.records import Kind
from tests.dashboard.looking import links_of, page, text_of
from tests.sinks.rows import consultation, contribution, insert, summary

pytest_plugins = ["tests.dashboard.made_up"]

TOPIC = "heron-lane"


def _specifications(root):
    return [one.get("data-spec") for one in root.iter("div") if one.get("data-spec")]


@pytest.mark.parametrize("query", ["", f"?topic={TOPIC}"])
def test_every_chart_has_its_specification(browser, town, query):
    root = page(browser, f"/c/{town}/explore{query}")
    addresses = [f"/c/{town}/explore/{key}.json{query}" for key in CHARTS]
    assert addresses == _specifications(root)
    for figure, address in zip(root.iter("figure"), addresses, strict=True):
        found = browser.get(address)
        assert "application/json" == found.headers["content-type"]
        assert f"/explore/{figure.get('data-chart')}.json" in address
        assert "vega-lite" in found.json()["$schema"]


def test_the_way_back_names_the_topic_by_its_title(site, made_up):
    insert(made_up, Kind.CONSULTATION, consultation(0))
    for offset, title in ((1, "More trees?"), (2, "")):
        insert(made_up, Kind.SUMMARY, summary(offset, topic=f"t{offset}", title=title))
        trail = links_of(page(site, f"/c/parks/explore?topic=t{offset}"))
        assert f"/c/parks/topics/t{offset}" == trail[title or f"t{offset}"]


def test_a_chart_is_drawn_alone(browser, town, monkeypatch):
    def drawn(*args):
        raise AssertionError(args)

    for key in set(CHARTS) - {"channel"}:
        monkeypatch.setitem(CHARTS, key, drawn)
    assert 200 == browser.get(f"/c/{town}/explore/channel.json").status_code


def test_what_was_read_is_given_again(site, made_up):
    insert(made_up, Kind.CONSULTATION, consultation(0))
    insert(made_up, Kind.CONTRIBUTION, contribution(1))
    first = site.get("/c/parks/explore/channel.json").text
    insert(made_up, Kind.CONTRIBUTION, contribution(2, channel="hall"))
    assert first == site.get("/c/parks/explore/channel.json").text


def test_where_nobody_spoke_there_is_nothing_to_draw(site, made_up):
    insert(made_up, Kind.CONSULTATION, consultation(0))
    assert "There is nothing to draw yet." in text_of(page(site, "/c/parks/explore"))
    page(site, "/c/parks/explore/timeline.json", 404)


@pytest.mark.parametrize(
    "address",
    [
        "/c/parks/explore?topic=dogs",
        "/c/parks/explore/timeline.json?topic=dogs",
        "/c/parks/explore/nothing.json",
        "/c/nowhere/explore",
    ],
)
def test_what_there_is_not_gives_a_404(site, made_up, address):
    insert(made_up, Kind.CONSULTATION, consultation(0))
    page(site, address, 404)


def test_private_charts_are_not_there_for_others(signed_in, made_up):
    insert(made_up, Kind.CONSULTATION, consultation(0, visibility="private"))
    insert(made_up, Kind.SUMMARY, summary(1))
    reader = signed_in({EVERY: Role.OFFICER})
    page(reader, "/c/parks/explore", 404)
    page(reader, "/c/parks/explore/timeline.json", 404)
