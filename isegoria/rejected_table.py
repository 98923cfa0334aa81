"""How rejected events are shown, for the terminal and for scripts."""

import heapq
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from operations.rejected import Place, Rejected

_REASONS_SHOWN = 10


@dataclass(frozen=True)
class Row:
    """What is shown of a rejected event: everything but its bytes.

    Attributes:
        at: When it was rejected.
        place: Where it was.
        last_offset: The last offset that it stands for.
        size: How many bytes came.
        reason: Why it was rejected.
        obstacle: Why it could not enter now; None where it could.
    """

    at: datetime
    place: Place
    last_offset: int
    size: int
    reason: str
    obstacle: str | None

    @classmethod
    def of(cls, found: Rejected, now: datetime) -> "Row":
        """What is shown of one."""
        return cls(
            found.at,
            found.place,
            found.last_offset,
            len(found.payload),
            found.reason,
            found.obstacle(now),
        )


@dataclass(frozen=True)
class Overview:
    """Rejected events together.

    Attributes:
        total: How many there are.
        readable: How many could enter now.
        reasons: How many there are for each reason, the most frequent first.
        latest: Those rejected last, the newest last.
    """

    total: int
    readable: int
    reasons: Sequence[tuple[str, int]]
    latest: Sequence[Row]


def overview(rows: Iterable[Row], last: int) -> Overview:
    """Look at rejected events in any order.

    Args:
        rows: The events; they are not kept.
        last: How many of those rejected last are to be shown.
    """
    reasons, readable = Counter[str](), 0
    latest: list[tuple[datetime, Place, int, Row]] = []
    for number, row in enumerate(rows):
        reasons[row.reason] += 1
        readable += row.obstacle is None
        heapq.heappush(latest, (row.at, row.place, number, row))
        if len(latest) > last:
            heapq.heappop(latest)
    ordered = [row for *_, row in sorted(latest)]
    return Overview(reasons.total(), readable, reasons.most_common(), ordered)


def row_as_document(row: Row) -> dict[str, object]:
    """One of them for scripts."""
    return {
        "partition": row.place.partition,
        "offset": row.place.offset,
        "last_offset": row.last_offset,
        "rejected_at": row.at.isoformat(timespec="milliseconds"),
        "bytes": row.size,
        "reason": row.reason,
        "readable": row.obstacle is None,
    }


def overview_as_tables(seen: Overview) -> RenderableType:
    """The reasons, those rejected last, and what can be done."""
    if not seen.total:
        return Text("Nothing was rejected.")
    return Group(
        Text(f"{seen.total:,} rejected\n", "bold"),
        _reasons(seen),
        Text(f"\nThe last {len(seen.latest):,}\n", "bold"),
        _latest(seen),
        Text(),
        Text(_sentence(seen)),
    )


def _reasons(seen: Overview) -> Table:
    table = _table()
    table.add_column("Events", justify="right", no_wrap=True)
    table.add_column("Reason", overflow="fold")
    for reason, count in seen.reasons[:_REASONS_SHOWN]:
        table.add_row(f"{count:,}", Text(reason))
    rest = seen.reasons[_REASONS_SHOWN:]
    if rest:
        others = f"{len(rest):,} other reasons; --json has them"
        table.add_row(f"{sum(count for _, count in rest):,}", others)
    return table


def _latest(seen: Overview) -> Table:
    table = _table()
    for heading in ("Rejected (UTC)", "Place"):
        table.add_column(heading, no_wrap=True)
    table.add_column("Bytes", justify="right", no_wrap=True)
    table.add_column("Now", no_wrap=True)
    table.add_column("Reason", overflow="fold")
    for row in seen.latest:
        table.add_row(
            f"{row.at:%Y-%m-%d %H:%M:%S}",
            str(row.place),
            f"{row.size:,}",
            Text("readable", "green") if row.obstacle is None else "",
            Text(row.reason),
        )
    return table


def _sentence(seen: Overview) -> str:
    if not seen.readable:
        return (
            "None of them can be read yet. 'isegoria rejected show PLACE' gives the bytes of one."
        )
    return (
        f"{seen.readable:,} of them can be read now: 'isegoria rejected replay --all' publishes"
        " them again."
    )


def _table() -> Table:
    return Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)
