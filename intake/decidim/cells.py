"""What the columns of an open-data export say, in every generation of its headers."""

import re
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import urlsplit

from intake.markup import plain_text
from intake.tables import BadFieldError, Row
from schemas.events import Role

_OFFSET = re.compile(r" ([+-][0-9]{4})$")


class Author(NamedTuple):
    """Who speaks, on this side of the edge.

    Attributes:
        identity: Id of the user; None: of nobody in particular.
        role: Participant, or official.
        in_meeting: Whether a meeting is named as the author.
    """

    identity: str | None
    role: Role = Role.PARTICIPANT
    in_meeting: bool = False


def first_author(row: Row) -> Author:
    """Who speaks, the first of several.

    Raises:
        BadFieldError: The author's address is none.
    """
    identity = _first(row, "author/id")
    try:
        path = urlsplit(_first(row, "author/url")).path
    except ValueError:
        raise BadFieldError("author/url", "not an address") from None
    if "/meetings/" in path:
        return Author(None, in_meeting=True)
    if _first(row, "author/url") and not path.strip("/"):
        return Author(None, Role.OFFICIAL)
    return Author(identity or None)


def _first(row: Row, field: str) -> str:
    """The first item of a list. It may be empty: a deleted user has no address."""
    return row.cells.get(field, "").split(",")[0].strip()


def topic_of(row: Row) -> str:
    """The topic of a comment, by the last two parts of an address: /…/proposals/12.

    Raises:
        BadFieldError: The address is none.
    """
    try:
        *_, kind, name = urlsplit(row.cells["root_commentable_url"]).path.strip("/").split("/")
    except ValueError:
        raise BadFieldError("root_commentable_url", "not an address like …/proposals/12") from None
    return f"{kind.removesuffix('s')}-{name}"


def component_title(row: Row, component: int) -> str:
    """Of a component the export has no name, but the address of the space that it is in."""
    space = row.cells.get("participatory_space/url", "").rstrip("/").rpartition("/")[2]
    return f"{space}: component {component}" if space else ""


def wording(row: Row, title: str, body: str) -> tuple[str, str, str | None]:
    """A title, and the first body there is, in one language where both have it."""
    text, language = translated(row, body)
    head = row.cells.get(f"{title}/{language}", "") if language else ""
    return plain_text(head).strip() or translated(row, title)[0], text, language


def translated(row: Row, field: str) -> tuple[str, str | None]:
    """The first text of a field and its language, which is in the name of the column."""
    for column, cell in row.cells.items():
        name, _, language = column.partition("/")
        # Machine translations are one level deeper: title/machine_translations/en.
        if name == field and "/" not in language and (text := plain_text(cell).strip()):
            return text, language or None
    return "", None


def is_true(row: Row, field: str) -> bool:
    """Whether a column is there and says true."""
    return row.cells.get(field, "").strip().lower() == "true"


def moment(row: Row, *fields: str) -> datetime:
    """The first time there is, like `2024-03-05 10:11:12 UTC` or `2024-03-05 11:11:12 +0100`.

    Raises:
        BadFieldError: There is none, or it says no zone.
    """
    field = next((one for one in fields if row.cells.get(one, "").strip()), fields[0])
    cell = row.cells.get(field, "").strip()
    if not cell:
        raise BadFieldError(field, "no value")
    try:
        found = datetime.fromisoformat(_OFFSET.sub(r"\1", cell.replace(" UTC", "+00:00")))
        if found.tzinfo is not None:
            return found.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise BadFieldError(field, "not a time with a zone like 2024-03-05 10:11:12 UTC")
