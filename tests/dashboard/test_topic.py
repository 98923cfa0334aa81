"""One topic: every raw figure beside a balanced one."""

import gc
from importlib import import_module

import pytest
from structlog.testing import capture_logs

from dashboard.access import EVERY, Role
from schemas.records import Kind
from tests.dashboard.looking import (
    address_in,
    by_id,
    links_of,
    number,
    page,
    rows,
    table_of,
    text_of,
    texts_of,
    total,
)
from tests.fixtures.processes import wait_for
from tests.sinks.rows import (
    consultation,
    contribution,
    dominance,
    flag,
    insert,
    letter,
    pseudonym,
    summary,
)

pytest_plugins = ["tests.dashboard.made_up"]

TOPIC, WITH_LETTER, ANSWERED = "heron-lane", "market-hall", "library-hours"
CHARTS = {"stance", "support", "lorenz", "timeline", "mode", "channel"}
MAX_PAGE_BYTES = 200_000
SECRET = "what somebody wrote"

STATE = """
    SELECT * FROM summaries FINAL
    WHERE consultation = {consultation:String} AND topic = {topic:String}
"""


@pytest.fixture
def root(browser, town):
    address = f"/c/{town}/topics/{TOPIC}"
    _in_their_words(browser, address)
    return page(browser, address)


@pytest.fixture
def state(tables, town):
    (found,) = rows(tables, STATE, consultation=town, topic=TOPIC)
    return found


@pytest.fixture
def parks(made_up):
    """An open consultation, into whose topic `trees` each test puts what it is about."""
    insert(made_up, Kind.CONSULTATION, consultation(0))
    return made_up


def _in_their_words(browser, address):
    """Key terms and quotes, for which a page does not wait long."""
    wait_for(lambda: "stand here in a moment" not in browser.get(address).text)
    return by_id(page(browser, address), "in-their-words")


def _figures(section):
    return {
        text_of(one.find("dt")): one.find("dd")
        for one in section.iter("div")
        if one.find("dt") is not None
    }


def test_the_first_sentence_tells_it_all(root, state):
    assert (
        f"{state['contributions']} contributions by {state['voices']} voices, worth as much as"
        f" {state['effective_voices_2']:.1f} equal ones; 1 flag; not answered yet."
    ) == text_of(by_id(root, "summary").find("p"))


def test_a_figure_that_unknown_authors_change_is_a_range(root, state):
    figures = _figures(by_id(root, "summary"))
    low, high = state["one_unknown_effective_voices_2"], state["effective_voices_2"]
    assert low < high
    assert f"{low:.1f} \N{EN DASH} {high:.1f}" == text_of(figures["Worth"].find("span"))
    assert (
        f"{state['top5_share']:.1%} \N{EN DASH} {state['one_unknown_top5_share']:.1%}"
        == text_of(figures["The five most active wrote"])
    )
    assert f"Of {state['unknown_contributions']} contributions" in text_of(by_id(root, "summary"))


def test_a_figure_that_they_do_not_change_is_one_number(root, state):
    assert state["top1_share"] == state["one_unknown_top1_share"]
    assert f"{state['top1_share']:.1%}" == text_of(
        _figures(by_id(root, "summary"))["The most active person wrote"]
    )


@pytest.mark.parametrize(
    ("section", "name", "column"),
    [
        ("summary", "Contributions", "contributions"),
        ("summary", "Online", "online"),
        ("summary", "Offline", "offline"),
        ("verdicts", "Originals", "originals"),
        ("verdicts", "Said again", "resubmitted"),
        ("verdicts", "Copies of a letter", "campaign"),
        ("verdicts", "Delivered again", "redelivered"),
        ("verdicts", "Withdrawn", "withdrawn"),
        ("verdicts", "Corrected since", "superseded"),
    ],
)
def test_a_figure_is_the_summary_s_and_leads_to_as_many(
    browser, root, state, section, name, column
):
    cell = _figures(by_id(root, section))[name].find("span")
    assert state[column] == number(text_of(cell))
    assert state[column] == total(browser, address_in(cell))


@pytest.mark.parametrize(
    ("link", "column"),
    [("Read them", "unknown_contributions"), ("Read all", "everyone_contributions")],
)
def test_what_is_told_in_words_leads_to_as_many(browser, root, state, link, column):
    assert state[column] == total(browser, links_of(by_id(root, "summary"))[link])


@pytest.mark.parametrize("stance", ["for", "neutral", "against"])
def test_a_stance_leads_to_as_many_contributions(browser, root, state, stance):
    stated = links_of(by_id(root, "opinions"))
    assert state[f"stance_{stance}"] == total(
        browser, stated[f"{stance}: {state[f'stance_{stance}']}"]
    )


