"""The events as a page to read: each type, its fields, what they mean, limits and an example."""

import inspect
from collections.abc import Iterator

import orjson
from pydantic import BaseModel

from schemas.contracts.json_schema import Document, event_models, event_schema, event_type, example
from schemas.events import MAX_EVENT_BYTES

_HEAD = f"""\
# Events

Made by `isegoria schema export` from `schemas/events.py`; change it there.

An event is a CloudEvent 1.0 in structured JSON, in UTF-8, of at most {MAX_EVENT_BYTES // 1024} KiB.
The same `source` and `id` seen again are a redelivery and change nothing, so that sending again is
safe. An unknown field of `data` is refused, so that a misspelt one does not vanish; an unknown
field beside it is an extension attribute, and ignored.

Of a new event it is also asked that

- times are written as in RFC 3339, with a zone, from 1900 to 2199; what has happened is at most a
  day ahead of now;
- a language is a well-formed tag of BCP 47;
- no id holds an e-mail address or a phone number: not `id`, `source` (no `mailto:` or `tel:`),
  `subject`, ids in `data`, `channel`, `device`, `group`, `attachments`, nor `demographics`. A
  phone number is `+` with 7 to 15 digits, or a number that begins with 0, has separators, 9 digits
  or more, and begins with no date. Digits alone are taken.

"""

_MARKS = {
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minimum": "at least {}",
    "maximum": "at most {}",
    "maxItems": "at most {} of them",
    "maxProperties": "at most {} entries",
}
_LONG_PATTERN = 60


def reference() -> str:
    """The page, in Markdown."""
    return _HEAD + "\n".join(_sections()) + "\n"


def _sections() -> Iterator[str]:
    models = sorted(event_models(), key=event_type)
    yield "## The envelope\n"
    envelope = event_schema(models[0])
    for part in ("type", "data"):
        envelope["properties"].pop(part)
    yield from _table(envelope)
    yield "| `type` | yes | One of the types below. | | |"
    yield "| `data` | yes | What the type says. | | |"
    for model in models:
        yield from _section(model)


def _section(model: type[BaseModel]) -> Iterator[str]:
    schema = event_schema(model)
    yield f"\n## `{event_type(model)}`\n"
    data = _resolved(schema["properties"]["data"], schema)
    yield f"{schema['description']}\n"
    detail = inspect.cleandoc(data["description"])
    if detail != schema["description"]:
        yield f"{detail}\n"
    yield from _table({**data, "$defs": schema["$defs"]})
    shown = orjson.dumps(example(model), option=orjson.OPT_INDENT_2).decode()
    yield f"\n```json\n{shown}\n```"


def _table(schema: Document) -> Iterator[str]:
    yield "| field | required | meaning | limits | example |"
    yield "|---|---|---|---|---|"
    required = schema.get("required", ())
    for name, field in schema["properties"].items():
        shown = orjson.dumps(field["examples"][0]).decode()
        cells = (
            f"`{name}`",
            "yes" if name in required else "",
            field["description"].replace("|", "\\|"),
            _limits(field, schema),
            f"`{shown}`",
        )
        yield f"| {' | '.join(cells)} |"


def _limits(field: Document, schema: Document) -> str:
    """What a field may hold, in words."""
    whole = dict(field)
    for part in field.get("anyOf", ()):
        whole |= {name: value for name, value in part.items() if name not in field}
    whole |= {k: v for k, v in _resolved(whole, schema).items() if k not in whole}
    limits = []
    if "enum" in whole:
        limits.append("one of " + ", ".join(f"`{value}`" for value in whole["enum"]))
    if "const" in whole:
        limits.append(f"`{whole['const']}`")
    if whole.get("format") == "date-time":
        limits.append("a time with its zone")
    pattern = whole.get("pattern", "")
    if pattern and len(pattern) < _LONG_PATTERN:
        limits.append(f"`{pattern.replace('|', chr(92) + '|')}`")
    limits.extend(text.format(f"{whole[mark]:,}") for mark, text in _MARKS.items() if mark in whole)
    if whole.get("default") not in (None, "", []) and "const" not in whole:
        limits.append(f"default `{whole['default']}`")
    return "; ".join(limits)


def _resolved(schema: Document, root: Document) -> Document:
    """What a `$ref` points to; the schema itself where it has none."""
    if "$ref" not in schema:
        return schema
    definition: Document = root["$defs"][schema["$ref"].rpartition("/")[2]]
    return definition
