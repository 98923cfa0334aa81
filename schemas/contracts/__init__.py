"""The contracts, for those who write no Python: made from the models, and committed beside them.

Each type of event is a JSON Schema (draft 2020-12), every Kafka topic stands in an AsyncAPI 3.0
document, and a table says what each field means. They are the narrow side: what they allow is
taken, and what was published under older rules is read although they may not allow it any more.
"""

import orjson

from schemas.contracts.asyncapi import asyncapi
from schemas.contracts.json_schema import event_models, event_schema, event_type
from schemas.contracts.reference import reference


def documents() -> dict[str, bytes]:
    """All documents, by file name. The same code gives the same bytes."""
    schemas = {event_type(model): event_schema(model) for model in event_models()}
    return {
        **{f"{name}.json": _json(schema) for name, schema in sorted(schemas.items())},
        "asyncapi.json": _json(asyncapi()),
        "events.md": reference().encode(),
    }


def _json(document: object) -> bytes:
    options = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE
    return orjson.dumps(document, option=options)
