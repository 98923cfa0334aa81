"""Small numbers for things that recur."""


class Codes:
    """Numbers for things that recur, in the order of their first appearance."""

    def __init__(self, *known: bytes) -> None:
        self._numbers: dict[bytes, int] = {}
        self._things: list[bytes] = []
        for thing in known:
            self.number(thing)

    def __len__(self) -> int:
        return len(self._things)

    def number(self, thing: bytes) -> int:
        """Its number, a new one where it is new."""
        number = self._numbers.get(thing)
        if number is None:
            number = self._numbers[thing] = len(self._things)
            self._things.append(thing)
        return number

    def thing(self, number: int) -> bytes:
        """What has this number."""
        return self._things[number]
