"""Dates and times as people write them, read in one way only or refused."""

import re
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from intake.mapping import DateOrder
from intake.tables import BadFieldError

NOON = time(12)
"""When something happened of which only the day is known: so the day is right in its own zone."""

# The years that an event can hold: `schemas.events.Moment`.
_YEARS = range(1900, 2200)

_CLOCK = r"(?P<clock>\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)"
_ISO = re.compile(
    rf"(?P<year>\d{{4}})-(?P<month>\d{{2}})-(?P<day>\d{{2}})(?:[T ]{_CLOCK}"
    r"(?P<offset> ?(?:Z|[+-]\d{2}:?\d{2}))?)?",
    re.ASCII,
)
_LOCAL = re.compile(
    rf"(?P<first>\d{{1,2}})([./-])(?P<second>\d{{1,2}})\2(?P<year>\d{{4}})(?:,? {_CLOCK})?",
    re.ASCII,
)
_EXPECTED = "not a date like 2026-03-31, or a date and time like 2026-03-31 17:05"


class UndeclaredError(ValueError):
    """A time can be read in more than one way; the message says what has to be declared."""


def moment(field: str, cell: str, zone: ZoneInfo | None, order: DateOrder | None) -> datetime:
    """When something happened, in UTC.

    A day alone is its noon. Where the clocks change, the offset before the change holds (PEP 495,
    `fold=0`): a time of the hour that is shown twice in autumn is the first of the two, and a time
    of the hour that is skipped in spring is an hour later on the new clock.

    Args:
        field: The column, for messages.
        cell: An ISO 8601 date with or without a time, or the same in days, months and years.
        zone: Where a time without an offset was on the clock.
        order: Whether the day or the month comes first where the year comes last.

    Raises:
        BadFieldError: It is no time, or there is no such day.
        UndeclaredError: It needs a zone or an order.
    """
    iso, local = _ISO.fullmatch(cell), _LOCAL.fullmatch(cell)
    written = iso or local
    if written is None:
        raise BadFieldError(field, _EXPECTED)
    if iso:
        day = _day(field, iso["year"], iso["month"], iso["day"])
        offset = iso["offset"]
    elif local is not None and order is None:
        raise UndeclaredError(
            "a date such as 03/04/2026 is in March or in April: write 2026-04-03, or declare"
            ' date_order = "day-first" or "month-first" in a mapping file (--mapping)'
        )
    else:
        day_first = order == "day-first"
        month, number = (written["second"], written["first"])[:: 1 if day_first else -1]
        day, offset = _day(field, written["year"], month, number), None
    clock = _time(field, written["clock"])
    if offset:
        return _with_offset(field, day, clock, offset.strip())
    if zone is None:
        raise UndeclaredError(
            "a time without its zone: say where it was on the clock, such as --zone Europe/Vienna"
        )
    return datetime.combine(day, clock, zone).astimezone(UTC)


def _day(field: str, year: str, month: str, day: str) -> date:
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        raise BadFieldError(field, "there is no such day") from None
    if found.year not in _YEARS:
        raise BadFieldError(field, f"not a day of {_YEARS[0]} to {_YEARS[-1]}")
    return found


def _time(field: str, clock: str | None) -> time:
    if clock is None:
        return NOON
    try:
        return time.fromisoformat(f"0{clock}" if clock[1] == ":" else clock)
    except ValueError:
        raise BadFieldError(field, "there is no such time of day") from None


def _with_offset(field: str, day: date, clock: time, offset: str) -> datetime:
    try:
        return datetime.fromisoformat(f"{day}T{clock.isoformat()}{offset}").astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadFieldError(field, "there is no such offset from UTC") from None
