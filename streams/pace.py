"""How often is something told that costs more the more there is to it?"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

TELLING_SHARE = 0.1
"""Of the time, what telling may take while there is other work."""


class Pace:
    """Keeps work of growing cost to a share of the time.

    Args:
        share: Of the time, above 0 and at most 1.
    """

    def __init__(self, share: float = TELLING_SHARE) -> None:
        self._pause_per_second = 1 / share - 1
        self._due_at = 0.0

    @property
    def due(self) -> bool:
        """Whether it is time again."""
        return time.monotonic() >= self._due_at

    @contextmanager
    def working(self) -> Iterator[None]:
        """Measure the work done within; the longer it takes, the later it is due again."""
        begun = time.monotonic()
        yield
        now = time.monotonic()
        self._due_at = now + (now - begun) * self._pause_per_second
