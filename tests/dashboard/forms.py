"""Pages with forms as trees, and what their forms send."""

from html.parser import HTMLParser
from xml.etree import ElementTree as ET

_VOID = {"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}


def parse(html: str) -> ET.Element:
    """The page's root; every element must be closed in it, but for those that cannot be."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.builder.close()


def fields_of(form: ET.Element) -> dict[str, str]:
    """What a form sends when nothing is changed in it, without its buttons."""
    fields = {}
    for field in form.iter():
        name = field.get("name")
        if name and field.tag == "input":
            fields[name] = field.get("value", "")
        elif name and field.tag == "textarea":
            fields[name] = (field.text or "").removeprefix("\n")
        elif name and field.tag == "select":
            chosen = [one for one in field.iter("option") if "selected" in one.attrib]
            fields[name] = (chosen or list(field.iter("option")))[0].get("value", "")
    return fields


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.builder = ET.TreeBuilder()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.builder.start(tag, {name: value or "" for name, value in attrs})
        if tag in _VOID:
            self.builder.end(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.builder.start(tag, {name: value or "" for name, value in attrs})
        self.builder.end(tag)

    def handle_endtag(self, tag: str) -> None:
        self.builder.end(tag)

    def handle_data(self, data: str) -> None:
        self.builder.data(data)
