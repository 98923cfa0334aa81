"""What a worker remembers of one partition: a function of the log up to `position`, and no more.

`TopicState.fold` is the only thing that changes it, in a running worker and in recovery alike.
"""

from dataclasses import dataclass, field
from typing import NamedTuple, assert_never

from schemas.records import Verdict
from streams.dominance import Tally
from streams.effects import Effect, Opened, Redelivered, Seen, Submitted, Supported


class Contribution(NamedTuple):
    """What is kept of a contribution, so that the verdict can be told again."""

    contribution: str
    verdict: Verdict
    first: int | None


class Vote(NamedTuple):
    """A person's last vote on a contribution, by when it was cast, then by when it came."""

    occurred_at: int
    offset: int
    value: int


@dataclass(slots=True)
class TopicState:
    """One topic.

    Attributes:
        deliveries: Fingerprint of source and id -> offset of the first delivery.
        wordings: Fingerprint of who said what -> offset of the earliest contribution that did.
        contributions: Offset of the first delivery -> the contribution.
        votes: Contribution and participant -> the last vote.
        newest_event: Newest `occurred_at`, Unix milliseconds; None before the first.
        as_of_offset: Offset of the topic's last event; the state is true up to it.
    """

    title: str = ""
    deliveries: dict[bytes, int] = field(default_factory=dict)
    wordings: dict[bytes, int] = field(default_factory=dict)
    contributions: dict[int, Contribution] = field(default_factory=dict)
    votes: dict[tuple[str, str], Vote] = field(default_factory=dict)
    participants: Tally = field(default_factory=Tally.empty)
    everyone: Tally = field(default_factory=Tally.empty)
    verdicts: dict[Verdict, int] = field(default_factory=lambda: dict.fromkeys(Verdict, 0))
    newest_event: int | None = None
    as_of_offset: int = -1

    def fold(self, effect: Effect) -> None:
        """Apply the effect of an event that this state has not seen yet."""
        match effect:
            case Submitted():
                self._submit(effect)
            case Supported():
                self._support(effect)
            case Opened():
                self.title = effect.title
            case Redelivered():
                self.verdicts[Verdict.REDELIVERED] += 1
            case Seen():
                pass
            case _:
                assert_never(effect)
        self.as_of_offset = effect.offset

    def _submit(self, effect: Submitted) -> None:
        self.deliveries[effect.delivery] = effect.offset
        self.contributions[effect.offset] = Contribution(
            effect.contribution, effect.verdict, effect.first
        )
        if effect.wording:
            self.wordings.setdefault(effect.wording, effect.offset)
        self.verdicts[effect.verdict] += 1
        self.everyone.add(effect.participant)
        if effect.is_participant:
            self.participants.add(effect.participant)
        self._date(effect.occurred_at)

    def _support(self, effect: Supported) -> None:
        self.deliveries[effect.delivery] = effect.offset
        voter = (effect.contribution, effect.participant)
        vote = Vote(effect.occurred_at, effect.offset, effect.value)
        self.votes[voter] = max(vote, self.votes.get(voter, vote))
        self._date(effect.occurred_at)

    def _date(self, occurred_at: int) -> None:
        if self.newest_event is None or occurred_at > self.newest_event:
            self.newest_event = occurred_at


@dataclass(slots=True)
class PartitionState:
    """All topics of a partition, true up to `position`: the offset of the last event folded."""

    position: int = -1
    topics: dict[str, TopicState] = field(default_factory=dict)

    def topic(self, key: str) -> TopicState:
        """The state of a topic, new where this is its first event."""
        topic = self.topics.get(key)
        if topic is None:
            topic = self.topics[key] = TopicState()
        return topic

    def fold(self, effect: Effect) -> None:
        """Apply an effect once: one at or below `position` was applied before."""
        if effect.offset > self.position:
            self.topic(effect.topic).fold(effect)
            self.position = effect.offset
