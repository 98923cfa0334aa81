"""The regulars of a consultation: what its participants did in all of its topics together.

Facts come from several partitions, in an order that is not the same twice. What is kept of them is
a set, and what is told is a function of that set.
"""

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import msgspec
import numpy as np
from numpy.typing import NDArray

from schemas.policy import DeploymentPolicy, Policy
from schemas.records import Dominance
from streams.activity import Activity
from streams.codes import Codes, Participants
from streams.dominance import spread
from streams.dominance_row import Weights, dominance, flag_rows
from streams.flags import posting_limit_flag
from streams.output import iso
from streams.posting_limit import Breach, breaches


class Noted(msgspec.Struct, array_like=True):
    """The effect of the activity record at `offset`."""

    offset: int
    activity: Activity


@dataclass(slots=True)
class ConsultationState:
    """One consultation: a column for each fact of its contributions, in any order.

    Attributes:
        places: Partition and offset of each, as one number.
        ended: Places of those that do not count any more.
    """

    places: "array[int]" = field(default_factory=lambda: array("Q"))
    participants: "array[int]" = field(default_factory=lambda: array("I"))
    topics: "array[int]" = field(default_factory=lambda: array("I"))
    occurred_at: "array[int]" = field(default_factory=lambda: array("q"))
    ended: "array[int]" = field(default_factory=lambda: array("Q"))

    @property
    def facts(self) -> int:
        """How many facts this is made of."""
        return len(self.places) + len(self.ended)


class RegularsState:
    """The consultations of a partition of `participation.activity`, true up to `position`."""

    def __init__(self) -> None:
        self.position = -1
        self.policy = DeploymentPolicy()
        self._policies = 0
        self._consultations: dict[str, ConsultationState] = {}
        self._participants = Participants()
        self._topics = Codes()
        self._heard: dict[int, int] = {}
        self._changed: dict[str, None] = {}

    def hear(self, noted: Noted) -> None:
        """Fold a record, and have its consultation told again even where it is a replay."""
        if noted.activity.policy:
            self._changed.update(dict.fromkeys(self._consultations))
        self.fold(noted)
        if noted.activity.consultation in self._consultations:
            self._changed[noted.activity.consultation] = None

    def fold(self, noted: Noted) -> None:
        """Apply a record once: one at or below `position` was applied before.

        A record of an event that was heard of is told again after a crash; it says the same.
        """
        if noted.offset <= self.position:
            return
        self.position = noted.offset
        activity = noted.activity
        if activity.offset <= self._heard.get(activity.partition, -1):
            return
        self._heard[activity.partition] = activity.offset
        if activity.policy:
            self.policy = DeploymentPolicy.model_validate_json(activity.policy)
            self._policies += 1
        else:
            self._note(activity)

    def fold_all(self, effects: Iterable[Noted]) -> None:
        """Apply records in the order of their offsets."""
        for noted in effects:
            self.fold(noted)

    def settle(self) -> None:
        """Nothing here needs to be put in order."""

    def pack(self) -> None:
        """Nor for good."""

    def take_changes(self) -> list[str]:
        """The consultations to be told again; from here on they count as told."""
        changed, self._changed = list(self._changed), {}
        return changed

    def tell(self, consultation: str) -> Dominance:
        """Who dominates a consultation."""
        return _Consultation(
            consultation,
            self._consultations[consultation],
            self._participants,
            self._consultations[consultation].facts + self._policies,
            self.policy.of(consultation),
        ).dominance()

    def _note(self, activity: Activity) -> None:
        state = self._consultations.setdefault(activity.consultation, ConsultationState())
        topic = self._topics.number(f"{activity.consultation}/{activity.topic}".encode())
        for fact in activity.facts:
            place = activity.partition << _OFFSET_BITS | fact.offset
            if fact.ended:
                state.ended.append(place)
                continue
            state.places.append(place)
            state.participants.append(self._participants.number(fact.participant))
            state.topics.append(topic)
            state.occurred_at.append(fact.occurred_at)


_OFFSET_BITS = 48

MOST_BREACHES = 1_000
"""Participants over the posting limit who are listed, those with most posts over it."""


class _Consultation:
    """A consultation with the columns of what counts at hand, by when it was said."""

    def __init__(
        self,
        name: str,
        state: ConsultationState,
        participants: Participants,
        version: int,
        policy: Policy,
    ) -> None:
        places = np.frombuffer(state.places, np.uint64)
        counts = ~np.isin(places, np.frombuffer(state.ended, np.uint64))
        places = places[counts]
        times = np.frombuffer(state.occurred_at, np.int64)[counts]
        order = np.lexsort((places, times))
        self._name = name
        self._version = version
        self._policy = policy
        self._codes = participants
        self._times: NDArray[np.int64] = times[order]
        self._people = np.frombuffer(state.participants, np.uint32)[counts][order]
        self._topics = len(np.unique(np.frombuffer(state.topics, np.uint32)))

    def dominance(self) -> Dominance:
        unknown = self._people == 0
        voices = self._people.astype(np.int64)
        voices[unknown] = -1 - np.arange(np.count_nonzero(unknown))
        row = dominance(
            self._name,
            "",
            self._version,
            Weights(spread(self._people), self._times, voices),
            self._codes.pseudonym,
            self._policy,
        )
        row["topics"] = self._topics
        over_the_limit = sorted(
            self._over_the_limit(), key=lambda found: (-len(found[1]), found[0])
        )
        row["posts_over"] = sum(len(over) for _, over in over_the_limit)
        row["people_over"] = len(over_the_limit)
        for participant, over in sorted(over_the_limit[:MOST_BREACHES]):
            row["flags"] += flag_rows(posting_limit_flag(participant, over, self._policy))
            row["breaches"].append(
                {
                    "participant": participant,
                    "posts_over": len(over),
                    "last_at": iso(over[-1].at),
                    "may_post_again_at": iso(over[-1].may_post_again_at),
                }
            )
        return row

    def _over_the_limit(self) -> Iterator[tuple[str, list[Breach]]]:
        """Pseudonyms of those who posted over the limit, with their posts that were."""
        limit = self._policy.posting_limit
        if limit.posts is None or not len(self._people):
            return
        order = np.argsort(self._people, kind="stable")
        people, starts = np.unique(self._people[order], return_index=True)
        posts = np.split(self._times[order], starts[1:])
        for person, times in zip(people.tolist(), posts, strict=True):
            over = breaches(times.tolist(), limit.posts, limit.interval) if person else []
            if over:
                yield self._codes.pseudonym(person), over
