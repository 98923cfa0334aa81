"""Signing in with OpenID Connect, at a real provider, and what attackers try there."""

import time
from urllib.parse import parse_qs, urlsplit

import pytest
import structlog
from joserfc.jwk import RSAKey

from dashboard.signin.oidc import CALLBACK
from tests.dashboard.oidc_provider import (
    CLIENT,
    CLIENT_SECRET,
    authorize,
    new_key,
    providing,
    signed,
    signed_by_secret,
    unsigned,
)
from tests.dashboard.signing_in import ORIGIN, PAGE, browser, config, problem

AWAY = "The sign-in service does not answer as it should. Try again later."
STALE = "This sign-in took too long or was begun elsewhere. Begin again."
REFUSED = "The sign-in service did not let you in."
UNTRUSTED = "What the sign-in service sent cannot be trusted. Tell the operator."
NO_GRANTS = "You have an account, but may not read anything here. Ask for access."
SESSION = "__Host-isegoria-session"
FLOW = "__Host-isegoria-flow"


@pytest.fixture
def provider():
    with providing() as made:
        yield made


@pytest.fixture
def configured(provider, tmp_path):
    secret = tmp_path / "client.secret"
    secret.write_text(CLIENT_SECRET)
    secret.chmod(0o600)

    def make(**fields):
        oidc = {
            "issuer": provider.issuer,
            "client_id": CLIENT,
            "client_secret_file": str(secret),
            "grants": {"office": {"*": "reader"}, "planners": {"plan": "officer"}},
        }
        return config(oidc=oidc | fields)

    return make


@pytest.fixture
def client(configured):
    return browser(configured())


def begin(client, following="/"):
    """The provider's address that the browser is sent to."""
    response = client.get("/signin/oidc", params={"next": following})
    assert 303 == response.status_code, response.text
    return response.headers["location"]


def back(address):
    """The address that the provider sends the browser back to, without the host."""
    parts = urlsplit(authorize(address))
    assert ORIGIN == f"{parts.scheme}://{parts.netloc}"
    return f"{parts.path}?{parts.query}"


def sign_in(client, following="/"):
    return client.get(back(begin(client, following)))


def refused(client, response, status, text):
    """Whether the browser was sent to the sign-in page, and what that says."""
    assert SESSION not in response.cookies
    assert (303, "/signin") == (response.status_code, urlsplit(response.headers["location"]).path)
    page = client.get(response.headers["location"])
    return (status, text) == (page.status_code, problem(page))


def test_whoever_the_provider_knows_gets_the_grants_of_their_groups(client):
    response = sign_in(client, "/c/plan?mode=offline")

    assert (303, "/c/plan?mode=offline") == (response.status_code, response.headers["location"])
    assert {"name": "subject-1", "grants": {"*": "reader"}} == client.get("/").json()


def test_the_page_leads_to_the_provider_and_keeps_what_was_wanted(client):
    assert 'href="/signin/oidc?next=%2Fc%2Fplan"' in client.get("/signin?next=/c/plan").text


def test_it_asks_by_code_with_pkce_a_state_and_a_nonce_each_of_its_own(client):
    one, other = (parse_qs(urlsplit(begin(client)).query) for _ in range(2))

    assert {
        "response_type": ["code"],
        "client_id": [CLIENT],
        "redirect_uri": [f"{ORIGIN}{CALLBACK}"],
        "scope": ["openid"],
        "code_challenge_method": ["S256"],
    } == {name: one[name] for name in one if name not in {"state", "nonce", "code_challenge"}}
    assert all(one[name] != other[name] for name in ("state", "nonce", "code_challenge"))


def test_what_is_kept_while_it_lasts_is_out_of_reach_of_scripts_and_short_lived(client):
    said = client.get("/signin/oidc").headers["set-cookie"]

    assert said.startswith(f"{FLOW}=")
    assert {"HttpOnly", "Max-Age=600", "Path=/", "SameSite=lax", "Secure"} == set(
        said.split("; ")[1:]
    )


def test_after_it_nothing_of_it_is_kept(client):
    sign_in(client)

    assert [SESSION] == list(client.cookies)


