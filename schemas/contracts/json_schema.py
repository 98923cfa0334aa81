"""The events as JSON Schema, draft 2020-12."""

from typing import Any, TypeAlias, get_args

from pydantic import BaseModel

from schemas.events import Event

Document: TypeAlias = dict[str, Any]
"""A JSON object."""

DIALECT = "https://json-schema.org/draft/2020-12/schema"

# The models fill in the first and the type for those who write Python.
_REQUIRED = ["specversion", "id", "source", "type", "data"]


def event_models() -> tuple[type[BaseModel], ...]:
    """The model of every type of event that the streams read."""
    return get_args(Event)


def event_type(model: type[BaseModel]) -> str:
    """The CloudEvents type of a model, such as `topic.opened.v1`."""
    name: str = model.model_fields["type"].default
    return name


def event_schema(model: type[BaseModel]) -> Document:
    """The schema of one type, whole in itself, with an example that has every field."""
    name = event_type(model)
    return {
        **model.model_json_schema(),
        "$schema": DIALECT,
        "$id": f"urn:isegoria:schema:{name}",
        "title": name,
        "required": _REQUIRED,
        "examples": [example(model)],
    }


def example(model: type[BaseModel]) -> Document:
    """An object with the first example of every field."""
    shown: Document = {}
    for name, field in model.model_fields.items():
        if field.examples:
            shown[name] = field.examples[0]
        elif isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            shown[name] = example(field.annotation)
        else:
            shown[name] = field.default
    return shown
