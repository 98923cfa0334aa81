"""Sessions: the cookie, how long it counts, and what ends it."""

import base64
import json
import time
import zlib

import pytest
from starlette.responses import Response

from dashboard.config import development
from dashboard.sessions import Session, Sessions, SignedCookie
from tests.dashboard.signing_in import PAGE, app, browser, config, hashed, sign_in

COOKIE = "__Host-isegoria-session"
ANA = {"password": hashed(), "grants": {"*": "reader"}}
OIDC = {
    "issuer": "https://login.example",
    "client_id": "isegoria",
    "client_secret_file": "",
    "grants": {"office": {"*": "reader"}, "planners": {"*": "reader", "plan": "officer"}},
}


@pytest.fixture(scope="module")
def oidc(tmp_path_factory):
    path = tmp_path_factory.mktemp("client") / "secret"
    path.write_text("the client's")
    path.chmod(0o600)
    return OIDC | {"client_secret_file": str(path)}


def cookie_of(sessions, session):
    response = Response()
    sessions.begin(response, session)
    return response.headers["set-cookie"].split(";")[0].partition("=")[2]


def asking(configured, cookie):
    client = browser(configured)
    client.cookies.set(COOKIE, cookie)
    return client.get("/", headers=PAGE)


def signed_in_cookie(configured):
    client = browser(configured)
    return sign_in(client).cookies[COOKIE]


def test_the_cookie_is_for_this_host_by_tls_and_out_of_reach_of_scripts():
    said = sign_in(browser()).headers["set-cookie"]

    assert said.startswith(f"{COOKIE}=")
    assert {"HttpOnly", "Max-Age=28800", "Path=/", "SameSite=lax", "Secure"} == set(
        said.split("; ")[1:]
    )


def test_without_tls_it_has_another_name_and_may_go_in_the_clear():
    response = Response()
    SignedCookie(development(8600), "name", "purpose", 60).write(response, 1)

    said = response.headers["set-cookie"]
    assert said.startswith("name=")
    assert "Secure" not in said


def test_it_holds_no_grant_and_nothing_of_the_password():
    configured = config()
    cookie = signed_in_cookie(configured)
    payload = cookie.split(".")
    packed = payload[1] if cookie.startswith(".") else payload[0]
    content = base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))
    held = json.loads(zlib.decompress(content) if cookie.startswith(".") else content)

    assert {"name", "proof", "groups", "key"} == set(held)
    assert ("ana", []) == (held["name"], held["groups"])
    assert held["proof"] not in configured.users["ana"].password.get_secret_value()


def test_each_sign_in_begins_another_session():
    client = browser()

    assert sign_in(client).cookies[COOKIE] != sign_in(client).cookies[COOKIE]


@pytest.mark.parametrize("at", [0, 5, 30, -30, -1])
def test_a_cookie_that_was_changed_counts_for_nothing(at):
    configured = config()
    cookie = signed_in_cookie(configured)
    # The last letter has two bits to spare, so that A to D mean the same there.
    changed = list(cookie)
    changed[at] = "A" if changed[at] not in "ABCD" else "z"

    assert 303 == asking(configured, "".join(changed)).status_code


@pytest.mark.parametrize("cookie", ["", ".", "..", "a.b.c", "é", "e30.YQ.YQ"])
def test_what_is_no_cookie_of_ours_counts_for_nothing(cookie):
    assert Sessions(config()).read({COOKIE: cookie}) is None


def test_a_cookie_under_another_secret_counts_for_nothing():
    cookie = cookie_of(Sessions(config(users={"ana": ANA})), Session("ana"))
    other = Sessions(development(8600))

    assert other.read({"isegoria-session": cookie}) is None


def test_a_cookie_signed_for_another_purpose_counts_for_nothing():
    response = Response()
    elsewhere = SignedCookie(config(), "isegoria-session", "another purpose", 600)
    elsewhere.write(response, {"name": "ana", "proof": "", "groups": [], "key": "k"})
    cookie = response.headers["set-cookie"].split(";")[0].partition("=")[2]

    assert Sessions(config()).read({COOKIE: cookie}) is None


def test_a_session_ends_after_its_hours_however_much_it_is_used(monkeypatch):
    configured = config(session_hours=1)
    cookie = signed_in_cookie(configured)
    began = time.time()
    statuses = []
    for later in (1800, 3590, 3610):
        monkeypatch.setattr(time, "time", lambda later=later: began + later)
        statuses.append(asking(configured, cookie).status_code)

    assert [200, 200, 303] == statuses


