"""The workers' consumer group: who is in it, what nobody has, and how far behind it is."""

import time
from collections.abc import Callable, Iterable

from operations.doctor.cluster import GroupSeen
from operations.doctor.finding import Finding, ok, warning, wrong
from operations.lag.monitor import LagMonitor
from operations.lag.report import GroupLag, GroupStatus, PartitionStatus
from operations.lag.status import ALLOWED_SECONDS, WINDOW

MEMBERS = "workers"
LAG = "lag"

_STABLE = "Stable"
_LOOK_SECONDS = 1.0


def members(seen: GroupSeen, places: Iterable[tuple[str, int]], start: str) -> Finding:
    """Whether workers run, and have every partition between them.

    Args:
        seen: The group.
        places: Topics and partitions that somebody must have.
        start: The command that starts a worker.
    """
    if not seen.members:
        return wrong(MEMBERS, "none runs", start)
    if seen.state != _STABLE:
        return warning(
            MEMBERS,
            f"{seen.members}, and the partitions are being handed out ({seen.state})",
            "wait for some seconds; restart the workers if it stays so",
        )
    nobodys = sorted(set(places) - seen.assigned)
    if nobodys:
        listed = ", ".join(f"{topic} {partition}" for topic, partition in nobodys)
        return wrong(MEMBERS, f"partitions that nobody has: {listed}", "restart the workers")
    return ok(MEMBERS, f"{seen.members}, with all partitions between them")


def lag(seen: GroupLag, start: str) -> Finding:
    """How far the group is behind.

    Args:
        seen: The group, after as many looks as it takes to judge it.
        start: The command that starts a worker.
    """
    if seen.status is GroupStatus.OK:
        return ok(LAG, f"{seen.lag:,} records behind")
    bad = [one for one in seen.partitions if one.status is not PartitionStatus.OK]
    worst = ", ".join(f"{one.topic} {one.partition} {one.status}" for one in bad)
    says = f"{seen.lag:,} records behind: {worst}"
    if seen.status is GroupStatus.WARN:
        return warning(LAG, says, f"watch it with 'isegoria lag --watch'; one more worker: {start}")
    if any(one.status is PartitionStatus.STOP for one in bad):
        return wrong(LAG, says, start)
    return wrong(LAG, says, "look at the workers' logs, and restart the workers")


def judged(monitor: LagMonitor, wait: Callable[[float], None] = time.sleep) -> GroupLag:
    """The only group of a monitor, after so many looks that its status means something.

    One is enough where nothing is late, or the group has no members.

    Raises:
        KafkaError: Kafka does not answer.
    """
    (seen,) = monitor.observe()
    for _ in range(WINDOW - 1):
        if seen.status is GroupStatus.ERR or not _is_late(seen):
            break
        wait(_LOOK_SECONDS)
        (seen,) = monitor.observe()
    return seen


def _is_late(seen: GroupLag) -> bool:
    return any(
        one.lag and (one.seconds is None or one.seconds >= ALLOWED_SECONDS)
        for one in seen.partitions
    )
