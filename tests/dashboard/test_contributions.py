from datetime import timedelta

import pytest

from dashboard.pages.contributions import (
    MAX_TOPICS_LISTED,
    Active,
    Choices,
    active,
    late_days,
)
from schemas.records import Kind
from sinks.reading.filters import Filters
from tests import make
from tests.dashboard.forms import fields_of, parse
from tests.dashboard.looking import by_id, links_of, text_of
from tests.sinks.rows import consultation, insert, summary
from tests.system.running import moved

pytest_plugins = ["tests.dashboard.made_up"]

SAID_TWICE = "The quay needs benches <b>& shade</b> for those who wait."
CORRECTED = "The quay needs benches, shade and a tap for those who wait."
LATER = timedelta(days=9)
MANY = 60


@pytest.fixture(scope="module")
def harbour(system):
    """A consultation in which one contribution was corrected, one taken back, one came late."""
    attachments = {"attachments": ["https://files.example/plan.pdf", "scan-12"]}
    system.publish(
        moved(event, "harbour")
        for event in [
            make.consultation_opened(),
            make.topic_opened(),
            make.contribution("first", SAID_TWICE, person=1, language="en", **attachments),
            make.contribution("again", SAID_TWICE, person=1),
            make.contribution("gone", "Nobody wants a car park on the quay.", person=2),
            make.contribution("mended", "The quay needs bench.", person=3),
            make.contribution(
                "late", "Put lamps along the mole.", person=4, recorded_at=make.START + LATER
            ),
            make.contribution("nobody", "Keep the fish market where it is.", person=None),
            make.withdrawal("taken-back", "gone"),
            make.correction("correction", "mended", CORRECTED, person=3),
            *(
                make.contribution(f"many-{n}", f"Reason number {n} for the pier.", topic="pier")
                for n in range(MANY)
            ),
        ]
    )
    system.wait()
    return "harbour"


def _page(browser, address):
    answer = browser.get(address)
    assert 200 == answer.status_code, answer.text
    return parse(answer.text)


def _texts(page):
    return [text_of(text) for text in page.findall(".//p[@class='text']")]


def _total(page):
    return int(by_id(page, "total").attrib["data-total"])


def _item(page, contribution):
    (found,) = [
        item
        for item in page.findall(".//li[@class='said']")
        if f"Details: {contribution}" in links_of(item)
    ]
    return found


@pytest.mark.parametrize(
    ("query", "condition"),
    [
        ("", "live"),
        ("?mode=offline", "live AND mode = 'offline'"),
        ("?verdict=campaign", "live AND verdict = 'campaign'"),
        (
            "?topic=night-bus&role=participant",
            "live AND topic = 'night-bus' AND role = 'participant'",
        ),
        ("?participant=none", "live AND participant = ''"),
        ("?state=all", "true"),
    ],
)
def test_the_total_is_what_the_tables_hold(browser, town, tables, query, condition):
    counted = tables.query(
        f"SELECT count() FROM screened WHERE consultation = {{c:String}} AND {condition}",
        parameters={"c": town},
    ).result_rows[0][0]

    assert counted == _total(_page(browser, f"/c/{town}/contributions{query}"))


def test_every_contribution_is_on_one_page_and_no_more(browser, harbour):
    page = _page(browser, f"/c/{harbour}/contributions?topic=pier")
    texts = _texts(page)
    while following := links_of(page).get("Next page"):
        page = _page(browser, following)
        texts += _texts(page)

    assert [f"Reason number {n} for the pier." for n in range(MANY)] == texts


def test_a_later_page_leads_back_to_the_first(browser, harbour):
    first = f"/c/{harbour}/contributions?topic=pier"
    second = _page(browser, links_of(_page(browser, first))["Next page"])

    assert first == links_of(second)["First page"]
    assert MANY == _total(second)


def test_what_is_behind_the_last_page_says_so(browser, harbour):
    page = _page(browser, f"/c/{harbour}/contributions?topic=pier&after=0.999999999999")

    assert "There are no more." in text_of(page)


def test_a_choice_that_nothing_fits_says_so(browser, harbour):
    page = _page(browser, f"/c/{harbour}/contributions?q=zeppelin")

    assert "No contribution fits this choice." in text_of(page)


