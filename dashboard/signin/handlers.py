"""The sign-in page, and what its forms and links lead to."""

import math
from dataclasses import dataclass, replace
from http import HTTPStatus
from urllib.parse import urlencode

import structlog
from pydantic import TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from dashboard.config import DashboardConfig, Oidc, User
from dashboard.i18n import Words
from dashboard.rendering import render
from dashboard.security import require_csrf
from dashboard.sessions import Sessions, SignedCookie
from dashboard.signin.attempts import ADDRESS_BURST, ADDRESS_SECONDS, Attempts, network_of
from dashboard.signin.destination import HOME, destination
from dashboard.signin.oidc import CALLBACK, Flow, Provider, Reason, SignInError
from dashboard.signin.users import TooManyAttemptsError, Users
from dashboard.signin.viewing import SIGN_IN

SIGN_OUT = "/signout"
START = "/signin/oidc"

_FLOW_SECONDS = 600
_FLOW_PURPOSE = "isegoria.dashboard.flow.1"
_MAX_FIELDS = 10
_FIELDS = ("user", "password", "next")
_FLOW = TypeAdapter(Flow)

_log = structlog.get_logger("dashboard.signin")


def routes(config: DashboardConfig) -> list[Route]:
    """The routes by which people sign in and out; none where nobody has to."""
    if config.users is not None:
        users = _WithUsers(config, config.users)
        return [
            Route(SIGN_IN, _page, methods=["GET"]),
            Route(SIGN_IN, users.sign_in, methods=["POST"]),
            Route(SIGN_OUT, users.sign_out, methods=["POST"]),
        ]
    if config.oidc is not None:
        provided = _WithProvider(config, config.oidc)
        return [
            Route(SIGN_IN, _page, methods=["GET"]),
            Route(START, provided.start, methods=["GET"]),
            Route(CALLBACK, provided.finish, methods=["GET"]),
            Route(SIGN_OUT, provided.sign_out, methods=["POST"]),
        ]
    return []


@dataclass(frozen=True)
class _Shown:
    """What the sign-in page says.

    Attributes:
        problem: Why the last attempt failed.
        user: The name that was typed for it.
        following: The page that is wanted.
        signed_out: Whether this is after signing out.
        onward: Where one signs out of the provider too.
    """

    problem: str = ""
    user: str = ""
    following: str = HOME
    signed_out: bool = False
    onward: str | None = None


class _WithUsers:
    """Signing in with a name and password that the configuration knows.

    No token is asked for where there is no session to bind it to: `dashboard.security.Security`
    takes the form from our own pages alone.
    """

    def __init__(self, config: DashboardConfig, users: dict[str, User]) -> None:
        self._sessions = Sessions(config)
        self._users = Users(users, config.secret.get_secret_value())

    async def sign_in(self, request: Request) -> Response:
        """Take the form of the page."""
        form = await request.form(max_files=0, max_fields=_MAX_FIELDS)
        name, password, following = (str(form.get(field, "")) for field in _FIELDS)
        typed = _Shown(user=name, following=destination(following))
        words: Words = request.state.words
        try:
            user = await self._users.find(name, password, _address(request))
        except TooManyAttemptsError as error:
            _log.warning("sign-in refused", reason="too many attempts")
            seconds = math.ceil(error.seconds)
            problem = words.ngettext(
                "There were too many attempts. Try again in %(num)s second.",
                "There were too many attempts. Try again in %(num)s seconds.",
                seconds,
            ) % {"num": words.number(seconds)}
            page = _form(request, replace(typed, problem=problem), HTTPStatus.TOO_MANY_REQUESTS)
            page.headers["Retry-After"] = str(seconds)
            return page
        if user is None:
            _log.warning("sign-in refused", reason="no such name and password")
            problem = words.gettext("The name or the password is wrong.")
            return _form(request, replace(typed, problem=problem), HTTPStatus.FORBIDDEN)
        _log.info("signed in")
        response = RedirectResponse(typed.following, HTTPStatus.SEE_OTHER)
        self._sessions.begin_user(response, name, user)
        return response

    async def sign_out(self, request: Request) -> Response:
        """End the session."""
        return await _signed_out(request, self._sessions)


