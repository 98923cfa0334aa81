"""What a worker remembers of one partition: a function of the log up to `position`, and no more.

`PartitionState.fold` is the only thing that changes it, in a running worker and in recovery alike.
Facts are kept as columns, and what is told of a topic is worked out from them (`streams.summary`).
"""

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, assert_never

import numpy as np
from numpy.typing import NDArray

from schemas.policy import DeploymentPolicy
from streams.codes import Codes, Participants
from streams.contributions import Contributions, End
from streams.effects import (
    Delivered,
    Effect,
    Governed,
    Opened,
    Redelivered,
    Responded,
    Seen,
    Submitted,
    Supported,
    Withdrawn,
)
from streams.groups import Group
from streams.hash_index import MISSING, HashIndex, hash64
from streams.shingle_store import ShingleStore

OTHER_EVENT: Final = 0x80000000
"""Added to the number of a delivery that is no contribution: a place in `other_offsets`."""

WITHDRAWN_VOTE: Final = 3
"""The code of a vote that was taken back; other codes are the value plus 1."""

MILLISECONDS_PER_DAY: Final = 86_400_000


class Votes:
    """The last vote of each participant on each contribution, as columns.

    `targets` are the hashes that the contributions' ids are known by.
    """

    def __init__(self) -> None:
        self.targets = array("Q")
        self.participants = array("I")
        self.values = array("B")
        self.occurred_at = array("q")
        self.offsets = array("Q")

    def __len__(self) -> int:
        return len(self.offsets)

    def cast(self, vote: int | None, effect: Supported, participant: int) -> int | None:
        """Let a vote count, if it is the last by when it was cast, then by when it came.

        Returns:
            The number of a new vote, None where one was there.
        """
        value = WITHDRAWN_VOTE if effect.value is None else effect.value + 1
        if vote is None:
            self.targets.append(effect.target)
            self.participants.append(participant)
            self.values.append(value)
            self.occurred_at.append(effect.occurred_at)
            self.offsets.append(effect.offset)
            return len(self) - 1
        if (effect.occurred_at, effect.offset) > (self.occurred_at[vote], self.offsets[vote]):
            self.values[vote] = value
            self.occurred_at[vote] = effect.occurred_at
            self.offsets[vote] = effect.offset
        return None


@dataclass(slots=True)
class TopicState:
    """One topic.

    Attributes:
        members: Numbers of its contributions.
        votes: Numbers of its votes.
        redelivered_at: `occurred_at` of each redelivered contribution, Unix milliseconds.
        redelivered_offsets: Their offsets.
        newest_event: Newest `occurred_at` of a contribution or vote; None before the first.
        answered_at: Earliest `occurred_at` of a response; None before the first.
        as_of_offset: Offset of the topic's last event; the state is true up to it.
    """

    title: str = ""
    members: "array[int]" = field(default_factory=lambda: array("I"))
    votes: "array[int]" = field(default_factory=lambda: array("I"))
    redelivered_at: "array[int]" = field(default_factory=lambda: array("q"))
    redelivered_offsets: "array[int]" = field(default_factory=lambda: array("Q"))
    newest_event: int | None = None
    responses: int = 0
    answered_at: int | None = None
    as_of_offset: int = -1

    def date(self, occurred_at: int) -> None:
        """Note when something was said."""
        if self.newest_event is None or occurred_at > self.newest_event:
            self.newest_event = occurred_at


@dataclass(slots=True)
class Changes:
    """What of a topic is to be told again.

    Attributes:
        days: Days since the epoch.
        roots: Groups that something came to, or was taken from.
        changed: Contributions that a later event changed.
    """

    days: set[int] = field(default_factory=set)
    roots: set[int] = field(default_factory=set)
    changed: set[int] = field(default_factory=set)


