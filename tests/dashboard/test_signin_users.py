"""Signing in with a name and a password."""

import time

import pytest
import structlog
from argon2 import extract_parameters

from dashboard.signin import PasswordError, hash_password, passwords
from dashboard.signin.users import ADDRESS_BURST, USER_BURST
from tests.dashboard.signing_in import (
    PAGE,
    PASSWORD,
    app,
    browser,
    config,
    hashed,
    problem,
    sign_in,
)

WRONG = "The name or the password is wrong."


@pytest.fixture
def client():
    return browser()


def test_name_and_password_let_in(client):
    response = sign_in(client)

    assert (303, "/") == (response.status_code, response.headers["location"])
    assert {"name": "ana", "grants": {"*": "reader", "plan": "officer"}} == client.get("/").json()


@pytest.mark.parametrize(
    ("user", "password"),
    [
        ("ana", "wrong"),
        ("ana", ""),
        ("ana", PASSWORD.upper()),
        ("ana", PASSWORD + " "),
        ("Ana", PASSWORD),
        ("ben", PASSWORD),
        ("", PASSWORD),
        ("", ""),
        ("ana\x00", PASSWORD),
    ],
)
def test_anything_else_does_not_and_says_the_same(client, user, password):
    response = sign_in(client, user, password)

    assert (403, WRONG) == (response.status_code, problem(response))
    assert "set-cookie" not in response.headers


def test_a_form_without_fields_is_answered(client):
    assert 403 == client.post("/signin").status_code


def test_a_file_is_no_password(client):
    sent = client.post("/signin", data={"user": "ana"}, files={"password": ("a", PASSWORD)})

    assert 400 == sent.status_code


def test_what_was_typed_stays_but_not_the_password(client):
    text = sign_in(client, '"><script>', "wrong password", "/c/plan").text

    assert 'value="&#34;&gt;&lt;script&gt;"' in text
    assert 'value="/c/plan"' in text
    assert "wrong password" not in text


def test_the_form_names_its_fields_for_password_managers(client):
    text = client.get("/signin", headers=PAGE).text

    assert 'autocomplete="username"' in text
    assert 'autocomplete="current-password"' in text
    assert '<label for="password">' in text


def test_an_accent_may_be_typed_either_way():
    configured = config(users={"ana": {"password": hashed("caf\u00e9 au lait"), "grants": {}}})

    assert 303 == sign_in(browser(configured), password="cafe\u0301 au lait").status_code


def verified(monkeypatch):
    """Keeps what passwords are verified against."""
    against = []
    real = passwords.matches

    def matches(encoded, password):
        against.append(encoded)
        return real(encoded, password)

    monkeypatch.setattr(passwords, "matches", matches)
    return against


def test_for_a_name_that_nobody_has_a_password_is_verified_too(client, monkeypatch):
    against = verified(monkeypatch)
    sign_in(client, "nobody")
    sign_in(client, "ana", "wrong")

    assert 2 == len(against)
    assert 1 == len({str(extract_parameters(encoded)) for encoded in against})


def test_a_name_that_nobody_has_costs_the_same_each_time(monkeypatch):
    against = verified(monkeypatch)
    users = {name: {"password": hashed(), "grants": {}} for name in "abcdefgh"}
    client = browser(config(users=users))
    for _ in range(3):
        sign_in(client, "nobody")

    assert 1 == len(set(against))


def test_names_that_nobody_has_cost_what_those_of_users_do(monkeypatch):
    against = verified(monkeypatch)
    users = {name: {"password": hashed(), "grants": {}} for name in "abcdefgh"}
    client = browser(config(users=users))
    for number in range(ADDRESS_BURST):
        sign_in(client, f"nobody-{number}")

    assert len(set(against)) > len(users) / 2


def test_the_password_that_is_verified_instead_lets_nobody_in(client):
    # There is one user: it is hers that stands in.
    assert 403 == sign_in(client, "nobody", PASSWORD).status_code


