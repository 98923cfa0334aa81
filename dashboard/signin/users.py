"""The users that the configuration names, and their passwords."""

import hmac
from collections.abc import Mapping

from anyio import CapacityLimiter, to_thread

from dashboard.config import MAX_NAME_CHARACTERS, User
from dashboard.signin import passwords
from dashboard.signin.attempts import ADDRESS_BURST, ADDRESS_SECONDS, Attempts, network_of

USER_BURST, USER_SECONDS = 5, 60.0
"""A user's password may be tried so often at once, then once in so many seconds. Our choice."""

# One takes 64 MiB.
_VERIFICATIONS_AT_ONCE = 2


class TooManyAttemptsError(Exception):
    """Somebody tried too often.

    Attributes:
        seconds: Until another attempt is looked at.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds


class Users:
    """Tells by name and password who signs in.

    Args:
        users: By name; at least one.
        secret: Of the dashboard.
    """

    def __init__(self, users: Mapping[str, User], secret: bytes) -> None:
        self._users = users
        self._names = sorted(users)
        self._secret = secret
        self._by_user = Attempts(USER_BURST, USER_SECONDS)
        self._by_address = Attempts(ADDRESS_BURST, ADDRESS_SECONDS)
        self._limiter = CapacityLimiter(_VERIFICATIONS_AT_ONCE)

    async def find(self, name: str, password: str, address: str) -> User | None:
        """The user of that name, if that is their password.

        It takes the same time and the same attempts for a name that nobody has.

        Args:
            name: As it was typed.
            password: As it was typed.
            address: Where it was typed, as an IP address.

        Raises:
            TooManyAttemptsError: Too often for this name, or from there.
        """
        # No user has a longer one, and a key must not take much memory.
        key = name[:MAX_NAME_CHARACTERS]
        network = network_of(address)
        wait = max(self._by_user.wait(key), self._by_address.wait(network))
        if wait:
            raise TooManyAttemptsError(wait)
        # Before it is known whether it fails: many may be on their way at once.
        self._by_user.take(key)
        self._by_address.take(network)
        user = self._users.get(name)
        encoded = (user or self._stand_in(name)).password.get_secret_value()
        matches = await to_thread.run_sync(
            passwords.matches, encoded, password, limiter=self._limiter
        )
        if user is None or not matches:
            return None
        self._by_user.forget(key)
        self._by_address.give_back(network)
        return user

    def _stand_in(self, name: str) -> User:
        """A user whose password is verified in the place of one that nobody has.

        It is always the same one for a name, so that where passwords were hashed at different
        costs, trying a name again tells nothing.
        """
        digest = hmac.digest(self._secret, f"stand-in:{name}".encode(), "sha256")
        return self._users[self._names[int.from_bytes(digest) % len(self._names)]]
