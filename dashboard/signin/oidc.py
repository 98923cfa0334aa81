"""OpenID Connect: the authorization code flow with PKCE, state and nonce.

Sources: OpenID Connect Core 1.0, Discovery 1.0 and RP-Initiated Logout 1.0; RFC 7636 (PKCE); RFC
9700 (best current practice). Of what the provider tells, only the name and the groups are kept, and
of the groups only those that the configuration knows.
"""

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, cast
from urllib.parse import urlencode

import httpx2
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, KeySetSerialization
from joserfc.jws import JWSRegistry
from pydantic import AfterValidator, BaseModel, ConfigDict, TypeAdapter, ValidationError

from dashboard.config import MAX_NAME_CHARACTERS, Oidc, private_address
from dashboard.sessions import Session

CALLBACK = "/signin/oidc/callback"

_TIMEOUT_SECONDS = 10.0
_METADATA_SECONDS = 600.0
_LEEWAY_SECONDS = 60
# Signatures that need the provider's private key: neither `none` nor those with a shared secret.
_ALGORITHMS = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519"}
)


class Reason(StrEnum):
    """Why nobody was signed in."""

    AWAY = "away"
    """The provider does not answer, or not as it should."""
    STALE = "stale"
    """The answer belongs to no sign-in of this browser."""
    REFUSED = "refused"
    """The provider lets nobody in for it."""
    UNTRUSTED = "untrusted"
    """What it tells of a person is not proven."""
    OFTEN = "often"
    """Too many were begun from there."""
    NO_GRANTS = "no-grants"
    """It names no group that is granted anything."""


class SignInError(Exception):
    """Nobody was signed in.

    Attributes:
        reason: Why.
        detail: A code for the log, of nothing that is personal.
    """

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True)
class Flow:
    """One sign-in on its way; the browser keeps it.

    Attributes:
        destination: The page to go to at its end.
        state: What the provider's answer must bring.
        nonce: What its token must bring.
        verifier: What redeems the code (PKCE).
    """

    destination: str
    state: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))


_Address = Annotated[str, AfterValidator(private_address)]


class _Metadata(BaseModel):
    """What the provider tells of itself."""

    model_config = ConfigDict(frozen=True)

    issuer: str
    authorization_endpoint: _Address
    token_endpoint: _Address
    jwks_uri: _Address
    userinfo_endpoint: _Address | None = None
    end_session_endpoint: _Address | None = None
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)


class _Tokens(BaseModel):
    """What the provider gives for a code."""

    access_token: str
    id_token: str


class _Registry(JWSRegistry):
    # Some providers send the certificates of their key along.
    max_header_length = 16 * 1024


_Object = dict[str, object]
_OBJECT: TypeAdapter[_Object] = TypeAdapter(_Object)


