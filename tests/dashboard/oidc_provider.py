"""An OpenID Connect provider of our own, on a real port, that can be told to misbehave.

It lets everybody in as one person, without asking.
"""

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from urllib.parse import unquote, urlencode

import httpx2
import uvicorn
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from joserfc.jws import JWSRegistry
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse
from starlette.routing import Route

from embedded.ports import HOST, free_port
from tests.fixtures.processes import wait_for

CLIENT = "isegoria"
CLIENT_SECRET = "the client's secret: 100 %"
KEY_ID = "one"


def new_key():
    return RSAKey.generate_key(2048, {"kid": KEY_ID, "use": "sig", "alg": "RS256"})


# Making one takes a while.
usual_key = cache(new_key)


@dataclass
class Provider:
    """What it says and does; tests change it.

    Attributes:
        claims: Of the ID token, besides those of the protocol.
        userinfo: What the address for that tells; it is not in the metadata while this is None.
        change: Changes an ID token's claims before it is signed.
        sign: Signs an ID token instead of `key`.
        metadata: Changes to what it says of itself.
        refusal: The error that it sends browsers back with.
        seen: The requests that came, as method and path.
    """

    port: int
    key: RSAKey = field(default_factory=usual_key)
    claims: dict = field(default_factory=lambda: {"groups": ["office", "canteen"]})
    userinfo: dict | None = None
    change: Callable[[dict], dict] = dict
    sign: Callable[[dict], str] | None = None
    metadata: dict = field(default_factory=dict)
    refusal: str | None = None
    broken: bool = False
    seen: list[tuple[str, str]] = field(default_factory=list)
    asked: dict[str, dict] = field(default_factory=dict)

    @property
    def issuer(self):
        return f"http://{HOST}:{self.port}"

    def app(self):
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._metadata),
                Route("/authorize", self._authorize),
                Route("/token", self._token, methods=["POST"]),
                Route("/keys", self._keys),
                Route("/userinfo", self._userinfo),
            ]
        )

    async def _metadata(self, request: Request):
        self._note(request)
        if self.broken:
            return PlainTextResponse("<html>Bad gateway</html>", 502)
        told = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "end_session_endpoint": f"{self.issuer}/logout",
        }
        if self.userinfo is not None:
            told["userinfo_endpoint"] = f"{self.issuer}/userinfo"
        changed = told | self.metadata
        return JSONResponse({name: value for name, value in changed.items() if value is not ...})

    async def _authorize(self, request: Request):
        self._note(request)
        asked = dict(request.query_params)
        back = {"state": asked["state"]}
        if self.refusal:
            back["error"] = self.refusal
        else:
            back["code"] = secrets.token_urlsafe(16)
            self.asked[back["code"]] = asked
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(back)}", 302)

    async def _token(self, request: Request):
        self._note(request)
        form = await request.form()
        # A code counts once.
        asked = self.asked.pop(str(form.get("code")), None)
        if _client_of(request, form) != (CLIENT, CLIENT_SECRET):
            return JSONResponse({"error": "invalid_client"}, 401)
        if (
            asked is None
            or form.get("redirect_uri") != asked["redirect_uri"]
            or _challenge(str(form.get("code_verifier"))) != asked["code_challenge"]
        ):
            return JSONResponse({"error": "invalid_grant"}, 400)
        access_token = secrets.token_urlsafe(16)
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "sub": "subject-1",
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            **self.claims,
        }
        changed = {name: value for name, value in self.change(claims).items() if value is not ...}
        token = self.sign(changed) if self.sign else signed(changed, self.key)
        return JSONResponse(
            {
                "access_token": access_token,
                "token_type": "Bearer",
                "expires_in": 300,
                "id_token": token,
            }
        )

    async def _keys(self, request: Request):
        self._note(request)
        return JSONResponse(KeySet([self.key]).as_dict(private=False))

    async def _userinfo(self, request: Request):
        self._note(request)
        assert request.headers["authorization"].startswith("Bearer ")
        return JSONResponse(self.userinfo)

    def _note(self, request):
        self.seen.append((request.method, request.url.path))


def signed(claims, key, algorithm="RS256", **header):
    registry = JWSRegistry(algorithms=[algorithm], strict_check_header=False)
    return jwt.encode({"alg": algorithm, "kid": KEY_ID} | header, claims, key, registry=registry)


def unsigned(claims):
    """A token of the algorithm `none` (RFC 7518, section 3.6)."""
    return f"{_signed_part({'alg': 'none'}, claims)}."


def signed_by_secret(claims, secret):
    """A token of HS256; by hand, since libraries take no public key for a secret."""
    part = _signed_part({"alg": "HS256", "kid": KEY_ID}, claims)
    key = secret if isinstance(secret, bytes) else secret.encode()
    return f"{part}.{_base64(hmac.digest(key, part.encode(), 'sha256'))}"


def _signed_part(*parts):
    return ".".join(_base64(json.dumps(part).encode()) for part in parts)


@contextmanager
def providing() -> Iterator[Provider]:
    """A provider; ready when the block begins."""
    provider = Provider(free_port())
    server = uvicorn.Server(
        uvicorn.Config(provider.app(), HOST, provider.port, access_log=False, log_config=None)
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        wait_for(lambda: server.started)
        yield provider
    finally:
        server.should_exit = True
        thread.join()


def authorize(address):
    """What a browser does that is sent to the provider: where it is sent back to."""
    response = httpx2.get(address)
    assert response.status_code == 302
    return response.headers["location"]


def _client_of(request, form):
    """Who redeems a code, by either way that clients may use."""
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return form.get("client_id"), form.get("client_secret")
    name, _, secret = base64.b64decode(encoded).decode().partition(":")
    return unquote(name), unquote(secret)


def _challenge(verifier):
    return _base64(hashlib.sha256(verifier.encode()).digest())


def _base64(content):
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
