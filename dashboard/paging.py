"""Lists that go over several pages."""

_MAX_DIGITS = 6


def pages_of(rows: int, per_page: int) -> int:
    """How many pages a list takes; an empty one takes one too."""
    return max(1, -(-rows // per_page))


def page_number(asked: str, rows: int, per_page: int) -> int:
    """The page of a list that an address asks for, from 1 on; one that there is."""
    readable = asked.isdecimal() and len(asked) <= _MAX_DIGITS
    return min(max(int(asked), 1), pages_of(rows, per_page)) if readable else 1
