"""The Kafka topics: their names, how they keep what they hold, and who sits in which partition."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Protocol

from kafka.partitioner import murmur2

MEBIBYTE = 1024 * 1024

EVENTS = "participation.events"
SCREENED = "participation.screened"
SUMMARIES = "participation.summaries"
DOMINANCE = "participation.dominance"
ACTIVITY = "participation.activity"
REJECTED = "participation.rejected"
JOURNAL = "isegoria-journal-changelog"
REGULARS_JOURNAL = "isegoria-regulars-changelog"


class LogRecord(Protocol):
    """A record as it was read from Kafka."""

    @property
    def partition(self) -> int:
        """Partition of its topic."""

    @property
    def offset(self) -> int:
        """Position in its partition."""

    @property
    def key(self) -> bytes | None:
        """What its partition was chosen by."""

    @property
    def value(self) -> bytes | None:
        """The payload."""

    @property
    def headers(self) -> Sequence[tuple[str, bytes]]:
        """Names and values beside the payload."""

    @property
    def topic(self) -> str:
        """Name of its topic."""


KIND_HEADER = "kind"
"""Kafka header of every record behind the screening: which shape of `schemas.records` it has."""


@dataclass(frozen=True)
class Topic:
    """A topic and the settings that it needs; all have the same number of partitions."""

    name: str
    config: dict[str, str] = field(default_factory=dict)


_KEPT = {"retention.ms": "-1"}
"""Of these topics the rest can be made again; by its defaults a broker deletes after a week."""

# An event of 8 MiB is far over what `schemas.events` takes, and still comes in, so that it can be
# rejected with a reason. The rejected copy is a little larger.
TOPICS = (
    Topic(EVENTS, {**_KEPT, "max.message.bytes": str(8 * MEBIBYTE)}),
    Topic(SCREENED, {**_KEPT, "max.message.bytes": str(2 * MEBIBYTE)}),
    Topic(SUMMARIES, {"cleanup.policy": "compact", "max.message.bytes": str(8 * MEBIBYTE)}),
    Topic(DOMINANCE, {"cleanup.policy": "compact", "max.message.bytes": str(8 * MEBIBYTE)}),
    Topic(ACTIVITY, {**_KEPT, "max.message.bytes": str(8 * MEBIBYTE)}),
    Topic(REJECTED, {**_KEPT, "max.message.bytes": str(9 * MEBIBYTE)}),
    Topic(JOURNAL, {"cleanup.policy": "compact", "max.message.bytes": str(2 * MEBIBYTE)}),
    Topic(REGULARS_JOURNAL, {"cleanup.policy": "compact", "max.message.bytes": str(2 * MEBIBYTE)}),
)


@lru_cache(maxsize=65_536)
def partition_of(key: str, partitions: int) -> int:
    """The partition that Kafka's default partitioner gives a key (murmur2, sign bit cleared)."""
    hashed: int = murmur2(key.encode())
    return (hashed & 0x7FFFFFFF) % partitions
