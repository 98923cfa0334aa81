"""Admission: what a new event must satisfy beyond its model, before it is published.

The streams do not look again. They are a function of the log: an event that was published has to be
taken on every replay, also after these rules have changed, and whatever the clock says. So all that
depends on the time of day, and all that narrows what was published before, is here, and whoever
publishes (importers, the HTTP intake) calls `receive` for bytes or `admit` for an event.

- No time of what has happened is more than a day ahead. When a consultation opens and closes may
  be planned, and is left alone.
- A language is a well-formed tag of BCP 47 (`schemas.languages`).
- No id holds contact data: an e-mail address, or a phone number as people write it. Titles, owners,
  places and texts may hold them.

A phone number is `+` with 7 to 15 digits (ITU-T E.164) anywhere in the value, and the whole value
where it is written with separators and a trunk or international prefix: `0660 1234567`,
`01/234-5678`, `00-43-660-1234567` (E.123), of 9 digits or more. Digits alone are none, not even
with a 0 in front: platforms number things, and forms carry barcodes. Neither is what begins with a
date, such as `01.02.2026-0003`.
"""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import orjson

from schemas.events import Event, InvalidEventError, WrongField, decode_strictly
from schemas.languages import is_language_tag

LONGEST_AHEAD = timedelta(days=1)
"""How far the clocks of channels, and their time zones, may be ahead."""

_PAST_TIMES = ("occurred_at", "recorded_at", "ended_at")
_PLANNED_TIMES = ("opens_at", "closes_at")
_IDS = (
    "consultation",
    "topic",
    "contribution",
    "reply_to",
    "response",
    "recognition",
    "meeting",
    "channel",
    "device",
    "group",
)

# One character, an @ and a domain are enough to know an addr-spec (RFC 5322) by; the domain needs a
# dot and a last label of letters, which a version (package@1.2.3) has not.
_EMAIL = re.compile(r"[\w.!#$%&'*+/=?^`{|}~\"-]@(?:[\w-]+\.)+(?:[^\W\d_]{2,}|xn--[\w-]+)")
_CONTACT_SCHEME = re.compile(r"(?:mailto|tel|sms|callto):", re.IGNORECASE)

_BETWEEN = r"[\s./()\-\u2010\u2011\u2013]"
_INTERNATIONAL = re.compile(rf"(?<![\w/+=])\+{_BETWEEN}?\d(?:{_BETWEEN}{{0,3}}\d){{6,14}}(?!\w)")
_NATIONAL = re.compile(
    rf"(?:\(0\)\s?|\(?0|00{_BETWEEN}{{0,3}})[1-9](?:{_BETWEEN}{{0,3}}\d){{7,13}}"
)
_DIGITS = re.compile(r"\d+")
_DATE = re.compile(r"(?:0[1-9]|[12]\d|3[01])([./-])(?:0[1-9]|1[0-2])\1(?:19|20)\d\d(?!\d)")

# RFC 3339, section 5.6, as far as it is about form.
_RFC3339 = re.compile(
    r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)", re.ASCII
)

_NO_EMAIL = "looks like an e-mail address; send an id, or a keyed hash of it"
_NO_PHONE = "looks like a phone number; send an id, or a keyed hash of it"
_NO_SCHEME = "is the address of a person (mailto:, tel:); name the system, such as its web address"
_NO_TAG = "is no well-formed language tag (BCP 47, RFC 5646), such as de or de-AT"
_NO_RFC3339 = "is no time as RFC 3339 writes them, such as 2026-03-01T18:40:00+01:00"
_AHEAD = "is more than a day ahead of now; check the year, the zone and the channel's clock"


def receive(payload: bytes, now: datetime) -> Event:
    """Read one event from the JSON that a channel sent, and admit it.

    Args:
        payload: A CloudEvent in structured JSON.
        now: The time of day, with its zone.

    Raises:
        InvalidEventError: It breaks the contract of its type, is not written as the contract says,
            or is not admitted. `fields` has an entry per wrong field.
    """
    event = decode_strictly(payload)
    wrong = [*_unwritten_times(payload), *refusals(event, now)]
    if wrong:
        raise InvalidEventError.of(wrong)
    return event


def read(payload: bytes) -> Event:
    """Read one event from the JSON that a channel wrote, for whoever admits it later.

    Raises:
        InvalidEventError: It breaks the contract of its type, or is not written as the contract
            says.
    """
    event = decode_strictly(payload)
    wrong = [*_unwritten_times(payload)]
    if wrong:
        raise InvalidEventError.of(wrong)
    return event


def admit(event: Event, now: datetime) -> None:
    """Let an event pass, or say why it must not be published.

    Args:
        event: Any event that was not published before.
        now: The time of day, with its zone.

    Raises:
        InvalidEventError: It must not. `fields` has an entry per wrong field, and no entry repeats
            the value.
    """
    wrong = refusals(event, now)
    if wrong:
        raise InvalidEventError.of(wrong)


def refusals(event: Event, now: datetime) -> list[WrongField]:
    """The fields for which an event must not be published; none if it may be."""
    latest = now + LONGEST_AHEAD
    data = event.data.__dict__
    wrong = []
    for path, value in _named(event):
        if (reason := _contact(value.strip())) is not None:
            wrong.append(WrongField(path, reason))
    language = data.get("language")
    if language is not None and not is_language_tag(language):
        wrong.append(WrongField("data.language", _NO_TAG))
    if event.time is not None and event.time > latest:
        wrong.append(WrongField("time", _AHEAD))
    for name in _PAST_TIMES:
        moment = data.get(name)
        if moment is not None and moment > latest:
            wrong.append(WrongField(f"data.{name}", _AHEAD))
    return wrong


def _named(event: Event) -> Iterator[tuple[str, str]]:
    """Path and value of all that names something, and of what people are counted by."""
    yield "id", event.id
    yield "source", event.source
    if event.subject is not None:
        yield "subject", event.subject
    data = event.data.__dict__
    for name in _IDS:
        value = data.get(name)
        if value is not None:
            yield f"data.{name}", value
    for place, attachment in enumerate(data.get("attachments", ())):
        yield f"data.attachments.{place}", attachment
    for key, value in data.get("demographics", {}).items():
        yield "data.demographics", key
        yield "data.demographics", value


def _contact(value: str) -> str | None:
    """Why a value names a person rather than a thing, if it does."""
    if _CONTACT_SCHEME.match(value):
        return _NO_SCHEME
    if "@" in value and _EMAIL.search(value):
        return _NO_EMAIL
    if "+" in value and _INTERNATIONAL.search(value):
        return _NO_PHONE
    if value.startswith(("0", "(0")) and _is_national_number(value):
        return _NO_PHONE
    return None


def _is_national_number(value: str) -> bool:
    return (
        _NATIONAL.fullmatch(value) is not None
        and not _DIGITS.fullmatch(value)
        and not _DATE.match(value)
    )


def _unwritten_times(payload: bytes) -> Iterator[WrongField]:
    """Times that the model takes, and others would not: pydantic reads "1700000000" as one."""
    try:
        document = orjson.loads(payload)
    except orjson.JSONDecodeError:
        # pydantic reads a little more than RFC 8259 allows, such as NaN.
        yield WrongField("event", "Invalid JSON")
        return
    data = document["data"]
    times = {f"data.{name}": data.get(name) for name in (*_PAST_TIMES, *_PLANNED_TIMES)}
    times["time"] = document.get("time")
    for path, written in times.items():
        if written is not None and not _RFC3339.fullmatch(written):
            yield WrongField(path, _NO_RFC3339)
