"""Pseudonyms: what stands for a person in every event.

A pseudonym is an HMAC-SHA-256 of the person's identity under a key that never leaves the edge, so
that the same person gets the same pseudonym, and nobody without the key can tell who it is or test
a guess (RFC 2104; a plain hash of an e-mail address could be guessed).
"""

import hmac
import os
import secrets
import tempfile
import unicodedata
from pathlib import Path
from typing import Self

KEY_BYTES = 32
_HEX_DIGITS = 32

_NOBODY = frozenset(
    {
        "anon",
        "anonymous",
        "anonym",
        "anonyme",
        "anónimo",
        "anonimo",
        "n/a",
        "n.a.",
        "nobody",
        "none",
        "unknown",
        "unnamed",
    }
)
_NOBODY_PHRASES = frozenset(
    {"name withheld", "no name", "not given", "not known", "not provided", "prefer not to say"}
)


class Pseudonymiser:
    """Gives people their pseudonyms under one secret key.

    Args:
        key: At least 32 secret bytes. Another key gives other pseudonyms, so keep it.

    Raises:
        ValueError: The key is too short.
    """

    __slots__ = ("_key",)

    def __init__(self, key: bytes) -> None:
        if len(key) < KEY_BYTES:
            raise ValueError(f"pseudonym key: {len(key)} bytes, at least {KEY_BYTES} are needed")
        self._key = bytes(key)

    @classmethod
    def from_file(cls, path: Path) -> Self:
        """Read the key from a file, first making one (32 random bytes, mode 0600) if it is absent.

        Raises:
            ValueError: The file holds fewer than 32 bytes.
            OSError: The file cannot be read or made.
        """
        if not path.exists():
            _create_key(path)
        try:
            return cls(path.read_bytes())
        except ValueError as error:
            raise ValueError(f"{path}: {error}; restore the key or remove the file") from None

    def of(self, source_identity: str, *, scope: str = "") -> str:
        """The pseudonym of one person.

        Args:
            source_identity: What the channel knows the person by, taken letter for letter.
            scope: Where that identity is unique, such as a platform or one conversation of it. The
                same identity in another scope is another person.

        Returns:
            `p-` and the first 128 bits of the HMAC, as 32 hexadecimal digits.
        """
        # The byte between the two keeps ("a", "bc") apart from ("ab", "c").
        message = f"{scope}\0{source_identity}".encode()
        return "p-" + hmac.digest(self._key, message, "sha256").hex()[:_HEX_DIGITS]

    def __repr__(self) -> str:
        return "Pseudonymiser(key=<hidden>)"


def known_author(name: str | None) -> bool:
    """Whether a name means somebody: "Anonymous Anonymous", "n/a" and "-" mean nobody.

    Unknown authors are not one person, so they must get no pseudonym at all.
    """
    words = unicodedata.normalize("NFKC", name or "").casefold().split()
    if not any(character.isalnum() for word in words for character in word):
        return False
    return " ".join(words) not in _NOBODY_PHRASES and not _NOBODY.issuperset(words)


def _create_key(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # mkstemp makes the file with mode 0600.
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    draft = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        # A link appears whole or not at all, and never replaces the key of another process.
        path.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
