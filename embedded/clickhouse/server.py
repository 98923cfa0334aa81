"""ClickHouse's HTTP protocol over the engine.

What requests and answers look like follows ClickHouse's documentation of its HTTP interface:
the statement in the parameter `query`, in the body, or begun in one and continued in the other;
every other parameter is a setting, a query parameter (`param_…`) or one of the few in `_RESERVED`.
"""

import base64
import binascii
import hmac
import json
import time
import uuid
from collections.abc import Mapping
from email import message_from_bytes
from email.message import Message
from typing import cast

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.requests import Request as HTTPRequest
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from embedded.clickhouse.compression import BodyError, BodyTooLargeError, decompress
from embedded.clickhouse.engine import Answer, Engine, EngineError, Request

USER = "isegoria"
DATABASE = "isegoria"
MAX_BODY_BYTES = 256 * 1024 * 1024

_RESERVED = frozenset(
    {
        "query",
        "query_id",
        "database",
        "default_format",
        "user",
        "password",
        "quota_key",
        "role",
        "session_id",
        "session_timeout",
        "session_check",
        "close_session",
        "wait_end_of_query",
        "buffer_size",
        "client_protocol_version",
        "stacktrace",
    }
)
"""Parameters of the protocol, not settings. Answers are always complete before they are sent."""

_REFUSED = frozenset({"compress", "decompress"})
"""ClickHouse's own block compression, inside the body."""

_STATUS = {
    **dict.fromkeys((516, 192, 193), 403),
    **dict.fromkeys((16, 36, 46, 47, 60, 63, 73, 81, 115), 404),
    **dict.fromkeys(
        (6, 26, 27, 38, 41, 43, 53, 62, 72, 117, 130, 131, 158, 377, 395, 456, 457), 400
    ),
    **dict.fromkeys((48,), 501),
    **dict.fromkeys((159, 160), 408),
}
"""HTTP status by error code where it is not 500, as a ClickHouse server answers."""


def application(engine: Engine, password: str) -> Starlette:
    """The server's ASGI application for one database and one user."""

    async def ping(_: HTTPRequest) -> Response:
        return PlainTextResponse("Ok.\n")

    async def root(request: HTTPRequest) -> Response:
        parameters = dict(request.query_params)
        if not parameters and request.method in ("GET", "HEAD"):
            return PlainTextResponse("Ok.\n")
        refusal = _authenticate(request, parameters, password)
        if refusal is not None:
            return refusal
        query_id = parameters.get("query_id") or str(uuid.uuid4())
        headers = {
            "X-ClickHouse-Query-Id": query_id,
            "X-ClickHouse-Server-Display-Name": "embedded",
            "X-ClickHouse-Timezone": engine.timezone,
        }
        started = time.monotonic_ns()
        try:
            body = await _read(request)
            # In a thread: what is unpacked and parsed there is large.
            answer = await run_in_threadpool(_answer, engine, request, parameters, body)
        except BodyTooLargeError as error:
            return _failure(413, 1001, f"{error}; send it in several requests", headers)
        except BodyError as error:
            return _failure(400, 354, str(error), headers)
        except EngineError as error:
            status = _STATUS.get(error.code, 500)
            headers["X-ClickHouse-Exception-Code"] = str(error.code)
            return PlainTextResponse(f"{error}\n", status, headers)
        summary = {**answer.summary, "elapsed_ns": time.monotonic_ns() - started}
        headers["X-ClickHouse-Summary"] = json.dumps({k: str(v) for k, v in summary.items()})
        if answer.format is not None:
            headers["X-ClickHouse-Format"] = answer.format
        return Response(answer.body, 200, headers, media_type=_media_type(answer.format))

    return Starlette(
        routes=[
            Route("/ping", ping),
            Route("/replicas_status", ping),
            Route("/", root, methods=["GET", "POST"]),
        ]
    )


