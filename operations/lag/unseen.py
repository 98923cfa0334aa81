"""What was to be looked at and is not there: it is neither OK nor late."""

from collections.abc import Mapping, Sequence

from operations.lag.report import UNKNOWN, GroupLag


def unseen(
    seen: Sequence[GroupLag], groups: Mapping[str, Sequence[str] | None], doctor: str
) -> str | None:
    """What is not there, in a sentence; None where everything was looked at.

    Args:
        seen: A look at every group.
        groups: What was to be looked at, as `LagMonitor` takes it.
        doctor: The command that says how missing topics are made.
    """
    told = [_unseen(group, groups[group.group], doctor) for group in seen]
    return "; ".join(filter(None, told)) or None


def _unseen(group: GroupLag, topics: Sequence[str] | None, doctor: str) -> str | None:
    if group.state == UNKNOWN:
        return f"Kafka cannot say yet how the consumer group '{group.group}' does: ask again"
    there = {partition.topic for partition in group.partitions}
    if topics is not None:
        missing = [topic for topic in topics if topic not in there]
        return f"missing in Kafka: {', '.join(missing)}; '{doctor}' says more" if missing else None
    if there:
        return None
    if group.members:
        return f"the consumer group '{group.group}' has not committed anything yet"
    return f"nothing is known of a consumer group '{group.group}': no commits, no members"
