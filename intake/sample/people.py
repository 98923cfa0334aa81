"""The people of the borough, and how they are heard."""

import random
from dataclasses import dataclass
from enum import StrEnum

from intake.pseudonyms import Pseudonymiser
from schemas.events import CapturedBy, Identity, Mode

# Made-up people have nothing to hide: a key that all may know makes the sample the same everywhere.
_KEY = b"the people of Mallowmere are made up"


class Channel(StrEnum):
    """A way into the consultation."""

    WEB = "web"
    PAPER = "paper"
    MEETING = "meeting"
    PHONE = "phone"

    @property
    def mode(self) -> Mode:
        """Only the web is on line."""
        return Mode.ONLINE if self is Channel.WEB else Mode.OFFLINE


CAPTURED_BY: dict[Channel, tuple[CapturedBy, ...]] = {
    Channel.WEB: (CapturedBy.SELF,),
    Channel.PAPER: (CapturedBy.SCAN, CapturedBy.SCAN, CapturedBy.STAFF),
    Channel.MEETING: (CapturedBy.STAFF,),
    Channel.PHONE: (CapturedBy.STAFF,),
}

IDENTITIES: dict[Channel, tuple[Identity, ...]] = {
    Channel.WEB: (Identity.EMAIL, Identity.EMAIL, Identity.VERIFIED),
    Channel.PAPER: (Identity.SELF_DECLARED,),
    Channel.MEETING: (Identity.SELF_DECLARED,),
    Channel.PHONE: (Identity.PHONE,),
}

_CHANNEL_WEIGHTS = {Channel.WEB: 60, Channel.PAPER: 16, Channel.MEETING: 13, Channel.PHONE: 11}
_AGES = ("16-24", "25-34", "35-44", "45-54", "55-64", "65-74", "75+")
_WARDS = ("Castle", "Mill", "Riverside", "Nettle Hill", "Saltings")
_GROUPS = (
    "Withy Rowing Club",
    "Market Traders' Association",
    "Year 10, Heron Lane School",
    "Mallowmere Choir",
    "Friends of the Library",
    "Wheels and Walkers",
)
_DEMOGRAPHICS_SHARE = 0.35
_GROUP_SHARE = 0.15
_USUAL_CHANNEL_SHARE = 0.88


@dataclass(frozen=True)
class Person:
    """Somebody with a pseudonym, a usual channel, and what they chose to tell."""

    pseudonym: str
    usual_channel: Channel
    group: str | None
    demographics: tuple[tuple[str, str], ...]

    def channel(self, rng: random.Random) -> Channel:
        """The usual channel, mostly; the web now and then."""
        return self.usual_channel if rng.random() < _USUAL_CHANNEL_SHARE else Channel.WEB


class Registry:
    """Hands out people that do not exist, each with a pseudonym of their own."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._pseudonyms = Pseudonymiser(_KEY)
        self._count = 0

    def person(self, usual_channel: Channel | None = None) -> Person:
        """A new person, whose usual channel is drawn unless it is given."""
        rng = self._rng
        self._count += 1
        drawn = rng.choices(list(_CHANNEL_WEIGHTS), weights=list(_CHANNEL_WEIGHTS.values()))[0]
        return Person(
            pseudonym=self._pseudonyms.of(str(self._count), scope="sample"),
            usual_channel=usual_channel or drawn,
            group=rng.choice(_GROUPS) if rng.random() < _GROUP_SHARE else None,
            demographics=self.demographics(),
        )

    def demographics(self) -> tuple[tuple[str, str], ...]:
        """What a form's tick boxes say, often nothing."""
        rng = self._rng
        if rng.random() >= _DEMOGRAPHICS_SHARE:
            return ()
        return (("age", rng.choice(_AGES)), ("ward", rng.choice(_WARDS)))