class PartitionState:
    """All topics of a partition, true up to `position`: the offset of the last event folded."""

    def __init__(self) -> None:
        self.position = -1
        self.policy = DeploymentPolicy()
        self.policy_offset = -1
        self.topics: dict[str, TopicState] = {}
        self.participants = Participants()
        self.channels = Codes()
        self.contributions = Contributions()
        self.votes = Votes()
        self.groups: dict[int, Group] = {}
        self.ended: dict[int, int] = {}
        """Number of a contribution -> offset of the event that ended it."""
        self.changed: dict[int, int] = {}
        """Number of a contribution -> offset of the last event that changed it."""
        self.other_offsets = array("Q")
        self.deliveries = HashIndex()
        self.wordings = HashIndex()
        self.ids = HashIndex()
        self.sketches = HashIndex()
        self.vote_keys = HashIndex()
        self.shingles = ShingleStore()
        self._indexes = (
            self.deliveries,
            self.wordings,
            self.ids,
            self.sketches,
            self.vote_keys,
        )
        self._changes: dict[str, Changes] = {}

    def topic(self, key: str) -> TopicState:
        """The state of a topic, new where this is its first event."""
        topic = self.topics.get(key)
        if topic is None:
            topic = self.topics[key] = TopicState()
        return topic

    def changes(self, key: str) -> Changes:
        """What is to be told again of a topic, which is thereby to be told again itself."""
        changes = self._changes.get(key)
        if changes is None:
            changes = self._changes[key] = Changes()
        return changes

    def take_changes(self) -> dict[str, Changes]:
        """What is to be told again, by topic; from here on it counts as told."""
        changes, self._changes = self._changes, {}
        return changes

    def settle(self) -> None:
        """Put the indexes in order; between batches."""
        for index in self._indexes:
            index.settle()

    def pack(self) -> None:
        """Put them in order for good; after a recovery."""
        for index in self._indexes:
            index.pack()

    def fold(self, effect: Effect) -> None:
        """Apply an effect once: one at or below `position` was applied before."""
        self.fold_all((effect,))

    def fold_all(self, effects: Iterable[Effect]) -> None:
        """Apply effects in the order of their offsets, contributions many at a time."""
        submitted: list[Submitted] = []
        for effect in effects:
            if effect.offset <= self.position:
                continue
            self.position = effect.offset
            if isinstance(effect, Submitted) and not effect.correction:
                submitted.append(effect)
                continue
            # What ends contributions must find those before it; nothing else looks for them.
            if submitted and isinstance(effect, Submitted | Withdrawn):
                self._submit(submitted)
                submitted = []
            if isinstance(effect, Submitted):
                self._end(effect.topic, effect.contribution, End.SUPERSEDED, effect.offset)
                self._submit([effect])
            elif isinstance(effect, Governed | Delivered):
                self._deliver_other(effect.delivery, effect.offset)
                if isinstance(effect, Governed):
                    self._govern(effect)
            else:
                self._fold_other(effect)
        if submitted:
            self._submit(submitted)

    def _fold_other(
        self, effect: Opened | Redelivered | Withdrawn | Supported | Responded | Seen
    ) -> None:
        topic = self.topic(effect.topic)
        self.changes(effect.topic)
        match effect:
            case Supported():
                self._support(effect, topic)
            case Opened():
                self._deliver_other(effect.delivery, effect.offset)
                topic.title = effect.title
            case Redelivered():
                topic.redelivered_at.append(effect.occurred_at)
                topic.redelivered_offsets.append(effect.offset)
                self.touch_day(effect.topic, effect.occurred_at)
            case Withdrawn():
                self._deliver_other(effect.delivery, effect.offset)
                self._end(effect.topic, effect.contribution, End.WITHDRAWN, effect.offset)
            case Responded():
                self._respond(effect, topic)
            case Seen():
                pass
            case _:
                assert_never(effect)
        topic.as_of_offset = max(topic.as_of_offset, effect.offset)

    def touch_day(self, key: str, occurred_at: int) -> None:
        """A day of a topic is to be told again; `occurred_at` in Unix milliseconds."""
        self.changes(key).days.add(occurred_at // MILLISECONDS_PER_DAY)

    def touch(self, key: str, number: int) -> None:
        """The day and the group of a contribution are to be told again."""
        self.touch_day(key, self.contributions.occurred_at[number])
        self.changes(key).roots.add(self.contributions.roots[number])

    def touch_changed(self, key: str, root: int, offset: int) -> None:
        """What changed in a group with the event at an offset, or since, is to be told again."""
        for member in self.members(root):
            if self.changed.get(member, -1) >= offset:
                self.touch(key, member)
                self.changes(key).changed.add(member)

    def members(self, root: int) -> Sequence[int]:
        """Numbers of a group's contributions."""
        group = self.groups.get(root)
        return (root,) if group is None else group.members

    def numbers_of(self, key: str, contribution: str) -> list[int]:
        """The contributions of a topic that came with an id."""
        return self.ids.numbers(hash64(key, contribution))

    def voted_groups(self, targets: NDArray[np.uint64]) -> NDArray[np.int64]:
        """The group that each of some votes is on, by what names its contribution.

        It is that of the newest contribution of the id, as the number of its root; an id that no
        contribution has is a group of its own, below 0.
        """
        named, places = np.unique(targets, return_inverse=True)
        newest = self.ids.last(named)
        made = newest != MISSING
        groups = -1 - np.arange(len(named))
        groups[made] = np.frombuffer(self.contributions.roots, np.uint32)[newest[made]]
        return groups[places]

    def _govern(self, effect: Governed) -> None:
        self.policy = DeploymentPolicy.model_validate_json(effect.policy)
        self.policy_offset = effect.offset
        for key in self.topics:
            self.changes(key)

    def _submit(self, effects: Sequence[Submitted]) -> None:
        first = len(self.contributions)
        numbers = range(first, first + len(effects))
        participants = [self.participants.number(effect.participant) for effect in effects]
        channels = [self.channels.number(effect.channel.encode()) for effect in effects]
        roots = [
            number if effect.root is None else effect.root
            for number, effect in zip(numbers, effects, strict=True)
        ]
        self.contributions.extend(effects, participants, roots, channels)
        self.deliveries.extend([effect.delivery for effect in effects], numbers)
        self.ids.extend([hash64(effect.topic, effect.contribution) for effect in effects], numbers)
        compared = [pair for pair in zip(numbers, effects, strict=True) if pair[1].shingles]
        if compared:
            known = [number for number, _ in compared]
            self.shingles.extend(known, [effect.shingles for _, effect in compared])
            self.sketches.extend_each([effect.sketch for _, effect in compared], known)
        for number, effect, root in zip(numbers, effects, roots, strict=True):
            if effect.root is not None:
                self._join(root, number)
            if effect.wording:
                self.wordings.add(effect.wording, number)
            topic = self.topic(effect.topic)
            topic.members.append(number)
            topic.date(effect.occurred_at)
            topic.as_of_offset = max(topic.as_of_offset, effect.offset)
            changes = self.changes(effect.topic)
            changes.days.add(effect.occurred_at // MILLISECONDS_PER_DAY)
            changes.roots.add(root)

    def _join(self, root: int, number: int) -> None:
        columns = self.contributions
        group = self.groups.get(root)
        if group is None:
            group = self.groups[root] = Group()
            live = columns.ends[root] == End.LIVE
            group.add(root, columns.participants[root], live=live)
        columns.arrive(number, group.add(number, columns.participants[number]))

    def _support(self, effect: Supported, topic: TopicState) -> None:
        self._deliver_other(effect.delivery, effect.offset)
        participant = self.participants.number(effect.participant)
        new = self.votes.cast(effect.vote, effect, participant)
        if new is not None:
            self.vote_keys.add(effect.key, new)
            topic.votes.append(new)
        topic.date(effect.occurred_at)

    def _respond(self, effect: Responded, topic: TopicState) -> None:
        self._deliver_other(effect.delivery, effect.offset)
        topic.responses += 1
        if topic.answered_at is None or effect.occurred_at < topic.answered_at:
            topic.answered_at = effect.occurred_at

    def _deliver_other(self, delivery: int, offset: int) -> None:
        self.deliveries.add(delivery, OTHER_EVENT | len(self.other_offsets))
        self.other_offsets.append(offset)

    def _end(self, key: str, contribution: str, how: End, offset: int) -> None:
        """End the live contributions of an id, and reassess the groups that they are in."""
        columns = self.contributions
        ending = [n for n in self.numbers_of(key, contribution) if columns.ends[n] == End.LIVE]
        for number in ending:
            columns.ends[number] = how
            self.ended[number] = self.changed[number] = offset
        for root in {columns.roots[number] for number in ending}:
            self._reassess(root, offset)
            self.touch_changed(key, root, offset)

    def _reassess(self, root: int, offset: int) -> None:
        group = self.groups.get(root)
        if group is None:
            return
        columns = self.contributions
        numbers = np.array(group.members, np.uint32)
        live = np.frombuffer(columns.ends, np.uint8)[numbers] == End.LIVE
        participants = np.frombuffer(columns.participants, np.uint32)[numbers]
        verdicts, refers = group.reassess(participants, live)
        before = np.frombuffer(columns.verdicts, np.uint8)[numbers]
        refers_before = np.frombuffer(columns.refers, np.uint32)[numbers]
        for place in np.flatnonzero((verdicts != before) | (refers != refers_before)).tolist():
            number = int(numbers[place])
            columns.verdicts[number] = int(verdicts[place])
            columns.refers[number] = int(refers[place])
            self.changed[number] = offset