class Provider:
    """An OpenID Connect provider, as its client sees it.

    Args:
        config: Which one, and what its groups may do.
        public_url: The dashboard's origin.
    """

    def __init__(self, config: Oidc, public_url: str) -> None:
        self._config = config
        self._public_url = public_url
        self._metadata: _Metadata | None = None
        self._metadata_until = 0.0

    async def authorization_url(self, flow: Flow) -> str:
        """Where the browser goes to sign in.

        Raises:
            SignInError: The provider is away.
        """
        async with self._client() as client:
            metadata = await self._discover(client)
            url, _ = client.create_authorization_url(
                metadata.authorization_endpoint,
                state=flow.state,
                nonce=flow.nonce,
                code_verifier=flow.verifier,
            )
        return str(url)

    async def finish(self, flow: Flow, answer: Mapping[str, str]) -> Session:
        """The session of who comes back from the provider.

        Args:
            flow: What the browser kept.
            answer: The query that it came back with.

        Raises:
            SignInError: They are not signed in.
        """
        if not secrets.compare_digest(answer.get("state", "").encode(), flow.state.encode()):
            raise SignInError(Reason.STALE)
        if "code" not in answer:
            raise SignInError(Reason.REFUSED)
        async with self._client() as client:
            metadata = await self._discover(client)
            tokens = await _redeem(client, metadata, answer["code"], flow)
            keys = await _get(client, metadata.jwks_uri)
            claims = self._verified(tokens, keys, metadata, flow)
            if self._config.grants_claim not in claims and metadata.userinfo_endpoint:
                claims |= await _userinfo(client, metadata.userinfo_endpoint, tokens, claims)
        return self._session(claims)

    async def end_session_url(self) -> str | None:
        """Where one signs out of the provider; None where one cannot."""
        try:
            async with self._client() as client:
                endpoint = (await self._discover(client)).end_session_endpoint
        except SignInError:
            return None
        if endpoint is None:
            return None
        query = urlencode(
            {
                "client_id": self._config.client_id,
                "post_logout_redirect_uri": f"{self._public_url}/signin",
            }
        )
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{query}"

    def _client(self) -> AsyncOAuth2Client:
        return AsyncOAuth2Client(
            self._config.client_id,
            self._config.client_secret.get_secret_value(),
            scope=" ".join(self._config.scopes),
            redirect_uri=f"{self._public_url}{CALLBACK}",
            code_challenge_method="S256",
            timeout=_TIMEOUT_SECONDS,
        )

    async def _discover(self, client: AsyncOAuth2Client) -> _Metadata:
        """The provider's metadata; asked for anew now and then."""
        now = time.monotonic()
        if self._metadata is None or now >= self._metadata_until:
            address = f"{self._config.issuer.rstrip('/')}/.well-known/openid-configuration"
            try:
                metadata = _Metadata.model_validate(await _get(client, address))
            except ValidationError:
                raise SignInError(Reason.AWAY, "metadata") from None
            if metadata.issuer != self._config.issuer:
                raise SignInError(Reason.AWAY, "issuer")
            self._metadata, self._metadata_until = metadata, now + _METADATA_SECONDS
        return self._metadata

    def _verified(self, tokens: _Tokens, keys: _Object, metadata: _Metadata, flow: Flow) -> _Object:
        """The claims of a token that the provider signed, for this client and this sign-in."""
        try:
            token = jwt.decode(
                tokens.id_token,
                KeySet.import_key_set(cast("KeySetSerialization", keys)),
                registry=_Registry(algorithms=_ALGORITHMS, strict_check_header=False),
            )
            claims = CodeIDToken(
                token.claims,
                token.header,
                {
                    "iss": {"essential": True, "value": metadata.issuer},
                    "aud": {"essential": True, "value": self._config.client_id},
                },
                {
                    "nonce": flow.nonce,
                    "client_id": self._config.client_id,
                    "access_token": tokens.access_token,
                },
            )
            claims.validate(leeway=_LEEWAY_SECONDS)
        except JoseError as error:
            raise SignInError(Reason.UNTRUSTED, error.error) from None
        except (KeyError, TypeError, ValueError):
            raise SignInError(Reason.UNTRUSTED, "malformed") from None
        return dict(claims)

    def _session(self, claims: _Object) -> Session:
        told = claims.get(self._config.grants_claim, [])
        named = told if isinstance(told, list) else [told]
        groups = tuple(group for group in self._config.grants if group in named)
        if not groups:
            raise SignInError(Reason.NO_GRANTS)
        name = claims.get(self._config.name_claim, claims["sub"])
        return Session(str(name)[:MAX_NAME_CHARACTERS], groups=groups)


async def _redeem(client: AsyncOAuth2Client, metadata: _Metadata, code: str, flow: Flow) -> _Tokens:
    """What the provider gives for its code."""
    if "client_secret_basic" not in metadata.token_endpoint_auth_methods_supported:
        client.token_endpoint_auth_method = "client_secret_post"  # noqa: S105  its name
    try:
        tokens: object = await client.fetch_token(
            metadata.token_endpoint,
            grant_type="authorization_code",
            code=code,
            code_verifier=flow.verifier,
            redirect_uri=client.redirect_uri,
        )
        return _Tokens.model_validate(tokens)
    except OAuthError as error:
        raise SignInError(Reason.REFUSED, error.error) from None
    except (httpx2.HTTPError, ValueError):
        raise SignInError(Reason.AWAY, "token") from None


async def _userinfo(
    client: AsyncOAuth2Client, address: str, tokens: _Tokens, claims: _Object
) -> _Object:
    """What the provider tells of the token's subject, and did not put into the token."""
    told = await _get(client, address, {"Authorization": f"Bearer {tokens.access_token}"})
    if told.get("sub") != claims["sub"]:
        raise SignInError(Reason.UNTRUSTED, "userinfo")
    return {name: value for name, value in told.items() if name not in claims}


async def _get(
    client: AsyncOAuth2Client, address: str, headers: Mapping[str, str] | None = None
) -> _Object:
    """A JSON object of the provider."""
    try:
        response = await client.request(
            "GET", address, withhold_token=True, headers=dict(headers or {})
        )
        response.raise_for_status()
        return _OBJECT.validate_json(response.content)
    except (httpx2.HTTPError, ValidationError):
        raise SignInError(Reason.AWAY, "answer") from None