def test_the_claims_may_have_other_names(provider, configured):
    provider.claims = {"roles": "planners", "preferred_username": "ana"}
    client = browser(configured(grants_claim="roles", name_claim="preferred_username"))
    sign_in(client)

    assert {"name": "ana", "grants": {"plan": "officer"}} == client.get("/").json()


def test_groups_that_are_not_in_the_token_are_asked_for(provider, client):
    provider.claims = {}
    provider.userinfo = {"sub": "subject-1", "groups": ["planners"], "iss": "https://evil.example"}
    sign_in(client)

    assert {"plan": "officer"} == client.get("/").json()["grants"]


def test_somebody_may_be_in_hundreds_of_groups(provider, client):
    provider.claims = {"groups": [*(f"{n:036}" for n in range(500)), "office"]}

    assert 303 == sign_in(client).status_code
    assert {"*": "reader"} == client.get("/").json()["grants"]


def test_they_are_not_asked_for_where_the_token_has_them(provider, client):
    provider.userinfo = {"sub": "subject-1", "groups": ["planners"]}
    sign_in(client)

    assert ("GET", "/userinfo") not in provider.seen


def test_a_client_may_have_to_send_its_secret_in_the_form(provider, client):
    provider.metadata = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}

    assert 303 == sign_in(client).status_code


def test_an_audience_of_several_is_taken_if_it_is_for_us(provider, client):
    provider.change = lambda claims: claims | {"aud": [CLIENT, "other"], "azp": CLIENT}

    assert 303 == sign_in(client).status_code


def test_the_metadata_is_not_asked_for_every_time(provider, client):
    sign_in(client)
    sign_in(client)

    assert 1 == provider.seen.count(("GET", "/.well-known/openid-configuration"))


def test_a_key_that_the_provider_changed_is_found(provider, client):
    sign_in(client)
    provider.key = RSAKey.generate_key(2048, {"kid": "two", "use": "sig"})
    provider.sign = lambda claims: signed(claims, provider.key, kid="two")

    assert 303 == sign_in(client).status_code


# What a token may not be.


