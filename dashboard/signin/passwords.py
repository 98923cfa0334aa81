"""Passwords: argon2id, as RFC 9106 advises where memory is limited (its second choice)."""

import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MIN_CHARACTERS = 12
MAX_CHARACTERS = 1024

_hasher = PasswordHasher()


class PasswordError(ValueError):
    """A password that is not to be taken; the message says why, never the password."""


def hash_password(password: str) -> str:
    """What the configuration keeps of a password.

    Raises:
        PasswordError: It is too short or too long.
    """
    if not MIN_CHARACTERS <= len(password) <= MAX_CHARACTERS:
        raise PasswordError(
            f"the password must have {MIN_CHARACTERS} to {MAX_CHARACTERS} characters"
        )
    return _hasher.hash(_normal(password))


def matches(encoded: str, password: str) -> bool:
    """Whether a password is the one that was hashed. Takes some 50 ms and 64 MiB."""
    try:
        return _hasher.verify(encoded, _normal(password[:MAX_CHARACTERS]))
    except (VerificationError, InvalidHashError):
        return False


def _normal(password: str) -> str:
    # Keyboards differ in how they put an accent on a letter (RFC 8265, section 4.2).
    return unicodedata.normalize("NFC", password)