class _WithProvider:
    """Signing in with an OpenID Connect provider."""

    def __init__(self, config: DashboardConfig, oidc: Oidc) -> None:
        self._sessions = Sessions(config)
        self._provider = Provider(oidc, config.public_url)
        self._attempts = Attempts(ADDRESS_BURST, ADDRESS_SECONDS)
        self._flows = SignedCookie(config, "isegoria-flow", _FLOW_PURPOSE, _FLOW_SECONDS)

    async def start(self, request: Request) -> Response:
        """Send the browser to the provider."""
        flow = Flow(destination(request.query_params.get("next", "")))
        if self._is_too_often(request):
            return _failed(SignInError(Reason.OFTEN), flow.destination)
        try:
            address = await self._provider.authorization_url(flow)
        except SignInError as error:
            return _failed(error, flow.destination)
        response = RedirectResponse(address, HTTPStatus.SEE_OTHER)
        self._flows.write(response, _FLOW.dump_python(flow))
        return response

    async def finish(self, request: Request) -> Response:
        """Take the browser back from the provider."""
        if self._is_too_often(request):
            return _failed(SignInError(Reason.OFTEN), HOME)
        try:
            flow = _FLOW.validate_python(self._flows.read(request.cookies))
        except ValidationError:
            return _failed(SignInError(Reason.STALE), HOME)
        try:
            session = await self._provider.finish(flow, request.query_params)
        except SignInError as error:
            response = _failed(error, flow.destination)
        else:
            _log.info("signed in")
            response = RedirectResponse(flow.destination, HTTPStatus.SEE_OTHER)
            self._sessions.begin(response, session)
        # An answer counts once.
        self._flows.clear(response)
        return response

    def _is_too_often(self, request: Request) -> bool:
        """Count an attempt: each asks the provider, which knows this dashboard alone."""
        network = network_of(_address(request))
        if self._attempts.wait(network):
            return True
        self._attempts.take(network)
        return False

    async def sign_out(self, request: Request) -> Response:
        """End the session, and then the provider's, if it has the address for that."""
        return await _signed_out(request, self._sessions, self._provider)


async def _page(request: Request) -> Response:
    following = destination(request.query_params.get("next", ""))
    reason = request.query_params.get("problem", "")
    if reason in set(Reason):
        status, problem = _explained(Reason(reason), request.state.words)
        return _form(request, _Shown(problem=problem, following=following), status)
    if request.state.viewer is not None:
        return RedirectResponse(following, HTTPStatus.SEE_OTHER)
    return _form(request, _Shown(following=following))


async def _signed_out(
    request: Request, sessions: Sessions, provider: Provider | None = None
) -> Response:
    await require_csrf(request)
    _log.info("signed out")
    request.state.viewer = None
    onward = await provider.end_session_url() if provider else None
    response = _form(request, _Shown(signed_out=True, onward=onward))
    sessions.end(response)
    if onward:
        # No redirect: a form's may not lead to another host (`form-action`).
        response.headers["Refresh"] = f"0; url={onward}"
    return response


def _form(request: Request, shown: _Shown, status: HTTPStatus = HTTPStatus.OK) -> Response:
    config: DashboardConfig = request.app.state.config
    start = f"{START}?{urlencode({'next': shown.following})}" if config.oidc else None
    return render(request, "signin.html", status, shown=shown, provider_address=start)


def _failed(error: SignInError, following: str) -> Response:
    """To the sign-in page, which says why; what the provider sent is not left in the address."""
    _log.warning("sign-in refused", reason=str(error.reason), detail=error.detail)
    told = urlencode({"problem": error.reason, "next": following})
    return RedirectResponse(f"{SIGN_IN}?{told}", HTTPStatus.SEE_OTHER)


def _explained(reason: Reason, words: Words) -> tuple[HTTPStatus, str]:
    """What a reason is in HTTP, and what to do about it."""
    match reason:
        case Reason.AWAY:
            return HTTPStatus.BAD_GATEWAY, words.gettext(
                "The sign-in service does not answer as it should. Try again later."
            )
        case Reason.STALE:
            return HTTPStatus.BAD_REQUEST, words.gettext(
                "This sign-in took too long or was begun elsewhere. Begin again."
            )
        case Reason.REFUSED:
            return HTTPStatus.FORBIDDEN, words.gettext("The sign-in service did not let you in.")
        case Reason.UNTRUSTED:
            return HTTPStatus.FORBIDDEN, words.gettext(
                "What the sign-in service sent cannot be trusted. Tell the operator."
            )
        case Reason.OFTEN:
            return HTTPStatus.TOO_MANY_REQUESTS, words.gettext(
                "There were too many attempts from your network. Try again in a minute."
            )
        case Reason.NO_GRANTS:
            return HTTPStatus.FORBIDDEN, words.gettext(
                "You have an account, but may not read anything here. Ask for access."
            )


def _address(request: Request) -> str:
    return request.client.host if request.client else ""
