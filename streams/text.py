"""When are two texts the same? After normalising, to the letter."""

import re
import unicodedata

from xxhash import xxh3_128_digest

_NOT_WORD = re.compile(r"\W+")
_ASCII_NOT_WORD_TO_SPACE = bytes(
    ord(char) if (char := chr(code)).isalnum() or char == "_" else ord(" ") for code in range(256)
)


def normalise(text: str) -> str:
    r"""Fold what does not change the wording: NFKC, casefold, runs of `\W` to one space, trim.

    A text without a letter or a digit becomes empty.
    """
    if text.isascii():
        # The same answer six times faster: ASCII is in NFKC, and folds byte by byte.
        folded = text.lower().encode().translate(_ASCII_NOT_WORD_TO_SPACE)
        return b" ".join(folded.split()).decode()
    return _NOT_WORD.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip()


def fingerprint(*parts: str) -> bytes:
    """128 bits that stand for the parts together (XXH3), in their order and apart from each other.

    By the birthday bound, two of 16 million differing texts share one with probability 4e-25.
    """
    return xxh3_128_digest("\x00".join(parts).encode())
