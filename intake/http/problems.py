"""What the intake answers when it does not take a request: problem details (RFC 9457).

No answer repeats a value that was sent: it may be a name, or what somebody wrote.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import orjson
from starlette.responses import Response

MEDIA_TYPE = "application/problem+json"
MAX_ERRORS = 100
"""How many wrong fields one answer names."""


@dataclass(frozen=True)
class Kind:
    """A kind of problem; its `type` is where the intake's own page describes it.

    Attributes:
        name: As it stands in the `type`.
        status: HTTP status code.
        title: What is wrong, for every problem of the kind.
        remedy: What the channel can do about it.
    """

    name: str
    status: int
    title: str
    remedy: str

    @property
    def type(self) -> str:
        """The URI reference of the kind, relative to the intake."""
        return f"/docs#{self.name}"


INVALID = Kind(
    "invalid",
    400,
    "The request holds something that is not an event",
    "Mend every field that `errors` names, and send the whole request again: nothing was taken.",
)
UNAUTHORIZED = Kind(
    "unauthorized",
    401,
    "The request has no token that is known here",
    "Send the channel's token as `Authorization: Bearer TOKEN`.",
)
FORBIDDEN = Kind(
    "forbidden",
    403,
    "The channel may not publish this",
    "Mend what `errors` names, or ask the operator to allow it: nothing was taken.",
)
NOT_FOUND = Kind("not-found", 404, "There is nothing at this address", "POST events to /events.")
METHOD_NOT_ALLOWED = Kind(
    "method-not-allowed", 405, "The address does not take this method", "See the header Allow."
)
SLOW_REQUEST = Kind(
    "slow-request", 408, "The body did not arrive in time", "Send it again, in smaller parts."
)
LENGTH_REQUIRED = Kind(
    "length-required",
    411,
    "The request does not say how long its body is",
    "Send a Content-Length, or use Transfer-Encoding: chunked.",
)
TOO_LARGE = Kind(
    "too-large",
    413,
    "The request is larger than the intake takes",
    "Send the events in several requests: nothing was taken.",
)
UNSUPPORTED = Kind(
    "unsupported-media-type",
    415,
    "The body is in a format that the intake does not take",
    "Send one of the media types in the header Accept, in UTF-8 and not compressed.",
)
TOO_MANY = Kind(
    "too-many",
    429,
    "The channel sends more than it may",
    "Send the request again after the seconds that Retry-After says.",
)
BROKEN = Kind(
    "broken",
    500,
    "Something went wrong in the intake",
    "Send the request again later: an event that was taken is recognised by its source and id.",
)
UNAVAILABLE = Kind(
    "unavailable",
    503,
    "The events could not be stored at the moment",
    "Send the same request again after the seconds that Retry-After says. That is safe, for an"
    " event that was stored nevertheless is recognised by its source and id.",
)

KINDS = (
    INVALID,
    UNAUTHORIZED,
    FORBIDDEN,
    NOT_FOUND,
    METHOD_NOT_ALLOWED,
    SLOW_REQUEST,
    LENGTH_REQUIRED,
    TOO_LARGE,
    UNSUPPORTED,
    TOO_MANY,
    BROKEN,
    UNAVAILABLE,
)


@dataclass(frozen=True)
class FieldError:
    """What is wrong with one field.

    Attributes:
        pointer: Where it is: a JSON pointer (RFC 6901) into the event in structured mode, or into
            the batch.
        detail: What is expected there.
    """

    pointer: str
    detail: str


class Problem(Exception):  # noqa: N818  the standard's name
    """A request is not taken.

    Args:
        kind: What kind of problem it is.
        detail: What is wrong with this request; never repeats what it holds.
        errors: The wrong fields.
        headers: Of the answer.
    """

    def __init__(
        self,
        kind: Kind,
        detail: str,
        *,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"{kind.name}: {detail}")
        self.kind = kind
        self.detail = detail
        self.errors = tuple(errors)
        self.headers = dict(headers or {})

    def response(self) -> Response:
        """The answer."""
        document: dict[str, object] = {
            "type": self.kind.type,
            "title": self.kind.title,
            "status": self.kind.status,
            "detail": self.detail,
        }
        if self.errors:
            document["errors"] = [
                {"pointer": error.pointer, "detail": error.detail}
                for error in self.errors[:MAX_ERRORS]
            ]
        return Response(orjson.dumps(document), self.kind.status, self.headers, MEDIA_TYPE)


def retry_after(seconds: float) -> dict[str, str]:
    """The header that says when to come again, in whole seconds and not before."""
    return {"Retry-After": str(max(1, math.ceil(seconds)))}


def told(errors: Sequence[FieldError]) -> str:
    """How many fields are wrong, in a sentence."""
    count = len(errors)
    if count == 1:
        return "1 field is wrong."
    listed = f"; the first {MAX_ERRORS} are listed" if count > MAX_ERRORS else ""
    return f"{count:,} fields are wrong{listed}."
