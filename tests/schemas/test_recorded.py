"""What was ever published is read for ever: `recorded` has an event of every version of every type.

A file is named after the type, with a word behind it where a type has several. None is ever changed
or removed; a new type or version gets a new file.
"""

from pathlib import Path

import orjson
import pytest

from schemas.contracts.json_schema import event_models, event_type
from schemas.events import decode, encode

RECORDED = sorted((Path(__file__).parent / "recorded").glob("*.json"))


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
def test_a_recorded_event_is_read(path):
    event = decode(path.read_bytes())
    assert path.name.startswith(event.type)


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
def test_nothing_that_was_recorded_gets_lost_in_reading(path):
    recorded = orjson.loads(path.read_bytes())["data"]
    read = orjson.loads(encode(decode(path.read_bytes())))["data"]
    assert set(recorded) <= set(read)


def test_every_type_is_recorded():
    recorded = {orjson.loads(path.read_bytes())["type"] for path in RECORDED}
    missing = {event_type(model) for model in event_models()} - recorded
    assert not missing, f"put an event of each into tests/schemas/recorded: {sorted(missing)}"
