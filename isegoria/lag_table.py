"""How consumer groups do, for the terminal and for scripts."""

from bisect import bisect_left
from collections import defaultdict, deque
from collections.abc import Collection, Sequence
from dataclasses import asdict
from typing import Any

from rich import box
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from operations.lag.report import GroupLag, GroupStatus, PartitionLag, PartitionStatus
from operations.lag.status import is_late

_STYLES = {GroupStatus.OK: "green", GroupStatus.WARN: "yellow", GroupStatus.ERR: "bold red"}
_SEVERITY = tuple(_STYLES)

_BARS = "▁▂▃▄▅▆▇█"
_SPARKLINE_WIDTH = 12
_LOOKS_PER_BAR = 10
_HEADINGS = ("Lag", "Behind", "Status", "In/s", "Out/s", "Drains")


class Trail:
    """The lag of every partition at the latest looks, two minutes where one is taken a second."""

    def __init__(self) -> None:
        self._lags: defaultdict[tuple[str, str, int], deque[int]] = defaultdict(
            lambda: deque(maxlen=_SPARKLINE_WIDTH * _LOOKS_PER_BAR)
        )

    def add(self, groups: Sequence[GroupLag]) -> None:
        """Take in a look."""
        for group in groups:
            for partition in group.partitions:
                self._lags[_key(group, partition)].append(partition.lag)

    def of(self, group: GroupLag, partition: PartitionLag) -> str:
        """A partition's lag as a sparkline."""
        return sparkline(tuple(self._lags[_key(group, partition)]))


def worst(groups: Sequence[GroupLag]) -> GroupStatus:
    """The status of the group that does worst; OK where there is none."""
    return max((group.status for group in groups), key=_SEVERITY.index, default=GroupStatus.OK)


def summary(group: GroupLag) -> str:
    """A group in a sentence, such as "isegoria: OK, 0 behind, 2 workers"."""
    behind = f"{group.lag:,} behind"
    ages = [one.seconds for one in group.partitions if one.lag and one.seconds is not None]
    if ages:
        behind += f" for {span(max(ages))}"
    workers = {0: "no workers", 1: "1 worker"}.get(group.members, f"{group.members} workers")
    return f"{group.group}: {group.status}, {behind}, {workers}"


def lag_as_tables(groups: Sequence[GroupLag]) -> RenderableType:
    """The sentence of each group, and under it a row per partition."""
    return Group(*(part for group in groups for part in _shown(group, group.partitions)))


def lag_as_screen(groups: Sequence[GroupLag], trail: Trail, console: Console) -> RenderableType:
    """The same with a sparkline instead of the offsets, and no higher than the terminal.

    Where it has no room for all rows, those of the partitions that do best are left out.
    """
    every = [(group, partition) for group in groups for partition in group.partitions]
    best_first = sorted(every, key=lambda one: _urgency(one[1]))

    def screen(left_out: int) -> RenderableType:
        without = best_first[:left_out]
        gone = {_key(*one) for one in without}
        parts = [
            part
            for group in groups
            for part in _shown(
                group, [one for one in group.partitions if _key(group, one) not in gone], trail
            )
        ]
        return Group(*parts, *_left_out([partition for _, partition in without]))

    def fits(left_out: int) -> bool:
        return len(console.render_lines(screen(left_out))) <= console.height

    if not console.is_terminal:
        return screen(0)
    # A row takes a line at least.
    certainly = max(0, len(every) - console.height)
    return screen(bisect_left(range(len(every)), True, certainly, key=fits))  # noqa: FBT003


def lag_as_document(groups: Sequence[GroupLag]) -> dict[str, Any]:
    """The same for scripts.

    What is not known is None, and so is the time in which lag drains that grows or stays.
    """
    return {"status": worst(groups), "groups": [_group_as_document(group) for group in groups]}


