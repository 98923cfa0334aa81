"""Markup: the HTML in which some platforms keep what people wrote becomes plain text."""

import re
from html.parser import HTMLParser

# fmt: off
_INLINE = frozenset((
    "a", "abbr", "b", "big", "cite", "code", "del", "em", "font", "i", "img", "ins", "mark", "q",
    "s", "small", "span", "strike", "strong", "sub", "sup", "tt", "u",
))
_BLOCKS = frozenset((
    "blockquote", "body", "dd", "div", "dl", "dt", "h1", "h2", "h3", "h4", "h5", "h6", "head", "hr",
    "html", "li", "ol", "p", "pre", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
))
# fmt: on
_SPACE_AT_LINE_ENDS = re.compile(r"[ \t\xa0]*\n[ \t\xa0]*")
_BLANK_LINES = re.compile(r"\n{3,}")


def plain_text(text: str) -> str:
    """The text without tags and entities (`&amp;` is `&`), a line for each block and each `<br>`.

    What looks like a tag and is none of HTML's for text, such as `<me@example.org>`, was written by
    somebody and stays. A text without markup stays as it is.
    """
    if "<" not in text and "&" not in text:
        return text
    writer = _Writer()
    writer.feed(text)
    writer.close()
    if not writer.had_tags:
        return writer.text()
    return _BLANK_LINES.sub("\n\n", _SPACE_AT_LINE_ENDS.sub("\n", writer.text())).strip()


class _Writer(HTMLParser):
    """Writes down what is not markup."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.had_tags = False
        self._parts: list[str] = []

    def text(self) -> str:
        return "".join(self._parts)

    def handle_data(self, data: str) -> None:
        self._parts.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        written = self.get_starttag_text() or ""
        if any(value is None for _, value in attrs):
            # "a <b and c> d": no tag of a text has attributes without a value.
            self._parts.append(written)
        else:
            self._tag(tag, written)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        self._tag(tag, f"</{tag}>")

    def _tag(self, tag: str, written: str) -> None:
        if tag == "br":
            self._parts.append("\n")
        elif tag in _BLOCKS:
            if not "".join(self._parts[-1:]).endswith("\n"):
                self._parts.append("\n")
        elif tag not in _INLINE:
            self._parts.append(written)
            return
        self.had_tags = True
