"""Days put together to weeks, months or years, so that a picture of any length can be read."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import Enum

MAX_PERIODS = 92
"""A quarter of days: more columns than this are too narrow to be told apart."""

_MIN_PERIODS = 8
_MAX_TICKS = 4


class Length(Enum):
    """Of a period; a week begins on Monday."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"

    def number(self, day: date) -> int:
        """The number of the period that a day is in; the next period has the next number."""
        match self:
            case Length.DAY:
                return day.toordinal()
            case Length.WEEK:
                return (day.toordinal() - 1) // 7
            case Length.MONTH:
                return day.year * 12 + day.month - 1
            case Length.YEAR:
                return day.year

    def start(self, number: int) -> date:
        """The first day of the period with a number."""
        match self:
            case Length.DAY:
                return date.fromordinal(number)
            case Length.WEEK:
                return date.fromordinal(number * 7 + 1)
            case Length.MONTH:
                return date(number // 12, number % 12 + 1, 1)
            case Length.YEAR:
                return date(number, 1, 1)


@dataclass(frozen=True)
class Periods:
    """The periods from a first day to a last one.

    Attributes:
        length: The same for all: the shortest with at most `MAX_PERIODS`, else years.
        first: The first day.
        last: The last day.
    """

    length: Length
    first: date
    last: date

    def __len__(self) -> int:
        return self.place(self.last) + 1

    def place(self, day: date) -> int:
        """Which period a day is in; the first is 0."""
        return self.length.number(day) - self.length.number(self.first)

    def start(self, place: int) -> date:
        """The first day of a period, by its place."""
        return self.length.start(self.length.number(self.first) + place)

    def span(self) -> tuple[float, float]:
        """From where to where a picture goes, so that a few periods are no wide blocks."""
        margin = max(0, _MIN_PERIODS - len(self)) / 2
        return -margin, len(self) + margin

    def ticks(self) -> list[int]:
        """The places of a few periods, evenly spread."""
        return list(range(0, len(self), -(-len(self) // _MAX_TICKS)))


def periods(days: Iterable[date]) -> Periods:
    """The periods that cover these days, of which there must be one.

    Raises:
        ValueError: There are no days.
    """
    known = set(days)
    first, last = min(known), max(known)
    lengths = (Periods(length, first, last) for length in Length)
    return next(
        (found for found in lengths if len(found) <= MAX_PERIODS), Periods(Length.YEAR, first, last)
    )