@pytest.mark.parametrize(
    "changes",
    [
        {"nonce": "another"},
        {"nonce": ...},
        {"nonce": ""},
        {"aud": "another-client"},
        {"aud": ["another-client"]},
        {"aud": "another-client", "azp": CLIENT},
        {"aud": [CLIENT, "other"], "azp": "other"},
        {"aud": ...},
        {"iss": "https://evil.example"},
        {"iss": ...},
        {"sub": ...},
        {"sub": 7},
        {"exp": 1_000_000_000},
        {"exp": ...},
        {"exp": "soon"},
        {"iat": 4_000_000_000},
        {"nbf": 4_000_000_000},
        {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
    ],
    ids=str,
)
def test_a_token_with_a_wrong_claim_lets_nobody_in(provider, client, changes):
    provider.change = lambda claims: claims | changes

    assert refused(client, sign_in(client), 403, UNTRUSTED)


def test_a_token_that_expired_a_moment_ago_by_another_clock_is_taken(provider, client):
    provider.change = lambda claims: claims | {"exp": int(time.time()) - 5}

    assert 303 == sign_in(client).status_code


def test_a_token_signed_by_another_key_lets_nobody_in(provider, client):
    key = new_key()
    provider.sign = lambda claims: signed(claims, key)

    assert refused(client, sign_in(client), 403, UNTRUSTED)


def test_a_token_that_brings_its_own_key_lets_nobody_in(provider, client):
    key = new_key()
    provider.sign = lambda claims: signed(claims, key, jwk=key.as_dict(private=False))

    assert refused(client, sign_in(client), 403, UNTRUSTED)


def test_a_token_of_a_key_that_the_provider_has_not_lets_nobody_in(provider, client):
    provider.sign = lambda claims: signed(claims, provider.key, kid="unknown")

    assert refused(client, sign_in(client), 403, UNTRUSTED)


def test_a_token_without_signature_lets_nobody_in(provider, client):
    provider.metadata = {"id_token_signing_alg_values_supported": ["none"]}
    provider.sign = unsigned

    assert refused(client, sign_in(client), 403, UNTRUSTED)


@pytest.mark.parametrize("secret", ["public key", "client secret"])
def test_a_token_signed_with_what_others_know_lets_nobody_in(provider, client, secret):
    known = {"public key": provider.key.as_pem(private=False), "client secret": CLIENT_SECRET}
    provider.metadata = {"id_token_signing_alg_values_supported": ["HS256", "RS256"]}
    provider.sign = lambda claims: signed_by_secret(claims, known[secret])

    assert refused(client, sign_in(client), 403, UNTRUSTED)


@pytest.mark.parametrize("token", ["", "no token", "a.b.c", "e30.e30.e30", "é.é.é"])
def test_what_is_no_token_lets_nobody_in(provider, client, token):
    provider.sign = lambda _: token

    assert refused(client, sign_in(client), 403, UNTRUSTED)


def test_a_token_that_somebody_changed_lets_nobody_in(provider, client):
    def changed(claims):
        head, _, signature = signed(claims, provider.key).split(".")
        body = signed(claims | {"groups": ["planners"]}, provider.key).split(".")[1]
        return f"{head}.{body}.{signature}"

    provider.sign = changed

    assert refused(client, sign_in(client), 403, UNTRUSTED)


def test_what_is_told_of_another_person_lets_nobody_in(provider, client):
    provider.claims = {}
    provider.userinfo = {"sub": "subject-2", "groups": ["planners"]}

    assert refused(client, sign_in(client), 403, UNTRUSTED)


# What an answer of the provider may not be.


@pytest.mark.parametrize(
    "change",
    [
        lambda _: "another",
        lambda _: "",
        lambda state: state + "x",
        lambda state: state[:-1],
        lambda _: "é",
    ],
)
def test_an_answer_with_another_state_lets_nobody_in(provider, client, change):
    query = parse_qs(urlsplit(back(begin(client))).query)
    answer = {"code": query["code"][0], "state": change(query["state"][0])}

    assert refused(client, client.get(CALLBACK, params=answer), 400, STALE)
    assert ("POST", "/token") not in provider.seen


def test_an_answer_without_state_lets_nobody_in(client):
    code = parse_qs(urlsplit(back(begin(client))).query)["code"][0]

    assert refused(client, client.get(CALLBACK, params={"code": code}), 400, STALE)


def test_an_answer_that_another_browser_asked_for_lets_nobody_in(configured):
    attacker, victim = browser(configured()), browser(configured())

    assert refused(victim, victim.get(back(begin(attacker))), 400, STALE)


def test_an_answer_to_an_earlier_question_lets_nobody_in(client):
    earlier = back(begin(client))
    begin(client)

    assert refused(client, client.get(earlier), 400, STALE)


def test_an_answer_counts_once(client):
    answer = back(begin(client))
    client.get(answer)
    client.cookies.delete(SESSION)

    assert refused(client, client.get(answer), 400, STALE)


def test_a_code_counts_once_even_for_who_kept_the_cookie(client):
    address = begin(client)
    kept = client.cookies[FLOW]
    answer = back(address)
    client.get(answer)
    client.cookies.clear()
    client.cookies.set(FLOW, kept)

    assert refused(client, client.get(answer), 403, REFUSED)


def test_a_code_that_was_given_for_another_question_lets_nobody_in(configured):
    """PKCE: a code that leaked is worth nothing to another browser."""
    victim, attacker = browser(configured()), browser(configured())
    code = parse_qs(urlsplit(back(begin(victim))).query)["code"][0]
    state = parse_qs(urlsplit(begin(attacker)).query)["state"][0]

    answer = attacker.get(CALLBACK, params={"code": code, "state": state})
    assert refused(attacker, answer, 403, REFUSED)


def test_an_answer_that_took_too_long_lets_nobody_in(client, monkeypatch):
    answer = back(begin(client))
    late = time.time() + 610
    monkeypatch.setattr(time, "time", lambda: late)

    assert refused(client, client.get(answer), 400, STALE)


def test_a_cookie_that_was_made_up_lets_nobody_in(client):
    client.cookies.set(FLOW, "e30.YQ.YQ")

    assert refused(client, client.get(CALLBACK, params={"code": "a", "state": ""}), 400, STALE)


@pytest.mark.parametrize("error", ["access_denied", "<script>alert(1)</script>"])
def test_who_is_refused_there_is_told_so_in_our_words(provider, client, error):
    provider.refusal = error
    response = sign_in(client, "/c/plan")

    assert "/signin?problem=refused&next=%2Fc%2Fplan" == response.headers["location"]
    assert refused(client, response, 403, REFUSED)


def test_a_problem_that_is_none_is_not_shown(client):
    page = client.get("/signin?problem=Call+this+number")

    assert (200, None) == (page.status_code, problem(page))
    assert "Go to the sign-in service" in page.text


def test_who_has_no_grants_is_told_so(provider, client):
    provider.claims = {"groups": ["canteen"]}

    assert refused(client, sign_in(client), 403, NO_GRANTS)


@pytest.mark.parametrize("groups", [..., None, "", [], 7, {"office": True}, [["office"], 7]])
def test_groups_that_are_none_grant_nothing(provider, client, groups):
    provider.claims = {"groups": groups}

    assert refused(client, sign_in(client), 403, NO_GRANTS)


def test_after_signing_in_nobody_is_sent_to_another_host(client):
    assert "/" == sign_in(client, "//evil.example").headers["location"]


# A provider that does not do as it should.


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://evil.example"},
        {"issuer": ...},
        {"authorization_endpoint": ...},
        {"authorization_endpoint": "http://evil.example/authorize"},
        {"token_endpoint": "http://evil.example/token"},
        {"jwks_uri": "file:///etc/passwd"},
        {"jwks_uri": 7},
    ],
    ids=str,
)
def test_nobody_is_sent_to_a_provider_that_says_wrong_things_of_itself(provider, client, metadata):
    provider.metadata = metadata

    assert refused(client, client.get("/signin/oidc"), 502, AWAY)


