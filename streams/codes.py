"""Small numbers for things that recur."""

from array import array


class Codes:
    """Numbers for things that recur, in the order of their first appearance."""

    def __init__(self) -> None:
        self._numbers: dict[bytes, int] = {}
        self._things: list[bytes] = []

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


class Participants:
    """Numbers for participants, by the 16 bytes of their pseudonyms; 0 for an unknown author.

    A hash table with linear probing, in 24 to 40 bytes each where a dict takes 160.
    """

    def __init__(self) -> None:
        self._pseudonyms = bytearray()
        self._slots = _empty_slots(1024)

    def __len__(self) -> int:
        return len(self._pseudonyms) // _BYTES

    def number(self, pseudonym: bytes) -> int:
        """Its number, a new one where it is new."""
        if not pseudonym:
            return 0
        mask = len(self._slots) - 1
        # Python's hash has a secret seed: nobody can choose pseudonyms that collide.
        slot = hash(pseudonym) & mask
        while number := self._slots[slot]:
            if self.thing(number) == pseudonym:
                return number
            slot = (slot + 1) & mask
        self._pseudonyms += pseudonym
        self._slots[slot] = len(self)
        if 2 * len(self) > len(self._slots):
            self._grow()
        return len(self)

    def thing(self, number: int) -> bytes:
        """The pseudonym's bytes; none for an unknown author."""
        if not number:
            return b""
        return bytes(self._pseudonyms[(number - 1) * _BYTES : number * _BYTES])

    def pseudonym(self, number: int) -> str:
        """The pseudonym of a known participant."""
        return f"p-{self.thing(number).hex()}"

    def _grow(self) -> None:
        self._slots = _empty_slots(2 * len(self._slots))
        mask = len(self._slots) - 1
        for number in range(1, len(self) + 1):
            slot = hash(self.thing(number)) & mask
            while self._slots[slot]:
                slot = (slot + 1) & mask
            self._slots[slot] = number


_BYTES = 16


def _empty_slots(count: int) -> "array[int]":
    return array("I", bytes(4 * count))


def pseudonym_bytes(participant: str | None) -> bytes:
    """The 16 bytes that a pseudonym stands for; none for an unknown author."""
    return bytes.fromhex(participant[2:]) if participant else b""
