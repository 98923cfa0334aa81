"""What the doctor says of disks."""

import pytest

from operations.doctor.finding import Level
from operations.doctor.room import Room, room


@pytest.mark.parametrize(
    ("free", "level"),
    [(50, Level.OK), (10, Level.OK), (9, Level.WARNING), (5, Level.WARNING), (4, Level.WRONG)],
)
def test_a_disk_is_judged_by_the_share_that_is_free(free, level):
    assert level is room("disks", {"default": Room(free, 100)}, "make room").level


def test_the_fullest_disk_counts():
    disks = {"one": Room(90, 100), "other": Room(1, 100)}
    assert Level.WRONG is room("disks", disks, "make room").level


def test_a_disk_without_a_size_tells_nothing():
    assert Level.OK is room("disks", {"object storage": Room(0, 0)}, "make room").level
