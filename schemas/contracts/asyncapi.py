"""Every Kafka topic as an AsyncAPI 3.0 document: who writes what, under which key.

Schemas are in AsyncAPI's own format, which knows less than draft 2020-12.
"""

import inspect
from typing import NamedTuple

import msgspec
from pydantic.json_schema import models_json_schema

from schemas import records, topics
from schemas.contracts.json_schema import Document, event_models, event_type, example
from schemas.records import Kind

VERSION = "1.0.0"
_BINDING_VERSION = "0.5.0"
_COMPONENTS = "#/components/schemas/"

_TOPIC_KEY = "consultation, `/`, topic; where the event has no topic, the consultation alone"
_KIND_KEY = "the kind, `:`, and what the row is about, so that the last record of a key holds"


class _Output(NamedTuple):
    topic: str
    row: type


# Which shape each kind has, and which topic it travels on.
OUTPUTS = {
    Kind.CONSULTATION: _Output(topics.SCREENED, records.Consultation),
    Kind.CLOSING: _Output(topics.SCREENED, records.Closing),
    Kind.MEETING: _Output(topics.SCREENED, records.Meeting),
    Kind.TOPIC: _Output(topics.SCREENED, records.Topic),
    Kind.CONTRIBUTION: _Output(topics.SCREENED, records.Contribution),
    Kind.STANDING: _Output(topics.SCREENED, records.Standing),
    Kind.WITHDRAWAL: _Output(topics.SCREENED, records.Withdrawal),
    Kind.SUPPORT: _Output(topics.SCREENED, records.Support),
    Kind.RESPONSE: _Output(topics.SCREENED, records.Response),
    Kind.RECOGNITION: _Output(topics.SCREENED, records.Recognition),
    Kind.POLICY: _Output(topics.SCREENED, records.Policy),
    Kind.SUMMARY: _Output(topics.SUMMARIES, records.Summary),
    Kind.DAY: _Output(topics.SUMMARIES, records.Day),
    Kind.LETTER: _Output(topics.SUMMARIES, records.Letter),
    Kind.DOMINANCE: _Output(topics.DOMINANCE, records.Dominance),
}

_SUMMARIES = {
    topics.EVENTS: "What channels publish.",
    topics.SCREENED: "A row for each event, with the verdict of a contribution, and what later"
    " events made of it.",
    topics.SUMMARIES: "The whole state of each topic, of its days and of its letters.",
    topics.DOMINANCE: "Who dominates each topic and each consultation.",
    topics.ACTIVITY: "What participants did, told to their consultation's partition.",
    topics.REJECTED: "What could not be read, as it came, with the reason in the headers.",
    topics.JOURNAL: "The state of the screening, from which a worker recovers.",
    topics.REGULARS_JOURNAL: "The state of the regulars, from which a worker recovers.",
}

_MESSAGE_PACK = "application/msgpack"
_INTERNAL = (topics.ACTIVITY, topics.JOURNAL, topics.REGULARS_JOURNAL)
_POSITION = {
    "reason": "Which field is wrong, and why.",
    "topic": "The topic that the record was on.",
    "partition": "Its partition, as a decimal number.",
    "offset": "Its offset, as a decimal number.",
    "last_offset": "The offset of the last record that it stands for, as a decimal number.",
}


def asyncapi() -> Document:
    """The document of all topics."""
    messages = _messages()
    return {
        "asyncapi": "3.0.0",
        "id": "urn:isegoria",
        "info": {
            "title": "Isegoria",
            "version": VERSION,
            "description": "The topics between the channels of public consultations and the people"
            " who decide. `participation.events` is for channels to write; the others are written"
            " by the streams.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {
            topic.name: _channel(topic, sorted(messages[topic.name])) for topic in topics.TOPICS
        },
        "operations": {
            _operation(topic.name): {
                "action": "receive" if topic.name == topics.EVENTS else "send",
                "channel": {"$ref": f"#/channels/{topic.name}"},
                "messages": [
                    {"$ref": f"#/channels/{topic.name}/messages/{name}"}
                    for name in sorted(messages[topic.name])
                ],
            }
            for topic in topics.TOPICS
        },
        "components": {
            "messages": {
                name: message
                for of_topic in messages.values()
                for name, message in of_topic.items()
            },
            "schemas": {**_event_schemas(), **_row_schemas()},
        },
    }


