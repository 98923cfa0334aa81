"""What protects every page: who is asked for, what a page may load, and that forms are our own."""

import hmac
import re
import secrets
from http import HTTPStatus

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.config import DashboardConfig, is_loopback

MAX_BODY_BYTES = 128 * 1024
"""An answer of 20,000 characters, of four bytes each, and all that is around it."""

FORM_TOKEN = "csrf_token"  # noqa: S105  the field's name
"""The field that forms have their token in."""

HEALTH = "/healthz"
STATIC = "/static/"

_CONTENT_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
_HEADERS = {
    "Content-Security-Policy": _CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_YEAR_SECONDS = 365 * 24 * 3600
_STATIC_SECONDS = 3600
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_PAGES = "private, no-store"
_FILES = f"public, max-age={_STATIC_SECONDS}"
_THIS_MACHINE = re.compile(r"(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?", re.IGNORECASE)
_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host")


class Security:
    """Refuses what no browser on a page of ours sends, and tells browsers what pages may do.

    It goes around everything else.
    """

    def __init__(self, app: ASGIApp, config: DashboardConfig) -> None:
        self._app = app
        self._config = config
        self._host = config.public_url.partition("://")[2]
        self._default_port = ":443" if config.secure else ":80"
        self._headers = dict(_HEADERS)
        if config.secure:
            self._headers["Strict-Transport-Security"] = f"max-age={_YEAR_SECONDS}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def protected(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._protect(message, is_file=scope["path"].startswith(STATIC))
            await send(message)

        refusal = self._refusal(HTTPConnection(scope), scope["method"])
        if refusal is None:
            await self._app(scope, _limited(receive), protected)
        else:
            status, text = refusal
            await PlainTextResponse(f"{text}\n", status)(scope, receive, protected)

    def _refusal(self, request: HTTPConnection, method: str) -> tuple[HTTPStatus, str] | None:
        """With what status a request is refused, and why; None when it is not."""
        # Those who watch over a process ask it by its address.
        if request.scope["path"] != HEALTH and not self._is_asked_for(request):
            return HTTPStatus.MISDIRECTED_REQUEST, "This host is not served here."
        if method not in _SAFE_METHODS and request.headers.get("origin") != self._origin(request):
            return HTTPStatus.FORBIDDEN, "Forms are taken from pages of this host alone."
        if _length(request.headers) > MAX_BODY_BYTES:
            return HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _TOO_LARGE
        return None

    def _is_asked_for(self, request: HTTPConnection) -> bool:
        if self._config.loopback:
            return _is_local(request)
        host = request.headers.get("host", "").lower()
        return host.removesuffix(self._default_port) == self._host

    def _origin(self, request: HTTPConnection) -> str:
        """Where forms have to come from."""
        # This machine has several names, and its ports may be forwarded.
        if self._config.loopback:
            return f"http://{request.headers.get('host', '').lower()}"
        return self._config.public_url

    def _protect(self, message: Message, *, is_file: bool) -> None:
        headers = MutableHeaders(scope=message)
        for name, value in self._headers.items():
            headers[name] = value
        found = message["status"] in {HTTPStatus.OK, HTTPStatus.NOT_MODIFIED}
        if is_file and found:
            headers.setdefault("Cache-Control", _FILES)
        else:
            headers["Cache-Control"] = _PAGES


class FormTokens:
    """Tokens that only the pages of one session have; they keep other hosts' forms out.

    Each is another one, so that a page's compressed length tells nothing of them (BREACH).

    Args:
        secret: Of the dashboard.
        session: What tells this session from all others.
    """

    def __init__(self, secret: bytes, session: str) -> None:
        self._secret = secret
        self._session = session

    def new(self) -> str:
        """A token for one page."""
        nonce = secrets.token_hex(16)
        return f"{nonce}.{self._signature(nonce)}"

    def check(self, token: str) -> bool:
        """Whether a token is of this session."""
        nonce, _, signature = token.partition(".")
        return hmac.compare_digest(signature.encode(), self._signature(nonce).encode())

    def _signature(self, nonce: str) -> str:
        return hmac.digest(self._secret, f"form:{nonce}:{self._session}".encode(), "sha256").hex()


def csrf_token(request: Request) -> str:
    """What a form of a page must bring, in the field `FORM_TOKEN`."""
    tokens: FormTokens = request.state.form_tokens
    return tokens.new()


async def require_csrf(request: Request) -> None:
    """Let a form pass only if it is from a page that this session was sent.

    Raises:
        HTTPException: 403: it is not.
    """
    tokens: FormTokens = request.state.form_tokens
    sent = (await request.form()).get(FORM_TOKEN)
    if not isinstance(sent, str) or not tokens.check(sent):
        raise HTTPException(HTTPStatus.FORBIDDEN)


_TOO_LARGE = f"A request may have {MAX_BODY_BYTES} bytes."


def _is_local(request: HTTPConnection) -> bool:
    """Whether a browser of this machine asks for a page of this machine.

    The name that it asks for counts: another host's page can have its own name lead here (DNS
    rebinding). What a proxy passes on comes from elsewhere.
    """
    return (
        request.client is not None
        and is_loopback(request.client.host)
        and _THIS_MACHINE.fullmatch(request.headers.get("host", "")) is not None
        and not any(name in request.headers for name in _FORWARDED)
    )


def _length(headers: Headers) -> int:
    """How long a body says it is."""
    said = headers.get("content-length", "0")
    return int(said) if said.isdecimal() else 0


def _limited(receive: Receive) -> Receive:
    """Receive a body up to the limit, whatever it says of its length."""
    left = MAX_BODY_BYTES

    async def limited() -> Message:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _TOO_LARGE)
        return message

    return limited
