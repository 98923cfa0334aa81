"""The whole screening once more: the final tables from the raw events, in one batch and slowly.

It follows the rules of `schemas.records` word by word and remembers nothing between events: what
holds of a contribution at a place of the log is computed from the log. With the streams it shares
the normalising of texts, what a text's shingles are, and what says that the text is elsewhere.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from functools import cached_property
from operator import itemgetter
from typing import NamedTuple, TypeAlias

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
    RecognitionAwarded,
    ResponsePublished,
    Role,
    Stance,
    SupportWithdrawn,
    TopicOpened,
    milliseconds,
)
from schemas.policy import HOUR_MS, DeploymentPolicy, Policy, PostingLimit, Similarity
from schemas.policy import Dominance as DominancePolicy
from schemas.records import (
    Breach,
    Closing,
    Consultation,
    Contribution,
    Day,
    Dominance,
    Flag,
    Letter,
    Meeting,
    Recognition,
    Response,
    Standing,
    Summary,
    Support,
    Topic,
    Verdict,
    Window,
    Withdrawal,
)
from streams import similarity as rule
from streams.text import is_attachment_only, is_spaceless, normalise

Position: TypeAlias = tuple[int, int]
TopicKey: TypeAlias = tuple[str, str]
Submission: TypeAlias = ContributionSubmitted | ContributionCorrected
Vote: TypeAlias = ContributionSupported | SupportWithdrawn
TopicEvent: TypeAlias = TopicOpened | Submission | ContributionWithdrawn | Vote | ResponsePublished

TOO_FEW = "Too few to judge."

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass
class Tables:
    """The rows of each table that hold at the end of the log, by what identifies a row.

    Attributes:
        contributions: By partition and offset, like `consultations`, `closings`, `meetings`,
            `topics`, `recognitions`, `standings`, `withdrawals`, `supports` and `responses`.
        summaries: By consultation and topic.
        days: By consultation, topic and day.
        letters: By consultation, topic and offset of the root.
        dominance: By consultation and topic, which is empty for the consultation. Flags come
            without their sentence, and they and the breaches are in order of participant; windows
            are in order of length, the worst before the latest.

    A `judgement` is `TOO_FEW` where it says something.
    """

    consultations: dict[Position, Consultation] = field(default_factory=dict)
    closings: dict[Position, Closing] = field(default_factory=dict)
    meetings: dict[Position, Meeting] = field(default_factory=dict)
    topics: dict[Position, Topic] = field(default_factory=dict)
    recognitions: dict[Position, Recognition] = field(default_factory=dict)
    contributions: dict[Position, Contribution] = field(default_factory=dict)
    standings: dict[Position, Standing] = field(default_factory=dict)
    withdrawals: dict[Position, Withdrawal] = field(default_factory=dict)
    supports: dict[Position, Support] = field(default_factory=dict)
    responses: dict[Position, Response] = field(default_factory=dict)
    summaries: dict[TopicKey, Summary] = field(default_factory=dict)
    days: dict[tuple[str, str, str], Day] = field(default_factory=dict)
    letters: dict[tuple[str, str, int], Letter] = field(default_factory=dict)
    dominance: dict[TopicKey, Dominance] = field(default_factory=dict)


def oracle(log: Sequence[tuple[int, int, Event]], policy: DeploymentPolicy) -> Tables:
    """Compute the tables.

    Args:
        log: Partition, offset and event, of any number of partitions, in any order.
        policy: In force from the beginning.
    """
    events: defaultdict[TopicKey, list[tuple[int, int, TopicEvent]]] = defaultdict(list)
    for partition, offset, event in log:
        if isinstance(event, TopicEvent):
            key = (event.data.consultation, event.data.topic)
            events[key].append((partition, offset, event))
    tables = Tables()
    _write_of_consultations(log, tables)
    topics = []
    for key, entries in sorted(events.items()):
        [partition] = {partition for partition, _, _ in entries}
        in_order = sorted((entry[1:] for entry in entries), key=itemgetter(0))
        topics.append(_Topic(key, partition, in_order, policy))
    for topic in topics:
        topic.write(tables)
    for consultation in sorted({topic.consultation for topic in topics}):
        own = [topic for topic in topics if topic.consultation == consultation]
        if any(topic.facts for topic in own):
            tables.dominance[consultation, ""] = _consultation(own)
    return tables


def _write_of_consultations(log: Iterable[tuple[int, int, Event]], tables: Tables) -> None:
    """What a consultation has of its own; its events are in one partition."""
    seen: set[tuple[str, str, str, str]] = set()
    for partition, offset, event in sorted(log, key=itemgetter(0, 1)):
        if not isinstance(
            event, ConsultationOpened | ConsultationClosed | MeetingHeld | RecognitionAwarded
        ):
            continue
        delivery = (event.data.consultation, event.type, event.source, event.id)
        position = (partition, offset)
        redelivered = int(delivery in seen)
        seen.add(delivery)
        if isinstance(event, ConsultationOpened):
            tables.consultations[position] = {
                "partition": partition,
                "offset": offset,
                "consultation": event.data.consultation,
                "source": event.source,
                "event_id": event.id,
                "title": event.data.title,
                "owner": event.data.owner,
                "visibility": event.data.visibility.value,
                "opens_at": _time(event.data.opens_at) if event.data.opens_at else None,
                "closes_at": _time(event.data.closes_at) if event.data.closes_at else None,
                "redelivered": redelivered,
            }
        elif isinstance(event, ConsultationClosed):
            tables.closings[position] = {
                "partition": partition,
                "offset": offset,
                "consultation": event.data.consultation,
                "source": event.source,
                "event_id": event.id,
                "occurred_at": _time(event.data.occurred_at),
                "redelivered": redelivered,
            }
        elif isinstance(event, MeetingHeld):
            tables.meetings[position] = {
                "partition": partition,
                "offset": offset,
                "consultation": event.data.consultation,
                "meeting": event.data.meeting,
                "source": event.source,
                "event_id": event.id,
                "title": event.data.title,
                "place": event.data.place,
                "attendance": event.data.attendance,
                "occurred_at": _time(event.data.occurred_at),
                "ended_at": _time(event.data.ended_at) if event.data.ended_at else None,
                "redelivered": redelivered,
            }
        else:
            tables.recognitions[position] = {
                "partition": partition,
                "offset": offset,
                "consultation": event.data.consultation,
                "recognition": event.data.recognition,
                "participant": event.data.participant,
                "source": event.source,
                "event_id": event.id,
                "reason": event.data.reason,
                "occurred_at": _time(event.data.occurred_at),
                "redelivered": redelivered,
            }


class _State(NamedTuple):
    """What holds of a contribution at a place of the log: the columns that can change."""

    verdict: Verdict
    refers_to: str
    withdrawn: int
    superseded: int

    @property
    def live(self) -> bool:
        return not self.withdrawn and not self.superseded


@dataclass(frozen=True)
class _Said:
    """A contribution as it was delivered first."""

    partition: int
    offset: int
    event: Submission

    @property
    def id(self) -> str:
        return self.event.data.contribution

    @property
    def participant(self) -> str:
        return self.event.data.participant or ""

    @property
    def by_participant(self) -> bool:
        return self.event.data.role is Role.PARTICIPANT

    @property
    def stance(self) -> Stance | None:
        return self.event.data.stance

    @property
    def voice(self) -> Position | str:
        """Whose it is; an unknown author is somebody for each contribution."""
        return self.participant or (self.partition, self.offset)

    @property
    def one_unknown_voice(self) -> str:
        """Whose it is, if all unknown authors are one."""
        return self.participant

    @property
    def at(self) -> int:
        """When it was said, in Unix milliseconds."""
        return milliseconds(self.event.data.occurred_at)

    @cached_property
    def normalised(self) -> str:
        return normalise(self.event.data.text)

    @property
    def attachment_only(self) -> bool:
        return _attachment_only(self.event)


class _Topic:
    """A topic's log, and what the rules say of it."""

    def __init__(
        self,
        key: TopicKey,
        partition: int,
        log: Sequence[tuple[int, TopicEvent]],
        policy: DeploymentPolicy,
    ) -> None:
        self.consultation, self.topic = key
        self.partition = partition
        self.log = log
        self.policy = policy.of(self.consultation)
        self.policy_hash = self.policy.hash

    @property
    def last_offset(self) -> int:
        return self.log[-1][0]

    # Deliveries.

    @cached_property
    def _first_deliveries(self) -> dict[tuple[str, str, str], int]:
        first: dict[tuple[str, str, str], int] = {}
        for offset, event in self.log:
            first.setdefault((event.type, event.source, event.id), offset)
        return first

    def first_delivery(self, event: TopicEvent) -> int:
        return self._first_deliveries[event.type, event.source, event.id]

    def is_redelivered(self, offset: int, event: TopicEvent) -> bool:
        return self.first_delivery(event) != offset

    @cached_property
    def delivered(self) -> list[tuple[int, TopicEvent]]:
        """The log without redeliveries."""
        return [
            (offset, event) for offset, event in self.log if not self.is_redelivered(offset, event)
        ]

    @cached_property
    def said(self) -> list[_Said]:
        return [
            _Said(self.partition, offset, event)
            for offset, event in self.delivered
            if isinstance(event, Submission)
        ]

    # Groups.

    @cached_property
    def roots(self) -> dict[int, int]:
        """Of each contribution the offset of its group's root, by offset."""
        roots: dict[int, int] = {}
        by_letter: dict[Hashable, int] = {}
        by_similarity: list[tuple[int, _Shingles]] = []
        known_by: Counter[int] = Counter()
        for said in self.said:
            exact = self._exact(said)
            if exact is not None:
                roots[said.offset] = by_letter.setdefault(exact, said.offset)
                continue
            if said.normalised in by_letter:
                roots[said.offset] = by_letter[said.normalised]
                continue
            shingles = _Shingles.of(said.normalised)
            near = [
                root
                for root, others in by_similarity
                if others.has_candidate(shingles)
                and _near_same(others, shingles, self.policy.similarity)
            ]
            roots[said.offset] = by_letter[said.normalised] = near[0] if near else said.offset
            if not near:
                free = [one for one in sorted(shingles.looked_up) if known_by[one] < rule.CROWDED]
                known_by.update(free[: rule.SKETCH])
                sketch = frozenset(free[: rule.SKETCH])
                by_similarity.append((said.offset, shingles._replace(sketch=sketch)))
        return roots

    def _exact(self, said: _Said) -> Hashable:
        """What only an exact repeat has too; None where similarity decides."""
        text = said.normalised
        if not any(character.isalnum() for character in text):
            return said.offset
        if said.attachment_only:
            return (said.voice, text, said.event.data.attachments)
        if _is_short(text, self.policy.similarity):
            return (said.voice, text)
        return None

    # What holds, and when it changed.

    @cached_property
    def removals(self) -> list[tuple[int, ContributionWithdrawn | ContributionCorrected]]:
        """The events after which a contribution is not live any more."""
        return [
            (offset, event)
            for offset, event in self.delivered
            if isinstance(event, ContributionWithdrawn | ContributionCorrected)
        ]

    def _removal(self, said: _Said, until: int) -> TopicEvent | None:
        """The event that ended a contribution, if one did up to a place."""
        ends = (
            event
            for offset, event in self.removals
            if event.data.contribution == said.id and said.offset < offset <= until
        )
        return next(ends, None)

    def state(self, said: _Said, until: int) -> _State:
        """What holds once the event at `until` is in the log."""
        end = self._removal(said, until)
        earlier = [
            other
            for other in self.said
            if other.offset < said.offset
            and self.roots[other.offset] == self.roots[said.offset]
            and self._removal(other, until) is None
        ]
        own = [
            other for other in earlier if said.participant and other.participant == said.participant
        ]
        if own:
            verdict, refers_to = Verdict.RESUBMITTED, own[0].id
        elif earlier:
            verdict, refers_to = Verdict.CAMPAIGN, earlier[0].id
        else:
            verdict, refers_to = Verdict.ORIGINAL, ""
        withdrawn = int(isinstance(end, ContributionWithdrawn))
        superseded = int(isinstance(end, ContributionCorrected))
        return _State(verdict, refers_to, withdrawn, superseded)

    @cached_property
    def last_changes(self) -> dict[int, int]:
        """Of each contribution that a later event changed, by offset: the last one that did."""
        changes: dict[int, int] = {}
        for said in self.said:
            before = self.state(said, said.offset)
            for offset, _ in self.removals:
                if offset > said.offset and (after := self.state(said, offset)) != before:
                    before, changes[said.offset] = after, offset
        return changes

    @cached_property
    def states(self) -> dict[int, _State]:
        """Of each contribution what holds in the end, by offset."""
        return {said.offset: self.state(said, self.last_offset) for said in self.said}

    @cached_property
    def live(self) -> list[_Said]:
        return [said for said in self.said if self.states[said.offset].live]

    @property
    def participants(self) -> list[_Said]:
        """What they said and what is live of it."""
        return [said for said in self.live if said.by_participant]

    @property
    def facts(self) -> int:
        """What a consultation hears: that a participant said something, that it is gone."""
        said = [one for one in self.said if one.by_participant]
        return len(said) + sum(not self.states[one.offset].live for one in said)

    def settled(self, said: _Said) -> int:
        """The offset of the last event that has a part in what holds of a contribution."""
        return max(said.offset, self.last_changes.get(said.offset, 0))

    # Rows.

    def write(self, tables: Tables) -> None:
        self._write_events(tables)
        for offset, changed in self.last_changes.items():
            tables.standings[self.partition, offset] = self._standing(offset, changed)
        tables.summaries[self.consultation, self.topic] = self._summary()
        tables.dominance[self.consultation, self.topic] = self._dominance()
        for day in sorted({_day(event) for _, event in self._submissions}):
            tables.days[self.consultation, self.topic, day] = self._day(day)
        for root in sorted(set(self.roots.values())):
            group = [said for said in self.said if self.roots[said.offset] == root]
            if len({said.voice for said in group}) >= 2:
                tables.letters[self.consultation, self.topic, root] = self._letter(root, group)

    def _write_events(self, tables: Tables) -> None:
        for offset, event in self.log:
            position = (self.partition, offset)
            if isinstance(event, TopicOpened):
                tables.topics[position] = self._opening(offset, event)
            elif isinstance(event, Submission):
                tables.contributions[position] = self._contribution(offset, event)
            elif isinstance(event, ContributionWithdrawn):
                tables.withdrawals[position] = self._withdrawal(offset, event)
            elif isinstance(event, Vote):
                tables.supports[position] = self._support(offset, event)
            elif isinstance(event, ResponsePublished):
                tables.responses[position] = self._response(offset, event)

    @property
    def _submissions(self) -> list[tuple[int, Submission]]:
        """With redeliveries."""
        return [(offset, event) for offset, event in self.log if isinstance(event, Submission)]

    def _opening(self, offset: int, event: TopicOpened) -> Topic:
        return {
            "partition": self.partition,
            "offset": offset,
            "consultation": self.consultation,
            "topic": self.topic,
            "source": event.source,
            "event_id": event.id,
            "title": event.data.title,
            "question": event.data.question,
            "redelivered": int(self.is_redelivered(offset, event)),
        }

    def _contribution(self, offset: int, event: Submission) -> Contribution:
        first = self.first_delivery(event)
        [said] = [said for said in self.said if said.offset == first]
        state = self.state(said, offset)
        verdict, refers_to = state.verdict, state.refers_to
        if first != offset:
            verdict, refers_to = Verdict.REDELIVERED, said.id
        data = event.data
        return {
            "partition": self.partition,
            "offset": offset,
            "consultation": self.consultation,
            "topic": self.topic,
            "contribution": data.contribution,
            "source": event.source,
            "event_id": event.id,
            "channel": data.channel,
            "mode": data.mode.value,
            "participant": data.participant or "",
            "role": data.role.value,
            "identity": data.identity.value,
            "captured_by": data.captured_by.value,
            "device": data.device or "",
            "text": data.text,
            "attachments": list(data.attachments),
            "attachment_only": int(_attachment_only(event)),
            "stance": data.stance.value if data.stance else "",
            "language": data.language or "",
            "reply_to": data.reply_to or "",
            "group": data.group or "",
            "demographics": data.demographics,
            "occurred_at": _time(data.occurred_at),
            "recorded_at": _time(data.recorded_at) if data.recorded_at else None,
            "correction": int(isinstance(event, ContributionCorrected)),
            "verdict": verdict.value,
            "refers_to": refers_to,
            "root_offset": self.roots[first],
            "as_of_offset": offset,
        }

    def _standing(self, offset: int, changed: int) -> Standing:
        state = self.states[offset]
        return {
            "partition": self.partition,
            "offset": offset,
            "consultation": self.consultation,
            "topic": self.topic,
            "verdict": state.verdict.value,
            "refers_to": state.refers_to,
            "withdrawn": state.withdrawn,
            "superseded": state.superseded,
            "as_of_offset": changed,
        }

    def _withdrawal(self, offset: int, event: ContributionWithdrawn) -> Withdrawal:
        return {
            "partition": self.partition,
            "offset": offset,
            "consultation": self.consultation,
            "topic": self.topic,
            "contribution": event.data.contribution,
            "source": event.source,
            "event_id": event.id,
            "occurred_at": _time(event.data.occurred_at),
            "redelivered": int(self.is_redelivered(offset, event)),
        }

    def _support(self, offset: int, event: Vote) -> Support:
        data = event.data
        return {
            "partition": self.partition,
            "offset": offset,
            "consultation": self.consultation,
            "topic": self.topic,
            "contribution": data.contribution,
            "source": event.source,
            "event_id": event.id,
            "channel": data.channel,
            "mode": data.mode.value,
            "participant": data.participant,
            "role": data.role.value,
            "value": event.data.value if isinstance(event, ContributionSupported) else 0,
            "withdrawn": int(isinstance(event, SupportWithdrawn)),
            "occurred_at": _time(data.occurred_at),
            "recorded_at": _time(data.recorded_at) if data.recorded_at else None,
            "redelivered": int(self.is_redelivered(offset, event)),
        }

    def _response(self, offset: int, event: ResponsePublished) -> Response:
        data = event.data
        return {
            "partition": self.partition,
            "offset": offset,
            "consultation": self.consultation,
            "topic": self.topic,
            "response": data.response,
            "source": event.source,
            "event_id": event.id,
            "owner": data.owner,
            "text": data.text,
            "url": data.url or "",
            "occurred_at": _time(data.occurred_at),
            "redelivered": int(self.is_redelivered(offset, event)),
        }

    def _summary(self) -> Summary:
        states = [self.states[said.offset] for said in self.said]
        verdicts = Counter(state.verdict for state in states if state.live)
        participants = self.participants
        voices = Figures.of(said.voice for said in participants)
        one_unknown = Figures.of(said.one_unknown_voice for said in participants)
        everyone = Figures.of(said.voice for said in self.live)
        modes = Counter(said.event.data.mode for said in self.live)
        letters = [
            group
            for group in _grouped(self.live, self.roots).values()
            if len({said.voice for said in group}) >= self.policy.letters.minimum_senders
        ]
        stated = [said for said in participants if said.stance]
        stances = _Picture.counted((said.stance for said in stated), Stance)
        balanced = _Picture.balanced(((said.voice, said.stance) for said in stated), Stance)
        by_letter = _Picture.balanced(
            ((self.roots[said.offset], said.stance) for said in stated), Stance
        )
        votes = self._last_votes
        support = _Picture.counted((vote.data.value for vote in votes), VALUES)
        balanced_support = _Picture.balanced(
            ((vote.data.participant, vote.data.value) for vote in votes), VALUES
        )
        spoken = [event for _, event in self.delivered if isinstance(event, Submission | Vote)]
        answers = [event for _, event in self.delivered if isinstance(event, ResponsePublished)]
        support_by_letter = _Picture.balanced(
            (((vote.data.participant, self._voted_group(vote)), vote.data.value) for vote in votes),
            VALUES,
        )
        titles = [event.data.title for _, event in self.delivered if isinstance(event, TopicOpened)]
        return {
            "consultation": self.consultation,
            "topic": self.topic,
            "title": titles[-1] if titles else "",
            "partition": self.partition,
            "as_of_offset": self.last_offset,
            "newest_event": _time(max(event.data.occurred_at for event in spoken))
            if spoken
            else None,
            "contributions": voices.contributions,
            "voices": voices.voices,
            "top1_share": voices.top1_share,
            "top5_share": voices.top5_share,
            "gini": voices.gini,
            "effective_voices_1": voices.effective_voices_1,
            "effective_voices_2": voices.effective_voices_2,
            "everyone_contributions": everyone.contributions,
            "everyone_voices": everyone.voices,
            "everyone_top1_share": everyone.top1_share,
            "everyone_top5_share": everyone.top5_share,
            "everyone_gini": everyone.gini,
            "everyone_effective_voices_1": everyone.effective_voices_1,
            "everyone_effective_voices_2": everyone.effective_voices_2,
            "unknown_contributions": sum(not said.participant for said in participants),
            "one_unknown_voices": one_unknown.voices,
            "one_unknown_top1_share": one_unknown.top1_share,
            "one_unknown_top5_share": one_unknown.top5_share,
            "one_unknown_gini": one_unknown.gini,
            "one_unknown_effective_voices_1": one_unknown.effective_voices_1,
            "one_unknown_effective_voices_2": one_unknown.effective_voices_2,
            "half_written_by": voices.half_written_by,
            "originals": verdicts[Verdict.ORIGINAL],
            "redelivered": len(self._submissions) - len(self.said),
            "resubmitted": verdicts[Verdict.RESUBMITTED],
            "campaign": verdicts[Verdict.CAMPAIGN],
            "withdrawn": sum(state.withdrawn for state in states),
            "superseded": sum(state.superseded for state in states),
            "attachment_only": sum(said.attachment_only for said in self.live),
            "online": modes[Mode.ONLINE],
            "offline": modes[Mode.OFFLINE],
            "channels": dict(Counter(said.event.data.channel for said in self.live)),
            "letters": len(letters),
            "letter_contributions": sum(map(len, letters)),
            "stance_for": int(stances.of[Stance.FOR]),
            "stance_against": int(stances.of[Stance.AGAINST]),
            "stance_neutral": int(stances.of[Stance.NEUTRAL]),
            "balanced_for": float(balanced.of[Stance.FOR]),
            "balanced_against": float(balanced.of[Stance.AGAINST]),
            "balanced_neutral": float(balanced.of[Stance.NEUTRAL]),
            "balanced_shift": stances.shift(balanced),
            "letters_for": float(by_letter.of[Stance.FOR]),
            "letters_against": float(by_letter.of[Stance.AGAINST]),
            "letters_neutral": float(by_letter.of[Stance.NEUTRAL]),
            "letters_shift": stances.shift(by_letter),
            "supports": len(votes),
            "support_for": int(support.of[1]),
            "support_against": int(support.of[-1]),
            "support_pass": int(support.of[0]),
            "balanced_support_for": float(balanced_support.of[1]),
            "balanced_support_against": float(balanced_support.of[-1]),
            "balanced_support_pass": float(balanced_support.of[0]),
            "support_shift": support.shift(balanced_support),
            "letters_support_for": float(support_by_letter.of[1]),
            "letters_support_against": float(support_by_letter.of[-1]),
            "letters_support_pass": float(support_by_letter.of[0]),
            "letters_support_shift": support.shift(support_by_letter),
            "responses": len(answers),
            "answered_at": _time(min(event.data.occurred_at for event in answers))
            if answers
            else None,
            "judgement": _judgement(voices, self.policy),
            "policy": self.policy_hash,
        }

    @cached_property
    def _last_votes(self) -> list[ContributionSupported]:
        """Of each pair of participant and contribution the last vote, if it was not taken back."""
        votes = [
            (milliseconds(event.data.occurred_at), offset, event)
            for offset, event in self.delivered
            if isinstance(event, Vote)
        ]
        last = {
            (event.data.participant, event.data.contribution): event
            for _, _, event in sorted(votes, key=lambda vote: vote[:2])
        }
        return [event for event in last.values() if isinstance(event, ContributionSupported)]

    def _voted_group(self, vote: ContributionSupported) -> Hashable:
        """The group of the newest contribution of the id that a vote names, or that id itself."""
        groups = [
            self.roots[said.offset] for said in self.said if said.id == vote.data.contribution
        ]
        return groups[-1] if groups else vote.data.contribution

    def _day(self, day: str) -> Day:
        deliveries = [(offset, event) for offset, event in self._submissions if _day(event) == day]
        said = [one for one in self.said if _day(one.event) == day]
        live = [one for one in said if self.states[one.offset].live]
        participants = [one for one in live if one.by_participant]
        verdicts = Counter(self.states[one.offset].verdict for one in live)
        modes = Counter(one.event.data.mode for one in live)
        return {
            "consultation": self.consultation,
            "topic": self.topic,
            "day": day,
            "partition": self.partition,
            "as_of_offset": max(
                *(offset for offset, _ in deliveries), *(self.settled(one) for one in said), 0
            ),
            "contributions": len(participants),
            "voices": len({one.voice for one in participants}),
            "originals": verdicts[Verdict.ORIGINAL],
            "resubmitted": verdicts[Verdict.RESUBMITTED],
            "campaign": verdicts[Verdict.CAMPAIGN],
            "redelivered": len(deliveries) - len(said),
            "not_live": len(said) - len(live),
            "online": modes[Mode.ONLINE],
            "offline": modes[Mode.OFFLINE],
        }

    def _letter(self, root: int, group: Sequence[_Said]) -> Letter:
        live = [said for said in group if self.states[said.offset].live]
        moments = [said.event.data.occurred_at for said in live]
        seconds = Counter(said.at // 1000 for said in live)
        return {
            "consultation": self.consultation,
            "topic": self.topic,
            "root_offset": root,
            "partition": self.partition,
            "as_of_offset": max(self.settled(said) for said in group),
            "representative": live[0].id if live else "",
            "representative_offset": live[0].offset if live else 0,
            "contributions": len(live),
            "senders": len({said.voice for said in live}),
            "unknown_senders": sum(not said.participant for said in live),
            "first_at": _time(min(moments)) if live else None,
            "last_at": _time(max(moments)) if live else None,
            "largest_burst": max(seconds.values(), default=0),
        }

    def _dominance(self) -> Dominance:
        row = _dominance(self.participants, self.policy)
        return {
            **row,
            "consultation": self.consultation,
            "topic": self.topic,
            "version": self.last_offset,
            "policy": self.policy_hash,
        }


VALUES = (1, 0, -1)


def _consultation(topics: Sequence[_Topic]) -> Dominance:
    policy = topics[0].policy
    said = [one for topic in topics for one in topic.participants]
    row = _dominance(said, policy)
    breaches = _breaches(said, policy.posting_limit)
    limit = policy.posting_limit.posts or 0
    over = [
        _flag(breach["participant"], "posting_limit", breach["posts_over"], limit)
        for breach in breaches
    ]
    return {
        **row,
        "consultation": topics[0].consultation,
        "version": sum(topic.facts for topic in topics),
        "topics": sum(topic.facts > 0 for topic in topics),
        "flags": sorted([*row["flags"], *over], key=_flag_order),
        "posts_over": sum(breach["posts_over"] for breach in breaches),
        "people_over": len(breaches),
        "breaches": breaches,
        "policy": topics[0].policy_hash,
    }


def _dominance(said: Sequence[_Said], policy: Policy) -> Dominance:
    """The row of a whole, but for what it is called and whom it belongs to."""
    figures = Figures.of(one.voice for one in said)
    one_unknown = Figures.of(one.one_unknown_voice for one in said)
    judgement = _judgement(figures, policy)
    flags = [] if judgement else [*_whole_flags(said, policy), *_window_flags(said, policy)]
    return {
        "consultation": "",
        "topic": "",
        "version": 0,
        "contributions": figures.contributions,
        "voices": figures.voices,
        "top1_share": figures.top1_share,
        "top5_share": figures.top5_share,
        "gini": figures.gini,
        "effective_voices_1": figures.effective_voices_1,
        "effective_voices_2": figures.effective_voices_2,
        "unknown_contributions": sum(not one.participant for one in said),
        "one_unknown_top1_share": one_unknown.top1_share,
        "one_unknown_top5_share": one_unknown.top5_share,
        "one_unknown_effective_voices_2": one_unknown.effective_voices_2,
        "half_written_by": figures.half_written_by,
        "topics": 0,
        "lorenz": figures.lorenz,
        "windows": _windows(said, policy.dominance),
        "flags": sorted(flags, key=_flag_order),
        "posts_over": 0,
        "people_over": 0,
        "breaches": [],
        "judgement": judgement,
        "policy": "",
    }


def _judgement(figures: "Figures", policy: Policy) -> str:
    few = (
        figures.contributions < policy.dominance.minimum_contributions
        or figures.voices < policy.dominance.minimum_voices
    )
    return TOO_FEW if few else ""


class _Span(NamedTuple):
    """A window and what was said in it."""

    hours: int
    start: int
    said: Sequence[_Said]

    @property
    def end(self) -> int:
        return self.start + self.hours * HOUR_MS

    @property
    def name(self) -> str:
        days, rest = divmod(self.hours, 24)
        return f"{days}d" if days > 1 and not rest else f"{self.hours}h"

    @property
    def figures(self) -> "Figures":
        return Figures.of(one.voice for one in self.said)

    def wrote(self, participant: str) -> int:
        return sum(one.participant == participant for one in self.said)

    def share(self, participant: str) -> float:
        return self.wrote(participant) / len(self.said)


def _spans(said: Sequence[_Said], hours: int) -> list[_Span]:
    """All windows of a length in which something was said, the earliest first."""
    length = hours * HOUR_MS
    step = length // 12
    inside: defaultdict[int, list[_Said]] = defaultdict(list)
    for one in said:
        newest_start = one.at // step * step
        for number in range(12):
            inside[newest_start - number * step].append(one)
    return [_Span(hours, start, inside[start]) for start in sorted(inside)]


def _judged(said: Sequence[_Said], hours: int, policy: DominancePolicy) -> list[_Span]:
    minimum = policy.window_minimum_contributions
    return [span for span in _spans(said, hours) if len(span.said) >= minimum]


def _windows(said: Sequence[_Said], policy: DominancePolicy) -> list[Window]:
    """For each length the worst window, if one is judged, and the latest."""
    rows = []
    for hours in policy.windows:
        # The first of the highest is the earliest.
        judged = _judged(said, hours, policy)
        if judged:
            worst = max(judged, key=lambda span: (span.figures.top1_share, len(span.said)))
            rows.append(_window(worst, "worst"))
        if said:
            step = hours * HOUR_MS // 12
            end = max(one.at for one in said) // step * step + step
            [latest] = [span for span in _spans(said, hours) if span.end == end]
            rows.append(_window(latest, "latest"))
    return rows


def _window(span: _Span, pick: str) -> Window:
    return {
        "window": span.name,
        "pick": pick,
        "starts_at": _moment(span.start),
        "ends_at": _moment(span.end),
        "contributions": span.figures.contributions,
        "voices": span.figures.voices,
        "top1_share": span.figures.top1_share,
        "top5_share": span.figures.top5_share,
        "effective_voices_2": span.figures.effective_voices_2,
    }


def _whole_flags(said: Sequence[_Said], policy: Policy) -> list[Flag]:
    dominance = policy.dominance
    figures = Figures.of(one.voice for one in said)
    if figures.effective_voices_2 > dominance.maximum_effective_voices:
        return []
    flags = []
    for participant, wrote in _known(said).items():
        share = wrote / len(said)
        if share >= dominance.top1_share:
            flags.append(_flag(participant, "top1_share", share, dominance.top1_share))
        # Whoever is level with the sixth is not told apart from them.
        among_five = figures.voices > 5 and wrote > figures.counts[5]
        has_a_fifth = share >= dominance.top5_share / 5
        if among_five and has_a_fifth and figures.top5_share >= dominance.top5_share:
            together = figures.top5_share
            flags.append(_flag(participant, "top5_share", together, dominance.top5_share))
    return flags


def _window_flags(said: Sequence[_Said], policy: Policy) -> list[Flag]:
    dominance = policy.dominance
    flags = []
    for hours in dominance.windows:
        for participant in _known(said):
            spans = [
                span
                for span in _judged(said, hours, dominance)
                if span.share(participant) >= dominance.window_top1_share
            ]
            if not spans:
                continue
            peak = max(spans, key=lambda span: (span.wrote(participant), -len(span.said)))
            if peak.figures.effective_voices_2 <= dominance.maximum_effective_voices:
                share, threshold = peak.share(participant), dominance.window_top1_share
                flags.append(_flag(participant, "window_top1_share", share, threshold, peak))
    return flags


def _flag(
    participant: str, measure: str, figure: float, threshold: float, span: _Span | None = None
) -> Flag:
    return {
        "participant": participant,
        "measure": measure,
        "window": span.name if span else "all",
        "starts_at": _moment(span.start) if span else None,
        "ends_at": _moment(span.end) if span else None,
        "figure": figure,
        "threshold": threshold,
        "sentence": "",
    }


def _flag_order(flag: Flag) -> tuple[str, str, str]:
    return (flag["participant"], flag["measure"], flag["window"])


def _breaches(said: Sequence[_Said], limit: PostingLimit) -> list[Breach]:
    if limit.posts is None:
        return []
    rows: list[Breach] = []
    for participant in sorted(_known(said)):
        counted: list[int] = []
        over: list[tuple[int, int]] = []
        for at in sorted(one.at for one in said if one.participant == participant):
            recent = [earlier for earlier in counted if at - earlier < limit.interval]
            if len(recent) < limit.posts:
                counted.append(at)
            else:
                over.append((at, recent[0] + limit.interval))
        if over:
            last_at, may_post_again_at = over[-1]
            rows.append(
                {
                    "participant": participant,
                    "posts_over": len(over),
                    "last_at": _moment(last_at),
                    "may_post_again_at": _moment(may_post_again_at),
                }
            )
    return rows


def _known(said: Iterable[_Said]) -> Counter[str]:
    """Contributions of known participants."""
    return Counter(one.participant for one in said if one.participant)


class _Picture(NamedTuple):
    """How many stand where."""

    of: Mapping[Hashable, Fraction]

    @classmethod
    def counted(cls, stated: Iterable[Hashable], answers: Iterable[Hashable]) -> "_Picture":
        counts = Counter(stated)
        return cls({answer: Fraction(counts[answer]) for answer in answers})

    @classmethod
    def balanced(
        cls, stated: Iterable[tuple[Hashable, Hashable]], answers: Iterable[Hashable]
    ) -> "_Picture":
        """One vote for each voice, in the shares of what it stated."""
        by_voice: defaultdict[Hashable, Counter[Hashable]] = defaultdict(Counter)
        for voice, answer in stated:
            by_voice[voice][answer] += 1
        return cls(
            {
                answer: sum(
                    (Fraction(one[answer], one.total()) for one in by_voice.values()), Fraction()
                )
                for answer in answers
            }
        )

    def shift(self, other: "_Picture") -> float:
        """Half the sum of the differences between the shares, 0 where nothing was stated."""
        own, others = sum(self.of.values()), sum(other.of.values())
        if not own:
            return 0.0
        return float(sum(abs(self.of[a] / own - other.of[a] / others) for a in self.of) / 2)


class Figures(NamedTuple):
    """The spread of contributions over voices."""

    counts: Sequence[int]

    @classmethod
    def of(cls, voices: Iterable[Hashable]) -> "Figures":
        return cls(sorted(Counter(voices).values(), reverse=True))

    @property
    def contributions(self) -> int:
        return sum(self.counts)

    @property
    def voices(self) -> int:
        return len(self.counts)

    @property
    def shares(self) -> list[float]:
        return [count / self.contributions for count in self.counts]

    @property
    def top1_share(self) -> float:
        return self._top(1)

    @property
    def top5_share(self) -> float:
        return self._top(5)

    def _top(self, voices: int) -> float:
        return sum(self.counts[:voices]) / self.contributions if self.counts else 0.0

    @property
    def gini(self) -> float:
        """Half the mean difference of two voices, over the mean."""
        if not self.counts:
            return 0.0
        differences = sum(abs(one - other) for one in self.counts for other in self.counts)
        return differences / (2 * self.voices * self.contributions)

    @property
    def effective_voices_1(self) -> float:
        if not self.counts:
            return 0.0
        return math.exp(-math.fsum(share * math.log(share) for share in self.shares))

    @property
    def effective_voices_2(self) -> float:
        if not self.counts:
            return 0.0
        return self.contributions**2 / sum(count**2 for count in self.counts)

    @property
    def lorenz(self) -> list[tuple[float, float]]:
        """Where the count changes: the shares of the least active voices and of what they wrote."""
        points = [(0.0, 0.0)] if self.counts else []
        for count in sorted(set(self.counts)):
            least = [other for other in self.counts if other <= count]
            points.append((len(least) / self.voices, sum(least) / self.contributions))
        return points

    @property
    def half_written_by(self) -> int:
        written = 0
        for number, count in enumerate(self.counts, 1):
            written += count
            if 2 * written >= self.contributions:
                return number
        return 0


def _grouped(said: Iterable[_Said], roots: Mapping[int, int]) -> dict[int, list[_Said]]:
    groups: defaultdict[int, list[_Said]] = defaultdict(list)
    for one in said:
        groups[roots[one.offset]].append(one)
    return groups


class _Shingles(NamedTuple):
    """A text's shingles, as hashes, and those that it is known by where it is a root."""

    compared: frozenset[int]
    looked_up: frozenset[int]
    sketch: frozenset[int] = frozenset()

    @classmethod
    def of(cls, normalised: str) -> "_Shingles":
        [shingles] = rule.shingle_sets([normalised])
        return cls(frozenset(shingles.compared.tolist()), frozenset(shingles.looked_up.tolist()))

    def has_candidate(self, other: "_Shingles") -> bool:
        """Whether the other text is looked at, where this one is the root."""
        return not self.sketch.isdisjoint(other.looked_up)


def _near_same(one: _Shingles, other: _Shingles, similarity: Similarity) -> bool:
    """Whether one text is a copy of the other, or holds one."""
    common, smaller = (
        len(one.compared & other.compared),
        min(len(one.compared), len(other.compared)),
    )
    if not smaller:
        return False
    jaccard = common / len(one.compared | other.compared)
    if smaller < similarity.containment_shingles:
        whole = one.compared <= other.compared or other.compared <= one.compared
        return whole and jaccard >= similarity.jaccard_few
    return jaccard >= similarity.jaccard or common / smaller >= similarity.containment


def _is_short(text: str, similarity: Similarity) -> bool:
    if is_spaceless(text):
        return len(text.replace(" ", "")) < similarity.short_characters
    return len(text.split()) < similarity.short_words


def _attachment_only(event: Submission) -> bool:
    return is_attachment_only(
        normalise(event.data.text), has_attachments=bool(event.data.attachments)
    )


def _moment(unix_milliseconds: int) -> str:
    at = _EPOCH + timedelta(milliseconds=unix_milliseconds)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _time(moment: datetime) -> str:
    return _moment(milliseconds(moment))


def _day(event: Submission) -> str:
    return _time(event.data.occurred_at)[:10]
