"""When are two texts near the same? When they share enough of their shingles.

A text becomes the sets of hashes of its shingles: of neighbouring words, or of neighbouring
characters in languages that put no spaces between words. Narrow shingles are compared, since an
edit breaks few of them. Wide ones are looked up, since few texts share them by chance: the smallest
values of a set are its sketch, and a text is a candidate when its set has one of them.

Shingles, containment and sketches of the smallest values: Broder, "On the resemblance and
containment of documents", 1997. Widths and thresholds (`schemas.policy.Similarity`) were chosen on
the corpus of `tests.near_duplicates` and on the comments of Decide Madrid and of seven Polis
conversations, read pair by pair.
"""

from collections.abc import Iterable, Sequence
from itertools import chain, islice, pairwise
from typing import Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray
from xxhash import xxh3_64_intdigest

from schemas.policy import Similarity
from streams.text import is_spaceless

ShingleSet: TypeAlias = NDArray[np.uint32]

# How many values a root is known by: as many find every copy that all of them would.
SKETCH: Final = 12

# How many roots of a topic may be known by one value.
CROWDED: Final = 64


class Widths(NamedTuple):
    """How many neighbours make a shingle."""

    compared: int
    looked_up: int


WORDS: Final = Widths(compared=2, looked_up=3)
CHARACTERS: Final = Widths(compared=3, looked_up=5)

_HALF: Final = np.uint64(32)
_MULTIPLIER: Final = np.uint64(0x9E3779B97F4A7C15)


class Shingles(NamedTuple):
    """The distinct hashes of a text's shingles, 32 bits each, in rising order.

    Attributes:
        compared: Of the narrow shingles, for `near_same`.
        looked_up: Of the wide ones, for finding candidates.
    """

    compared: ShingleSet
    looked_up: ShingleSet


def sketch(looked_up: Iterable[int], roots: Iterable[int]) -> list[int]:
    """What a root is known by: the smallest values, without those that many are known by already.

    Another text is a candidate when one of these is in `Shingles.looked_up` of that text. So what
    everybody writes ("I am writing to respond to") finds nobody, and the candidates of a text are
    bounded.

    Args:
        looked_up: Of the root, in rising order.
        roots: For each of them, how many roots of the topic are known by it.
    """
    free = (value for value, known in zip(looked_up, roots, strict=False) if known < CROWDED)
    return list(islice(free, SKETCH))


def is_short(normalised: str, similarity: Similarity) -> bool:
    """Whether a text says too little to be compared by similarity.

    Args:
        normalised: As `streams.text.normalise` gives it.
        similarity: What is short.
    """
    if is_spaceless(normalised):
        return len(normalised) - normalised.count(" ") < similarity.short_characters
    return not normalised or normalised.count(" ") + 1 < similarity.short_words


def shingle_sets(normalised: Sequence[str]) -> list[Shingles]:
    """Hash the shingles of each text; the same on every machine.

    Args:
        normalised: Texts as `streams.text.normalise` gives them.

    Returns:
        For each text its shingles; none where it is shorter than one. The arrays are views into
        those of the whole batch: copy what outlives it.
    """
    shingles: dict[int, Shingles] = {}
    spaceless = [is_spaceless(text) for text in normalised]
    by_words = [number for number, without in enumerate(spaceless) if not without]
    words = [normalised[number].encode().split() for number in by_words]
    hashes = map(xxh3_64_intdigest, chain.from_iterable(words))
    tokens = np.fromiter(hashes, np.uint64)
    shingles.update(zip(by_words, _shingles(tokens, map(len, words), WORDS), strict=True))

    by_characters = [number for number, without in enumerate(spaceless) if without]
    texts = [normalised[number].replace(" ", "") for number in by_characters]
    tokens = np.frombuffer("".join(texts).encode("utf-32-le"), "<u4").astype(np.uint64)
    found = _shingles(tokens, map(len, texts), CHARACTERS)
    shingles.update(zip(by_characters, found, strict=True))
    return [shingles[number] for number in range(len(normalised))]


def near_same(one: ShingleSet, other: ShingleSet, similarity: Similarity) -> bool:
    """Whether two texts are near the same: as a whole, or one of them within the other.

    Args:
        one: The hashes of one text, `Shingles.compared`.
        other: Those of the other; the order does not matter.
        similarity: How much they must share: of all shingles (Jaccard), or of those of the smaller
            text (containment).
    """
    small, large = (one, other) if len(one) <= len(other) else (other, one)
    if not len(small):
        return False
    places = large.searchsorted(small)
    common = int(np.count_nonzero(large.take(places, mode="clip") == small))
    # Divided, not multiplied: a quotient that equals the threshold is rounded to the same float.
    jaccard = common / (len(small) + len(large) - common)
    if len(small) < similarity.containment_shingles:
        # A word turns a short statement into its opposite: it must stand whole in the other.
        return common == len(small) and jaccard >= similarity.jaccard_few
    return common / len(small) >= similarity.containment or jaccard >= similarity.jaccard


def _shingles(
    tokens: NDArray[np.uint64], counts: Iterable[int], widths: Widths
) -> Iterable[Shingles]:
    """The shingles of texts that stand one after the other in `tokens`, `counts` of them each."""
    lengths = np.fromiter(counts, np.int64)
    owners = np.repeat(np.arange(len(lengths), dtype=np.uint64), lengths)
    compared, looked_up = (_sets(tokens, owners, len(lengths), width) for width in widths)
    return map(Shingles, compared, looked_up)


def _sets(
    tokens: NDArray[np.uint64], owners: NDArray[np.uint64], count: int, width: int
) -> list[ShingleSet]:
    size = max(len(tokens) - width + 1, 0)
    hashes = np.zeros(size, np.uint64)
    for place in range(width):
        hashes = hashes * _MULTIPLIER + tokens[place : place + size]
    # One sort for the batch: by text, then by hash.
    keys = owners[:size] << _HALF | _mix(hashes) >> _HALF
    keys = keys[owners[:size] == owners[width - 1 :]]
    keys.sort()
    is_first = np.ones(len(keys), bool)
    is_first[1:] = keys[1:] != keys[:-1]
    keys = keys[is_first]
    borders = np.searchsorted(keys, np.arange(count + 1, dtype=np.uint64) << _HALF).tolist()
    values = keys.astype(np.uint32)
    return [values[start:end] for start, end in pairwise(borders)]


def _mix(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Spread each value over all 64 bits: the finaliser of SplitMix64 (Steele et al., 2014)."""
    values = (values ^ values >> np.uint64(30)) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ values >> np.uint64(27)) * np.uint64(0x94D049BB133111EB)
    return values ^ values >> np.uint64(31)
