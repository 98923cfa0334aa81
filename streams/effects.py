"""What an event changed, one effect per offset: the content of the journal.

An effect holds all that state needs, so that recovery reads no event again. Folding effects in the
order of their offsets gives the state; a second effect for the same offset says the same and is
skipped. There is one union of effects per journal.
"""

import msgspec


class _Effect(msgspec.Struct, array_like=True):
    """An effect of the event at `offset`."""

    offset: int


class _TopicEffect(_Effect):
    """An effect on one topic, named by its Kafka key."""

    topic: str


class Opened(_TopicEffect, tag="o"):
    """The topic got its title."""

    delivery: int
    title: str


class Submitted(_TopicEffect, tag="c"):
    """A contribution, or a corrected version of one, came for the first time.

    `delivery` and `wording` are hashes (64 bits): of the event's type, source and id, and of what
    can be the same to the letter; `wording` is 0 where it came before or cannot be the same.
    `participant` are the 16 bytes of the pseudonym, empty for an unknown author. `root` is the
    number of the group's root, None for a new group. `shingles` is the shingle set of a new root
    that others can be near the same as, as 32-bit integers, and `sketch` what it is known by, as
    64-bit keys of the index; both empty for anything else.
    """

    delivery: int
    wording: int
    contribution: str
    participant: bytes
    root: int | None
    shingles: bytes
    sketch: bytes
    role: int
    stance: int
    offline: bool
    attachment_only: bool
    correction: bool
    channel: str
    occurred_at: int


class Redelivered(_TopicEffect, tag="r"):
    """A contribution came again, with the type, source and id of an earlier one."""

    occurred_at: int


class Withdrawn(_TopicEffect, tag="w"):
    """The contributions of an id that came before are withdrawn."""

    delivery: int
    contribution: str


class Supported(_TopicEffect, tag="s"):
    """A vote came for the first time, or was taken back (`value` None).

    `vote` is the number of the participant's vote on the contribution, None where there was none.
    `target` is the hash that the contribution's id is known by.
    """

    delivery: int
    key: int
    target: int
    vote: int | None
    participant: bytes
    value: int | None
    occurred_at: int


class Responded(_TopicEffect, tag="p"):
    """The topic was answered."""

    delivery: int
    occurred_at: int


class Seen(_TopicEffect, tag="n"):
    """An event of the topic that changes nothing, such as a vote that came again."""


class Delivered(_Effect, tag="d"):
    """An event of no topic came for the first time."""

    delivery: int


class Governed(_Effect, tag="g"):
    """A policy took effect on the whole partition; `policy` is its JSON."""

    delivery: int
    policy: bytes


Effect = (
    Opened
    | Submitted
    | Redelivered
    | Withdrawn
    | Supported
    | Responded
    | Seen
    | Delivered
    | Governed
)
"""The effects of the screening."""
