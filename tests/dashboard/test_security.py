"""What is refused before any page sees it, and what pages may do."""

import pytest

from dashboard.config import development
from dashboard.security import FORM_TOKEN, MAX_BODY_BYTES
from dashboard.sessions import Sessions
from tests.dashboard.signing_in import ORIGIN, app, browser, config, sign_in

HERE = "http://localhost:8600"


@pytest.fixture
def signed_in():
    client = browser()
    sign_in(client)
    return client


def developer(address="127.0.0.1"):
    return browser(development(8600), origin=HERE, address=address)


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("dashboard.example", 200),
        ("Dashboard.EXAMPLE", 200),
        ("dashboard.example:443", 200),
        ("dashboard.example:8443", 421),
        ("dashboard.example.", 421),
        ("dashboard.example.evil.example", 421),
        ("evil.example", 421),
        ("192.0.2.1", 421),
        ("localhost", 421),
        ("", 421),
    ],
)
def test_only_the_public_address_is_answered(signed_in, host, status):
    assert status == signed_in.get("/", headers={"Host": host}).status_code


def test_a_health_check_may_come_by_another_name():
    assert 200 == browser().get("/healthz", headers={"Host": "10.0.0.3:8600"}).status_code


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost:8600", 200),
        ("LOCALHOST", 200),
        ("127.0.0.1:9000", 200),
        ("[::1]:8600", 200),
        ("localhost.evil.example:8600", 421),
        ("evil.example:8600", 421),
        ("localhost:8600@evil.example", 421),
        ("127.0.0.1.nip.example", 421),
        ("0.0.0.0:8600", 421),
        ("", 421),
    ],
)
def test_in_development_only_names_of_this_machine_are_answered(host, status):
    assert status == developer().get("/", headers={"Host": host}).status_code


@pytest.mark.parametrize(
    ("address", "status"),
    [("127.0.0.1", 200), ("::1", 200), ("192.0.2.7", 421), ("10.0.0.1", 421), ("", 421)],
)
def test_in_development_only_clients_of_this_machine_are_answered(address, status):
    assert status == developer(address).get("/").status_code


@pytest.mark.parametrize("header", ["Forwarded", "X-Forwarded-For", "X-Forwarded-Host"])
def test_in_development_nothing_is_answered_that_a_proxy_passes_on(header):
    assert 421 == developer().get("/", headers={header: "127.0.0.1"}).status_code


def test_in_development_everybody_is_an_administrator_of_everything():
    assert {"name": "", "grants": {"*": "administrator"}} == developer().get("/").json()


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        (ORIGIN, 303),
        ("https://evil.example", 403),
        ("http://dashboard.example", 403),
        ("https://dashboard.example:8443", 403),
        ("https://dashboard.example.evil.example", 403),
        ("https://sub.dashboard.example", 403),
        ("null", 403),
        ("", 403),
    ],
)
def test_forms_are_taken_from_our_own_pages_alone(origin, status):
    client = browser()
    client.headers["Origin"] = origin

    assert status == sign_in(client).status_code


def test_a_form_that_does_not_say_where_it_is_from_is_refused():
    client = browser()
    del client.headers["Origin"]

    assert 403 == sign_in(client).status_code


def test_in_development_forms_of_another_port_are_refused():
    client = developer()
    form = {FORM_TOKEN: client.get("/token").text, "text": "said"}

    assert 403 == client.post("/answer", data=form, headers={"Origin": f"{HERE}1"}).status_code
    assert "said" == client.post("/answer", data=form).text


def test_a_form_with_the_token_of_its_session_is_taken(signed_in):
    form = {FORM_TOKEN: signed_in.get("/token").text, "text": "said"}

    assert "said" == signed_in.post("/answer", data=form).text


def test_each_page_has_a_token_of_its_own(signed_in):
    assert signed_in.get("/token").text != signed_in.get("/token").text


@pytest.mark.parametrize("change", [lambda _: "", lambda token: token + "0", lambda _: "é."])
def test_a_form_without_its_token_is_refused(signed_in, change):
    token = change(signed_in.get("/token").text)

    assert 403 == signed_in.post("/answer", data={FORM_TOKEN: token}).status_code


def test_the_token_of_another_session_is_refused():
    made = app(config())
    one, other = browser(of=made), browser(of=made)
    sign_in(one)
    sign_in(other)

    form = {FORM_TOKEN: one.get("/token").text}
    assert 403 == other.post("/answer", data=form).status_code


def test_the_token_of_the_session_before_is_refused(signed_in):
    token = signed_in.get("/token").text
    sign_in(signed_in)

    assert 403 == signed_in.post("/answer", data={FORM_TOKEN: token}).status_code


def test_a_body_that_says_it_is_too_long_is_refused(signed_in):
    form = {"text": "a" * MAX_BODY_BYTES}

    assert 413 == signed_in.post("/answer", data=form).status_code


def test_a_body_that_does_not_say_how_long_it_is_is_read_up_to_the_limit(signed_in):
    def parts():
        for _ in range(20):
            yield b"a" * (MAX_BODY_BYTES // 16)

    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert 413 == signed_in.post("/answer", content=parts(), headers=form).status_code


def test_pages_load_nothing_from_elsewhere_and_nobody_keeps_them(signed_in):
    headers = signed_in.get("/").headers

    assert (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
        " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        == headers["Content-Security-Policy"]
    )
    assert "private, no-store" == headers["Cache-Control"]
    assert "nosniff" == headers["X-Content-Type-Options"]
    assert "same-origin" == headers["Referrer-Policy"]
    assert "same-origin" == headers["Cross-Origin-Opener-Policy"]
    assert "same-origin" == headers["Cross-Origin-Resource-Policy"]
    assert "camera=()" in headers["Permissions-Policy"]
    assert "max-age=31536000" == headers["Strict-Transport-Security"]


def test_refusals_are_protected_too():
    refused = browser().get("/", headers={"Host": "evil.example"})

    assert "frame-ancestors 'none'" in refused.headers["Content-Security-Policy"]
    assert "private, no-store" == refused.headers["Cache-Control"]


def test_files_of_the_pages_may_be_kept_for_an_hour():
    assert "public, max-age=3600" == browser().get("/static/style.css").headers["Cache-Control"]


def test_a_file_that_is_not_there_is_not_kept():
    assert "private, no-store" == browser().get("/static/absent").headers["Cache-Control"]


def test_without_tls_browsers_are_not_told_to_insist_on_it():
    assert "Strict-Transport-Security" not in developer().get("/").headers


def test_form_tokens_of_different_dashboards_differ():
    one, other = (Sessions(development(8600)).form_tokens(None) for _ in range(2))

    assert not other.check(one.new())
