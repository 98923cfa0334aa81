from dataclasses import replace
from datetime import UTC, datetime

import pytest
from starlette.responses import Response
from starlette.testclient import TestClient

from dashboard.app import create_app
from dashboard.i18n import Words
from dashboard.pages.answer import (
    MAX_OWNER_CHARACTERS,
    MAX_URL_CHARACTERS,
    SOURCE,
    Draft,
    check,
)
from dashboard.security import FORM_TOKEN
from dashboard.sessions import Sessions
from intake.http.acknowledged import AcknowledgedPublisher
from schemas.events import MAX_TEXT_CHARACTERS, ResponsePublished
from tests import make
from tests.dashboard.answering import ORIGIN, TEXT, address, forms, preview, send
from tests.dashboard.forms import fields_of, parse
from tests.dashboard.looking import by_id, links_of, text_of
from tests.dashboard.signing_in import config, hashed
from tests.fixtures.processes import wait_for
from tests.system.running import moved

KEY = "0123456789abcdef" * 2
ENGLISH = Words("en")


@pytest.fixture(scope="module")
def pageant(system):
    """An open and a private consultation, each with a topic that waits for an answer."""
    for consultation in ("pageant", "pageant-inside"):
        system.publish(
            moved(event, consultation)
            for event in [
                make.consultation_opened(
                    visibility="private" if consultation != "pageant" else "open"
                ),
                make.topic_opened(),
                make.contribution("c1", "The pageant needs shade."),
            ]
        )
    system.wait()
    return "pageant"


@pytest.fixture(scope="module")
def signed_in(system, pageant):
    """Browsers of users by their grants."""
    users = {
        "reader": {pageant: "reader"},
        "officer": {pageant: "officer"},
        "everywhere": {"*": "officer"},
    }
    configured = config(
        public_url=ORIGIN,
        users={name: {"password": hashed(), "grants": grants} for name, grants in users.items()},
    )
    app = _app(system, configured, system.kafka)
    with TestClient(app, ORIGIN, headers={"Accept": "text/html"}) as client:

        def browser(name):
            answer = Response()
            Sessions(configured).begin_user(answer, name, configured.users[name])
            client.cookies.clear()
            client.headers["Cookie"] = answer.headers["set-cookie"].partition(";")[0]
            return client

        yield browser


def _app(system, configured, kafka):
    return create_app(
        configured,
        system.clickhouse,
        lambda: AcknowledgedPublisher(kafka, connect_seconds=0.5),
        lambda: datetime.now(UTC),
    )


def _responses(tables, consultation):
    return list(
        tables.query(
            "SELECT response, owner, text, url, redelivered, source, event_id FROM responses FINAL"
            " WHERE consultation = {c:String} ORDER BY `partition`, `offset`",
            parameters={"c": consultation},
        ).named_results()
    )


def test_the_form_knows_who_asked(browser, town, tables):
    ((owner,),) = tables.query(
        "SELECT owner FROM opened WHERE consultation = {c:String}", parameters={"c": town}
    ).result_rows
    (form,) = forms(browser.get(address(town, "market-hall")))

    assert owner
    assert {"owner": owner, "text": "", "url": ""} == {
        name: fields_of(form)[name] for name in ("owner", "text", "url")
    }


def test_what_was_said_stands_beside_the_form(browser, town, tables):
    ((contributions,),) = tables.query(
        "SELECT contributions FROM summaries FINAL WHERE consultation = {c:String}"
        " AND topic = 'market-hall'",
        parameters={"c": town},
    ).result_rows
    page = parse(browser.get(address(town, "market-hall")).text)
    behind = links_of(page)[str(contributions)]

    total = by_id(parse(browser.get(behind).text), "total")
    assert str(contributions) == total.attrib["data-total"]


def test_every_form_has_an_id_of_its_own(browser, pageant):
    keys = [fields_of(forms(browser.get(address(pageant)))[0])["key"] for _ in range(2)]

    assert keys[0] != keys[1]


def test_a_preview_shows_the_answer_and_publishes_nothing(browser, pageant, tables, system):
    answer = preview(browser, address(pageant), owner="Draft", url="https://parks.example/1")

    assert 200 == answer.status_code
    quote = parse(answer.text).find(".//section//blockquote")
    assert f"{' '.join(TEXT.split())} https://parks.example/1" == text_of(quote)
    system.wait()
    assert [] == [one for one in _responses(tables, pageant) if one["owner"] == "Draft"]


def test_a_preview_can_be_changed_before_it_is_published(browser, pageant):
    publish, change = forms(preview(browser, address(pageant)))

    sent, kept = fields_of(publish), fields_of(change)
    assert sent | {FORM_TOKEN: ""} == kept | {FORM_TOKEN: ""}
    assert ("Parks", TEXT) == (kept["owner"], kept["text"])