def _channel(topic: topics.Topic, messages: list[str]) -> Document:
    settings: Document = {}
    if "cleanup.policy" in topic.config:
        settings["cleanup.policy"] = [topic.config["cleanup.policy"]]
    for name in ("retention.ms", "max.message.bytes"):
        if name in topic.config:
            settings[name] = int(topic.config[name])
    return {
        "address": topic.name,
        "summary": _SUMMARIES[topic.name],
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "topicConfiguration": settings,
                "bindingVersion": _BINDING_VERSION,
            }
        },
    }


def _operation(topic: str) -> str:
    return f"{'receive' if topic == topics.EVENTS else 'send'}.{topic}"


def _messages() -> dict[str, dict[str, Document]]:
    """The messages of each topic, by name."""
    messages: dict[str, dict[str, Document]] = {topic.name: {} for topic in topics.TOPICS}
    for model in event_models():
        name = event_type(model)
        messages[topics.EVENTS][name] = {
            "name": name,
            "summary": inspect.getdoc(model),
            "contentType": "application/cloudevents+json",
            "payload": {"$ref": f"{_COMPONENTS}{model.__name__}"},
            "bindings": _key("`policy`" if name.startswith("policy.") else _TOPIC_KEY),
            "examples": [{"payload": example(model)}],
        }
    for kind, output in OUTPUTS.items():
        keyed_by_event = output.topic == topics.SCREENED and kind is not Kind.STANDING
        messages[output.topic][kind.value] = {
            "name": kind.value,
            "summary": _first_sentence(output.row),
            "headers": {
                "type": "object",
                "required": [topics.KIND_HEADER],
                "properties": {topics.KIND_HEADER: {"type": "string", "const": kind.value}},
            },
            "payload": {"$ref": f"{_COMPONENTS}{_row_name(output.row.__name__)}"},
            "bindings": _key(_TOPIC_KEY if keyed_by_event else _KIND_KEY),
        }
    messages[topics.REJECTED]["rejected"] = {
        "name": "rejected",
        "summary": "The bytes of a record of `participation.events`, unchanged.",
        "contentType": "application/octet-stream",
        "headers": {
            "type": "object",
            "required": list(_POSITION),
            "properties": {
                name: {"type": "string", "description": text} for name, text in _POSITION.items()
            },
        },
        "bindings": _key("the key that it had"),
    }
    for topic in _INTERNAL:
        messages[topic][f"{topic}.record"] = {
            "name": f"{topic}.record",
            "summary": "For the workers alone; its shape may change with every release.",
            "contentType": _MESSAGE_PACK,
        }
    return messages


def _key(meaning: str) -> Document:
    return {
        "kafka": {
            "key": {"type": "string", "description": f"UTF-8: {meaning}."},
            "bindingVersion": _BINDING_VERSION,
        }
    }


def _event_schemas() -> Document:
    _, schemas = models_json_schema(
        [(model, "validation") for model in event_models()],
        ref_template=f"{_COMPONENTS}{{model}}",
    )
    definitions: Document = schemas["$defs"]
    for model in event_models():
        definition = definitions[model.__name__]
        definition["required"] = ["specversion", "id", "source", "type", "data"]
    return definitions


def _row_schemas() -> Document:
    """The shapes of the rows, under names of their own: an event's part may be called the same."""
    # msgspec: pydantic reads the TypedDicts of `typing` from Python 3.12 on only.
    _, schemas = msgspec.json.schema_components(
        [output.row for output in OUTPUTS.values()], ref_template=f"{_COMPONENTS}Row.{{name}}"
    )
    return {_row_name(name): _without_prefix_items(schema) for name, schema in schemas.items()}


def _row_name(name: str) -> str:
    return f"Row.{name}"


def _without_prefix_items(schema: object) -> object:
    """The schema with tuples as draft 7 has them, on which AsyncAPI's own format stands."""
    if isinstance(schema, list):
        return [_without_prefix_items(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    rewritten = {name: _without_prefix_items(part) for name, part in schema.items()}
    if "prefixItems" in rewritten:
        rewritten["items"] = rewritten.pop("prefixItems")
    if isinstance(text := rewritten.get("description"), str):
        rewritten["description"] = inspect.cleandoc(text)
    return rewritten


def _first_sentence(row: type) -> str:
    return (inspect.getdoc(row) or "").splitlines()[0]
