"""What is told of the topics that changed: the rows of `schemas.records`, from the state."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from schemas.policy import Policy
from schemas.records import Day, Dominance, Kind, Letter, Standing, Summary, Verdict
from streams import summary as facts
from streams.contributions import NONE, VERDICTS, End, View
from streams.dominance import figures, half_written_by, spread
from streams.dominance_row import Weights, dominance
from streams.flags import judgement
from streams.output import iso
from streams.state import (
    MILLISECONDS_PER_DAY,
    WITHDRAWN_VOTE,
    Changes,
    PartitionState,
    TopicState,
)


class Told(NamedTuple):
    """A row for a table, and the key that names it for good on its Kafka topic."""

    kind: Kind
    key: str
    row: Summary | Day | Letter | Standing | Dominance


def tell(key: str, partition: int, state: PartitionState, changes: Changes) -> Iterator[Told]:
    """Everything to be told of a topic after changes.

    Args:
        key: The topic's Kafka key, `consultation/topic`.
        partition: Of the events.
        state: The partition's.
        changes: What changed since the topic was told last.
    """
    topic = _Topic(key, partition, state)
    yield Told(Kind.SUMMARY, key, topic.summary())
    yield Told(Kind.DOMINANCE, key, topic.dominance())
    for day in sorted(changes.days):
        row = topic.day(day)
        yield Told(Kind.DAY, f"{key}/{row['day']}", row)
    for root in sorted(changes.roots):
        letter = topic.letter(root)
        if letter is not None:
            yield Told(Kind.LETTER, f"{key}/{letter['root_offset']}", letter)
    for number in sorted(changes.changed):
        standing = topic.standing(number)
        yield Told(Kind.STANDING, f"{key}/{standing['offset']}", standing)


class _Topic:
    """A topic with its columns at hand."""

    def __init__(self, key: str, partition: int, state: PartitionState) -> None:
        self._key = key
        self._consultation, _, self._topic = key.partition("/")
        self._partition = partition
        self._state = state
        self._own: TopicState = state.topics[key]
        self._policy: Policy = state.policy.of(self._consultation)
        self._all = self._view(np.frombuffer(self._own.members, np.uint32))
        self._live = self._all.where(self._all.ends == End.LIVE)
        self._participants = facts.of_participants(self._live)
        self._spread = spread(self._participants.participants)

    @property
    def _as_of(self) -> int:
        """A policy that came after the last event changed what is told."""
        return max(self._own.as_of_offset, self._state.policy_offset)

    def _view(self, numbers: NDArray[np.uint32]) -> View:
        return self._state.contributions.view(numbers)

    def summary(self) -> Summary:
        own, theirs = self._own, self._spread
        one_unknown = figures(theirs.with_one_unknown)
        everyone = spread(self._live.participants).figures
        participants = theirs.figures
        counts = facts.by_verdict(self._live)
        stated = facts.stated(self._participants)
        balanced = facts.balanced(facts.voices(self._participants), self._participants.stances)
        groups = self._participants.roots.astype(np.int64)
        by_letter = facts.balanced(groups, self._participants.stances)
        votes, voters, voted_groups = self._votes()
        supports = facts.Picture(*(int(np.count_nonzero(votes == code)) for code in (2, 0, 1)))
        balanced_support = facts.balanced_votes(voters, votes)
        support_by_letter = facts.balanced_votes(facts.pairs(voters, voted_groups), votes)
        letters, letter_contributions = self._letters()
        offline = int(np.count_nonzero(self._live.offline))
        return {
            "consultation": self._consultation,
            "topic": self._topic,
            "title": own.title,
            "partition": self._partition,
            "as_of_offset": self._as_of,
            "newest_event": _iso_or_none(own.newest_event),
            "contributions": participants.contributions,
            "voices": participants.voices,
            "top1_share": participants.top1_share,
            "top5_share": participants.top5_share,
            "gini": participants.gini,
            "effective_voices_1": participants.effective_voices_1,
            "effective_voices_2": participants.effective_voices_2,
            "everyone_contributions": everyone.contributions,
            "everyone_voices": everyone.voices,
            "everyone_top1_share": everyone.top1_share,
            "everyone_top5_share": everyone.top5_share,
            "everyone_gini": everyone.gini,
            "everyone_effective_voices_1": everyone.effective_voices_1,
            "everyone_effective_voices_2": everyone.effective_voices_2,
            "unknown_contributions": theirs.unknown,
            "one_unknown_voices": one_unknown.voices,
            "one_unknown_top1_share": one_unknown.top1_share,
            "one_unknown_top5_share": one_unknown.top5_share,
            "one_unknown_gini": one_unknown.gini,
            "one_unknown_effective_voices_1": one_unknown.effective_voices_1,
            "one_unknown_effective_voices_2": one_unknown.effective_voices_2,
            "half_written_by": half_written_by(theirs.histogram),
            "originals": counts[Verdict.ORIGINAL],
            "redelivered": len(own.redelivered_offsets),
            "resubmitted": counts[Verdict.RESUBMITTED],
            "campaign": counts[Verdict.CAMPAIGN],
            "withdrawn": int(np.count_nonzero(self._all.ends == End.WITHDRAWN)),
            "superseded": int(np.count_nonzero(self._all.ends == End.SUPERSEDED)),
            "attachment_only": int(np.count_nonzero(self._live.attachment_only)),
            "online": len(self._live.numbers) - offline,
            "offline": offline,
            "channels": self._channels(),
            "letters": letters,
            "letter_contributions": letter_contributions,
            "stance_for": int(stated.in_favour),
            "stance_against": int(stated.against),
            "stance_neutral": int(stated.neither),
            "balanced_for": balanced.in_favour,
            "balanced_against": balanced.against,
            "balanced_neutral": balanced.neither,
            "balanced_shift": stated.shift(balanced),
            "letters_for": by_letter.in_favour,
            "letters_against": by_letter.against,
            "letters_neutral": by_letter.neither,
            "letters_shift": stated.shift(by_letter),
            "supports": len(votes),
            "support_for": int(supports.in_favour),
            "support_against": int(supports.against),
            "support_pass": int(supports.neither),
            "balanced_support_for": balanced_support.in_favour,
            "balanced_support_against": balanced_support.against,
            "balanced_support_pass": balanced_support.neither,
            "support_shift": supports.shift(balanced_support),
            "letters_support_for": support_by_letter.in_favour,
            "letters_support_against": support_by_letter.against,
            "letters_support_pass": support_by_letter.neither,
            "letters_support_shift": supports.shift(support_by_letter),
            "responses": own.responses,
            "answered_at": _iso_or_none(own.answered_at),
            "judgement": judgement(participants, self._policy),
            "policy": self._policy.hash,
        }

    def dominance(self) -> Dominance:
        weights = Weights(
            self._spread, self._participants.occurred_at, facts.voices(self._participants)
        )
        return dominance(
            self._consultation,
            self._topic,
            self._as_of,
            weights,
            self._state.participants.pseudonym,
            self._policy,
        )

    def day(self, day: int) -> Day:
        own = self._own
        everything = self._all.where(self._all.occurred_at // MILLISECONDS_PER_DAY == day)
        live = everything.where(everything.ends == End.LIVE)
        theirs = spread(facts.of_participants(live).participants).figures
        redelivered_at = np.frombuffer(own.redelivered_at, np.int64)
        redelivered = np.flatnonzero(redelivered_at // MILLISECONDS_PER_DAY == day)
        again = np.frombuffer(own.redelivered_offsets, np.uint64)[redelivered]
        counts = facts.by_verdict(live)
        offline = int(np.count_nonzero(live.offline))
        return {
            "consultation": self._consultation,
            "topic": self._topic,
            "day": iso(day * MILLISECONDS_PER_DAY)[:10],
            "partition": self._partition,
            "as_of_offset": max(self._changed_at(everything), int(again.max(initial=0))),
            "contributions": theirs.contributions,
            "voices": theirs.voices,
            "originals": counts[Verdict.ORIGINAL],
            "resubmitted": counts[Verdict.RESUBMITTED],
            "campaign": counts[Verdict.CAMPAIGN],
            "redelivered": len(again),
            "not_live": len(everything.numbers) - len(live.numbers),
            "online": len(live.numbers) - offline,
            "offline": offline,
        }

    def letter(self, root: int) -> Letter | None:
        """The row of a group, None where it never had two senders."""
        members = self._state.members(root)
        if len(members) < 2:  # noqa: PLR2004
            return None
        everything = self._view(np.array(members, np.uint32))
        if len(np.unique(facts.voices(everything))) < 2:  # noqa: PLR2004
            return None
        live = everything.where(everything.ends == End.LIVE)
        columns = self._state.contributions
        first = int(live.numbers[0]) if len(live.numbers) else NONE
        _, in_a_second = np.unique(live.occurred_at // 1000, return_counts=True)
        return {
            "consultation": self._consultation,
            "topic": self._topic,
            "root_offset": columns.offsets[root],
            "partition": self._partition,
            "as_of_offset": self._changed_at(everything),
            "representative": columns.id(first),
            "representative_offset": 0 if first == NONE else columns.offsets[first],
            "contributions": len(live.numbers),
            "senders": len(np.unique(facts.voices(live))),
            "unknown_senders": int(np.count_nonzero(live.participants == 0)),
            "first_at": iso(int(live.occurred_at.min())) if len(live.numbers) else None,
            "last_at": iso(int(live.occurred_at.max())) if len(live.numbers) else None,
            "largest_burst": int(in_a_second.max(initial=0)),
        }

    def standing(self, number: int) -> Standing:
        """The row of a contribution that a later event changed."""
        state, columns = self._state, self._state.contributions
        return {
            "partition": self._partition,
            "offset": columns.offsets[number],
            "consultation": self._consultation,
            "topic": self._topic,
            "verdict": VERDICTS[columns.verdicts[number]].value,
            "refers_to": columns.id(columns.refers[number]),
            "withdrawn": int(columns.ends[number] == End.WITHDRAWN),
            "superseded": int(columns.ends[number] == End.SUPERSEDED),
            "as_of_offset": state.changed[number],
        }

    def _votes(self) -> tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.int64]]:
        """The votes that stand (0, 1, 2 for -1, 0, 1), who cast them, and on which groups."""
        votes = self._state.votes
        numbers = np.frombuffer(self._own.votes, np.uint32)
        standing = numbers[np.frombuffer(votes.values, np.uint8)[numbers] != WITHDRAWN_VOTE]
        return (
            np.frombuffer(votes.values, np.uint8)[standing],
            np.frombuffer(votes.participants, np.uint32)[standing].astype(np.int64),
            self._state.voted_groups(np.frombuffer(votes.targets, np.uint64)[standing]),
        )

    def _letters(self) -> tuple[int, int]:
        """How many groups are letters now, and how many live contributions they have."""
        _, group, sizes = np.unique(self._live.roots, return_inverse=True, return_counts=True)
        shared = sizes[group] > 1
        group, voices = group[shared], facts.voices(self._live.where(shared))
        order = np.lexsort((voices, group))
        group, voices = group[order], voices[order]
        first = (np.diff(group, prepend=-1) != 0) | (np.diff(voices, prepend=0) != 0)
        senders = np.bincount(group[first], minlength=len(sizes))
        letters = senders >= self._policy.letters.minimum_senders
        return int(np.count_nonzero(letters)), int(sizes[letters].sum())

    def _channels(self) -> dict[str, int]:
        codes, counts = np.unique(self._live.channels, return_counts=True)
        names = (self._state.channels.thing(code).decode() for code in codes.tolist())
        return dict(sorted(zip(names, counts.tolist(), strict=True)))

    def _changed_at(self, view: View) -> int:
        """Offset of the last event that changed any of the contributions."""
        changed = self._state.changed
        newest = int(view.offsets.max(initial=0))
        if not changed:
            return newest
        return max(newest, *(changed.get(number, 0) for number in view.numbers.tolist()), 0)


def _iso_or_none(milliseconds: int | None) -> str | None:
    return None if milliseconds is None else iso(milliseconds)
