"""Who said this already? A run of events in, their verdicts out, and what they change.

An offset at or below the state's position is a replay: it changes nothing and gets the verdict that
it got before, since the state knows which offset was the first of each delivery and what its
verdict was on arrival.

A run is screened in two passes. The first looks everything up that the log had before the run, for
all events at once, which is what makes it fast; the second takes the events one after the other,
and looks among what the run itself has added. The answer is the same as for runs of one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from schemas.events import (
    ConsultationClosed,
    ConsultationOpened,
    ContributionCorrected,
    ContributionSubmitted,
    ContributionSupported,
    ContributionWithdrawn,
    Event,
    MeetingHeld,
    Mode,
    PolicySet,
    RecognitionAwarded,
    ResponsePublished,
    SupportWithdrawn,
    TopicOpened,
    milliseconds,
)
from schemas.policy import Similarity
from schemas.records import Verdict
from streams.codes import pseudonym_bytes
from streams.contributions import ROLES, STANCES, VERDICTS
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
from streams.hash_index import MISSING, hash64
from streams.similarity import Shingles, ShingleSet, is_short, near_same, shingle_sets, sketch
from streams.state import OTHER_EVENT, PartitionState
from streams.text import is_attachment_only, normalise


class Arrival(NamedTuple):
    """An event as it stands in the log; `key` is `schemas.events.partition_key`."""

    offset: int
    key: str
    event: Event


@dataclass(frozen=True, slots=True)
class Screened:
    """What screening says of one event.

    Attributes:
        arrival: The event.
        effect: What it changes; None for a replay, and where that is nothing.
        verdict: Of a contribution; of anything else `redelivered` or `original`.
        refers_to: Id of the contribution that this one repeats, empty for an original.
        root_offset: Offset of the root of a contribution's group.
        attachment_only: Whether a contribution only points to an attachment.
        ended: Numbers of the contributions that it ended.
    """

    arrival: Arrival
    effect: Effect | None = None
    verdict: Verdict = Verdict.ORIGINAL
    refers_to: str = ""
    root_offset: int = 0
    attachment_only: bool = False
    ended: tuple[int, ...] = ()

    @property
    def redelivered(self) -> bool:
        """Whether the same event came before."""
        return self.verdict is Verdict.REDELIVERED


_OF_NO_TOPIC = (
    ConsultationOpened,
    ConsultationClosed,
    MeetingHeld,
    RecognitionAwarded,
    PolicySet,
)


def screen(arrivals: Sequence[Arrival], state: PartitionState) -> Iterator[Screened]:
    """Tell what the events of a run are, and fold what they change into the state.

    Args:
        arrivals: A run of the partition's log, in its order. What cannot be read is left out.
        state: The partition's. Its indexes must not be settled before the run is through.
    """
    for part in _governed_alike(arrivals):
        run = _Run(part, state)
        for place, arrival in enumerate(part):
            yield run.screen(place, arrival)


def _governed_alike(arrivals: Sequence[Arrival]) -> Iterator[Sequence[Arrival]]:
    """Cut a run behind each policy, since it says how texts are compared."""
    start = 0
    for place, arrival in enumerate(arrivals, 1):
        if isinstance(arrival.event, PolicySet):
            yield arrivals[start:place]
            start = place
    if start < len(arrivals):
        yield arrivals[start:]


class _Wording(NamedTuple):
    """How a contribution is compared.

    `key` is the hash of what can be the same to the letter, 0 for nothing; `shingles` whether it
    can be near the same.
    """

    key: int
    normalised: str
    shingles: bool
    attachment_only: bool


class _Candidates(NamedTuple):
    """What the log had, before a run, of the values that a text is looked up by.

    Attributes:
        keys: What the values are called in the index.
        known: For each of them, how many roots are known by it.
        roots: All roots known by one of them.
    """

    keys: NDArray[np.uint64]
    known: NDArray[np.intp]
    roots: NDArray[np.uint32]


class _Run:
    """A run of events, with what the log had of each before the run."""

    def __init__(self, arrivals: Sequence[Arrival], state: PartitionState) -> None:
        self._state = state
        deliveries = [hash64(key, event.type, event.source, event.id) for _, key, event in arrivals]
        self._deliveries = deliveries
        self._delivered = _firsts(state.deliveries.first(np.array(deliveries, np.uint64)))
        self._wordings = {
            place: _wording(arrival, state)
            for place, arrival in enumerate(arrivals)
            if isinstance(arrival.event, ContributionSubmitted | ContributionCorrected)
        }
        keys = np.array([wording.key for wording in self._wordings.values()], np.uint64)
        worded = _firsts(state.wordings.first(keys))
        self._worded = dict(zip(self._wordings, worded, strict=True))
        self._votes = {
            place: _vote_key(arrival.key, arrival.event)
            for place, arrival in enumerate(arrivals)
            if isinstance(arrival.event, ContributionSupported | SupportWithdrawn)
        }
        keys = np.array(list(self._votes.values()), np.uint64)
        self._voted = dict(zip(self._votes, _firsts(state.vote_keys.first(keys)), strict=True))
        self._look_for_candidates(arrivals)

    def _look_for_candidates(self, arrivals: Sequence[Arrival]) -> None:
        """Hash the shingles of what is new to the letter, and find the roots that share some."""
        state = self._state
        places = {
            wording.key: place
            for place, wording in self._wordings.items()
            if wording.shingles and self._worded[place] is None
        }
        sets = shingle_sets([self._wordings[place].normalised for place in places.values()])
        self._sets: dict[int, Shingles] = dict(zip(places, sets, strict=True))
        self._candidates: dict[int, _Candidates] = {}
        if not sets:
            return
        topics = [hash64(arrivals[place].key) for place in places.values()]
        lengths = [len(found.looked_up) for found in sets]
        looked_up = np.concatenate([found.looked_up for found in sets])
        keys = _in_topic(np.repeat(np.array(topics, np.uint64), lengths), looked_up)
        positions, roots = state.sketches.search(keys)
        known = np.bincount(positions, minlength=len(keys))
        ends = np.cumsum(lengths)
        borders = np.searchsorted(positions, ends).tolist()
        start = 0
        for key, length, end, border in zip(places, lengths, ends.tolist(), borders, strict=True):
            own = slice(end - length, end)
            self._candidates[key] = _Candidates(keys[own], known[own], roots[start:border])
            start = border

    def screen(self, place: int, arrival: Arrival) -> Screened:
        """Screen one event; all before it in the run must be through."""
        event = arrival.event
        first = self._first_delivery(place)
        if isinstance(event, ContributionSubmitted | ContributionCorrected):
            return self._contribution(place, arrival, event, first)
        of_a_topic = not isinstance(event, _OF_NO_TOPIC)
        if first is not None and self._offset_of(first) < arrival.offset:
            seen = Seen(arrival.offset, arrival.key) if of_a_topic else None
            return self._folded(Screened(arrival, seen, Verdict.REDELIVERED))
        if isinstance(event, ContributionWithdrawn):
            return self._withdrawal(place, arrival, event)
        return self._folded(Screened(arrival, self._other(place, arrival, event)))

    def _other(self, place: int, arrival: Arrival, event: Event) -> Effect:
        """What an event that is no contribution changes, where it comes for the first time."""
        offset, key, _ = arrival
        delivery = self._deliveries[place]
        if isinstance(event, ContributionSupported | SupportWithdrawn):
            return self._vote(place, arrival, event)
        if isinstance(event, ResponsePublished):
            return Responded(offset, key, delivery, milliseconds(event.data.occurred_at))
        if isinstance(event, TopicOpened):
            return Opened(offset, key, delivery, event.data.title)
        if isinstance(event, PolicySet):
            return Governed(offset, delivery, event.data.policy.model_dump_json().encode())
        return Delivered(offset, delivery)

    def _first_delivery(self, place: int) -> int | None:
        """What the deliveries have: the number of a contribution, or of another event."""
        first = self._delivered[place]
        if first is None:
            first = next(iter(self._state.deliveries.recent(self._deliveries[place])), None)
        return first

    def _offset_of(self, delivered: int) -> int:
        if delivered & OTHER_EVENT:
            return self._state.other_offsets[delivered ^ OTHER_EVENT]
        return self._state.contributions.offsets[delivered]

    def _folded(self, screened: Screened) -> Screened:
        """Fold the effect, or for a replay only say that its topic is to be told again."""
        state, arrival = self._state, screened.arrival
        if arrival.offset > state.position:
            if screened.effect is not None:
                state.fold(screened.effect)
            return screened
        if isinstance(screened.effect, Governed):
            for key in state.topics:
                state.changes(key)
        elif arrival.key in state.topics:
            state.changes(arrival.key)
        return screened

    def _contribution(
        self,
        place: int,
        arrival: Arrival,
        event: ContributionSubmitted | ContributionCorrected,
        first: int | None,
    ) -> Screened:
        state, columns = self._state, self._state.contributions
        offset, key, _ = arrival
        attachment_only = self._wordings[place].attachment_only
        if first is not None and columns.offsets[first] < offset:
            again = Redelivered(offset, key, milliseconds(event.data.occurred_at))
            state.touch_day(key, again.occurred_at)
            return self._folded(
                Screened(
                    arrival,
                    again,
                    Verdict.REDELIVERED,
                    columns.id(first),
                    columns.offsets[columns.roots[first]],
                    attachment_only,
                )
            )
        if first is None:
            first = len(columns)
            submitted = self._submission(place, arrival, event)
            state.fold(submitted)
            effect: Effect | None = submitted
        else:
            effect = None
            state.touch(key, first)
        ended: tuple[int, ...] = ()
        if isinstance(event, ContributionCorrected):
            ended = self._ended(arrival, event.data.contribution)
        return Screened(
            arrival,
            effect,
            VERDICTS[columns.arrivals[first]],
            columns.id(columns.arrival_refers[first]),
            columns.offsets[columns.roots[first]],
            attachment_only,
            ended,
        )

    def _submission(
        self,
        place: int,
        arrival: Arrival,
        event: ContributionSubmitted | ContributionCorrected,
    ) -> Submitted:
        data = event.data
        wording = self._wordings[place]
        root = self._root_of_wording(place, wording)
        worded_before = root is not None
        own: Shingles | None = None
        if root is None and wording.shingles:
            own = self._sets[wording.key]
            similarity = self._state.policy.of(data.consultation).similarity
            root = self._root_near(own, self._candidates[wording.key], similarity)
        new = own if root is None else None
        known_by = self._sketch(self._candidates[wording.key]) if new else []
        return Submitted(
            offset=arrival.offset,
            topic=arrival.key,
            delivery=self._deliveries[place],
            wording=0 if worded_before else wording.key,
            contribution=data.contribution,
            participant=pseudonym_bytes(data.participant),
            root=root,
            shingles=new.compared.tobytes() if new else b"",
            sketch=np.array(known_by, np.uint64).tobytes(),
            role=ROLES.index(data.role),
            stance=STANCES.index(data.stance),
            offline=data.mode is Mode.OFFLINE,
            attachment_only=wording.attachment_only,
            correction=isinstance(event, ContributionCorrected),
            channel=data.channel,
            occurred_at=milliseconds(data.occurred_at),
        )

    def _root_of_wording(self, place: int, wording: _Wording) -> int | None:
        """The root of the group that the same wording is in.

        It is the one that comparing would find: roots do not change, and a later one stands behind.
        """
        if not wording.key:
            return None
        worded = self._worded[place]
        if worded is None:
            worded = next(iter(self._state.wordings.recent(wording.key)), None)
        if worded is None:
            return None
        root: int = self._state.contributions.roots[worded]
        return root

    def _root_near(
        self, own: Shingles, candidates: _Candidates, similarity: Similarity
    ) -> int | None:
        """The first of the topic's roots that a text is near the same as."""
        state = self._state
        roots: set[int] = set(candidates.roots.tolist())
        roots.update(state.sketches.recent(*candidates.keys.tolist()))
        for root in sorted(roots):
            if near_same(own.compared, state.shingles.get(root), similarity):
                return root
        return None

    def _sketch(self, candidates: _Candidates) -> list[int]:
        """What a new root is known by, as it is called in the index."""
        count_recent = self._state.sketches.count_recent
        keys: list[int] = candidates.keys.tolist()
        in_runs = candidates.known.tolist()
        known = (older + count_recent(one) for older, one in zip(in_runs, keys, strict=True))
        return sketch(keys, known)

    def _withdrawal(self, place: int, arrival: Arrival, event: ContributionWithdrawn) -> Screened:
        contribution = event.data.contribution
        effect = Withdrawn(arrival.offset, arrival.key, self._deliveries[place], contribution)
        self._folded(Screened(arrival, effect))
        return Screened(arrival, effect, ended=self._ended(arrival, contribution))

    def _ended(self, arrival: Arrival, contribution: str) -> tuple[int, ...]:
        """Which contributions an event ended, told again where it is a replay."""
        state = self._state
        ended = tuple(
            number
            for number in state.numbers_of(arrival.key, contribution)
            if state.ended.get(number) == arrival.offset
        )
        for root in {state.contributions.roots[number] for number in ended}:
            state.touch_changed(arrival.key, root, arrival.offset)
        return ended

    def _vote(
        self, place: int, arrival: Arrival, event: ContributionSupported | SupportWithdrawn
    ) -> Supported:
        data = event.data
        key = self._votes[place]
        vote = self._voted[place]
        if vote is None:
            vote = next(iter(self._state.vote_keys.recent(key)), None)
        return Supported(
            offset=arrival.offset,
            topic=arrival.key,
            delivery=self._deliveries[place],
            key=key,
            target=hash64(arrival.key, data.contribution),
            vote=vote,
            participant=pseudonym_bytes(data.participant),
            value=event.data.value if isinstance(event, ContributionSupported) else None,
            occurred_at=milliseconds(data.occurred_at),
        )


