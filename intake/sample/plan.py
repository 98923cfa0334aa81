"""Who says what, when and where: the sample as drafts, before it becomes events.

Every planned oddity is made here by a method of its own: the usual suspects, the letters, the late
batch, what is said again and what is delivered twice. A draft knows what it is, so that the truth
can be read off it.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Literal

from intake.sample.people import CAPTURED_BY, IDENTITIES, Channel, Person, Registry
from intake.sample.phrases import BANKS, LETTERS, SHORT, Bank, Letter
from intake.sample.writing import Writer
from schemas.events import CapturedBy, Identity, Role, Stance

OPENED_AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
CLOSED_AT = datetime(2026, 5, 24, 22, tzinfo=UTC)
_VOTES_UNTIL = datetime(2026, 5, 30, 22, tzinfo=UTC)
_LATE_BATCH_AT = datetime(2026, 6, 3, 10, tzinfo=UTC)
_MEETINGS = (
    datetime(2026, 3, 19, 18, 30, tzinfo=UTC),
    datetime(2026, 4, 16, 18, 30, tzinfo=UTC),
    datetime(2026, 5, 7, 18, 30, tzinfo=UTC),
)
_KIOSK = "library-kiosk-1"

_REGULARS = 430
_LURKERS = 260
_OPINIONS = {
    "heron-lane": 148,
    "market-hall": 132,
    "river-path": 112,
    "library-hours": 118,
    "night-bus": 92,
    "widdershins-green": 126,
}
_LETTER_SENDERS = {"market-traders": 38, "quiet-nights": 27}
_UNKNOWN_AUTHORS = 36
_SHORT_TEXTS = 30
_LATE_FORMS = 44
_LATE_RESUBMISSIONS = 5
_RESUBMISSIONS = 30
_REDELIVERIES = 24
_SUPPORTS = 3_830
_CHANGED_VOTES = 150
_REDELIVERED_VOTES = 20

_STANCES = (Stance.FOR, Stance.AGAINST, Stance.NEUTRAL)
_STANCE_WEIGHTS = (50, 34, 16)
_STATED_STANCE_SHARE = 0.6
_REPLY_SHARE = 0.09
_KIOSK_SHARE = 0.05
_PAPER_LETTER_SHARE = 0.25
_QUICK_RETRY_SHARE = 0.7
_VALUES: tuple[Literal[-1, 0, 1], ...] = (1, 1, 1, 1, -1, -1, 0)


@dataclass(eq=False, slots=True)
class Draft:
    """A contribution in the making. `id` is given once the publishing order is known."""

    topic: str
    text: str
    person: Person | None
    channel: Channel
    occurred_at: datetime
    recorded_at: datetime | None
    published_at: datetime
    captured_by: CapturedBy
    identity: Identity
    role: Role = Role.PARTICIPANT
    stance: Stance | None = None
    demographics: tuple[tuple[str, str], ...] = ()
    device: str | None = None
    attachments: tuple[str, ...] = ()
    reply_to: "Draft | None" = None
    resubmits: "Draft | None" = None
    id: str = ""


@dataclass(eq=False, slots=True)
class Vote:
    """A vote in the making."""

    target: Draft
    person: Person
    value: Literal[-1, 0, 1]
    occurred_at: datetime
    id: str = ""


@dataclass(frozen=True, slots=True)
class Delivery:
    """Something published: for the first time, or again under the same id."""

    at: datetime
    what: Draft | Vote
    again: bool = False


@dataclass(slots=True)
class SentLetter:
    """A template letter with the copies that were sent."""

    letter: Letter
    copies: list[Draft] = field(default_factory=list)
    verbatim: set[Draft] = field(default_factory=set)


class Plan:
    """Everything that is said in the sample.

    Attributes:
        drafts: The contributions.
        deliveries: What is published, in order.
        letters: The template letters as they were sent.
        suspects: The usual suspects and the topics they dominate.
        late_batch: The paper forms that come last.
    """

    def __init__(self, seed: int) -> None:
        self._rng = random.Random(seed)  # noqa: S311  made-up people, no secret
        self._registry = Registry(self._rng)
        self._writer = Writer(self._rng)
        self._regulars = [self._registry.person() for _ in range(_REGULARS)]
        self.drafts: list[Draft] = []
        self.letters: list[SentLetter] = []
        self.suspects: dict[Person, tuple[str, ...]] = {}
        self.late_batch: list[Draft] = []
        again: list[Delivery] = []

        self._seed_statements()
        self._opinions()
        self._usual_suspects()
        self._letters()
        self._short_texts()
        self._unknown_authors()
        self._replies()
        self._officials()
        self._resubmissions()
        again += self._redeliveries()
        self._late_batch()
        votes = self._votes()
        again += self._redelivered_votes(votes)

        first = [Delivery(draft.published_at, draft) for draft in self.drafts]
        first += [Delivery(vote.occurred_at, vote) for vote in votes]
        self.deliveries = sorted(first + again, key=lambda delivery: (delivery.at, delivery.again))
        self._number()

    def _seed_statements(self) -> None:
        organiser = self._registry.person(Channel.WEB)
        for bank in BANKS:
            for text in bank.seeds:
                moment = OPENED_AT + timedelta(minutes=len(self.drafts) + 1)
                draft = self._draft(bank, text, organiser, Channel.WEB, moment)
                draft.role = Role.ORGANISER

    def _opinions(self) -> None:
        weights = [(rank + 1) ** -0.35 for rank in range(_REGULARS)]
        for bank in BANKS:
            for person in self._rng.choices(self._regulars, weights, k=_OPINIONS[bank.id]):
                self._opinion(bank, person, person.channel(self._rng))

    def _usual_suspects(self) -> None:
        web = (Channel.WEB,)
        everywhere = (Channel.WEB, Channel.WEB, Channel.PHONE, Channel.MEETING, Channel.PAPER)
        for roles, channels, stance in (
            ({"heron-lane": 66}, web, Stance.AGAINST),
            ({"widdershins-green": 52, "river-path": 38}, everywhere, Stance.FOR),
            ({"night-bus": 50}, web, Stance.FOR),
        ):
            person = self._registry.person(Channel.WEB)
            self.suspects[person] = tuple(roles)
            for bank in BANKS:
                for _ in range(roles.get(bank.id, 0)):
                    channel = self._rng.choice(channels)
                    self._opinion(bank, person, channel, stance=stance, obsessed=True)

    def _letters(self) -> None:
        for letter in LETTERS:
            sent = SentLetter(letter)
            bank = next(bank for bank in BANKS if bank.id == letter.topic)
            for person in self._rng.sample(self._regulars, k=_LETTER_SENDERS[letter.id]):
                text, verbatim = self._writer.letter(letter)
                channel = Channel.PAPER if self._rng.random() < _PAPER_LETTER_SHARE else Channel.WEB
                draft = self._draft(bank, text, person, channel, self._moment(channel))
                draft.stance = letter.stance
                sent.copies.append(draft)
                if verbatim:
                    sent.verbatim.add(draft)
            self.letters.append(sent)

    def _short_texts(self) -> None:
        # Everybody only once, so that the same words are always different people's.
        people = self._rng.sample(self._regulars, k=_SHORT_TEXTS)
        for number, person in enumerate(people):
            bank = BANKS[number % len(BANKS)]
            text = self._rng.choice(SHORT)
            self._draft(bank, text, person, Channel.WEB, self._moment(Channel.WEB))

    def _unknown_authors(self) -> None:
        for _ in range(_UNKNOWN_AUTHORS):
            self._opinion(self._rng.choice(BANKS), None, Channel.PAPER)

    def _replies(self) -> None:
        sent = {draft for letter in self.letters for draft in letter.copies}
        for draft in self.drafts:
            if draft.channel is not Channel.WEB or draft.role is not Role.PARTICIPANT:
                continue
            if draft in sent or draft.text in SHORT or self._rng.random() >= _REPLY_SHARE:
                continue
            earlier = self._published_before(draft)
            if earlier:
                draft.reply_to = self._rng.choice(earlier)
                draft.text = self._writer.reply(draft.text)

    def _officials(self) -> None:
        officials = [self._registry.person(Channel.WEB) for _ in range(3)]
        for bank in BANKS:
            for official, text in zip(officials, bank.replies, strict=True):
                moment = CLOSED_AT - timedelta(days=self._rng.randint(3, 20), hours=9)
                draft = self._draft(bank, text, official, Channel.WEB, moment)
                draft.role = Role.OFFICIAL
                draft.reply_to = self._rng.choice(self._published_before(draft))

    def _resubmissions(self) -> None:
        for original in self._rng.sample(self._repeatable(), k=_RESUBMISSIONS - 4):
            self._say_again(original)
        # Some never tire.
        for original in self._rng.sample(self._repeatable(), k=2):
            self._say_again(original)
            self._say_again(original)

    def _say_again(self, original: Draft) -> None:
        others = {Channel.WEB, Channel.PAPER, Channel.PHONE} - {original.channel}
        channel = self._rng.choice(sorted(others))
        moment = original.published_at + timedelta(hours=self._rng.uniform(1, 100))
        text = self._writer.retype(original.text)
        bank = next(bank for bank in BANKS if bank.id == original.topic)
        draft = self._draft(bank, text, original.person, channel, moment)
        draft.stance = original.stance
        draft.resubmits = original

    def _repeatable(self) -> list[Draft]:
        """Originals of ordinary known participants that are no letters and not repeated yet."""
        letters = {draft for letter in self.letters for draft in letter.copies}
        repeated = {draft.resubmits for draft in self.drafts}
        return [
            draft
            for draft in self.drafts
            if draft.role is Role.PARTICIPANT
            and draft.person is not None
            and draft.person not in self.suspects
            and draft.resubmits is None
            and draft.text not in SHORT
            and draft not in letters
            and draft not in repeated
            and draft.published_at < CLOSED_AT - timedelta(days=14)
        ]

    def _redeliveries(self) -> list[Delivery]:
        chosen = self._rng.sample(self.drafts, k=_REDELIVERIES)
        return [
            Delivery(draft.published_at + self._retry_after(), draft, again=True)
            for draft in chosen
        ]

    def _late_batch(self) -> None:
        """Forms from a box in the library that was found, and typed in, when all was over."""
        bank = next(bank for bank in BANKS if bank.id == "library-hours")
        repeatable = [draft for draft in self._repeatable() if draft.channel is Channel.WEB]
        said_before = self._rng.sample(
            [draft for draft in repeatable if draft.topic == bank.id], k=_LATE_RESUBMISSIONS
        )
        for number in range(_LATE_FORMS):
            written = OPENED_AT + timedelta(hours=self._rng.uniform(24, 400))
            if number < _LATE_RESUBMISSIONS:
                original = said_before[number]
                text = self._writer.retype(original.text)
                draft = self._draft(bank, text, original.person, Channel.PAPER, written)
                draft.resubmits = original
            else:
                person = self._registry.person(Channel.PAPER) if number % 8 else None
                draft = self._opinion(bank, person, Channel.PAPER, moment=written)
            draft.recorded_at = _LATE_BATCH_AT + timedelta(minutes=2 * number)
            draft.published_at = draft.recorded_at
            self.late_batch.append(draft)

    def _votes(self) -> list[Vote]:
        voters = [*self._regulars, *(self._registry.person() for _ in range(_LURKERS))]
        targets = [draft for draft in self.drafts if draft.published_at < CLOSED_AT]
        popularity = [self._rng.paretovariate(1.5) for _ in targets]
        votes: dict[tuple[Draft, Person], Vote] = {}
        while len(votes) < _SUPPORTS:
            target = self._rng.choices(targets, popularity)[0]
            person = self._rng.choice(voters)
            if target.person is person or (target, person) in votes:
                continue
            value = self._rng.choice(_VALUES)
            moment = self._between(target.published_at, _VOTES_UNTIL)
            votes[target, person] = Vote(target, person, value, moment)
        changed: list[Vote] = []
        for vote in self._rng.sample(list(votes.values()), k=_CHANGED_VOTES):
            value = self._rng.choice([value for value in _VALUES if value != vote.value])
            moment = self._between(vote.occurred_at, _VOTES_UNTIL)
            changed.append(Vote(vote.target, vote.person, value, moment))
        return [*votes.values(), *changed]

    def _redelivered_votes(self, votes: Sequence[Vote]) -> list[Delivery]:
        return [
            Delivery(vote.occurred_at + self._retry_after(), vote, again=True)
            for vote in self._rng.sample(votes, k=_REDELIVERED_VOTES)
        ]

    def _number(self) -> None:
        contributions = votes = 0
        for delivery in self.deliveries:
            if delivery.again:
                continue
            if isinstance(delivery.what, Draft):
                contributions += 1
                delivery.what.id = f"{delivery.what.channel}-{contributions:04d}"
            else:
                votes += 1
                delivery.what.id = f"vote-{votes:05d}"

    def _opinion(
        self,
        bank: Bank,
        person: Person | None,
        channel: Channel,
        *,
        stance: Stance | None = None,
        obsessed: bool = False,
        moment: datetime | None = None,
    ) -> Draft:
        rng = self._rng
        stance = stance or rng.choices(_STANCES, _STANCE_WEIGHTS)[0]
        text = self._writer.opinion(bank, stance, obsessed=obsessed)
        draft = self._draft(bank, text, person, channel, moment or self._moment(channel))
        draft.stance = stance if rng.random() < _STATED_STANCE_SHARE else None
        return draft

    def _draft(
        self, bank: Bank, text: str, person: Person | None, channel: Channel, moment: datetime
    ) -> Draft:
        rng = self._rng
        moment = moment.replace(microsecond=0)
        recorded = self._recorded_at(channel, moment)
        draft = Draft(
            topic=bank.id,
            text=text,
            person=person,
            channel=channel,
            occurred_at=moment,
            recorded_at=recorded,
            published_at=recorded or moment,
            captured_by=rng.choice(CAPTURED_BY[channel]),
            identity=rng.choice(IDENTITIES[channel]) if person else Identity.NONE,
            demographics=person.demographics if person else self._registry.demographics(),
        )
        if channel is Channel.WEB and rng.random() < _KIOSK_SHARE:
            draft.device = _KIOSK
        if channel is Channel.PAPER and draft.captured_by is CapturedBy.SCAN:
            draft.attachments = (f"form-{rng.randrange(16**6):06x}.pdf",)
        self.drafts.append(draft)
        return draft

    def _moment(self, channel: Channel) -> datetime:
        rng = self._rng
        if channel is Channel.MEETING:
            return rng.choice(_MEETINGS) + timedelta(minutes=rng.uniform(0, 110))
        # Paper needs time to be typed in before all is over.
        days = (CLOSED_AT - OPENED_AT).days - (14 if channel is Channel.PAPER else 0)
        day = OPENED_AT.date() + timedelta(days=rng.randint(1, days))
        early, late = (9, 17) if channel is Channel.PHONE else (7, 23)
        hour = rng.triangular(early, late, late - 3)
        return datetime.combine(day, time(tzinfo=UTC)) + timedelta(hours=hour)

    def _recorded_at(self, channel: Channel, moment: datetime) -> datetime | None:
        rng = self._rng
        if channel is Channel.WEB:
            return None
        if channel is Channel.PHONE:
            return moment + timedelta(minutes=rng.randint(1, 5))
        days = rng.randint(2, 9) if channel is Channel.PAPER else 1
        office = datetime.combine(moment.date() + timedelta(days=days), time(9, tzinfo=UTC))
        return office + timedelta(seconds=rng.randint(0, 8 * 3600))

    def _published_before(self, draft: Draft) -> list[Draft]:
        return [
            other
            for other in self.drafts
            if other.topic == draft.topic
            and other.role is Role.PARTICIPANT
            and other.published_at < draft.published_at
        ]

    def _between(self, earlier: datetime, latest: datetime) -> datetime:
        """A moment after the earlier one, soon rather than late."""
        days = self._rng.expovariate(1 / 5)
        moment = earlier + timedelta(minutes=1, days=days)
        if moment >= latest:
            moment = earlier + (latest - earlier) * self._rng.uniform(0.1, 0.9)
        return moment.replace(microsecond=0)

    def _retry_after(self) -> timedelta:
        """A retry on a bad network comes in seconds, a second upload of a file in days."""
        if self._rng.random() < _QUICK_RETRY_SHARE:
            return timedelta(seconds=self._rng.randint(2, 90))
        return timedelta(hours=self._rng.uniform(1, 70))
