"""What an event changed, one effect per offset: the content of the journal.

An effect holds all that state needs, so that recovery reads no event again. Folding effects in the
order of their offsets gives the state; a second effect for the same offset says the same and is
skipped.
"""

import msgspec

from schemas.records import Verdict


class _Effect(msgspec.Struct, array_like=True):
    """An effect on one topic, named by its Kafka key, of the event at `offset`."""

    offset: int
    topic: str


class Opened(_Effect, tag="o"):
    """The topic got its title."""

    title: str


class Submitted(_Effect, tag="c"):
    """A contribution came for the first time.

    `delivery` and `wording` are fingerprints: of the event's source and id, and of who said what
    (empty where the text or the author cannot repeat). `first` is the offset of the contribution
    that this one repeats.
    """

    delivery: bytes
    wording: bytes
    contribution: str
    participant: str
    is_participant: bool
    verdict: Verdict
    first: int | None
    occurred_at: int


class Supported(_Effect, tag="s"):
    """A vote came for the first time."""

    delivery: bytes
    contribution: str
    participant: str
    value: int
    occurred_at: int


class Redelivered(_Effect, tag="r"):
    """A contribution came again, with the source and id of an earlier one."""


class Seen(_Effect, tag="n"):
    """An event of the topic that changes nothing, such as a vote that came again."""


Effect = Opened | Submitted | Supported | Redelivered | Seen
