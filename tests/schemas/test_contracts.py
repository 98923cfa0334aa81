"""The contracts: they are the code's, they are what they claim to be, and their examples hold."""

from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest
from jsonschema import Draft202012Validator

from schemas import topics
from schemas.admission import receive
from schemas.contracts import documents
from schemas.contracts.asyncapi import OUTPUTS
from schemas.contracts.json_schema import event_models, event_schema, event_type
from schemas.events import (
    ConsultationClosed,
    MeetingHeld,
    ParticipantErased,
)
from schemas.records import Kind
from tests.make import contribution

COMMITTED = Path(__file__).parents[2] / "schemas" / "documents"
HOW = "the contract is not the code's: run `isegoria schema export` and commit schemas/documents"
NOW = datetime(2026, 7, 1, tzinfo=UTC)
MODELS = (*event_models(), ConsultationClosed, MeetingHeld, ParticipantErased)
ASYNCAPI = orjson.loads(documents()["asyncapi.json"])
of_each_model = pytest.mark.parametrize("model", dict.fromkeys(MODELS), ids=event_type)
of_each_event = pytest.mark.parametrize("model", event_models(), ids=event_type)


@pytest.mark.parametrize("name", sorted(documents()))
def test_what_is_committed_is_the_codes(name):
    committed = COMMITTED / name
    assert committed.exists(), HOW
    assert committed.read_bytes() == documents()[name], HOW


def test_nothing_else_is_committed():
    assert {path.name for path in COMMITTED.iterdir()} == set(documents()), HOW


def test_the_documents_are_the_same_every_time():
    assert documents() == documents()


@of_each_model
def test_a_schema_is_one_by_its_dialect(model):
    Draft202012Validator.check_schema(event_schema(model))


@of_each_model
def test_the_example_satisfies_its_schema(model):
    schema = event_schema(model)
    errors = Draft202012Validator(schema).iter_errors(schema["examples"][0])
    assert [] == [error.message for error in errors]


@of_each_model
def test_the_example_has_every_field(model):
    schema = event_schema(model)
    example = schema["examples"][0]
    data = schema["$defs"][schema["properties"]["data"]["$ref"].rpartition("/")[2]]
    assert set(schema["properties"]) == set(example)
    assert set(data["properties"]) == set(example["data"])


@of_each_model
def test_every_field_says_what_it_means(model):
    schema = event_schema(model)
    data = schema["$defs"][schema["properties"]["data"]["$ref"].rpartition("/")[2]]
    fields = {**schema["properties"], **data["properties"]}
    silent = {name for name, field in fields.items() if "description" not in field}
    assert {"type", "data"} == silent


@of_each_event
def test_the_example_is_received(model):
    example = event_schema(model)["examples"][0]
    assert event_type(model) == receive(orjson.dumps(example), NOW).type


@of_each_model
def test_every_example_of_a_field_satisfies_its_schema(model):
    schema = event_schema(model)
    wrong = []
    for definition in schema["$defs"].values():
        for name, field in definition.get("properties", {}).items():
            validator = Draft202012Validator({**field, "$defs": schema["$defs"]})
            wrong += [name for shown in field.get("examples", ()) if not validator.is_valid(shown)]
    assert [] == wrong


@of_each_event
def test_what_the_code_writes_satisfies_the_schema(model):
    schema = event_schema(model)
    read = model.model_validate(schema["examples"][0])
    written = orjson.loads(orjson.dumps(read.model_dump(exclude_none=True)))
    Draft202012Validator(schema).validate(written)


@pytest.mark.parametrize(
    "fields",
    [
        {"language": "German (Austria)"},
        {"text": "x" * 20_001},
        {"participant": "Ada"},
        {"occurred_at": 1_772_355_600},
        {"particpant": None},
    ],
)
def test_the_schema_refuses_what_the_edge_refuses(fields):
    document = orjson.loads(orjson.dumps(contribution("1").model_dump(exclude_none=True)))
    validator = Draft202012Validator(event_schema(type(contribution("1"))))
    assert validator.is_valid(document)
    document["data"] |= fields
    assert not validator.is_valid(document)


# AsyncAPI 3.0.0, sections "AsyncAPI Object", "Channel Object", "Operation Object".


def test_the_asyncapi_document_has_what_the_specification_requires():
    assert "3.0.0" == ASYNCAPI["asyncapi"]
    assert {"title", "version"} <= set(ASYNCAPI["info"])
    assert all(channel["address"] and channel["messages"] for channel in channels())
    assert {"receive", "send"} == {one["action"] for one in ASYNCAPI["operations"].values()}
    assert all("channel" in one for one in ASYNCAPI["operations"].values())


def channels():
    return ASYNCAPI["channels"].values()


def test_every_kafka_topic_is_a_channel_with_its_settings():
    declared = {
        channel["address"]: channel["bindings"]["kafka"]["topicConfiguration"]
        for channel in channels()
    }
    settings = {
        topic.name: {
            name: [value] if name == "cleanup.policy" else int(value)
            for name, value in topic.config.items()
        }
        for topic in topics.TOPICS
    }
    assert settings == declared


def test_every_event_and_every_kind_of_row_is_a_message_of_one_channel():
    names = [name for channel in channels() for name in channel["messages"]]
    assert {*map(event_type, event_models()), *Kind} <= set(names)
    assert len(set(names)) == len(names)


def test_every_kind_of_row_has_a_shape():
    assert set(Kind) == set(OUTPUTS)


def test_every_reference_resolves():
    found = list(references(ASYNCAPI))
    assert found
    for reference in found:
        place = ASYNCAPI
        for part in reference.removeprefix("#/").split("/"):
            place = place[part]


def test_an_operation_names_messages_of_its_channel():
    for operation in ASYNCAPI["operations"].values():
        start = operation["channel"]["$ref"] + "/messages/"
        assert all(one["$ref"].startswith(start) for one in operation["messages"])


def references(document):
    if isinstance(document, dict):
        if isinstance(target := document.get("$ref"), str):
            yield target
        for part in document.values():
            yield from references(part)
    elif isinstance(document, list):
        for part in document:
            yield from references(part)
