"""How this is measured: every threshold in force, every anchor, and what the code does."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from dashboard.i18n import Words
from dashboard.measures import MEASURES, thresholds
from schemas.policy import (
    DeploymentPolicy,
    Dominance,
    Letters,
    Policy,
    PostingLimit,
    Similarity,
)
from schemas.records import Kind
from streams import similarity, windows
from tests.dashboard.looking import by_id, links_of, page, text_of
from tests.dashboard.without_kafka import policy_row
from tests.sinks.rows import consultation, insert

pytest_plugins = ["tests.dashboard.made_up"]

ODD = Policy(
    posting_limit=PostingLimit(posts=3, hours=36.5),
    dominance=Dominance(
        minimum_contributions=21,
        minimum_voices=11,
        top1_share=0.2345,
        top5_share=0.71,
        maximum_effective_voices=13.25,
        window_minimum_contributions=1234,
        window_top1_share=0.615,
        windows=(2, 30, 240),
    ),
    similarity=Similarity(
        jaccard=0.36,
        containment=0.52,
        containment_shingles=17,
        jaccard_few=0.73,
        short_words=9,
        short_characters=18,
    ),
    letters=Letters(minimum_senders=4, burst_seconds=62, burst_senders=5),
)
WRITTEN = {
    "posting_limit.posts": "3",
    "posting_limit.hours": "36.5 hours",
    "posting_limit.scope": "all topics of a consultation together",
    "dominance.minimum_contributions": "21",
    "dominance.minimum_voices": "11",
    "dominance.top1_share": "23.45%",
    "dominance.top5_share": "71%",
    "dominance.maximum_effective_voices": "13.25",
    "dominance.window_minimum_contributions": "1,234",
    "dominance.window_top1_share": "61.5%",
    "dominance.windows": "2 hours, 30 hours, 10 days",
    "similarity.jaccard": "36%",
    "similarity.containment": "52%",
    "similarity.containment_shingles": "17",
    "similarity.jaccard_few": "73%",
    "similarity.short_words": "9",
    "similarity.short_characters": "18",
    "letters.minimum_senders": "4",
    "letters.burst_seconds": "62 seconds",
    "letters.burst_senders": "5",
}


def fields_of(model: type[BaseModel], prefix: str = "") -> set[str]:
    """The names of a model's fields, with those of the models in it."""
    found = set[str]()
    for name, field in model.model_fields.items():
        part = field.annotation
        if isinstance(part, type) and issubclass(part, BaseModel):
            found |= fields_of(part, f"{prefix}{name}.")
        else:
            found.add(f"{prefix}{name}")
    return found


def in_force(root):
    """The thresholds on a page: by their names, as they are and as they are delivered."""
    found = {}
    for table in root.iter("table"):
        for row in table.findall("tbody/tr"):
            _, value, default, name = (text_of(cell) for cell in row)
            found[name] = value, default
    return found


@pytest.fixture
def parks(made_up):
    insert(made_up, Kind.CONSULTATION, consultation(0))


def set_policy(made_up, policy):
    insert(made_up, Kind.POLICY, policy_row(policy))


@pytest.mark.usefixtures("parks")
def test_every_field_of_the_policy_stands_on_the_page(site, made_up):
    set_policy(made_up, DeploymentPolicy(default=ODD))
    shown = in_force(page(site, "/c/parks/measures"))
    assert fields_of(Policy) == set(shown)
    assert WRITTEN == {name: value for name, (value, _) in shown.items()}


@pytest.mark.usefixtures("parks")
def test_what_was_delivered_stands_beside_it(site, made_up):
    delivered = in_force(page(site, "/c/parks/measures"))
    set_policy(made_up, DeploymentPolicy(default=ODD))
    shown = in_force(page(site, "/c/parks/measures"))
    assert {name: value for name, (value, _) in delivered.items()} == {
        name: default for name, (_, default) in shown.items()
    }


@pytest.mark.usefixtures("parks")
def test_a_consultation_has_its_own_thresholds(site, made_up):
    set_policy(made_up, DeploymentPolicy(consultations={"parks": ODD}))
    own, others = page(site, "/c/parks/measures"), page(site, "/measures")
    assert ODD.hash in text_of(own)
    assert "This consultation has thresholds of its own." in text_of(own)
    assert "23.45%" == in_force(own)["dominance.top1_share"][0]
    assert Policy().hash in text_of(others)
    assert "20%" == in_force(others)["dominance.top1_share"][0]
    assert "/c/parks/measures" == links_of(others)["Our parks"]


@pytest.mark.usefixtures("parks")
def test_whose_thresholds_differ_is_told_to_those_who_may_read_it(signed_in, made_up):
    set_policy(made_up, DeploymentPolicy(consultations={"parks": ODD}))
    insert(made_up, Kind.CONSULTATION, consultation(9, visibility="private"))
    site = signed_in({})
    assert "Our parks" not in text_of(page(site, "/measures"))
    assert 404 == site.get("/c/parks/measures").status_code


@pytest.mark.usefixtures("parks")
def test_where_nobody_set_a_policy_that_is_said(site):
    assert "Nobody has set a policy here" in text_of(page(site, "/c/parks/measures"))


@pytest.mark.parametrize("address", ["/measures", "/c/parks/measures"])
@pytest.mark.usefixtures("parks")
def test_every_measure_has_its_place_and_a_link_to_it(site, address):
    root = page(site, address)
    for measure in MEASURES:
        title = text_of(by_id(root, measure))
        assert f"#{measure}" == links_of(root)[title]


def test_every_threshold_belongs_to_a_measure():
    assert {one.measure for one in thresholds(Policy(), Words("en"))} <= set(MEASURES)


@pytest.mark.usefixtures("parks")
def test_every_formula_is_told_in_words_too(site):
    formulas = list(page(site, "/measures").iter("math"))
    assert formulas
    assert all(len(formula.attrib["alttext"].split()) > 4 for formula in formulas)


@pytest.mark.usefixtures("parks")
def test_what_is_fixed_in_the_code_is_told_as_it_is(site):
    told = text_of(page(site, "/measures"))
    assert windows.STEPS == 12
    assert "each by a twelfth of its length" in told
    assert similarity.SKETCH == 12
    assert "the twelve smallest hashes" in told
    assert (similarity.WORDS, similarity.CHARACTERS) == ((2, 3), (3, 5))
    assert "all pairs of neighbouring words, or groups of three characters" in told
    assert "wider shingles (three words, or five characters)" in told


def test_thresholds_of_the_sample_are_those_of_the_log(browser, town, tables):
    (told,) = {
        row["policy"]
        for row in tables.query(
            "SELECT policy FROM dominance FINAL WHERE consultation = {town:String}",
            parameters={"town": town},
        ).named_results()
    }
    assert told in text_of(by_id(page(browser, f"/c/{town}/measures"), "content"))


@settings(deadline=None)
@given(st.floats(0.0001, 1).map(lambda share: round(share, 6)))
def test_a_share_is_written_to_its_last_digit(share):
    policy = Policy(dominance=Dominance(top1_share=share))
    (one,) = [
        found for found in thresholds(policy, Words("en")) if found.field == "dominance.top1_share"
    ]
    assert share == pytest.approx(float(one.value.removesuffix("%")) / 100, abs=1e-12)