def test_raw_stances_stand_beside_balanced_ones(root, state):
    table = texts_of(table_of(root, "What people say, counted in three ways"))
    for row, name in zip(table, ("stance", "balanced", "letters"), strict=True):
        counted = [state[f"{name}_{one}"] for one in ("for", "neutral", "against")]
        assert f"{counted[0] / sum(counted):.1%}" == row["For"]
    said = text_of(by_id(root, "opinions"))
    assert f"One person, one voice: the picture changes, {state['balanced_shift']:.1%}" in said
    assert f"One text, one voice: the picture hardly changes, {state['letters_shift']:.1%}" in said


def test_how_many_state_none_is_told_under_the_stances(root, state):
    stated = sum(state[f"stance_{one}"] for one in ("for", "neutral", "against"))
    said = state["contributions"]
    assert (
        f"{stated} of {said} contributions say for, neutral or against;"
        f" {said - stated} say neither."
    ) in text_of(by_id(root, "opinions"))


@pytest.mark.parametrize(("many", "one"), [(0.61, 0.4), (0.4, 0.61)])
def test_inequality_has_two_values_in_order_and_is_said_to_lie_outside(site, parks, many, one):
    insert(
        parks,
        Kind.SUMMARY,
        summary(1, contributions=5, unknown_contributions=3, gini=many, one_unknown_gini=one),
    )
    told = by_id(page(site, "/c/parks/topics/trees"), "summary")
    assert "0.40 or 0.61" == text_of(_figures(told)["Inequality (Gini)"].find("span"))
    assert "between them it may be higher or lower." in text_of(told)


def test_half_of_it_is_told_in_people(root, state):
    assert (
        f"{state['half_written_by']} people wrote half of it, out of {state['voices']}."
        in text_of(by_id(root, "weights"))
    )


def test_it_has_its_charts_each_with_a_table(root):
    figures = {one.get("data-chart"): one for one in root.iter("figure")}
    assert set(figures) >= CHARTS
    for figure in figures.values():
        assert figure.find("svg") is not None
        assert figure.find("details//table") is not None


def test_languages_are_drawn_where_there_are_several(site, parks):
    rows = [contribution(n, language=language) for n, language in enumerate(("en", "de", ""))]
    insert(parks, Kind.CONTRIBUTION, *rows)
    insert(parks, Kind.SUMMARY, summary(1, contributions=3, everyone_contributions=3))
    root = page(site, "/c/parks/topics/trees")
    assert "language" in {one.get("data-chart") for one in root.iter("figure")}
    assert 1 == total(site, links_of(by_id(root, "spoken"))["German: 1"])


def test_a_flag_s_sentence_leads_to_what_that_person_wrote(browser, root, town, tables):
    ((person, wrote),) = tables.query(
        "SELECT participant, count() AS wrote FROM screened"
        " WHERE consultation = {c:String} AND topic = {t:String} AND live"
        " AND participant IN (SELECT flags[1].participant FROM dominance FINAL"
        " WHERE consultation = {c:String} AND topic = {t:String}) GROUP BY participant",
        parameters={"c": town, "t": TOPIC},
    ).result_rows
    flags = by_id(root, "flags")
    assert f"{person[:10]}… wrote {wrote} of the" in text_of(flags)
    assert wrote == total(browser, links_of(flags)[f"{person[:10]}…"])
    assert f"/c/{town}/suspects" in links_of(flags).values()


def test_key_terms_and_quotes_can_be_followed(browser, root):
    terms, quotes = by_id(root, "terms"), by_id(root, "quotes")
    (term, address), *_ = links_of(terms).items()
    assert "role=participant" in address
    for item in terms.findall(".//li"):
        people = number(text_of(item).split()[-1])
        assert 1 < people <= total(browser, *links_of(item).values())
    quoted = [text_of(one) for one in quotes.iter("blockquote")]
    assert 5 == len(quoted)
    for quote, link in zip(quoted, links_of(quotes).values(), strict=True):
        assert quote.removesuffix(" …") in text_of(page(browser, link))
    assert term in text_of(root)


def test_a_page_does_not_wait_long_for_terms_and_quotes(site, parks, monkeypatch):
    text = "Plant forty limes along the mill stream, and water them."
    insert(parks, Kind.SUMMARY, summary(1, contributions=1, everyone_contributions=1))
    insert(parks, Kind.CONTRIBUTION, contribution(1, text=text))
    with monkeypatch.context() as hurried:
        hurried.setattr(import_module("dashboard.pages.topic"), "PATIENCE_SECONDS", 0.0)
        first = by_id(page(site, "/c/parks/topics/trees"), "in-their-words")
    assert "They stand here in a moment." in text_of(first)
    assert "data-soon" in first.attrib
    then = _in_their_words(site, "/c/parks/topics/trees")
    assert text in text_of(then)
    assert "data-soon" not in then.attrib


