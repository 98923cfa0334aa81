"""JSON: one object with what the export is about, and its rows."""

from collections.abc import Iterator

import orjson

from dashboard.exports.views import About, Converters, Kind, View, finite, values
from dashboard.i18n import Words

_CONVERT: Converters = {
    Kind.TEXT: str,
    Kind.INTEGER: int,
    Kind.NUMBER: finite,
    Kind.SHARE: finite,
    Kind.DAY: str,
    Kind.MOMENT: str,
    Kind.FLAG: bool,
    Kind.LIST: list,
}


def json_of(view: View, about: About, words: Words) -> Iterator[bytes]:
    """A view as JSON, as its rows come. Until the last byte is there it is no valid JSON."""
    columns = view.table.columns
    names = [column.name for column in columns]
    with view.reading() as blocks:
        yield b'{"about":' + orjson.dumps(_about(view, about, words)) + b',"rows":['
        before = b"\n"
        for block in blocks:
            rows = zip(*(values(column, block, _CONVERT) for column in columns), strict=True)
            lines = b",\n".join(orjson.dumps(dict(zip(names, row, strict=True))) for row in rows)
            if lines:
                yield before + lines
                before = b",\n"
        yield b"\n]}\n"


def _about(view: View, about: About, words: Words) -> dict[str, object]:
    _ = words.gettext
    return {
        "consultation": about.consultation,
        "title": about.title,
        "owner": about.owner,
        "view": view.table.name,
        "description": _(view.table.description),
        "filters": dict(about.filters),
        "made_at": about.made,
        "licence": about.licence if about.has_licence else None,
        "columns": [
            {
                "name": column.name,
                "kind": column.kind,
                "unit": words.gettext(column.unit) if column.unit else None,
                "description": _(column.description),
            }
            for column in view.table.columns
        ],
    }