def test_the_form_sends_what_is_chosen(browser, town):
    page = _page(browser, f"/c/{town}/contributions?topic=night-bus&since=2026-03-05&mode=online")
    (form,) = [one for one in page.iter("form") if one.get("method") == "get"]

    sent = {name: value for name, value in fields_of(form).items() if value}
    assert {"topic": "night-bus", "since": "2026-03-05", "mode": "online"} == sent


def test_the_form_keeps_what_it_has_no_field_for(browser, town, tables):
    (root,) = tables.query(
        "SELECT root_offset FROM letters FINAL WHERE consultation = {c:String}"
        " AND topic = 'market-hall' LIMIT 1",
        parameters={"c": town},
    ).result_rows[0]
    page = _page(browser, f"/c/{town}/contributions?topic=market-hall&letter={root}")
    (form,) = [one for one in page.iter("form") if one.get("method") == "get"]

    assert str(root) == fields_of(form)["letter"]


def test_the_form_offers_what_the_data_have(browser, town, tables):
    page = _page(browser, f"/c/{town}/contributions")
    channels = tables.query(
        "SELECT DISTINCT channel FROM contributions WHERE consultation = {c:String}",
        parameters={"c": town},
    ).result_rows

    offered = [one.get("value") for one in by_id(page, "filter-channel").iter("option")]
    assert sorted(["", *(channel for (channel,) in channels)]) == sorted(offered)


def test_empty_fields_of_the_form_are_not_in_the_address(browser, town):
    answer = browser.get(
        f"/c/{town}/contributions?topic=night-bus&since=&until=&q=", follow_redirects=False
    )

    assert 303 == answer.status_code
    assert f"/c/{town}/contributions?topic=night-bus" == answer.headers["location"]


def test_each_chosen_filter_can_be_removed(browser, town):
    page = _page(browser, f"/c/{town}/contributions?topic=night-bus&mode=online")
    links = links_of(page)

    assert f"/c/{town}/contributions?mode=online" == links["remove: Topic"]
    assert f"/c/{town}/contributions?topic=night-bus" == links["remove: Online or offline"]
    assert f"/c/{town}/contributions" == links["remove all"]


def test_a_wrong_value_is_told_by_its_field_and_left_out(browser, town):
    page = _page(browser, f"/c/{town}/contributions?mode=telepathy&after=x&topic=night-bus")
    (told,) = page.findall(".//*[@role='alert']")

    assert "These values cannot be used and were left out: Online or offline Page" == text_of(told)
    assert _total(_page(browser, f"/c/{town}/contributions?topic=night-bus")) == _total(page)


def test_a_contribution_is_shown_with_what_is_known_of_it(browser, harbour):
    item = _item(_page(browser, f"/c/{harbour}/contributions?topic=tram"), "first")

    assert SAID_TWICE == text_of(item.find("p"))
    assert "en" == item.find("p").get("lang")
    for fact in ("1 Mar 2026", "English", "Said for the first time", "2 attachments"):
        assert fact in text_of(item)


def test_a_person_leads_to_all_that_they_said(browser, harbour):
    item = _item(_page(browser, f"/c/{harbour}/contributions?topic=tram"), "first")
    person = make.pseudonym(1)

    address = links_of(item)[f"{person[:10]}…"]
    assert f"/c/{harbour}/contributions?topic=tram&participant={person}" == address
    assert [SAID_TWICE, SAID_TWICE] == _texts(_page(browser, address))


def test_an_unknown_author_is_called_so(browser, harbour):
    item = _item(_page(browser, f"/c/{harbour}/contributions?topic=tram"), "nobody")

    assert "By unknown author" in text_of(item)


def test_a_repeat_leads_to_what_it_repeats(browser, harbour):
    item = _item(_page(browser, f"/c/{harbour}/contributions?topic=tram"), "again")

    assert f"/c/{harbour}/topics/tram/contributions/first" == links_of(item)["see the first time"]


def test_a_copy_leads_to_its_letter(browser, town):
    page = _page(browser, f"/c/{town}/contributions?verdict=campaign&topic=market-hall")
    address = links_of(page)["see the letter"]

    assert address.startswith(f"/c/{town}/letters/market-hall/")
    assert 200 == browser.get(address).status_code