def _failing(client, *args):
    del client, args
    raise ValueError(SECRET)


def test_terms_that_cannot_be_found_leave_the_rest_of_the_page(site, parks, monkeypatch):
    module = import_module("dashboard.pages.topic")
    monkeypatch.setattr(module, "key_terms", _failing)
    monkeypatch.setattr(module, "PATIENCE_SECONDS", 60.0)
    insert(parks, Kind.SUMMARY, summary(1, title="More trees?"))
    with capture_logs() as log:
        root = page(site, "/c/parks/topics/trees")
        assert "More trees?" == text_of(next(root.iter("h1")))
        assert "could not be found" in text_of(by_id(root, "in-their-words"))
    assert ["ValueError"] == [one["error"] for one in log]
    assert SECRET not in str(log)


def test_a_failure_that_comes_late_is_told_by_its_kind_alone(site, parks, monkeypatch, caplog):
    module = import_module("dashboard.pages.topic")
    monkeypatch.setattr(module, "key_terms", _failing)
    monkeypatch.setattr(module, "PATIENCE_SECONDS", 0.0)
    insert(parks, Kind.SUMMARY, summary(1))
    with capture_logs() as log:
        told = text_of(by_id(page(site, "/c/parks/topics/trees"), "in-their-words"))
        assert "stand here in a moment" in told
        wait_for(lambda: [one["error"] for one in log] == ["ValueError"])
    gc.collect()
    assert SECRET not in str(log) + caplog.text


def test_a_term_longer_than_a_search_is_looked_for_by_its_beginning(site, parks):
    word = "donau" * 25
    texts = [word, word, word, "Nothing", "Much"]
    rows = [contribution(n, text=said, participant=pseudonym(n)) for n, said in enumerate(texts)]
    insert(parks, Kind.CONTRIBUTION, *rows)
    insert(parks, Kind.SUMMARY, summary(1, contributions=3))
    said = _in_their_words(site, "/c/parks/topics/trees")
    assert 3 == total(site, links_of(said)[word])


def test_letters_have_their_senders_and_copies(browser, town, tables):
    root = page(browser, f"/c/{town}/topics/{WITH_LETTER}")
    (expected,) = rows(
        tables,
        "SELECT senders, contributions, root_offset FROM letters FINAL"
        " WHERE consultation = {consultation:String} AND topic = {topic:String} AND senders > 1",
        consultation=town,
        topic=WITH_LETTER,
    )
    (row,) = table_of(root, "The letters with most senders")
    assert expected["senders"] == number(text_of(row["Senders"]))
    assert expected["contributions"] == number(text_of(row["Copies"]))
    assert expected["contributions"] == total(browser, address_in(row["Copies"]))
    assert f"/c/{town}/letters/{WITH_LETTER}/{expected['root_offset']}" == address_in(
        row["It begins"]
    )


def test_late_contributions_can_be_read(browser, root, town, tables):
    (expected,) = rows(
        tables,
        "SELECT count() AS late FROM screened WHERE consultation = {consultation:String}"
        " AND topic = {topic:String} AND live"
        " AND recorded_at >= occurred_at + INTERVAL 7 DAY",
        consultation=town,
        topic=TOPIC,
    )
    late = f"{expected['late']} contributions arrived a week or more after they were said"
    assert expected["late"] == total(browser, links_of(by_id(root, "spoken"))[late])


def test_an_answer_says_whose_it_is_and_when_it_came(browser, town, tables):
    root = page(browser, f"/c/{town}/topics/{ANSWERED}")
    (expected,) = rows(
        tables,
        "SELECT owner, text FROM responses FINAL"
        " WHERE consultation = {consultation:String} AND topic = {topic:String}",
        consultation=town,
        topic=ANSWERED,
    )
    said = text_of(by_id(root, "responses"))
    assert f"{expected['owner']}, 5 Jun 2026 {expected['text']}" in said
    assert "answered on 5 Jun 2026." in text_of(by_id(root, "summary"))


