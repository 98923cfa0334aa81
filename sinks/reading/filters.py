"""What a reader asks to see of a consultation: the filters that stand in a page's address."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Self

from schemas.events import Mode, Role, Stance
from schemas.records import Verdict

NONE = "none"
"""In an address, and as the value of a share: the contributions that do not say it."""

LATE_DAYS = 7
"""A contribution is late when it was recorded at least so many days after it was said."""

LATE = f"ifNull(recorded_at >= occurred_at + INTERVAL {LATE_DAYS} DAY, false)"
"""SQL for whether a contribution is late."""

MAX_ID_CHARACTERS = 128
MAX_SEARCH_CHARACTERS = 100

_YES = "yes"
_FIRST_DAY, _LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)
_MAX_LETTER = 2**63 - 1
_PSEUDONYM = re.compile(r"p-[0-9a-f]{32}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NUMBER = re.compile(r"0|[1-9][0-9]{0,18}")


class State(StrEnum):
    """Which contributions, by what became of them."""

    LIVE = ""
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"
    ALL = "all"


@dataclass(frozen=True)
class Filters:
    """What to see of a consultation; a field that is empty asks for nothing.

    `since` and `until` are days (UTC, by `occurred_at`), both included. Of `language`, `stance`,
    `participant` and `group` the word `none` asks for contributions without one. `letter` is the
    `root_offset` of a letter of `topic`. `late` asks for late ones only, `attachment_only` for
    those whose text only points to one. `q` is looked for in the text, in any case: as it stands,
    and as the screening folds texts, so that `strasse` finds `Straße`.

    Without a `state`, live contributions of every role are meant: neither redelivered, withdrawn
    nor superseded. The verdict `redelivered` then means all redeliveries, which are never live.
    """

    topic: str = ""
    since: date | None = None
    until: date | None = None
    channel: str = ""
    mode: str = ""
    language: str = ""
    verdict: str = ""
    stance: str = ""
    role: str = ""
    participant: str = ""
    group: str = ""
    letter: int | None = None
    late: bool = False
    attachment_only: bool = False
    state: str = State.LIVE
    q: str = ""

    @classmethod
    def read(cls, mapping: Mapping[str, str]) -> tuple[Self, list[str]]:
        """Read an address; never raises.

        Returns:
            The filters, and the names of the fields whose values cannot be used: they are left
            out. Names that are no field are passed over.
        """
        found: dict[str, object] = {}
        unusable = []
        for name, read in _READERS.items():
            text = mapping.get(name, "")
            if not text:
                continue
            try:
                found[name] = read(text)
            except ValueError:
                unusable.append(name)
        if "letter" in found and "topic" not in found:
            del found["letter"]
            unusable.append("letter")
        return cls(**found), unusable  # type: ignore[arg-type]

    def query(self) -> dict[str, str]:
        """The address that asks for the same: what is set, in the order of the fields."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {
            name: _YES if value is True else str(value)
            for name, value in values.items()
            if value is not None and value is not False and value != ""
        }

    def but(self, **changes: object) -> Self:
        """The same filters but for some fields; a letter stays with its topic.

        Raises:
            TypeError: There is no such field.
        """
        if "topic" in changes:
            changes = {"letter": None, **changes}
        return replace(self, **changes)  # type: ignore[arg-type]

    def where(self) -> tuple[str, dict[str, object]]:
        """The condition on the columns of `sinks.reading.screened`, and its parameters."""
        asked = self.query()
        conditions = [_CONDITIONS[name] for name in asked if name != "state"]
        if self.state or self.verdict != Verdict.REDELIVERED:
            conditions.append(_STATES[State(self.state)])
        parameters: dict[str, object] = {name: asked[name] for name in asked if name != "state"}
        if self.until:
            parameters["until"] = str(self.until + timedelta(days=1))
        return " AND ".join(conditions), parameters


def _id(text: str) -> str:
    return _text(text, MAX_ID_CHARACTERS)


def _search(text: str) -> str:
    return _text(text, MAX_SEARCH_CHARACTERS)


def _text(text: str, longest: int) -> str:
    """The text itself, if it is not too long and can be said in UTF-8."""
    if len(text) > longest:
        raise ValueError
    text.encode()
    return text


def _one_of(values: Iterable[str]) -> Callable[[str], str]:
    known = frozenset(map(str, values))

    def read(text: str) -> str:
        if text not in known:
            raise ValueError
        return text

    return read


def _day(text: str) -> date:
    """A day within what a contribution's time can be."""
    if not _DAY.fullmatch(text):
        raise ValueError
    day = date.fromisoformat(text)
    if not _FIRST_DAY <= day <= _LAST_DAY:
        raise ValueError
    return day


def _participant(text: str) -> str:
    if text != NONE and not _PSEUDONYM.fullmatch(text):
        raise ValueError
    return text


def _letter(text: str) -> int:
    if not _NUMBER.fullmatch(text) or int(text) > _MAX_LETTER:
        raise ValueError
    return int(text)


def _yes(text: str) -> bool:
    if text != _YES:
        raise ValueError
    return True


def _is(column: str) -> str:
    return f"`{column}` = {{{column}:String}}"


def _is_or_says_nothing(column: str) -> str:
    return f"({_is(column)} OR {{{column}:String}} = '{NONE}' AND `{column}` = '')"


def _folded(text: str) -> str:
    """SQL for a text in NFKC and without case; for ASCII, which most texts are, `lower` does."""
    return f"if(isValidASCII({text}), lower({text}), caseFoldUTF8(normalizeUTF8NFKC({text})))"


_READERS: dict[str, Callable[[str], object]] = {
    "topic": _id,
    "since": _day,
    "until": _day,
    "channel": _id,
    "mode": _one_of(Mode),
    "language": _id,
    "verdict": _one_of(Verdict),
    "stance": _one_of([*Stance, NONE]),
    "role": _one_of(Role),
    "participant": _participant,
    "group": _id,
    "letter": _letter,
    "late": _yes,
    "attachment_only": _yes,
    "state": _one_of(State),
    "q": _search,
}

_CONDITIONS = {
    "topic": _is("topic"),
    "since": "occurred_at >= {since:DateTime64(3, 'UTC')}",
    "until": "occurred_at < {until:DateTime64(3, 'UTC')}",
    "channel": _is("channel"),
    "mode": _is("mode"),
    "language": _is_or_says_nothing("language"),
    "verdict": _is("verdict"),
    "stance": _is_or_says_nothing("stance"),
    "role": _is("role"),
    "participant": _is_or_says_nothing("participant"),
    "group": _is_or_says_nothing("group"),
    "letter": "root_offset = {letter:UInt64}",
    "late": LATE,
    "attachment_only": "attachment_only",
    "q": f"(positionCaseInsensitiveUTF8(text, {{q:String}}) > 0"
    f" OR position({_folded('text')}, {_folded('{q:String}')}) > 0)",
}

_STATES = {
    State.LIVE: "live",
    State.WITHDRAWN: "withdrawn",
    State.SUPERSEDED: "superseded",
    State.ALL: "true",
}
