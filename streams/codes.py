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


class Participants(Codes):
    """Numbers for participants, by the 16 bytes of their pseudonyms; 0 for an unknown author."""

    def __init__(self) -> None:
        super().__init__(b"")

    def pseudonym(self, number: int) -> str:
        """The pseudonym of a known participant."""
        return f"p-{self.thing(number).hex()}"


def pseudonym_bytes(participant: str | None) -> bytes:
    """The 16 bytes that a pseudonym stands for; none for an unknown author."""
    return bytes.fromhex(participant[2:]) if participant else b""
