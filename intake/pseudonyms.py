"""Pseudonyms: what stands for a person in every event.

A pseudonym is an HMAC-SHA-256 of the person's identity under a key that never leaves the edge, so
that the same person gets the same pseudonym, and nobody without the key can tell who it is or test
a guess (RFC 2104; a plain hash of an e-mail address could be guessed).
"""

import base64
import binascii
import hmac
import os
import secrets
import stat
import tempfile
import unicodedata
from contextlib import suppress
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


class PseudonymKeyError(ValueError):
    """There is no key to make pseudonyms with; the message says what to do, never the key."""


class Pseudonymiser:
    """Gives people their pseudonyms under one secret key.

    Args:
        key: At least 32 secret bytes. Another key gives other pseudonyms, so keep it.

    Raises:
        PseudonymKeyError: The key is too short.
    """

    __slots__ = ("_key",)

    def __init__(self, key: bytes) -> None:
        if len(key) < KEY_BYTES:
            raise PseudonymKeyError(
                f"pseudonym key: {len(key)} bytes, at least {KEY_BYTES} are needed"
            )
        self._key = bytes(key)

    @classmethod
    def from_file(cls, path: Path) -> Self:
        """Read the key from a file, first making one (32 random bytes, mode 0600) if it is absent.

        Raises:
            PseudonymKeyError: The file cannot be read or made, holds fewer than 32 bytes, or is
                open to other users.
        """
        try:
            if not path.exists():
                _create_key(path)
            with path.open("rb") as file:
                _check_private(path, file.fileno())
                key = file.read()
        except OSError as error:
            raise PseudonymKeyError(
                f"pseudonym key: {path} cannot be read or made ({error.strerror});"
                " name a file that this user may read and write"
            ) from error
        try:
            return cls(key)
        except PseudonymKeyError as error:
            raise PseudonymKeyError(
                f"{path}: {error}; restore the key or remove the file"
            ) from None

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Take the key from text, such as an environment variable: base64 or hexadecimal.

        `base64 KEYFILE` writes the key of a file so that pseudonyms stay the same.

        Raises:
            PseudonymKeyError: The text is neither, or stands for fewer than 32 bytes.
        """
        return cls(_decode_key("".join(text.split())))

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


def _check_private(path: Path, file: int) -> None:
    """Refuse a key that other users may read or change, where its owner can mend that.

    A secret that is mounted into a container is read-only or another user's and has the mode that
    the mount gives it, by default 0644 in Kubernetes and 0444 in Docker: there the container is
    what keeps others out.
    """
    status = os.fstat(file)
    ours = status.st_uid == os.geteuid() and not os.fstatvfs(file).f_flag & os.ST_RDONLY
    mode = stat.S_IMODE(status.st_mode)
    if ours and mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise PseudonymKeyError(
            f"pseudonym key: {path} is open to other users (mode {mode:04o}); chmod 600 {path}"
        )


def _decode_key(text: str) -> bytes:
    # Hexadecimal is base64 too, but no random key of 32 bytes has hexadecimal digits alone in it.
    with suppress(ValueError):
        return bytes.fromhex(text)
    padding = "=" * (-len(text) % 4)
    try:
        return base64.b64decode(text.replace("-", "+").replace("_", "/") + padding, validate=True)
    except (binascii.Error, ValueError):
        raise PseudonymKeyError(
            "pseudonym key: neither base64 nor hexadecimal; `openssl rand -base64 32` makes one"
        ) from None