def sparkline(values: Sequence[int]) -> str:
    """Values as bars up to the highest, the latest on the right; each bar is a few values' highest.

    Nothing but zeros is a line at the bottom.
    """
    first = len(values) % _LOOKS_PER_BAR
    starts = range(first - _LOOKS_PER_BAR if first else 0, len(values), _LOOKS_PER_BAR)
    bars = [max(values[max(0, start) : start + _LOOKS_PER_BAR]) for start in starts]
    top = max(bars, default=0) or 1
    return "".join(_BARS[-(-bar * (len(_BARS) - 1) // top)] for bar in bars)


def span(seconds: float) -> str:
    """A time for people: 0.4 s, 35 s, 12 min, 3.5 h."""
    if seconds < 9.95:  # noqa: PLR2004
        return f"{seconds:.1f} s"
    if seconds < 119.5:  # noqa: PLR2004
        return f"{seconds:.0f} s"
    minutes = seconds / 60
    return f"{minutes:.0f} min" if minutes < 119.5 else f"{minutes / 60:.1f} h"  # noqa: PLR2004


def _urgency(partition: PartitionLag) -> tuple[bool, bool, int]:
    """What is late goes before what is not, and of that what does badly."""
    well = partition.status is PartitionStatus.OK
    return not well, is_late(partition.lag, partition.seconds), partition.lag


def _left_out(partitions: Sequence[PartitionLag]) -> tuple[RenderableType, ...]:
    """How many have no row, in a sentence, if any."""
    if not partitions:
        return ()
    late = sum(is_late(one.lag, one.seconds) for one in partitions)
    words = f"{late:,} of them late" if late else "none of them late"
    return (Text(f"No room for {len(partitions):,} more partitions, {words}.", "italic"),)


def _shown(
    group: GroupLag, rows: Sequence[PartitionLag], trail: Trail | None = None
) -> tuple[RenderableType, ...]:
    """The sentence of a group, and a table of some of its partitions if there are any."""
    sentence = Text(summary(group), style=_STYLES[group.status])
    if not rows:
        return (sentence,)
    prefix = _common_prefix({partition.topic for partition in group.partitions})
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    if prefix:
        table.caption, table.caption_justify = f"Topics are {prefix}…", "left"
    table.add_column("Topic", min_width=10, overflow="fold")
    # A terminal of 80 columns has no room for all of them.
    where = ("Committed", "End") if trail is None else ("Lag so far",)
    for heading in ("#", *where, *_HEADINGS):
        table.add_column(heading, justify="right", no_wrap=True)
    topic = ""
    for partition in rows:
        shown = "" if partition.topic == topic else partition.topic.removeprefix(prefix)
        topic = partition.topic
        offsets = _offsets(partition) if trail is None else (trail.of(group, partition),)
        table.add_row(Text(shown), str(partition.partition), *offsets, *_cells(partition))
    return sentence, table


def _common_prefix(topics: Collection[str]) -> str:
    """What the names of several topics begin with, up to the last dot; often nothing."""
    prefixes = {topic[: topic.rfind(".") + 1] for topic in topics}
    return prefixes.pop() if len(prefixes) == 1 and len(topics) > 1 else ""


def _offsets(partition: PartitionLag) -> tuple[str, str]:
    committed = "never" if partition.committed is None else f"{partition.committed:,}"
    return committed, f"{partition.end:,}"


def _cells(partition: PartitionLag) -> tuple[Text | str, ...]:
    drains = partition.drain_seconds
    well = partition.status is PartitionStatus.OK
    return (
        f"{partition.lag:,}",
        "?" if partition.seconds is None else span(partition.seconds),
        Text(partition.status, style="" if well else "bold"),
        _rate(partition.produced_per_second),
        _rate(partition.consumed_per_second),
        "?" if drains is None else "never" if drains == float("inf") else span(drains),
    )


def _rate(per_second: float | None) -> str:
    return "?" if per_second is None else f"{per_second:,.0f}"


def _group_as_document(group: GroupLag) -> dict[str, Any]:
    return {
        "group": group.group,
        "at": group.at,
        "status": group.status,
        "state": group.state,
        "members": group.members,
        "lag": group.lag,
        "partitions": [
            {**asdict(partition), "drain_seconds": partition.drain_seconds}
            for partition in group.partitions
        ],
    }


def _key(group: GroupLag, partition: PartitionLag) -> tuple[str, str, int]:
    return group.group, partition.topic, partition.partition
