"""The intake's contract as OpenAPI 3.1, made from the models that it checks events with."""

from functools import cache
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from intake.http import cloudevents, problems
from intake.http.channels import TYPES
from schemas.events import Event

Schema = dict[str, Any]

VERSION = "1"

_REF = "#/components/schemas/{model}"
_PARTICIPANT = (
    "Whoever the channel knows as the author, by whatever it knows the person by: the intake"
    " replaces it by a pseudonym, and keeps nothing else. A ready-made pseudonym, p- and 32"
    " hexadecimal digits, passes as it is. Absent where the author is unknown."
)
_ANSWERED = (
    problems.INVALID,
    problems.UNAUTHORIZED,
    problems.FORBIDDEN,
    problems.SLOW_REQUEST,
    problems.LENGTH_REQUIRED,
    problems.TOO_LARGE,
    problems.UNSUPPORTED,
    problems.TOO_MANY,
    problems.BROKEN,
    problems.UNAVAILABLE,
)
_ATTRIBUTES: dict[str, Schema] = {
    "specversion": {"enum": ["1.0"]},
    "type": {"enum": sorted(TYPES)},
}
_HEADERS = {
    problems.UNAUTHORIZED: ("WWW-Authenticate", "string", "How to authenticate."),
    problems.TOO_MANY: ("Retry-After", "integer", "Seconds to wait."),
    problems.UNAVAILABLE: ("Retry-After", "integer", "Seconds to wait."),
}


def event_models() -> dict[str, type[BaseModel]]:
    """The model of every type that can be published over HTTP."""
    models = {model.model_fields["type"].default: model for model in get_args(Event)}
    return {name: models[name] for name in models if name in TYPES}


@cache
def openapi() -> Schema:
    """The document; OpenAPI Specification 3.1.1."""
    models = event_models()
    _, definitions = models_json_schema(
        [(model, "validation") for model in models.values()], ref_template=_REF
    )
    schemas: Schema = definitions["$defs"]
    for model in models.values():
        schema = schemas[model.__name__]
        schema["required"] = sorted({*schema["required"], "specversion", "type"})
    for schema in schemas.values():
        _open_participant(schema.get("properties", {}))
    references = {name: _REF.format(model=model.__name__) for name, model in models.items()}
    data = sorted(
        {schemas[model.__name__]["properties"]["data"]["$ref"] for model in models.values()}
    )
    schemas["Event"] = {
        "description": "One event, whole: CloudEvents 1.0 in JSON.",
        "oneOf": [{"$ref": reference} for reference in references.values()],
        "discriminator": {"propertyName": "type", "mapping": references},
    }
    schemas["Batch"] = {
        "description": "Events that are taken together or not at all.",
        "type": "array",
        "items": {"$ref": _REF.format(model="Event")},
        "maxItems": cloudevents.MAX_EVENTS,
    }
    schemas["Data"] = {
        "description": "An event's data; its attributes are in the ce- headers.",
        "anyOf": [{"$ref": reference} for reference in data],
    }
    return {
        "openapi": "3.1.1",
        "info": {
            "title": "Isegoria intake",
            "version": VERSION,
            "description": "Channels publish what people say in consultations, as CloudEvents.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": {
            "/events": {"post": _publish()},
            "/healthz": {"get": _watch("Whether the intake runs.")},
            "/readyz": {"get": _watch("Whether Kafka can be reached.", problems.UNAVAILABLE)},
        },
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {**schemas, "Accepted": _ACCEPTED, "Problem": _PROBLEM},
        },
    }


def _publish() -> Schema:
    content = {
        cloudevents.STRUCTURED: "Event",
        cloudevents.BATCH: "Batch",
        cloudevents.BINARY: "Data",
    }
    return {
        "operationId": "publish",
        "summary": "Publish one event or a batch.",
        "description": "The answer comes when Kafka has acknowledged every event. Sending the same"
        " again is safe: source and id together name an event once and for all.",
        "security": [{"token": []}],
        "parameters": [
            {
                "name": f"ce-{attribute}",
                "in": "header",
                "description": f"The attribute {attribute}, percent-encoded; in binary mode alone.",
                "schema": _ATTRIBUTES.get(attribute, {"type": "string"}),
            }
            for attribute in cloudevents.ATTRIBUTES
        ],
        "requestBody": {
            "required": True,
            "content": {name: {"schema": _reference(model)} for name, model in content.items()},
        },
        "responses": {
            "202": {
                "description": "Every event is in Kafka.",
                "content": {"application/json": {"schema": _reference("Accepted")}},
            },
            **{str(kind.status): _answer(kind) for kind in _ANSWERED},
        },
    }


def _watch(summary: str, *kinds: problems.Kind) -> Schema:
    return {
        "summary": summary,
        "responses": {
            "200": {
                "description": "Yes.",
                "content": {"text/plain": {"schema": {"type": "string"}}},
            },
            **{str(kind.status): _answer(kind) for kind in kinds},
        },
    }


def _answer(kind: problems.Kind) -> Schema:
    answer: Schema = {
        "description": f"{kind.title}. {kind.remedy}",
        "content": {problems.MEDIA_TYPE: {"schema": _reference("Problem")}},
    }
    if kind in _HEADERS:
        name, of_type, description = _HEADERS[kind]
        header = {"description": description, "required": True, "schema": {"type": of_type}}
        answer["headers"] = {name: header}
    return answer


def _reference(name: str) -> Schema:
    return {"$ref": _REF.format(model=name)}


def _open_participant(properties: Schema) -> None:
    """Say of a participant what a channel may send, instead of what is in Kafka."""
    participant = properties.get("participant")
    if participant is None:
        return
    for schema in (participant, *participant.get("anyOf", ())):
        schema.pop("pattern", None)
    participant["description"] = _PARTICIPANT


_ACCEPTED: Schema = {
    "type": "object",
    "required": ["accepted"],
    "properties": {"accepted": {"type": "integer", "description": "How many events."}},
}
_PROBLEM: Schema = {
    "description": "What is wrong (RFC 9457). It never repeats a value that was sent.",
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"enum": [kind.type for kind in problems.KINDS]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "maxItems": problems.MAX_ERRORS,
            "items": {
                "type": "object",
                "required": ["pointer", "detail"],
                "properties": {
                    "pointer": {"type": "string", "description": "A JSON pointer (RFC 6901)."},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}
