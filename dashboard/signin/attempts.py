"""How often somebody may try to sign in."""

import ipaddress
import time
from collections import OrderedDict

from intake.http.limits import Clock

ADDRESS_BURST, ADDRESS_SECONDS = 30, 10.0
"""So many attempts at once from one address, which many may share, then one in so many seconds.
Our choice."""

MAX_KEYS = 65_536
"""Most keys that are remembered; more than can be tried until the first may try anew."""

# What one line is given, all of whose addresses one person can use (RFC 6177).
_IPV6_NETWORK_BITS = 64


class Attempts:
    """Lets every key try a few times at once, and then again at intervals.

    It is the generic cell rate algorithm (ITU-T I.371): per key nothing is kept but the time at
    which it has all its attempts again.

    Args:
        burst: Attempts at once.
        seconds: Until one more may be made.
        clock: Seconds that only go forward.
    """

    def __init__(self, burst: int, seconds: float, clock: Clock = time.monotonic) -> None:
        self._lead = (burst - 1) * seconds
        self._seconds = seconds
        self._clock = clock
        self._rested: OrderedDict[str, float] = OrderedDict()

    def wait(self, key: str) -> float:
        """Seconds until a key may try; 0 when it may now."""
        return max(0.0, self._rested.get(key, 0.0) - self._lead - self._clock())

    def take(self, key: str) -> None:
        """Count an attempt."""
        rested = max(self._rested.get(key, 0.0), self._clock())
        self._rested[key] = rested + self._seconds
        self._rested.move_to_end(key)
        if len(self._rested) > MAX_KEYS:
            self._rested.popitem(last=False)

    def give_back(self, key: str) -> None:
        """Take an attempt for not made."""
        if key in self._rested:
            self._rested[key] -= self._seconds

    def forget(self, key: str) -> None:
        """Give a key all its attempts."""
        self._rested.pop(key, None)


def network_of(address: str) -> str:
    """What stands for an address where attempts are counted."""
    try:
        if ipaddress.ip_address(address).version == 4:  # noqa: PLR2004  IPv4
            return address
        return str(ipaddress.ip_network((address, _IPV6_NETWORK_BITS), strict=False))
    except ValueError:
        return address