def test_an_answer_arrives_in_the_tables(browser, pageant, tables):
    publish, _ = forms(
        preview(browser, address(pageant), owner="Harbour office", url="https://h.example/a")
    )
    published = send(browser, address(pageant), fields_of(publish), "publish")

    assert 303 == published.status_code
    response = published.headers["location"].partition("published=")[2]
    wait_for(lambda: response in {one["response"] for one in _responses(tables, pageant)})
    (found,) = [one for one in _responses(tables, pageant) if one["response"] == response]
    assert {
        "response": response,
        "owner": "Harbour office",
        "text": TEXT,
        "url": "https://h.example/a",
        "redelivered": 0,
        "source": SOURCE,
        "event_id": response.removeprefix("r-"),
    } == found


def test_the_page_after_publishing_says_when_the_answer_is_there(browser, pageant):
    publish, _ = forms(preview(browser, address(pageant)))
    published = send(browser, address(pageant), fields_of(publish), "publish")
    after = published.headers["location"]

    wait_for(lambda: "It stands on the topic's page." in browser.get(after).text)
    page = parse(browser.get(after).text)
    assert "The answer is published" == text_of(page.find(".//h1"))
    assert f"/c/{pageant}/topics/tram" in links_of(page.find(".//main")).values()


def test_an_answer_that_is_not_there_yet_is_on_its_way(browser, pageant):
    page = browser.get(f"{address(pageant)}?published=r-{KEY}").text

    assert "It will stand on the topic's page in some seconds." in page


@pytest.mark.parametrize(
    "asked", ["r-", KEY, f"r-r-{KEY}", f"r-{KEY}0", f"r-{KEY.upper()}", f"x-{KEY}", "r-1", ""]
)
def test_what_the_page_made_no_answer_of_is_passed_over(browser, pageant, asked):
    assert 1 == len(forms(browser.get(f"{address(pageant)}?published={asked}")))


def test_a_form_that_is_sent_twice_counts_once(browser, pageant, tables, system):
    publish, _ = forms(preview(browser, address(pageant), owner="Twice"))
    for _ in range(2):
        assert 303 == send(browser, address(pageant), fields_of(publish), "publish").status_code
    system.wait()

    arrived = [one for one in _responses(tables, pageant) if one["owner"] == "Twice"]
    assert [0, 1] == [one["redelivered"] for one in arrived]
    listed = parse(browser.get(address(pageant)).text)
    assert 1 == text_of(listed).count("Twice")


def test_a_form_that_was_changed_after_it_was_sent_is_another_answer(
    browser, pageant, tables, system
):
    publish, _ = forms(preview(browser, address(pageant), owner="Changed"))
    fields = fields_of(publish)
    for text in (TEXT, f"{TEXT} And a tap."):
        sent = send(browser, address(pageant), fields | {"text": text}, "publish")
        assert 303 == sent.status_code
    system.wait()

    arrived = [one for one in _responses(tables, pageant) if one["owner"] == "Changed"]
    assert [(TEXT, 0), (f"{TEXT} And a tap.", 0)] == [
        (one["text"], one["redelivered"]) for one in arrived
    ]
    assert 2 == len({one["response"] for one in arrived})


def test_an_answer_is_shown_to_who_answers_next(browser, pageant, system):
    publish, _ = forms(preview(browser, address(pageant), owner="First office"))
    send(browser, address(pageant), fields_of(publish), "publish")
    system.wait()

    assert "Answered so far" in browser.get(address(pageant)).text


@pytest.mark.parametrize(
    ("typed", "field", "told"),
    [
        ({"text": "  \n "}, "text", "Write the answer."),
        ({"owner": " "}, "owner", "Say who answers, such as the name of the office."),
        ({"url": "http://h.example"}, "url", "Give a whole address that begins with https://"),
        (
            {"text": "x" * (MAX_TEXT_CHARACTERS + 1)},
            "text",
            "This has 20,001 characters; it may have 20,000.",
        ),
    ],
)
def test_an_error_is_told_at_the_top_and_at_its_field(browser, pageant, typed, field, told):
    refused = preview(browser, address(pageant), **typed)
    page = parse(refused.text)
    summary = page.find(".//*[@role='alert']")

    assert 422 == refused.status_code
    assert f"#{field}" in links_of(summary).values()
    assert told in text_of(summary)
    assert told in text_of(by_id(page, f"{field}-error"))
    assert "true" == by_id(page, field).get("aria-invalid")
    assert f"{field}-hint {field}-error" == by_id(page, field).get("aria-describedby")


def test_what_is_wrong_is_not_published_either(browser, pageant):
    (form,) = forms(browser.get(address(pageant)))
    refused = send(browser, address(pageant), fields_of(form) | {"text": ""}, "publish")

    assert 422 == refused.status_code


