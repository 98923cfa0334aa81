"""What differs between two texts, word by word.

Long texts are compared sentence by sentence first, and word by word only within sentences that
differ, so that a comparison takes milliseconds whatever the texts are.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

MAX_PAIRS = 160_000
"""Most pairs of words, or of sentences, that are matched with each other: 400 by 400."""

# Thai to Burmese, Khmer, kana and Chinese characters: written without spaces between words, so
# that each character is compared by itself.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3001-\u30ff\u3400-\u9fff\uf900-\ufaff"
_UNSPACED += "\uff00-\uff0f\uff1a-\uff20\U00020000-\U0003ffff"
_WORD = re.compile(rf"(?:[{_UNSPACED}]|[^\s{_UNSPACED}]+)\s*")
_ENDS = r".!?\u3002\uff01\uff1f\n"
_SENTENCE = re.compile(rf"[^{_ENDS}]*[{_ENDS}]+\s*|[^{_ENDS}]+")


@dataclass(frozen=True)
class Piece:
    """A stretch of two texts.

    Attributes:
        before: How the first text has it; empty where the second one adds something.
        after: How the second text has it; empty where something is left out.
        same: Whether the words are the same in both. The space around them may differ.
    """

    before: str
    after: str
    same: bool


def differences(before: str, after: str) -> list[Piece]:
    """The two texts, piece by piece: together the pieces are both texts whole."""
    ours, theirs = _words(before), _words(after)
    if not ours or not theirs:
        return [Piece(before, after, same=not ours and not theirs)] if before or after else []
    return _joined(_compared(ours, theirs))


def _compared(ours: Sequence[str], theirs: Sequence[str]) -> Iterator[Piece]:
    head, tail = _ends(ours, theirs)
    yield _piece(ours[:head], theirs[:head], same=True)
    yield from _middle(ours[head : len(ours) - tail], theirs[head : len(theirs) - tail])
    yield _piece(ours[len(ours) - tail :], theirs[len(theirs) - tail :], same=True)


def _middle(ours: Sequence[str], theirs: Sequence[str]) -> Iterator[Piece]:
    """Two texts that begin and end differently."""
    if len(ours) * len(theirs) <= MAX_PAIRS:
        yield from _matched(ours, theirs)
        return
    left = MAX_PAIRS
    for piece in _matched(_sentences(ours), _sentences(theirs)):
        words, others = _words(piece.before), _words(piece.after)
        pairs = len(words) * len(others)
        if piece.same or not pairs or pairs > left:
            yield piece
        else:
            left -= pairs
            yield from _matched(words, others)


def _matched(ours: Sequence[str], theirs: Sequence[str]) -> Iterator[Piece]:
    if len(ours) * len(theirs) > MAX_PAIRS:
        yield _piece(ours, theirs, same=False)
        return
    matcher = SequenceMatcher(None, _bare(ours), _bare(theirs))
    for kind, start, end, other_start, other_end in matcher.get_opcodes():
        yield _piece(ours[start:end], theirs[other_start:other_end], same=kind == "equal")


def _ends(ours: Sequence[str], theirs: Sequence[str]) -> tuple[int, int]:
    """How many words the texts share at their beginning, and then at their end."""
    most = min(len(ours), len(theirs))
    head = 0
    while head < most and ours[head].strip() == theirs[head].strip():
        head += 1
    tail = 0
    while tail < most - head and ours[-1 - tail].strip() == theirs[-1 - tail].strip():
        tail += 1
    return head, tail


def _joined(pieces: Iterator[Piece]) -> list[Piece]:
    """The pieces that are not empty; neighbours of one kind are one."""
    joined: list[Piece] = []
    for piece in pieces:
        if not piece.before and not piece.after:
            continue
        if joined and joined[-1].same == piece.same:
            last = joined.pop()
            joined.append(Piece(last.before + piece.before, last.after + piece.after, piece.same))
        else:
            joined.append(piece)
    return joined


def _piece(ours: Sequence[str], theirs: Sequence[str], *, same: bool) -> Piece:
    return Piece("".join(ours), "".join(theirs), same)


def _words(text: str) -> list[str]:
    """The words, each with the space behind it, the first one with that before it too."""
    words = _WORD.findall(text)
    if words:
        words[0] = text[: len(text) - len(text.lstrip())] + words[0]
    return words


def _sentences(words: Sequence[str]) -> list[str]:
    return _SENTENCE.findall("".join(words))


def _bare(tokens: Sequence[str]) -> list[str]:
    return [token.strip() for token in tokens]
