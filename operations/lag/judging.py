"""Looking at groups for as long as it takes until their status means something."""

import time
from collections.abc import Callable

from operations.lag.monitor import LagMonitor
from operations.lag.report import GroupLag, GroupStatus
from operations.lag.status import WINDOW, is_late


def judged(
    monitor: LagMonitor, interval: float, on_look: Callable[[int], None] = lambda _: None
) -> list[GroupLag]:
    """Look until every group is judged: once where nothing is late, at most a whole window.

    A group that is ERR is judged whatever the next looks say: STOP shows at the first look, REWIND
    as soon as the group goes back.

    Args:
        monitor: One that has not looked yet.
        interval: Seconds between two looks.
        on_look: Told after each look how many there were.

    Raises:
        KafkaError: Kafka does not answer.
    """
    groups = monitor.observe()
    on_look(1)
    for look in range(2, WINDOW + 1):
        if not any(_is_open(group) for group in groups):
            break
        time.sleep(interval)
        groups = monitor.observe()
        on_look(look)
    return groups


def _is_open(group: GroupLag) -> bool:
    """Whether another look can tell more of a group."""
    return group.status is not GroupStatus.ERR and any(
        is_late(one.lag, one.seconds) for one in group.partitions
    )