def test_the_longest_answer_can_be_sent(browser, pageant):
    assert 200 == preview(browser, address(pageant), text="ä" * MAX_TEXT_CHARACTERS).status_code


def test_a_form_of_another_page_is_refused(browser, pageant):
    (form,) = forms(browser.get(address(pageant)))
    forged = send(browser, address(pageant), fields_of(form) | {FORM_TOKEN: "guessed"}, "publish")
    elsewhere = send(
        browser, address(pageant), fields_of(form), "publish", Origin="https://evil.example"
    )

    assert [403, 403] == [forged.status_code, elsewhere.status_code]


def test_a_form_with_another_key_is_none_of_ours(browser, pageant):
    (form,) = forms(browser.get(address(pageant)))
    fields = fields_of(form) | {"text": TEXT, "key": "r-1"}

    assert 400 == send(browser, address(pageant), fields, "publish").status_code


def test_who_may_only_read_may_not_answer(signed_in, pageant):
    reader = signed_in("reader")

    assert 200 == reader.get(f"/c/{pageant}/contributions").status_code
    assert 403 == reader.get(address(pageant)).status_code
    assert 403 == send(reader, address(pageant), {"key": KEY, "text": TEXT}, "publish").status_code


def test_an_officer_may_answer(signed_in, pageant):
    answer = preview(signed_in("officer"), address(pageant))

    assert 200 == answer.status_code
    assert "Publish this answer" in answer.text


@pytest.mark.parametrize("name", ["reader", "officer", "everywhere"])
def test_who_may_not_read_a_consultation_finds_no_form(signed_in, name):
    browser = signed_in(name)
    inside = address("pageant-inside")

    assert 404 == browser.get(inside).status_code
    assert 404 == send(browser, inside, {"key": KEY, "text": TEXT}, "publish").status_code


def test_a_topic_that_is_not_there_cannot_be_answered(browser, pageant):
    assert 404 == browser.get(address(pageant, "none")).status_code


def test_a_draft_becomes_an_event_of_the_dashboard():
    draft = Draft(KEY, "Parks", "Yes.", "")
    event = check(draft, "borough", "tram", ENGLISH)

    assert isinstance(event, ResponsePublished)
    assert (draft.id, SOURCE, f"r-{draft.id}", None) == (
        event.id,
        event.source,
        event.data.response,
        event.data.url,
    )
    assert abs(datetime.now(UTC) - event.data.occurred_at).total_seconds() < 60


@pytest.mark.parametrize(
    "changes",
    [{"key": "f" * 32}, {"owner": "Roads"}, {"text": "No."}, {"url": "https://h.example"}],
)
def test_an_answer_is_known_by_its_form_and_all_that_stands_in_it(changes):
    draft = Draft(KEY, "Parks", "Yes.", "")

    assert draft.id == replace(draft).id
    assert draft.id != replace(draft, **changes).id


def test_words_that_move_from_one_field_to_another_make_another_answer():
    assert Draft(KEY, "Parks", "Yes").id != Draft(KEY, "Park", "sYes").id


@pytest.mark.parametrize(
    "url",
    [
        "https://h.example/trees?a=1&b=2#c",
        "https://h.example:8443/",
        "https://b\u00fccher.example/\u00e4",
        "https://h.example/@office",
    ],
)
def test_a_whole_web_address_is_taken(url):
    event = check(Draft(KEY, "Parks", "Yes.", url), "borough", "tram", ENGLISH)
    assert url == event.data.url


@pytest.mark.parametrize(
    "url",
    [
        "ftp://h.example",
        "https://town.example@evil.example/",
        "https://town.example:443@evil.example/",
        "https://evil.example\\.town.example/",
        "https://h.example/\u202egpj.exe",
        "https://h\u200b.example/",
        "https://h.example/\u00ad",
        "https://h.example/\u0007",
        "https://h.example/a\u00a0b",
        "https://",
        "https://h.example/a b",
        "https://[h",
        "javascript:alert(1)",
        "//h.example",
    ],
)
def test_only_a_whole_web_address_is_taken(url):
    assert ["url"] == list(check(Draft(KEY, "Parks", "Yes.", url), "borough", "tram", ENGLISH))


def test_all_that_is_wrong_is_told_at_once():
    draft = Draft(
        KEY,
        "x" * (MAX_OWNER_CHARACTERS + 1),
        "",
        "https://h.example/" + "x" * MAX_URL_CHARACTERS,
    )

    wrong = check(draft, "borough", "tram", ENGLISH)
    assert {
        "owner": "This has 501 characters; it may have 500.",
        "text": "Write the answer.",
        "url": "This has 2,018 characters; it may have 2,000.",
    } == wrong
