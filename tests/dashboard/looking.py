"""Pages as tests look at them: elements, texts, links and tables."""

from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree as ET

from starlette.testclient import TestClient

_VOID = {"meta", "link", "input", "br", "hr", "img", "wbr", "area", "base", "col", "source"}


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.builder = ET.TreeBuilder()
        self.builder.start("document", {})

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.builder.start(tag, {name: value or "" for name, value in attrs})
        if tag in _VOID:
            self.builder.end(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in _VOID:
            self.builder.end(tag)

    def handle_data(self, data: str) -> None:
        self.builder.data(data)


def page(browser: TestClient, address: str, status_code: int = 200) -> ET.Element:
    """A page as a tree of elements."""
    answer = browser.get(address)
    assert status_code == answer.status_code, answer.text[:2000]
    parser = _Builder()
    parser.feed(answer.text)
    parser.close()
    parser.builder.end("document")
    return parser.builder.close()


def by_id(root: ET.Element, name: str) -> ET.Element:
    """The only element with an id."""
    (found,) = [element for element in root.iter() if element.get("id") == name]
    return found


def text_of(element: ET.Element) -> str:
    """What an element says, runs of white space as one space."""
    return " ".join("".join(element.itertext()).split())


def links_of(element: ET.Element) -> dict[str, str]:
    """Addresses by what their links say; of links that say the same the last one."""
    return {text_of(link): link.get("href", "") for link in element.iter("a")}


def table_of(root: ET.Element, caption: str) -> list[dict[str, ET.Element]]:
    """The rows of the table with a caption, each its cells by the names of their columns."""
    (table,) = [one for one in root.iter("table") if text_of(one.find("caption")) == caption]  # type: ignore[arg-type]
    names = [text_of(cell) for cell in table.findall("thead/tr/th")]
    return [dict(zip(names, row, strict=True)) for row in table.findall("tbody/tr")]


def texts_of(rows: list[dict[str, ET.Element]]) -> list[dict[str, str]]:
    """The rows of a table as texts."""
    return [{name: text_of(cell) for name, cell in row.items()} for row in rows]


def address_in(cell: ET.Element) -> str:
    """Where the only link of a cell leads."""
    (link,) = cell.iter("a")
    return link.attrib["href"]


def total(browser: TestClient, address: str) -> int:
    """How many contributions the page behind a number says there are."""
    return int(by_id(page(browser, address), "total").attrib["data-total"])


def number(text: str) -> int:
    """A number as English pages write it."""
    return int(text.replace(",", ""))


Rows = list[dict[str, Any]]


def rows(tables: Any, sql: str, **parameters: object) -> Rows:
    """What ClickHouse says, read by plain SQL."""
    return list(tables.query(sql, parameters=parameters).named_results())