def test_what_is_refused_takes_as_long_for_a_known_and_an_unknown_name():
    users = {"ana": {"password": hash_password(PASSWORD), "grants": {}}}
    client = browser(config(users=users))

    def took(name):
        began = time.perf_counter()
        sign_in(client, name, "wrong")
        return time.perf_counter() - began

    pairs = [(took("ana"), took("nobody")) for _ in range(3)]
    known, unknown = (min(times) for times in zip(*pairs, strict=True))
    # Without a verification it is a hundredth.
    assert 1 / 3 < known / unknown < 3


def test_a_name_may_be_tried_five_times_and_then_waits(client):
    statuses = [sign_in(client, password="wrong").status_code for _ in range(USER_BURST + 1)]

    assert [403] * USER_BURST + [429] == statuses


def test_while_it_waits_even_the_right_password_is_not_looked_at(client, monkeypatch):
    for _ in range(USER_BURST):
        sign_in(client, password="wrong")
    against = verified(monkeypatch)
    response = sign_in(client)

    assert (429, []) == (response.status_code, against)
    assert 0 < int(response.headers["retry-after"]) <= 60
    assert problem(response).startswith("There were too many attempts. Try again in ")


def test_a_name_that_nobody_has_waits_like_any_other(client):
    statuses = [sign_in(client, "nobody").status_code for _ in range(USER_BURST + 1)]

    assert [403] * USER_BURST + [429] == statuses


def test_who_gets_in_has_all_attempts_again():
    made = app(config())
    before = [sign_in(browser(of=made), password="wrong") for _ in range(USER_BURST - 1)]
    sign_in(browser(of=made))
    after = [sign_in(browser(of=made), password="wrong") for _ in range(USER_BURST)]

    assert {403} == {response.status_code for response in before + after}


def test_an_address_waits_that_tries_many_names():
    made = app(config())
    one, other = browser(of=made), browser(of=made, address="192.0.2.8")
    statuses = [sign_in(one, f"user-{n}").status_code for n in range(ADDRESS_BURST + 1)]

    assert [403] * ADDRESS_BURST + [429] == statuses
    assert 303 == sign_in(other).status_code


def test_the_addresses_of_one_line_are_counted_together():
    made = app(config())
    addresses = [f"2001:db8:1:2::{n:x}" for n in range(ADDRESS_BURST + 1)]
    statuses = [
        sign_in(browser(of=made, address=address), f"user-{n}").status_code
        for n, address in enumerate(addresses)
    ]

    assert 429 == statuses[-1]
    assert 303 == sign_in(browser(of=made, address="2001:db8:1:3::1")).status_code


def test_who_signs_in_often_does_not_hold_up_their_office():
    made = app(config())
    statuses = {sign_in(browser(of=made)).status_code for _ in range(ADDRESS_BURST + 5)}

    assert {303} == statuses


def test_no_name_and_no_password_is_logged():
    with structlog.testing.capture_logs() as logs:
        client = browser()
        sign_in(client, "ana", "wrong password")
        sign_in(client)
        client.post("/signout", data={"csrf_token": client.get("/token").text})

    assert ["sign-in refused", "signed in", "signed out"] == [log["event"] for log in logs]
    assert not any(secret in str(logs) for secret in ("ana", "wrong password", PASSWORD))


def test_passwords_are_hashed_as_rfc_9106_advises_and_salted():
    one, other = hash_password(PASSWORD), hash_password(PASSWORD)
    found = extract_parameters(one)

    assert (3, 64 * 1024, 4) == (found.time_cost, found.memory_cost, found.parallelism)
    assert one != other
    assert passwords.matches(one, PASSWORD)


@pytest.mark.parametrize("password", ["", "short", "a" * 11, "a" * 1025])
def test_a_password_that_is_too_short_or_too_long_is_not_hashed(password):
    with pytest.raises(PasswordError, match="12 to 1024 characters"):
        hash_password(password)


def test_what_is_no_hash_matches_nothing():
    assert not passwords.matches("no hash", PASSWORD)
