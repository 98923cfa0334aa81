"""The workers' consumer group: who is in it, what nobody has, and how far behind it is."""

from collections.abc import Iterable

from operations.doctor.cluster import GroupSeen
from operations.doctor.finding import Finding, Remedies, ok, warning, wrong
from operations.lag.report import GroupLag, GroupStatus, PartitionStatus

MEMBERS = "workers"
LAG = "lag"

_STABLE = "Stable"
_RESTART = "look at the workers' logs, and restart the workers"


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


def lag(seen: GroupLag, remedies: Remedies, *, clickhouse_is_wrong: bool) -> Finding:
    """How far the group is behind.

    Args:
        seen: The group, after as many looks as it takes to judge it.
        remedies: What starts a worker, and how commands are typed here.
        clickhouse_is_wrong: Whether workers cannot write their tables: then they wait for it.
    """
    if seen.status is GroupStatus.OK:
        return ok(LAG, f"{seen.lag:,} records behind")
    bad = [one for one in seen.partitions if one.status is not PartitionStatus.OK]
    worst = ", ".join(f"{one.topic} {one.partition} {one.status}" for one in bad)
    says = f"{seen.lag:,} records behind: {worst}"
    level = warning if seen.status is GroupStatus.WARN else wrong
    if any(one.status is PartitionStatus.STOP for one in bad):
        return level(LAG, says, remedies.worker)
    if clickhouse_is_wrong:
        return level(LAG, says, "see ClickHouse first")
    if seen.status is GroupStatus.WARN:
        watch, more = remedies.typed("isegoria lag --watch"), remedies.typed("isegoria worker")
        return level(
            LAG, says, f"{watch}\nSTALL: {_RESTART}\nif it grows, one more worker:\n{more}"
        )
    return level(LAG, says, _RESTART)
