"""Whoever may not read a consultation gets the answer for one that does not exist, everywhere."""

import re
from itertools import product

import pytest
from starlette.testclient import TestClient

from dashboard.exports.dictionary import TABLES
from dashboard.pages import ROUTES
from tests.dashboard.conftest import PRIVATE_TITLE, dashboard
from tests.dashboard.pages import LETTERS
from tests.dashboard.signing_in import ORIGIN, PAGE, config, hashed, sign_in

TOPIC = "night-bus"
NOBODYS = "no-such-consultation"
USERS = {
    "officer": {"town": "officer"},
    "reader-of-all": {"*": "reader"},
    "officer-of-all": {"*": "officer"},
    "administrator": {"*": "administrator"},
    "member": {"quiet-garden": "reader"},
}
HIDDEN_FROM = ("officer", "reader-of-all", "officer-of-all")
SHOWN_TO = ("administrator", "member")
OFFICERS_ONLY = "/c/{consultation}/topics/{topic}/answer"


def filled():
    """Every route of a consultation, with all that its parameters can be."""
    views = [name for name in TABLES if name not in ("consultations", "awards")]
    values = {
        "topic": [TOPIC],
        "contribution": ["web-0083"],
        "root_offset": ["{letter}"],
        "view": views,
        "suffix": ["csv", "xlsx", "parquet", "json"],
        "chart": ["timeline"],
    }
    for route in ROUTES:
        if "{consultation}" in route.path:
            path = route.path.replace(":int}", "}")
            names = [name for name in values if f"{{{name}}}" in path]
            for chosen in product(*(values[name] for name in names)):
                address = path
                for name, value in zip(names, chosen, strict=True):
                    address = address.replace(f"{{{name}}}", value)
                yield address


ADDRESSES = sorted(set(filled()))


@pytest.fixture(scope="module")
def app(system):
    users = {name: {"password": hashed(), "grants": grants} for name, grants in USERS.items()}
    application = dashboard(system, config(users=users))
    with TestClient(application, ORIGIN, headers={"Origin": ORIGIN, **PAGE}):
        yield application


@pytest.fixture(scope="module")
def letter(system, private):
    [(root,)] = system.query(LETTERS, consultation=private, topic=TOPIC)
    return str(root)


@pytest.fixture
def visit(app, letter):
    def ask(user, address, consultation, method="GET"):
        client = TestClient(app, ORIGIN, headers={"Origin": ORIGIN, **PAGE}, follow_redirects=False)
        assert 303 == sign_in(client, user).status_code
        path = address.replace("{letter}", letter).replace("{consultation}", consultation)
        answer = client.request(method, path)
        # Each form has a token of its own, and each page its time.
        text = re.sub(r'name="csrf_token" value="[^"]*"|data-now="[^"]*"', "", answer.text)
        return answer.status_code, text.replace(consultation, "…")

    return ask


@pytest.mark.parametrize("user", HIDDEN_FROM)
@pytest.mark.parametrize("address", ADDRESSES)
def test_a_private_consultation_is_as_one_that_does_not_exist(visit, private, user, address):
    status, text = visit(user, address, private)
    assert 404 == status
    assert visit(user, address, NOBODYS) == (status, text)


@pytest.mark.parametrize("user", SHOWN_TO)
@pytest.mark.parametrize("address", ADDRESSES)
def test_those_who_may_read_it_find_something_there(visit, private, user, address):
    officers_only = address == OFFICERS_ONLY.replace("{topic}", TOPIC)
    expected = 403 if officers_only and user == "member" else 200
    assert expected == visit(user, address, private)[0]


@pytest.mark.parametrize("user", HIDDEN_FROM)
def test_no_answer_can_be_sent_to_it(visit, private, user):
    address = OFFICERS_ONLY.replace("{topic}", TOPIC)
    status, text = visit(user, address, private, "POST")
    assert visit(user, address, NOBODYS, "POST") == (status, text)
    assert status in (403, 404)


@pytest.mark.parametrize("user", HIDDEN_FROM)
@pytest.mark.parametrize("address", ["/", "/waiting", "/waiting?consultation=quiet-garden"])
@pytest.mark.usefixtures("private", "town")
def test_no_list_names_it(visit, user, address):
    status, text = visit(user, address, "quiet-garden")
    assert status in (200, 404)
    assert PRIVATE_TITLE not in text


@pytest.mark.parametrize("address", ["/", "/waiting"])
@pytest.mark.usefixtures("private")
def test_lists_name_it_to_those_who_may_read_it(visit, address):
    assert PRIVATE_TITLE in visit("member", address, "…")[1]


def test_who_has_not_signed_in_is_sent_to_the_sign_in(app, private):
    client = TestClient(app, ORIGIN, headers=PAGE, follow_redirects=False)
    for address in ADDRESSES:
        answer = client.get(address.replace("{consultation}", private).replace("{letter}", "1"))
        assert 303 == answer.status_code
        assert answer.headers["location"].startswith("/signin?next=")
