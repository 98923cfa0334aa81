"""The intake's own page: what OpenAPI says, for people, without a script or another host."""

from functools import cache
from html import escape

from intake.http import contract, problems
from intake.http.contract import Schema

SECURITY_POLICY = "default-src 'none'; style-src 'unsafe-inline'"

_STYLE = """
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; width: 100% }
th, td { border-bottom: 1px solid #ccc; padding: .25rem .75rem .25rem 0; text-align: left }
th, td { vertical-align: top }
"""


@cache
def html() -> str:
    """The page."""
    document = contract.openapi()
    schemas = document["components"]["schemas"]
    publish = document["paths"]["/events"]["post"]
    body = publish["requestBody"]["content"]
    return f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{escape(document["info"]["title"])}</title>
<style>{_STYLE}</style>
<h1>{escape(document["info"]["title"])}</h1>
<p>{escape(document["info"]["description"])} The same for programs:
<a href="/openapi.json">OpenAPI</a>.</p>
<h2>POST /events</h2>
<p>{escape(publish["description"])}</p>
<table>
<tr><th>Content-Type<th>Body
{"".join(_row(name, schemas[_name(told["schema"])]["description"]) for name, told in body.items())}
</table>
<h2>Problems</h2>
<p>Every answer but 202 is <code>{problems.MEDIA_TYPE}</code> (RFC 9457).</p>
<table>
<tr><th>Status<th>Problem<th>What to do
{"".join(_problem(kind) for kind in problems.KINDS)}
</table>
<h2>Events</h2>
{"".join(_event(name, schemas) for name in contract.event_models())}
</html>
"""


def _problem(kind: problems.Kind) -> str:
    return (
        f'<tr id="{kind.name}"><td>{kind.status}<td>{escape(kind.title)}<td>{escape(kind.remedy)}\n'
    )


def _event(name: str, schemas: Schema) -> str:
    event = schemas[contract.event_models()[name].__name__]
    data = schemas[_name(event["properties"]["data"])]
    fields = "".join(
        _row(
            field,
            _expected(schema, schemas)
            + ("" if field in data["required"] else "; may be absent")
            + (f". {schema['description']}" if "description" in schema else ""),
        )
        for field, schema in data["properties"].items()
    )
    return (
        f'<h3 id="{name}">{name}</h3>\n<p>{escape(data.get("description", ""))}</p>\n'
        f"<table>\n<tr><th>Field of data<th>Value\n{fields}</table>\n"
    )


def _expected(schema: Schema, schemas: Schema) -> str:
    """What a value must be, in a few words."""
    if "$ref" in schema:
        return _expected(schemas[_name(schema)], schemas)
    if "anyOf" in schema:
        return " or ".join(
            _expected(one, schemas) for one in schema["anyOf"] if one.get("type") != "null"
        )
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    words = [str(schema.get("format", schema.get("type", "any")))]
    if "items" in schema:
        words.append(f"of {_expected(schema['items'], schemas)}")
    if "maxLength" in schema:
        words.append(f"up to {schema['maxLength']:,} characters")
    if "pattern" in schema:
        words.append(f"matching {schema['pattern']}")
    return " ".join(words)


def _name(reference: Schema) -> str:
    return str(reference["$ref"]).rpartition("/")[2]


def _row(name: str, text: str) -> str:
    return f"<tr><td><code>{escape(name)}</code><td>{escape(text)}\n"
