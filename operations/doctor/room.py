"""Room on disks."""

from collections.abc import Mapping
from typing import NamedTuple

from operations.doctor.finding import Finding, ok, warning, wrong

WARNING_SHARE = 0.10
WRONG_SHARE = 0.05
"""Of the disk that is free; the alerts of deploy/prometheus begin there, too."""

_GIGABYTE = 1e9


class Room(NamedTuple):
    """Of a disk, in bytes."""

    free: int
    size: int


def room(check: str, disks: Mapping[str, Room], mend: str) -> Finding:
    """Whether every disk has room; it is as bad as the fullest.

    Args:
        check: The name of the check.
        disks: By a name for each.
        mend: How room is made.
    """
    share = min((disk.free / disk.size for disk in disks.values() if disk.size), default=1.0)
    says = ", ".join(
        f"{name}: {disk.free / _GIGABYTE:,.1f} of {disk.size / _GIGABYTE:,.1f} GB free"
        for name, disk in disks.items()
    )
    if share < WRONG_SHARE:
        return wrong(check, says, mend)
    if share < WARNING_SHARE:
        return warning(check, says, mend)
    return ok(check, says)
