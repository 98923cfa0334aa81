"""CloudEvents over HTTP: what a request holds, in structured, binary and batched mode.

After the CloudEvents HTTP protocol binding 1.0.2 and JSON event format 1.0.2.
"""

import re
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

import orjson
from starlette.datastructures import Headers

from intake.http.problems import INVALID, TOO_LARGE, UNSUPPORTED, FieldError, Problem, told

STRUCTURED = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
BINARY = "application/json"
TAKEN = (STRUCTURED, BATCH, BINARY)
ATTRIBUTES = ("specversion", "id", "source", "type", "subject", "time", "dataschema")
"""Those that binary mode has as headers; extensions are ignored."""

MAX_EVENTS = 1_000

_PREFIX = "ce-"
_UTF_8 = frozenset({"utf-8", "utf8"})
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_ESCAPED = re.compile(r"\\(.)")


@dataclass(frozen=True)
class Message:
    """What a request holds.

    Attributes:
        payloads: Events as the JSON of structured mode, each of any shape.
        batch: Whether they came as a batch, so that pointers begin with an index.
    """

    payloads: list[object]
    batch: bool


def check_media_type(headers: Headers) -> str:
    """The media type of a request, if it is one of `TAKEN`.

    Raises:
        Problem: The body is in a format that is not taken.
    """
    if headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise Problem(
            UNSUPPORTED,
            "Content-Encoding: the body must not be compressed.",
            headers={"Accept-Encoding": "identity"},
        )
    name, _, parameters = headers.get("content-type", "").partition(";")
    media_type = name.strip().lower()
    if media_type not in TAKEN:
        raise _unsupported(f"Content-Type: must be one of {', '.join(TAKEN)}.")
    for parameter in parameters.split(";"):
        key, _, value = parameter.partition("=")
        if key.strip().lower() == "charset" and value.strip(' "').lower() not in _UTF_8:
            raise _unsupported("Content-Type: the charset must be UTF-8.")
    if media_type == BINARY and not any(header.startswith(_PREFIX) for header in headers):
        raise _unsupported(
            f"Content-Type: {BINARY} is for an event's data, with its attributes in ce- headers;"
            f" a whole event is {STRUCTURED}, a list of them {BATCH}."
        )
    return media_type


def read(headers: Headers, body: bytes) -> Message:
    """Take a request apart.

    Raises:
        Problem: Its format is not taken, it is not JSON, or holds too many events.
    """
    media_type = check_media_type(headers)
    if media_type == BINARY:
        return Message([_binary(headers, body)], batch=False)
    document = _json(body, "")
    if media_type == STRUCTURED:
        return Message([document], batch=False)
    if not isinstance(document, list):
        raise _invalid(FieldError("", "must be a list of events"))
    if len(document) > MAX_EVENTS:
        raise Problem(TOO_LARGE, f"{len(document):,} events, at most {MAX_EVENTS:,}.")
    return Message(document, batch=True)


def _binary(headers: Headers, body: bytes) -> dict[str, object]:
    payload: dict[str, object] = {}
    for attribute in ATTRIBUTES:
        values = headers.getlist(_PREFIX + attribute)
        if len(values) > 1:
            raise _invalid(FieldError(f"/{attribute}", "the header must not come twice"))
        if values:
            payload[attribute] = _decoded(attribute, values[0])
    return {**payload, "datacontenttype": BINARY, "data": _json(body, "/data")}


def _decoded(attribute: str, value: str) -> str:
    """Undo quoting (RFC 7230, 3.2.6), then one round of percent-encoding."""
    quoted = _QUOTED.fullmatch(value)
    if quoted is not None:
        value = _ESCAPED.sub(r"\1", quoted[1])
    try:
        # HTTP servers hand over a header's bytes as Latin-1.
        return unquote_to_bytes(value.encode("latin-1")).decode()
    except UnicodeDecodeError:
        raise _invalid(FieldError(f"/{attribute}", "the header must be UTF-8")) from None


def _json(body: bytes, pointer: str) -> object:
    try:
        document: object = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        where = f"line {error.lineno} column {error.colno}"
        raise _invalid(FieldError(pointer, f"must be JSON in UTF-8; see {where}")) from None
    return document


def _invalid(error: FieldError) -> Problem:
    return Problem(INVALID, told([error]), errors=[error])


def _unsupported(detail: str) -> Problem:
    return Problem(UNSUPPORTED, detail, headers={"Accept": ", ".join(TAKEN)})
