"""A labelled corpus of near-duplicates and of texts that only look like it, made from a seed.

Every template letter is sent in copies of each kind and rate; among them stand opinions in people's
own words with the same greetings, paraphrases, translations, and replies that quote a sentence.
`table` clusters the corpus as the stream does and says how well that went; `render` prints it:

    python -c "from tests.near_duplicates import *; print(render(table(corpus(1))))"
"""

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from schemas.policy import Similarity
from streams.similarity import is_short, near_same, shingle_sets, sketch
from streams.text import normalise
from tests.near_duplicate_texts import LANGUAGES, Language, Letter

RATES = (0, 5, 10, 20, 30, 40)
ORIGINAL = "first copy"
_COPIES = 4
_OPINIONS = 90
_QUOTING_REPLIES = 6
_LONG = 60


@dataclass(frozen=True)
class Labelled:
    """A text and what is true of it.

    Attributes:
        text: As it arrives.
        letter: Id of the letter that it is a copy of; of its own where it is none.
        kind: How it came about.
        rate: Percentage of its words that were changed.
    """

    text: str
    letter: str
    kind: str
    rate: int = 0


class Row(NamedTuple):
    """How texts of one kind came out.

    Attributes:
        kind: Which.
        texts: How many there are.
        recall: By the percentage of changed words, the share of copies that are in the cluster of
            their letter's first copy.
        precision: Of the pairs put together, the share that belongs together; each pair counts for
            the kind of either text. 1 where none was put together.
        merged: How many texts joined something that they are no copy of.
    """

    kind: str
    texts: int
    recall: dict[int, float]
    precision: float
    merged: int


def corpus(seed: int, *, first_rate: int = 0) -> list[Labelled]:
    """Make the corpus, in order of arrival: the first copy of each letter, then all else, mixed.

    Args:
        seed: The same seed gives the same corpus.
        first_rate: Percentage of the words that are changed in the first copy of each letter.
    """
    rng = random.Random(seed)
    first: list[Labelled] = []
    later: list[Labelled] = []
    for language in LANGUAGES:
        for letter in language.letters:
            label = f"{language.code}-{letter.name}"
            edited = language.join(_mixed(rng, letter.words, first_rate, language))
            first.append(Labelled(edited, label, ORIGINAL, first_rate))
            later += _copies(rng, label, letter, language)
            later += [
                Labelled(text, f"{label}-paraphrase-{number}", "paraphrase")
                for number, text in enumerate(letter.paraphrases)
            ]
        later += _others(rng, language)
    rng.shuffle(later)
    return first + later


def cluster(texts: Sequence[str], similarity: Similarity) -> list[int]:
    """For each text the index of its representative, its own where it is one.

    As the stream does it: each text joins the first representative that is a candidate and that it
    is near the same as, or becomes a representative.
    """
    normalised = [normalise(text) for text in texts]
    shingles = shingle_sets(normalised)
    index: defaultdict[int, list[int]] = defaultdict(list)
    clusters: list[int] = []
    for number, (text, own) in enumerate(zip(normalised, shingles, strict=True)):
        clusters.append(number)
        if is_short(text, similarity):
            continue
        candidates = {one for value in own.looked_up.tolist() for one in index.get(value, ())}
        for one in sorted(candidates):
            if near_same(shingles[one].compared, own.compared, similarity):
                clusters[number] = one
                break
        else:
            values = own.looked_up.tolist()
            for value in sketch(values, (len(index.get(value, ())) for value in values)):
                index[value].append(number)
    return clusters


