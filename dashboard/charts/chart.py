"""What a chart is, once drawn."""

import unicodedata
from dataclasses import dataclass

from markupsafe import Markup

_UNPRINTABLE = {"Cc", "Cs", "Cn"}


@dataclass(frozen=True)
class Caption:
    """What a chart says besides its picture.

    Attributes:
        key: Unique on the page; ids begin with it.
        title: What it is about.
        description: What to see in it, in one plain sentence.
        header: The names of the table's columns. The first cell of a row names the row.
        rows: The table, formatted.
    """

    key: str
    title: str
    description: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Chart(Caption):
    """A picture, and all that it says in words and in a table.

    Attributes:
        svg: The picture, to stand in a page as it is.
        spec: Vega-Lite's specification as JSON, for the interactive version.
    """

    svg: Markup
    spec: str


def legible(text: str) -> str:
    """A text from outside on one line, without what XML cannot hold."""
    cleaned = "".join(
        " " if unicodedata.category(character) in _UNPRINTABLE else character for character in text
    )
    return " ".join(cleaned.split())
