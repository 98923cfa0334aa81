"""Looking at groups for as long as it takes until their status means something."""

import time
from collections.abc import Callable

from operations.lag.monitor import LagMonitor
from operations.lag.report import UNKNOWN, GroupLag, GroupStatus
from operations.lag.status import WINDOW, is_late

_MOST_LOOKS = 3 * WINDOW


def judged(
    monitor: LagMonitor, interval: float, on_look: Callable[[int], None] = lambda _: None
) -> list[GroupLag]:
    """Look until every group is judged: once where nothing is late, else a whole window.

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
    looks = alike = 1
    while alike < WINDOW and looks < _MOST_LOOKS and any(map(_is_open, groups)):
        states = [group.state for group in groups]
        time.sleep(interval)
        groups = monitor.observe()
        looks += 1
        # A group that has just changed its state is judged by the looks since then.
        alike = alike + 1 if states == [group.state for group in groups] else 1
        on_look(looks)
    return groups


def _is_open(group: GroupLag) -> bool:
    """Whether another look can tell more of a group."""
    if group.state == UNKNOWN:
        return True
    return group.status is not GroupStatus.ERR and any(
        is_late(one.lag, one.seconds) for one in group.partitions
    )