def _in_topic(topics: NDArray[np.uint64], values: ShingleSet) -> NDArray[np.uint64]:
    """What values are called in the index: other names in each topic, never two alike in one."""
    return topics + values * _SPREAD


# An odd number, so that multiplying by it is one to one.
_SPREAD = np.uint64(0x9E3779B97F4A7C15)


def _wording(arrival: Arrival, state: PartitionState) -> _Wording:
    event = arrival.event
    assert isinstance(event, ContributionSubmitted | ContributionCorrected)  # noqa: S101
    data = event.data
    text = normalise(data.text)
    participant = data.participant or ""
    attachment_only = is_attachment_only(text, has_attachments=bool(data.attachments))
    short = attachment_only or is_short(text, state.policy.of(data.consultation).similarity)
    if not text or (short and not participant):
        return _Wording(0, text, shingles=False, attachment_only=attachment_only)
    if attachment_only:
        key = hash64(arrival.key, participant, text, *data.attachments)
    elif short:
        key = hash64(arrival.key, participant, text)
    else:
        key = hash64(arrival.key, text)
    return _Wording(key, text, shingles=not short, attachment_only=attachment_only)


def _vote_key(key: str, event: Event) -> int:
    assert isinstance(event, ContributionSupported | SupportWithdrawn)  # noqa: S101
    return hash64(key, event.data.contribution, event.data.participant)


def _firsts(found: NDArray[np.uint32]) -> list[int | None]:
    return [None if number == MISSING else number for number in found.tolist()]