def test_a_provider_that_is_down_is_said_to_be(provider, client):
    provider.broken = True

    assert refused(client, client.get("/signin/oidc"), 502, AWAY)


def test_a_provider_that_cannot_be_reached_is_said_to_be(configured):
    client = browser(configured(issuer="http://127.0.0.1:9"))

    assert refused(client, client.get("/signin/oidc"), 502, AWAY)


def test_when_it_is_back_it_is_asked_again(provider, client):
    provider.broken = True
    client.get("/signin/oidc")
    provider.broken = False

    assert 303 == sign_in(client).status_code


def test_keys_that_are_none_let_nobody_in(provider, client):
    provider.metadata = {"jwks_uri": f"{provider.issuer}/.well-known/openid-configuration"}

    assert refused(client, sign_in(client), 403, UNTRUSTED)


# Signing out.


def sign_out(client):
    return client.post("/signout", data={"csrf_token": client.get("/token").text})


def test_signing_out_ends_the_session_here_and_leads_to_the_provider(provider, client):
    sign_in(client)
    response = sign_out(client)
    onward = (
        f"{provider.issuer}/logout?client_id={CLIENT}"
        "&post_logout_redirect_uri=https%3A%2F%2Fdashboard.example%2Fsignin"
    )

    assert f"0; url={onward}" == response.headers["refresh"]
    assert onward.replace("&", "&amp;") in response.text
    assert 303 == client.get("/", headers=PAGE).status_code


@pytest.mark.parametrize("broken", [False, True])
def test_where_the_provider_has_no_such_address_signing_out_ends_here(
    provider, client, configured, broken
):
    sign_in(client)
    another = browser(configured())
    another.cookies.set(SESSION, client.cookies[SESSION])
    provider.metadata = {"end_session_endpoint": ...}
    provider.broken = broken
    response = sign_out(another)

    assert "refresh" not in response.headers
    assert "You have signed out." in response.text


def test_no_name_and_no_group_is_logged(provider, client):
    with structlog.testing.capture_logs() as logs:
        sign_in(client)
        provider.change = lambda claims: claims | {"exp": 1}
        sign_in(client)

    assert [
        {"event": "signed in", "log_level": "info"},
        {
            "event": "sign-in refused",
            "reason": "untrusted",
            "detail": "expired_token",
            "log_level": "warning",
        },
    ] == logs