def test_a_user_who_was_removed_is_out_at_once():
    cookie = signed_in_cookie(config(users={"ana": ANA, "ben": ANA}))

    assert 200 == asking(config(users={"ana": ANA}), cookie).status_code
    assert 303 == asking(config(users={"ben": ANA}), cookie).status_code


def test_a_grant_that_was_removed_is_gone_at_once():
    cookie = signed_in_cookie(config(users={"ana": ANA}))
    less = ANA | {"grants": {"plan": "reader"}}

    assert {"plan": "reader"} == asking(config(users={"ana": less}), cookie).json()["grants"]


def test_a_changed_password_ends_the_sessions_of_the_old_one():
    cookie = signed_in_cookie(config(users={"ana": ANA}))
    changed = ANA | {"password": hashed("another battery")}

    assert 303 == asking(config(users={"ana": changed}), cookie).status_code


def test_groups_give_their_grants_of_this_moment(oidc):
    cookie = cookie_of(Sessions(config(oidc=oidc)), Session("ana", groups=("office", "planners")))
    less = oidc | {"grants": {"office": {"*": "reader"}}}
    none = oidc | {"grants": {"others": {"*": "reader"}}}

    assert {"*": "reader", "plan": "officer"} == asking(config(oidc=oidc), cookie).json()["grants"]
    assert {"*": "reader"} == asking(config(oidc=less), cookie).json()["grants"]
    assert 303 == asking(config(oidc=none), cookie).status_code


def test_a_session_of_one_way_to_sign_in_counts_for_no_other(oidc):
    provided = cookie_of(Sessions(config(oidc=oidc)), Session("ana", groups=("office",)))
    local = signed_in_cookie(config(users={"ana": ANA}))

    assert 303 == asking(config(users={"ana": ANA}), provided).status_code
    assert 303 == asking(config(oidc=oidc), local).status_code


def test_signing_out_clears_the_cookie():
    client = browser()
    sign_in(client)
    out = client.post("/signout", data={"csrf_token": client.get("/token").text})

    assert "You have signed out." in out.text
    assert f'{COOKIE}=""' in out.headers["set-cookie"]
    assert 303 == client.get("/", headers=PAGE).status_code


def test_another_host_cannot_sign_anybody_out():
    client = browser()
    sign_in(client)

    assert 403 == client.post("/signout").status_code
    assert 200 == client.get("/").status_code


@pytest.mark.parametrize(
    ("method", "path", "accept", "answer"),
    [
        ("GET", "/", "text/html", (303, "/signin?next=%2F")),
        (
            "GET",
            "/c/plan?topic=a%26b&mode=offline",
            "text/html,*/*",
            (303, "/signin?next=%2Fc%2Fplan%3Ftopic%3Da%2526b%26mode%3Doffline"),
        ),
        ("GET", "/c/absent%2F..", "text/html", (303, "/signin?next=%2Fc%2Fabsent%252F..")),
        ("GET", "/fresh.json", "application/json", (401, None)),
        ("GET", "/", "*/*", (401, None)),
        ("POST", "/answer", "text/html", (401, None)),
        ("POST", "/signout", "text/html", (401, None)),
        ("GET", "/healthzz", "*/*", (401, None)),
        ("GET", "/signinn", "*/*", (401, None)),
        ("GET", "/healthz", "*/*", (200, None)),
        ("GET", "/static/style.css", "*/*", (200, None)),
        ("GET", "/signin", "*/*", (200, None)),
    ],
)
def test_who_has_not_signed_in_gets_to_no_page(method, path, accept, answer):
    response = browser().request(method, path, headers={"Accept": accept})

    assert answer == (response.status_code, response.headers.get("location"))


def test_in_development_there_is_nothing_to_sign_in_to():
    client = browser(development(8600), origin="http://localhost:8600", address="127.0.0.1")

    assert 404 == client.get("/signin").status_code


def test_two_browsers_have_sessions_of_their_own():
    made = app(config(users={"ana": ANA, "ben": ANA}))
    one, other = browser(of=made), browser(of=made)
    sign_in(one, "ana")
    sign_in(other, "ben")

    assert ["ana", "ben"] == [one.get("/").json()["name"], other.get("/").json()["name"]]
