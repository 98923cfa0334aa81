"""When a partition ended where: the age of a record, without reading it."""

from collections import deque
from itertools import pairwise

POINTS = 60
"""As many as kafka-lag-exporter keeps of a partition (LookupTable.scala)."""


class History:
    """Where one partition ended, at moments in the order of time. Pure.

    While the end stands still only the first and the last moment are kept, so that the points reach
    back as far as they can.
    """

    def __init__(self) -> None:
        self._points: deque[tuple[float, int]] = deque(maxlen=POINTS)

    def __len__(self) -> int:
        return len(self._points)

    def add(self, at: float, end: int) -> None:
        """Take in where the partition ended.

        Where it ends before where it ended, the topic was made anew: the history begins again.

        Args:
            at: Seconds, on any clock; not before the moments already there.
            end: The offset that the next record will have.
        """
        points = self._points
        if points and end < points[-1][1]:
            points.clear()
        if len(points) > 1 and points[-2][1] == points[-1][1] == end:
            points.pop()
        points.append((at, end))

    def when(self, offset: int) -> float | None:
        """When the partition ended at the offset, which is just before that record was written.

        By linear interpolation, as kafka-lag-exporter does it: with the points (t_L, o_L) and
        (t_R, o_R) around the offset o, t = t_R - (o_R - o)(t_R - t_L)/(o_R - o_L). Records count as
        written evenly between two points: one of a burst may be older or younger than that, by less
        than the two are apart. The first record after a point counts as written at that point, the
        last moment at which it was missing, hence as not too young.

        Returns:
            Seconds on the clock of the points; None where they do not reach around the offset, or
            no record is there yet.
        """
        for (t_left, o_left), (t_right, o_right) in pairwise(self._points):
            if o_left <= offset < o_right:
                return t_right - (o_right - offset) * (t_right - t_left) / (o_right - o_left)
        return None
