"""Checking: what a channel sent becomes events, or every wrong field of them is named.

All or nothing: one wrong event, and none of the request is published.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Annotated, get_args

import orjson
from pydantic import BaseModel, Field, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from intake.edge import Edge
from intake.http.channels import Channel
from intake.http.cloudevents import Message
from intake.http.problems import FORBIDDEN, INVALID, FieldError, Problem, told
from schemas.admission import receive
from schemas.events import MAX_EVENT_BYTES, Event, InvalidEventError

_EVENT: TypeAdapter[Event] = TypeAdapter(Annotated[Event, Field(discriminator="type")])
_MODELS: dict[str, type[BaseModel]] = {
    model.model_fields["type"].default: model for model in get_args(Event)
}
_PSEUDONYM = re.compile(r"p-[0-9a-f]{32}")
_REQUIRED = ("specversion", "type", "id", "source", "data")
_MISSING = "is missing"


def check(message: Message, channel: Channel, edge: Edge) -> list[Event]:
    """Make events of what a channel sent, without the names in it.

    Raises:
        Problem: Something is no event, or nothing that the channel may publish.
    """
    events: list[Event] = []
    invalid: list[FieldError] = []
    forbidden: list[FieldError] = []
    for index, payload in enumerate(message.payloads):
        place = f"/{index}" if message.batch else ""
        found = _event(payload, channel, edge)
        if isinstance(found, list):
            invalid += [FieldError(place + error.pointer, error.detail) for error in found]
            continue
        events.append(found)
        forbidden += [
            FieldError(place + error.pointer, error.detail) for error in _refused(found, channel)
        ]
    for kind, errors in ((INVALID, invalid), (FORBIDDEN, forbidden)):
        if errors:
            raise Problem(kind, told(errors), errors=errors)
    return events


def cross(edge: Edge, payload: dict[str, object]) -> dict[str, object]:
    """All that happens at the edge: an event as the channel sent it, as it may go on."""
    return edge.cross(payload)


def _event(payload: object, channel: Channel, edge: Edge) -> Event | list[FieldError]:
    """The event, or what is wrong with it."""
    if not isinstance(payload, dict):
        return [FieldError("", "must be an event: a JSON object")]
    # The models have defaults for some of these, and CloudEvents 1.0 has none.
    missing = [FieldError(f"/{name}", _MISSING) for name in _REQUIRED if name not in payload]
    if "type" not in payload:
        return missing
    if channel.pseudonyms == "own" and not _has_own_pseudonym(payload):
        missing.append(
            FieldError("/data/participant", "must be a pseudonym: p- and 32 hexadecimal digits")
        )
        payload = _without_participant(payload)
    try:
        encoded = orjson.dumps(cross(edge, payload))
    except orjson.JSONEncodeError:
        return [FieldError("", "is nested too deeply")]
    if len(encoded) > MAX_EVENT_BYTES:
        return [FieldError("", f"{len(encoded):,} bytes, at most {MAX_EVENT_BYTES:,}")]
    try:
        event = receive(encoded, datetime.now(UTC))
    except InvalidEventError as error:
        told_already = {one.pointer for one in missing}
        wrong = dict.fromkeys(_explain(encoded, error))
        return missing + [one for one in wrong if one.pointer not in told_already]
    return missing or event


def _has_own_pseudonym(payload: Mapping[str, object]) -> bool:
    data = payload.get("data")
    participant = data.get("participant") if isinstance(data, dict) else None
    return not isinstance(participant, str) or _PSEUDONYM.fullmatch(participant) is not None


def _without_participant(payload: dict[str, object]) -> dict[str, object]:
    data = payload["data"]
    assert isinstance(data, dict)  # noqa: S101  it has a participant
    return {**payload, "data": {k: v for k, v in data.items() if k != "participant"}}


def _refused(event: Event, channel: Channel) -> Iterator[FieldError]:
    """What of an event its channel may not publish."""
    if event.source != channel.source:
        yield FieldError("/source", "must be the channel's own source")
    if event.type not in channel.types:
        yield FieldError("/type", "the channel may not publish events of this type")
    consultation = getattr(event.data, "consultation", None)
    if channel.consultations is not None and consultation not in channel.consultations:
        yield FieldError("/data/consultation", "the channel may not publish in this consultation")


def _explain(encoded: bytes, error: InvalidEventError) -> Iterator[FieldError]:
    """What is wrong: with the model's words and places, or else by the rules of admission."""
    try:
        _EVENT.validate_json(encoded, strict=True)
    except ValidationError as broken:
        for detail in broken.errors(include_url=False, include_input=False, include_context=False):
            yield _field_error(detail)
    else:
        for path, reason in error.fields:
            yield FieldError("/" + path.replace(".", "/"), reason)


def _field_error(detail: ErrorDetails) -> FieldError:
    """Where, and what is expected there, in words that hold nothing of the event."""
    kind, place = detail["type"], detail["loc"]
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        return FieldError("/type", f"must be one of {', '.join(sorted(_MODELS))}")
    tag, *path = place
    model = _MODELS[str(tag)]
    pointer, known = _pointer(model, path)
    if kind == "extra_forbidden":
        there = ", ".join(sorted(known))
        return FieldError(pointer, f"has a field that is not known here; known are: {there}")
    return FieldError(pointer, _MISSING if kind == "missing" else detail["msg"])


def _pointer(model: type[BaseModel], path: list[int | str]) -> tuple[str, frozenset[str]]:
    """The pointer down to where names are the channel's own, and the fields known there.

    A name that no model has may be anything, a person's too, and is left out.
    """
    pointer = ""
    within: type[BaseModel] | None = model
    for step in path:
        if isinstance(step, int):
            pointer, within = f"{pointer}/{step}", None
        elif within is not None and step in within.model_fields:
            pointer, within = f"{pointer}/{step}", _model(within.model_fields[step].annotation)
        else:
            break
    return pointer, frozenset(within.model_fields if within is not None else ())


def _model(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return None