def test_what_came_late_is_marked(browser, harbour):
    page = _page(browser, f"/c/{harbour}/contributions?late=yes")

    assert 1 == _total(page)
    assert "Recorded 9 days after it was said" in text_of(_item(page, "late"))


@pytest.mark.parametrize(
    ("state", "contribution", "badge"),
    [
        ("withdrawn", "gone", "Taken back by its author"),
        ("superseded", "mended", "Replaced by a correction"),
    ],
)
def test_what_does_not_stand_is_seen_on_demand(browser, harbour, state, contribution, badge):
    page = _page(browser, f"/c/{harbour}/contributions?state={state}")

    assert 1 == _total(page)
    assert badge in text_of(_item(page, contribution))


def test_they_can_be_downloaded_with_the_same_filters(browser, town):
    page = _page(browser, f"/c/{town}/contributions?topic=night-bus&mode=online")

    assert (
        f"/c/{town}/export/contributions.csv?topic=night-bus&mode=online"
        == links_of(page)["Download these as a table (CSV)"]
    )


def test_one_contribution_has_its_versions(browser, harbour):
    page = _page(browser, f"/c/{harbour}/topics/tram/contributions/mended")

    assert CORRECTED == text_of(by_id(page, "now").find(".//p[@class='text']"))
    assert [CORRECTED, "The quay needs bench.", CORRECTED] == _texts(page)


def test_of_the_attachments_only_web_addresses_are_links(browser, harbour):
    page = _page(browser, f"/c/{harbour}/topics/tram/contributions/first")
    attachments = by_id(page, "now").find("ul[last()]")

    assert "https://files.example/plan.pdf scan-12" == text_of(attachments)
    assert ["https://files.example/plan.pdf"] == list(links_of(attachments).values())


@pytest.mark.parametrize(
    "address",
    [
        "/c/nowhere/contributions",
        "/c/{c}/topics/tram/contributions/none",
        "/c/{c}/topics/x/contributions/first",
    ],
)
def test_what_is_not_there_is_not_found(browser, harbour, address):
    assert 404 == browser.get(address.format(c=harbour)).status_code


def test_a_form_lists_topics_while_they_are_few():
    few = {f"t{place}": "Trees" for place in range(MAX_TOPICS_LISTED)}

    assert Choices(few, (), ()).lists_topics
    assert not Choices(few | {"more": "More"}, (), ()).lists_topics


def test_where_there_are_many_topics_their_id_is_asked_for(site, made_up):
    insert(made_up, Kind.CONSULTATION, consultation(0))
    names = [f"t{place:03}" for place in range(MAX_TOPICS_LISTED + 1)]
    insert(made_up, Kind.SUMMARY, *(summary(1, topic=name, title="Trees") for name in names))
    field = by_id(_page(site, "/c/parks/contributions?topic=t007"), "filter-topic")

    assert ("input", "t007", "128") == (field.tag, field.get("value"), field.get("maxlength"))


def test_a_topic_without_a_title_is_called_by_its_id(site, made_up):
    insert(made_up, Kind.CONSULTATION, consultation(0))
    insert(made_up, Kind.SUMMARY, summary(1, title=""))
    offered = by_id(_page(site, "/c/parks/contributions"), "filter-topic")

    assert "trees" in [text_of(option) for option in offered.iter("option")]


def test_a_letter_goes_with_its_topic():
    filters = Filters(topic="tram", letter=3, mode="online")

    assert [
        Active("topic", "tram", {"mode": "online"}),
        Active("mode", "online", {"topic": "tram", "letter": "3"}),
        Active("letter", "3", {"topic": "tram", "mode": "online"}),
    ] == active(filters)


@pytest.mark.parametrize(
    ("recorded_at", "days"),
    [
        (None, None),
        ("2026-03-07T23:59:59.999Z", None),
        ("2026-03-08T00:00:00.000Z", 7),
        ("2026-03-31T00:00:00.000Z", 30),
    ],
)
def test_late_is_a_week_and_more(recorded_at, days):
    said = {"occurred_at": "2026-03-01T00:00:00.000Z", "recorded_at": recorded_at}

    assert days == late_days(said)
