"""Sessions: a signed cookie that says who signed in, and until when it counts.

There is no store. What somebody may do is not in the cookie: it is looked up with every request, so
that a user, group or grant that the configuration no longer has, or a changed password, ends it.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from itsdangerous import BadData, URLSafeTimedSerializer
from pydantic import TypeAdapter, ValidationError
from starlette.responses import Response

from dashboard.access import Viewer, merged
from dashboard.config import DashboardConfig, User
from dashboard.security import FormTokens

_HOUR_SECONDS = 3600
# Another one for every change of what a session holds.
_PURPOSE = "isegoria.dashboard.session.1"


@dataclass(frozen=True)
class Session:
    """What the cookie holds.

    Attributes:
        name: The user, or what the provider calls them.
        proof: Of the password that a user signed in with; empty after OpenID Connect.
        groups: Those that the provider named and the configuration knows.
        key: Random, new with each sign-in; forms are bound to it.
    """

    name: str
    proof: str = ""
    groups: tuple[str, ...] = ()
    key: str = field(default_factory=lambda: secrets.token_urlsafe(16))


class SignedCookie:
    """A cookie that only the dashboard can write, and only browsers send.

    Args:
        config: Has the secret, and whether there is TLS.
        name: Of the cookie.
        purpose: What is signed for one purpose counts for no other.
        seconds: How long it counts, and no longer, however often it is used.
    """

    def __init__(self, config: DashboardConfig, name: str, purpose: str, seconds: int) -> None:
        # Browsers take a cookie of this prefix from this very host and by TLS alone (RFC 6265bis).
        self._name = f"__Host-{name}" if config.secure else name
        self._secure = config.secure
        self._seconds = seconds
        self._serializer = URLSafeTimedSerializer(
            config.secret.get_secret_value(),
            salt=purpose,
            signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
        )

    def read(self, cookies: Mapping[str, str]) -> object | None:
        """What it holds; None where it is absent, not ours or too old."""
        try:
            found: object = self._serializer.loads(
                cookies.get(self._name, ""), max_age=self._seconds
            )
        except BadData:
            return None
        return found

    def write(self, response: Response, content: object) -> None:
        """Have the browser keep something."""
        response.set_cookie(
            self._name,
            str(self._serializer.dumps(content)),
            max_age=self._seconds,
            secure=self._secure,
            httponly=True,
            samesite="lax",
        )

    def clear(self, response: Response) -> None:
        """Have the browser forget it."""
        response.delete_cookie(self._name, secure=self._secure, httponly=True, samesite="lax")


class Sessions:
    """Begins, reads and ends sessions."""

    def __init__(self, config: DashboardConfig) -> None:
        self._config = config
        self._secret = config.secret.get_secret_value()
        self._cookie = SignedCookie(
            config, "isegoria-session", _PURPOSE, config.session_hours * _HOUR_SECONDS
        )

    def begin(self, response: Response, session: Session) -> None:
        """Begin a session, in the place of any other of this browser."""
        content = _SESSION.dump_python(session, mode="json")
        self._cookie.write(response, content)

    def begin_user(self, response: Response, name: str, user: User) -> None:
        """Begin the session of a user of the configuration."""
        self.begin(response, Session(name, proof=self._proof(user)))

    def end(self, response: Response) -> None:
        """End the session of this browser."""
        self._cookie.clear(response)

    def read(self, cookies: Mapping[str, str]) -> Session | None:
        """The session of a request."""
        try:
            return _SESSION.validate_python(self._cookie.read(cookies))
        except ValidationError:
            return None

    def viewer(self, session: Session) -> Viewer | None:
        """Who has a session, with the rights of this moment; None when there are none any more."""
        if self._config.users is not None:
            user = self._config.users.get(session.name)
            if user is None or not hmac.compare_digest(self._proof(user), session.proof):
                return None
            return Viewer(session.name, user.grants)
        if self._config.oidc is not None:
            known = self._config.oidc.grants
            grants = [known[group] for group in session.groups if group in known]
            return Viewer(session.name, merged(grants)) if grants else None
        return None

    def form_tokens(self, session: Session | None) -> FormTokens:
        """The tokens of a session's forms, or of those of nobody."""
        return FormTokens(self._secret, session.key if session else "")

    def _proof(self, user: User) -> str:
        password = user.password.get_secret_value()
        return hmac.digest(self._secret, f"password:{password}".encode(), "sha256").hex()


_SESSION = TypeAdapter(Session)