def table(texts: Sequence[Labelled], similarity: Similarity | None = None) -> list[Row]:
    """Cluster the texts, and count over all pairs: one row for each kind, and the last for all."""
    clusters = cluster([one.text for one in texts], similarity or Similarity())
    home = {one.letter: at for one, at in zip(texts, clusters, strict=True) if one.kind == ORIGINAL}
    sizes = Counter(clusters)
    together = Counter(zip(clusters, (one.letter for one in texts), strict=True))

    def row(kind: str, chosen: Sequence[tuple[Labelled, int]]) -> Row:
        hits: defaultdict[int, list[bool]] = defaultdict(list)
        for one, at in chosen:
            if one.letter in home and one.kind != ORIGINAL:
                hits[one.rate].append(at == home[one.letter])
        pairs = sum(sizes[at] - 1 for _, at in chosen)
        right = sum(together[at, one.letter] - 1 for one, at in chosen)
        return Row(
            kind,
            len(chosen),
            {rate: sum(found) / len(found) for rate, found in sorted(hits.items())},
            right / pairs if pairs else 1.0,
            sum(texts[at].letter != one.letter for one, at in chosen),
        )

    labelled = list(zip(texts, clusters, strict=True))
    kinds = sorted({one.kind for one in texts})
    rows = [row(kind, [pair for pair in labelled if pair[0].kind == kind]) for kind in kinds]
    return [*rows, row("all", labelled)]


def render(rows: Iterable[Row]) -> str:
    """The table as text: recall by the percentage of changed words, precision, false merges."""
    head = f"{'kind':<20}{'texts':>6}" + "".join(f"{f'{rate} %':>7}" for rate in RATES)
    lines = [f"{head}{'precision':>11}{'merged':>8}"]
    for row in rows:
        recall = (f"{row.recall[rate]:.3f}" if rate in row.recall else "" for rate in RATES)
        cells = "".join(f"{cell:>7}" for cell in recall)
        precision = f"{row.precision:.4f}" if row.recall else ""
        lines.append(f"{row.kind:<20}{row.texts:>6}{cells}{precision:>11}{row.merged:>8}")
    return "\n".join(lines)


def _copies(
    rng: random.Random, label: str, letter: Letter, language: Language
) -> Iterable[Labelled]:
    for kind, edit in _KINDS.items():
        for rate in RATES:
            for _ in range(_COPIES):
                words = edit(rng, letter.words, rate, language)
                yield Labelled(language.join(words), label, kind, rate)


def _others(rng: random.Random, language: Language) -> Iterable[Labelled]:
    for number in range(_OPINIONS):
        own = language.opinion(rng, rng.randint(3, 8))
        words = [*rng.choice(language.greetings), *own, *rng.choice(language.farewells)]
        yield Labelled(language.join(words), f"{language.code}-opinion-{number}", "opinion")
    for letter in language.letters:
        if len(letter.words) < _LONG:
            continue
        for number in range(_QUOTING_REPLIES):
            quote = rng.choice(_sentences(letter.words))
            answer: list[str] = []
            while len(answer) <= len(quote):
                answer += language.opinion(rng, 1)
            text = language.join([*quote, *answer])
            yield Labelled(text, f"{language.code}-{letter.name}-reply-{number}", "quoting reply")


Words: TypeAlias = Sequence[str]
Edit: TypeAlias = Callable[[random.Random, Words, int, Language], list[str]]


def _chosen(rng: random.Random, words: Words, rate: int) -> list[int]:
    """The places of `rate` percent of the words, last place first."""
    return sorted(rng.sample(range(len(words)), round(len(words) * rate / 100)), reverse=True)


def _substituted(rng: random.Random, words: Words, rate: int, language: Language) -> list[str]:
    edited = list(words)
    for place in _chosen(rng, words, rate):
        edited[place] = rng.choice(language.vocabulary)
    return edited


def _deleted(rng: random.Random, words: Words, rate: int, _: Language) -> list[str]:
    edited = list(words)
    for place in _chosen(rng, words, rate):
        del edited[place]
    return edited


def _inserted(rng: random.Random, words: Words, rate: int, language: Language) -> list[str]:
    edited = list(words)
    for place in _chosen(rng, words, rate):
        edited.insert(place, rng.choice(language.vocabulary))
    return edited


