"""Limits: how fast one channel may send, and how much the intake holds at once."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

MAX_REQUESTS = 128
MAX_HELD_BYTES = 64 * 1024 * 1024

Clock = Callable[[], float]


class TokenBucket:
    """A token bucket that lends: it holds a second's worth, and what is taken may exceed it.

    So a batch of any size is taken at once, and paid for by the wait after it; over time the rate
    holds.

    Args:
        rate: Tokens per second.
        clock: Seconds that only go forward.
    """

    def __init__(self, rate: float, clock: Clock = time.monotonic) -> None:
        self._rate = rate
        self._clock = clock
        self._tokens = rate
        self._at = clock()

    def wait(self) -> float:
        """Seconds until the bucket owes nothing; 0 when something may be taken now."""
        now = self._clock()
        self._tokens = min(self._rate, self._tokens + (now - self._at) * self._rate)
        self._at = now
        return max(0.0, -self._tokens / self._rate)

    def take(self, tokens: int) -> None:
        """Take tokens, on credit where there are too few."""
        self._tokens -= tokens


class FullError(Exception):
    """The intake holds as much as it may."""


class Capacity:
    """Bounds what all requests under way hold, from their first byte until their answer.

    Args:
        requests: Most requests under way.
        held_bytes: Most bytes of their bodies.
    """

    def __init__(self, requests: int = MAX_REQUESTS, held_bytes: int = MAX_HELD_BYTES) -> None:
        self._requests = requests
        self._bytes = held_bytes

    @contextmanager
    def claim(self) -> Iterator["Claim"]:
        """Hold room for one request.

        Raises:
            FullError: There is none.
        """
        if self._requests <= 0:
            raise FullError
        self._requests -= 1
        claim = Claim(self)
        try:
            yield claim
        finally:
            self._requests += 1
            self._bytes += claim.size

    def hold(self, size: int) -> None:
        """Hold room for bytes.

        Raises:
            FullError: There is none.
        """
        if size > self._bytes:
            raise FullError
        self._bytes -= size


class Claim:
    """What one request holds.

    Attributes:
        size: In bytes of its body.
    """

    def __init__(self, capacity: Capacity) -> None:
        self._capacity = capacity
        self.size = 0

    def grow(self, size: int) -> None:
        """Hold more bytes.

        Raises:
            FullError: There is no room.
        """
        self._capacity.hold(size)
        self.size += size
