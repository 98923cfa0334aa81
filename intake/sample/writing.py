"""How the people write: sentences from the banks become texts, no two of them alike.

The writer remembers what it wrote, avoids using the same two sentences together again, and gives
everybody something of their own to tell: texts of one opinion share an argument and not their
wording.
"""

import random
import re
import unicodedata
from itertools import combinations

from intake.sample.phrases import (
    CLOSINGS,
    DETAILS,
    HOBBY_HORSES,
    OPENINGS,
    OWN_STORY,
    REPLY_OPENINGS,
    Bank,
    Letter,
)
from schemas.events import Stance

_ATTEMPTS = 400
_STRICT_ATTEMPTS = 200
_SCENE_SHARE = 0.8
_REASON_SHARE = 0.75
_OPENING_SHARE = 0.4
_CLOSING_SHARE = 0.25
_HOBBY_HORSE_SHARE = 0.8
_ASK_FIRST_SHARE = 0.3
_VERBATIM_SHARE = 0.22
_ADDITION_SHARE = 0.5
_MOST_SWAPS = 4
_STORIES = 2


def normalise(text: str) -> str:
    """What counts of a text when it is compared: words without case and punctuation."""
    return re.sub(r"\W+", " ", unicodedata.normalize("NFKC", text).casefold()).strip()


class Writer:
    """Writes texts that are all different once normalised."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._written: set[str] = set()
        self._together: set[tuple[str, str]] = set()
        self._told: set[tuple[str, str, str]] = set()

    def opinion(self, bank: Bank, stance: Stance, *, obsessed: bool = False) -> str:
        """A text on a topic; somebody obsessed with it begins in their own way."""
        for attempt in range(_ATTEMPTS):
            core = self._core(bank, stance)
            pairs = set(combinations(sorted(core), 2))
            if attempt < _STRICT_ATTEMPTS and pairs & self._together:
                continue
            opening = self._opening(bank, obsessed=obsessed)
            stories = [self._story() for _ in range(_STORIES)]
            text = self._speak([*opening, *core, *stories, *self._closing()])
            if self._is_new(text):
                self._together |= pairs
                return text
        raise RuntimeError(f"{bank.id}: too few sentences for so many texts")

    def reply(self, text: str) -> str:
        """The same opinion, put as an answer to somebody else's."""
        answer = self._speak([self._rng.choice(REPLY_OPENINGS), text])
        self._written.add(normalise(answer))
        return answer

    def letter(self, letter: Letter) -> tuple[str, bool]:
        """One sender's copy of a template letter, and whether it is word for word the template."""
        rng = self._rng
        if rng.random() < _VERBATIM_SHARE:
            return letter.text, True
        while True:
            text = letter.text
            for old, new in rng.sample(letter.swaps, k=rng.randint(0, _MOST_SWAPS)):
                text = text.replace(old, new)
            if rng.random() < _ADDITION_SHARE:
                addition = rng.choice(letter.additions)
                text = f"{text} {addition}" if rng.randint(0, 2) else f"{addition} {text}"
            if text != letter.text and self._is_new(text):
                return text, False

    def retype(self, text: str) -> str:
        """The same words with other case and punctuation, as a second form has them."""
        return self._rng.choice((_shouted, _lowered, _exclaimed, _spaced))(text)

    def _core(self, bank: Bank, stance: Stance) -> list[str]:
        rng = self._rng
        scene = [rng.choice(bank.scenes)] if rng.random() < _SCENE_SHARE else []
        ask = rng.choice(bank.asks[stance])
        # An ask alone would stand word for word in other people's texts.
        with_reason = not scene or rng.random() < _REASON_SHARE
        reason = [rng.choice(bank.reasons[stance])] if with_reason else []
        if rng.random() < _ASK_FIRST_SHARE:
            return [ask, *reason, *scene]
        return [*scene, ask, *reason]

    def _opening(self, bank: Bank, *, obsessed: bool) -> list[str]:
        rng = self._rng
        if obsessed and rng.random() < _HOBBY_HORSE_SHARE:
            return [rng.choice(HOBBY_HORSES[bank.id])]
        return [rng.choice(OPENINGS)] if rng.random() < _OPENING_SHARE else []

    def _story(self) -> str:
        """A sentence that hardly anybody else will say, whatever the topic."""
        while True:
            parts = [self._rng.choice(part) for part in OWN_STORY]
            triples = set(combinations(parts, 3))
            if not triples & self._told:
                break
        self._told |= triples
        who, did, when, where, so = parts
        if self._rng.randint(0, 1):
            return f"{when[0].upper()}{when[1:]} {where} {who[0].lower()}{who[1:]} {did}, {so}."
        return f"{who} {did} {when} {where}, {so}."

    def _closing(self) -> list[str]:
        return [self._rng.choice(CLOSINGS)] if self._rng.random() < _CLOSING_SHARE else []

    def _speak(self, sentences: list[str]) -> str:
        text = ""
        for sentence in sentences:
            details = {name: self._rng.choice(choices) for name, choices in DETAILS.items()}
            said = sentence.format(**details)
            if text.endswith(",") and not said.startswith(("I ", "Sunday")):
                said = said[0].lower() + said[1:]
            text = f"{text} {said}".strip()
        return text

    def _is_new(self, text: str) -> bool:
        key = normalise(text)
        if key in self._written:
            return False
        self._written.add(key)
        return True


def _shouted(text: str) -> str:
    return text.upper()


def _lowered(text: str) -> str:
    return text.lower().rstrip(".!")


def _exclaimed(text: str) -> str:
    return text.replace(".", "!!")


def _spaced(text: str) -> str:
    return f"  {text.replace(', ', ' , ')} ..."
