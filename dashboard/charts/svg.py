"""Vega's SVG made fit for a page: named for screen readers, scalable, and small.

Vega names every mark for assistive technology, and writes out what is the default anyway. Here the
picture has one name and one description, as the page has its table.
"""

import re
from collections import Counter
from xml.etree import ElementTree as ET

from markupsafe import Markup

from dashboard.charts.chart import Caption

_NAMESPACE = "http://www.w3.org/2000/svg"
_SHIFT = re.compile(r"translate\((-?[\d.]+),(-?[\d.]+)\)")
_POINT = re.compile(r"(-?[\d.]+),(-?[\d.]+)")
_STRAIGHT = set("MLZ,.-0123456789")
_NUMBER = re.compile(r"-?\d+\.\d+")
_DROPPED = {"class", "role", "pointer-events", "display", "font-family", "stroke-miterlimit"}
_DEFAULTS = {("opacity", "1"), ("stroke-width", "1"), ("text-anchor", "start")}
_IN_NUMBERS = {"d", "transform", "x2", "y2"}
_MARKS = {"path", "line", "text", "rect"}


def compact(svg: str, caption: Caption, font: str) -> Markup:
    """An SVG for a page.

    It has a width and no height, so that a page may scale it, no `style`, `class` or script, and
    no id but those of its title and its description.

    Args:
        svg: As Vega draws it.
        caption: Its title is the name that screen readers say, its description follows.
        font: The family that all texts are in.

    Raises:
        xml.etree.ElementTree.ParseError: It is no XML.
    """
    # The renderer wrote it, with what users wrote already escaped, and it has no DTD.
    drawn = ET.fromstring(svg)  # noqa: S314
    size = Counter(text.get("font-size", "") for text in drawn.iter(f"{{{_NAMESPACE}}}text"))
    font_size = size.most_common(1)[0][0] if size else ""
    root = ET.Element(
        "svg",
        {
            "xmlns": _NAMESPACE,
            "role": "img",
            "aria-labelledby": f"{caption.key}-title {caption.key}-desc",
            "width": drawn.attrib["width"],
            "viewBox": drawn.attrib["viewBox"],
            "font-family": font,
            "font-size": font_size,
        },
    )
    ET.SubElement(root, "title", {"id": f"{caption.key}-title"}).text = caption.title
    ET.SubElement(root, "desc", {"id": f"{caption.key}-desc"}).text = caption.description
    for child in drawn:
        root.extend(_slim(child, font_size))
    # In texts the character > is escaped: this is the end of an empty element.
    written = ET.tostring(root, encoding="unicode").replace(" />", "/>")
    return Markup(written)  # noqa: S704 (ElementTree escapes)


def _slim(element: ET.Element, font_size: str) -> list[ET.Element]:
    """What is to be seen of an element: nothing, itself, or its children alone."""
    tag = element.tag.removeprefix(f"{{{_NAMESPACE}}}")
    hidden = element.get("display") == "none" or element.get("opacity") == "0"
    unpainted = tag == "path" and "fill" not in element.attrib and "stroke" not in element.attrib
    if hidden or unpainted or (tag == "path" and not element.get("d")):
        return []
    kept = {
        name: _rounded(value) if name in _IN_NUMBERS else value
        for name, value in _placed(element.attrib).items()
        if name not in _DROPPED
        and not name.startswith("aria-")
        and (name, value) not in _DEFAULTS
        and (name, value) not in {("font-size", font_size), ("transform", "translate(0,0)")}
    }
    children = _merged([slim for child in element for slim in _slim(child, font_size)])
    if tag == "g" and (not children or not kept):
        return children
    slim = ET.Element(tag, kept)
    slim.text = element.text if tag in _MARKS else None
    slim.extend(children)
    return [slim]


def _placed(attributes: dict[str, str]) -> dict[str, str]:
    """A shifted path of straight lines at its place, where it can be merged with its neighbours."""
    shift = _SHIFT.fullmatch(attributes.get("transform", ""))
    path = attributes.get("d", "")
    if not shift or not path or set(path) - _STRAIGHT:
        return attributes
    right, down = float(shift[1]), float(shift[2])
    placed = _POINT.sub(
        lambda point: f"{float(point[1]) + right:.2f},{float(point[2]) + down:.2f}", path
    )
    return {**attributes, "d": placed, "transform": "translate(0,0)"}


def _merged(elements: list[ET.Element]) -> list[ET.Element]:
    """Neighbouring paths that look the same as one path."""
    merged: list[ET.Element] = []
    for element in elements:
        before = merged[-1] if merged else None
        if before is not None and element.tag == before.tag == "path" and _same(before, element):
            before.set("d", before.attrib["d"] + element.attrib["d"])
        else:
            merged.append(element)
    return merged


def _same(one: ET.Element, other: ET.Element) -> bool:
    return {**one.attrib, "d": ""} == {**other.attrib, "d": ""}


def _rounded(value: str) -> str:
    return _NUMBER.sub(lambda number: f"{round(float(number[0]), 1):g}", value)
