"""A small dashboard behind the real sign-in, and browsers that ask it."""

import re

from argon2 import PasswordHasher
from pydantic import SecretBytes
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from dashboard.config import DashboardConfig
from dashboard.i18n import Words
from dashboard.security import Security, csrf_token, require_csrf
from dashboard.signin import Viewing, routes

ORIGIN = "https://dashboard.example"
PASSWORD = "correct horse battery"
PAGE = {"Accept": "text/html"}
SECRET = bytes(range(32))

# As cheap as can be: what it costs is tested where that matters.
_hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def hashed(password=PASSWORD):
    return _hasher.hash(password)


def config(**fields):
    told = {
        "public_url": ORIGIN,
        "secret_file": SecretBytes(SECRET),
        "licence": "CC-BY-4.0",
        **fields,
    }
    if not {"users", "oidc", "loopback"} & set(fields):
        told["users"] = {
            "ana": {"password": hashed(), "grants": {"*": "reader", "plan": "officer"}}
        }
    return DashboardConfig.model_validate(told)


async def _who(request):
    viewer = request.state.viewer
    return JSONResponse({"name": viewer.name, "grants": dict(viewer.grants)})


async def _token(request):
    return PlainTextResponse(csrf_token(request))


async def _answer(request):
    await require_csrf(request)
    form = await request.form()
    return PlainTextResponse(form["text"])


async def _open(_):
    return PlainTextResponse("open")


class _English:
    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        if scope["type"] == "http":
            scope.setdefault("state", {})["words"] = Words("en")
        await self.app(scope, receive, send)


def app(configured):
    made = Starlette(
        routes=[
            Route("/", _who),
            Route("/c/{consultation}", _who),
            Route("/token", _token),
            Route("/answer", _answer, methods=["POST"]),
            Route("/healthz", _open),
            Route("/static/style.css", _open),
            *routes(configured),
        ],
        middleware=[
            Middleware(Security, config=configured),
            Middleware(_English),
            Middleware(Viewing, config=configured),
        ],
    )
    made.state.config = configured
    return made


def browser(configured=None, *, of=None, origin=ORIGIN, address="192.0.2.7"):
    """A browser; `of` is the application, if more than one browser asks the same."""
    return TestClient(
        of or app(configured or config()),
        base_url=origin,
        headers={"Origin": origin},
        follow_redirects=False,
        client=(address, 50_000),
    )


def sign_in(client, user="ana", password=PASSWORD, following=""):
    return client.post("/signin", data={"user": user, "password": password, "next": following})


def problem(response):
    """What the page says is wrong."""
    found = re.search(r'role="alert">([^<]+)<', response.text)
    return found and found[1]