def _authenticate(
    request: HTTPRequest, parameters: Mapping[str, str], password: str
) -> Response | None:
    """None for the one user with its password, otherwise the refusal."""
    user, key = _credentials(request, parameters)
    # Both are compared always, so that the time taken tells nothing.
    known = hmac.compare_digest(user.encode(), USER.encode())
    right = hmac.compare_digest(key.encode(), password.encode())
    if known and right:
        return None
    named = bool(user or key)
    headers = {} if named else {"WWW-Authenticate": 'Basic realm="ClickHouse server HTTP API"'}
    reason = (
        f"{USER}: Authentication failed: password is incorrect, or there is no user with such name."
        " (AUTHENTICATION_FAILED)"
    )
    return _failure(403 if named else 401, 516, reason, headers)


def _credentials(request: HTTPRequest, parameters: Mapping[str, str]) -> tuple[str, str]:
    scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            user, _, key = base64.b64decode(encoded, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return encoded, ""
        return user, key
    if "X-ClickHouse-User" in request.headers or "X-ClickHouse-Key" in request.headers:
        headers = request.headers
        return headers.get("X-ClickHouse-User", ""), headers.get("X-ClickHouse-Key", "")
    return parameters.get("user", ""), parameters.get("password", "")


async def _read(request: HTTPRequest) -> bytes:
    """The body as it came."""
    parts, size = [], 0
    try:
        async for part in request.stream():
            size += len(part)
            if size > MAX_BODY_BYTES:
                raise BodyTooLargeError(f"body: more than {MAX_BODY_BYTES:,} bytes")
            parts.append(part)
    except ClientDisconnect:
        # Such as a worker that was killed; nobody reads the answer.
        raise BodyError("body: the client went away") from None
    return b"".join(parts)


def _answer(
    engine: Engine, request: HTTPRequest, url_parameters: dict[str, str], body: bytes
) -> Answer:
    headers = request.headers
    parameters = dict(url_parameters)
    body = decompress(body, headers.get("Content-Encoding", ""), MAX_BODY_BYTES)
    content_type = headers.get("Content-Type", "")
    if content_type.startswith("multipart/form-data"):
        parameters |= _form(content_type, body)
        body = b""
    for name in _REFUSED & parameters.keys():
        if parameters[name] not in ("", "0"):
            raise BodyError(f"{name}: not supported here; compress by Content-Encoding")
    query = parameters.get("query", "").encode()
    database = parameters.get("database") or headers.get("X-ClickHouse-Database") or DATABASE
    default_format = parameters.get("default_format") or headers.get("X-ClickHouse-Format")
    return engine.run(
        Request(
            text=query + b"\n" + body if query and body else query or body,
            database=database,
            settings={
                name: value
                for name, value in parameters.items()
                if name not in _RESERVED | _REFUSED and not name.startswith("param_")
            },
            parameters={
                name.removeprefix("param_"): value
                for name, value in parameters.items()
                if name.startswith("param_")
            },
            default_format=default_format or "TabSeparated",
            readonly=request.method != "POST",
        )
    )


def _form(content_type: str, body: bytes) -> dict[str, str]:
    """The fields of a form: clients send long query parameters so."""
    message = message_from_bytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body)
    fields = {}
    for part in cast("list[Message]", message.get_payload()) if message.is_multipart() else []:
        name = part.get_param("name", header="Content-Disposition")
        if not isinstance(name, str) or part.get_filename() is not None:
            raise BodyError("form: external tables are not supported here")
        fields[name] = cast("bytes", part.get_payload(decode=True)).decode()
    return fields


def _failure(status: int, code: int, reason: str, headers: Mapping[str, str]) -> Response:
    return PlainTextResponse(
        f"Code: {code}. DB::Exception: {reason}\n",
        status,
        {**headers, "X-ClickHouse-Exception-Code": str(code)},
    )


def _media_type(name: str | None) -> str:
    if name is None or name.startswith(("TabSeparated", "TSV")):
        return "text/tab-separated-values; charset=UTF-8"
    if name.startswith("JSON"):
        return "application/json; charset=UTF-8"
    if name.startswith("CSV"):
        return "text/csv; charset=UTF-8; header=absent"
    if name.startswith(("Pretty", "Vertical", "Values")):
        return "text/plain; charset=UTF-8"
    return "application/octet-stream"
