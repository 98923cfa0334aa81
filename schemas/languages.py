"""Language tags: what is well-formed by BCP 47 (RFC 5646, sections 2.1 and 2.2.9)."""

import re

# The grammar of section 2.1, rule by rule.
_ALNUM = "[A-Za-z0-9]"
_LANGUAGE = "(?:[A-Za-z]{2,3}(?:-[A-Za-z]{3}){0,3}|[A-Za-z]{4,8})"
_SCRIPT = "(?:-[A-Za-z]{4})?"
_REGION = "(?:-(?:[A-Za-z]{2}|[0-9]{3}))?"
_VARIANTS = f"(?:-(?:{_ALNUM}{{5,8}}|[0-9]{_ALNUM}{{3}}))*"
_EXTENSIONS = f"(?:-[0-9A-WY-Za-wy-z](?:-{_ALNUM}{{2,8}})+)*"
_PRIVATE = f"[Xx](?:-{_ALNUM}{{1,8}})+"
# The irregular tags of before the grammar, in the registry's spelling; the regular ones fit it.
_IRREGULAR = (
    "en-GB-oed|i-(?:ami|bnn|default|enochian|hak|klingon|lux|mingo|navajo|pwn|tao|tay|tsu)"
    "|sgn-(?:BE-FR|BE-NL|CH-DE)"
)

TAG = (
    f"^(?:{_LANGUAGE}{_SCRIPT}{_REGION}{_VARIANTS}{_EXTENSIONS}(?:-{_PRIVATE})?"
    f"|{_PRIVATE}|{_IRREGULAR})$"
)
"""A well-formed tag, as a regular expression that Python and JSON Schema (ECMA 262) both read."""

_TAG = re.compile(TAG)


def is_language_tag(text: str) -> bool:
    """Whether a text is a well-formed tag, in whichever case; not whether the language exists."""
    return _TAG.fullmatch(text) is not None