def _swapped(rng: random.Random, words: Words, rate: int, _: Language) -> list[str]:
    """Neighbours change places; a swap moves two words."""
    edited = list(words)
    pairs = range(len(words) // 2)
    for pair in rng.sample(pairs, min(len(pairs), round(len(words) * rate / 200))):
        edited[2 * pair], edited[2 * pair + 1] = edited[2 * pair + 1], edited[2 * pair]
    return edited


def _mixed(rng: random.Random, words: Words, rate: int, language: Language) -> list[str]:
    edited = list(words)
    places = _chosen(rng, words, rate)
    while places:
        place = places.pop(0)
        what = rng.choice(("substitute", "delete", "insert", "swap"))
        if what == "substitute":
            edited[place] = rng.choice(language.vocabulary)
        elif what == "insert":
            edited.insert(place, rng.choice(language.vocabulary))
        elif what == "swap" and places and place + 1 < len(edited):
            edited[place], edited[place + 1] = edited[place + 1], edited[place]
            places.pop()
        else:
            del edited[place]
    return edited


def _sentences(words: Words) -> list[list[str]]:
    sentences: list[list[str]] = [[]]
    for word in words:
        sentences[-1].append(word)
        if word.endswith((".", "。", "!", "?")):
            sentences.append([])
    return [sentence for sentence in sentences if sentence]


def _shuffled(rng: random.Random, words: Words, rate: int, language: Language) -> list[str]:
    sentences = _sentences(words)
    rng.shuffle(sentences)
    return _mixed(rng, [word for sentence in sentences for word in sentence], rate, language)


def _own_words(rng: random.Random, words: Words, language: Language) -> list[str]:
    """What the sender adds: one sentence, or as much as the letter, or twice that."""
    share = rng.choice((0, 1, 2))
    own = language.opinion(rng, len(language.patterns))
    sentences = _sentences(own)
    added = sentences[0]
    for sentence in sentences[1:]:
        if len(added) + len(sentence) > share * len(words):
            break
        added = added + sentence
    return added


def _in_front(rng: random.Random, words: Words, rate: int, language: Language) -> list[str]:
    return [*_own_words(rng, words, language), *_mixed(rng, words, rate, language)]


def _behind(rng: random.Random, words: Words, rate: int, language: Language) -> list[str]:
    return [*_mixed(rng, words, rate, language), *_own_words(rng, words, language)]


def _around(rng: random.Random, words: Words, rate: int, language: Language) -> list[str]:
    own = _own_words(rng, words, language)
    cut = rng.randint(0, len(own))
    return [*own[:cut], *_mixed(rng, words, rate, language), *own[cut:]]


def _scanned(rng: random.Random, words: Words, rate: int, language: Language) -> list[str]:
    """As read from paper: in `rate` percent of the words a character is misread."""
    edited = list(words)
    for place in _chosen(rng, words, rate):
        word = edited[place]
        at = rng.randrange(len(word))
        misread = [(seen, read) for seen, read in language.misreadings if seen in word]
        damage = rng.choice(("misread", "misread", "drop", "split", "join"))
        if damage == "misread" and misread:
            seen, read = rng.choice(misread)
            edited[place] = word.replace(seen, read, 1)
        elif damage == "join" and place + 1 < len(edited):
            edited[place : place + 2] = ["".join(edited[place : place + 2])]
        elif damage == "split" and at:
            edited[place : place + 1] = [word[:at] + rng.choice(("", "-")), word[at:]]
        else:
            edited[place] = word[:at] + word[at + 1 :]
    return [word for word in edited if word]


_KINDS: dict[str, Edit] = {
    "substitution": _substituted,
    "deletion": _deleted,
    "insertion": _inserted,
    "swaps": _swapped,
    "mixed edits": _mixed,
    "shuffled sentences": _shuffled,
    "added in front": _in_front,
    "added behind": _behind,
    "added around": _around,
    "scanned": _scanned,
}
