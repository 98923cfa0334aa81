"""Where a browser goes after signing in: to a page of this dashboard, never to another host."""

import re
from urllib.parse import urlsplit

HOME = "/"

_MAX_CHARACTERS = 2_000
# Browsers leave out tabs and ends of lines, and take a backslash for a slash.
_PATH = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")
_CIRCLES = re.compile(r"/sign(in|out)(/|$)")


def destination(asked: str) -> str:
    """The page that was asked for, or `HOME` for what is none."""
    if len(asked) > _MAX_CHARACTERS or not _PATH.fullmatch(asked):
        return HOME
    return HOME if _CIRCLES.match(urlsplit(asked).path) else asked