def _answered(client, url):
    response = {
        "partition": 0,
        "offset": 9,
        "consultation": "parks",
        "topic": "trees",
        "response": "r1",
        "source": "/city",
        "event_id": "e9",
        "owner": "City",
        "text": "We plant <b>forty</b>.",
        "url": url,
        "occurred_at": "2024-03-02T09:00:00.000Z",
        "redelivered": 0,
    }
    insert(client, Kind.SUMMARY, summary(9, responses=1))
    insert(client, Kind.RESPONSE, response)


@pytest.mark.parametrize(
    ("url", "linked"),
    [
        ("https://city.example/trees?a=1&b=2", True),
        ("http://city.example/trees", False),
        ("javascript:alert(1)", False),
        ("", False),
    ],
)
def test_only_a_secure_address_of_an_answer_is_a_link(site, parks, url, linked):
    _answered(parks, url)
    answers = by_id(page(site, "/c/parks/topics/trees"), "responses")
    assert linked == (url in links_of(answers).values())
    assert "We plant <b>forty</b>." in text_of(answers)


@pytest.mark.parametrize(
    ("role", "may_answer"),
    [(Role.READER, False), (Role.OFFICER, True), (Role.ADMINISTRATOR, True)],
)
def test_who_may_answer_finds_the_way_there(signed_in, parks, role, may_answer):
    insert(parks, Kind.SUMMARY, summary(1))
    answers = by_id(page(signed_in({"parks": role}), "/c/parks/topics/trees"), "responses")
    assert may_answer == ("/c/parks/topics/trees/answer" in links_of(answers).values())


def test_too_few_voices_are_not_judged(site, parks):
    reason = "Too few voices to judge: 3 contributions by 2 voices."
    insert(parks, Kind.SUMMARY, summary(1, judgement=reason))
    assert reason in text_of(by_id(page(site, "/c/parks/topics/trees"), "summary"))


def test_a_topic_in_which_nobody_spoke_says_so(site, parks):
    insert(parks, Kind.SUMMARY, summary(1, title="More trees?"))
    root = page(site, "/c/parks/topics/trees")
    assert "More trees?" == text_of(next(root.iter("h1")))
    assert "Nobody has said anything yet; no flags; not answered yet." in text_of(root)
    assert not list(root.iter("figure"))


def test_what_people_write_is_text_and_no_markup(site, parks):
    text = "<img src=x onerror=alert(1)> This is a text long enough to be quoted as it is."
    person, other = pseudonym(1), pseudonym(2)
    insert(parks, Kind.CONTRIBUTION, contribution(1, text=text, channel="<b>web</b>"))
    insert(
        parks,
        Kind.CONTRIBUTION,
        contribution(2, text=text, participant=other, verdict="campaign", root_offset=1),
    )
    insert(parks, Kind.LETTER, letter(1))
    insert(
        parks,
        Kind.SUMMARY,
        summary(2, title="<i>Trees</i>", contributions=2, letters=1, everyone_contributions=2),
    )
    insert(parks, Kind.DOMINANCE, dominance("trees", [flag(person, f"{person} <u>wrote</u>.")]))
    _in_their_words(site, "/c/parks/topics/trees")
    root = page(site, "/c/parks/topics/trees")
    assert "<i>Trees</i>" == text_of(next(root.iter("h1")))
    assert text == text_of(next(root.iter("blockquote")))
    assert "<u>wrote</u>" in text_of(by_id(root, "flags"))
    assert not {"img", "u", "i", "b"} & {one.tag for one in by_id(root, "content").iter()}


def test_an_id_that_holds_more_than_letters_has_its_page(site, parks):
    insert(parks, Kind.SUMMARY, summary(1, topic="de:ward.7_a", title="Ward 7"))
    assert "Ward 7" == text_of(next(page(site, "/c/parks/topics/de:ward.7_a").iter("h1")))


@pytest.mark.parametrize(
    "address",
    ["/c/parks/topics/dogs", "/c/nowhere/topics/trees", "/c/parks/topics/" + "x" * 2000],
)
def test_what_there_is_not_gives_a_404(site, parks, address):
    insert(parks, Kind.SUMMARY, summary(1))
    page(site, address, 404)


def test_a_private_topic_is_not_there_for_others(signed_in, made_up):
    insert(made_up, Kind.CONSULTATION, consultation(0, visibility="private"))
    insert(made_up, Kind.SUMMARY, summary(1))
    officer = signed_in({EVERY: Role.OFFICER, "other": Role.ADMINISTRATOR})
    page(officer, "/c/parks/topics/trees", 404)


def test_the_page_is_small(browser, town):
    for topic in (TOPIC, WITH_LETTER, ANSWERED):
        answer = browser.get(f"/c/{town}/topics/{topic}")
        assert len(answer.content) <= MAX_PAGE_BYTES
