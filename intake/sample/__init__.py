"""A made-up consultation for demonstrations and tests, together with what is true of it.

The Borough of Mallowmere asks its people about six things, on line, on paper, in meetings and by
phone. Everything that Isegoria is there to see happens in it: things said or delivered twice, form
letters, usual suspects, forms that come in late, authors nobody knows.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import timedelta

from intake.sample.people import Channel
from intake.sample.phrases import ANSWERS, BANKS, CONSULTATION, OWNER, TITLE
from intake.sample.plan import CLOSED_AT, OPENED_AT, Delivery, Draft, Plan, SentLetter, Vote
from intake.sample.truth import Expected, LetterFacts, Sample, Truth
from schemas.events import (
    ConsultationOpened,
    ConsultationOpenedData,
    ContributionSubmitted,
    ContributionSubmittedData,
    ContributionSupported,
    ContributionSupportedData,
    Event,
    RecognitionAwarded,
    RecognitionAwardedData,
    ResponsePublished,
    ResponsePublishedData,
    Role,
    TopicOpened,
    TopicOpenedData,
)
from schemas.records import Verdict

__all__ = ["CONSULTATION", "Expected", "LetterFacts", "Sample", "Truth", "sample_consultation"]

_SOURCE = "urn:isegoria:sample"


def sample_consultation(seed: int = 1) -> Sample:
    """Make the sample: about 1,200 contributions and 4,000 votes; the same seed gives the same.

    Args:
        seed: Any number.
    """
    plan = Plan(seed)
    openings = _openings()
    said = [_event(delivery.what) for delivery in plan.deliveries]
    truth = _truth(plan, first_index=len(openings))
    return Sample(events=[*openings, *said, *_answers(), _recognition(plan)], truth=truth)


def _openings() -> list[Event]:
    source = f"{_SOURCE}:organiser"
    events: list[Event] = [
        ConsultationOpened(
            id=CONSULTATION,
            source=source,
            data=ConsultationOpenedData(
                consultation=CONSULTATION,
                title=TITLE,
                owner=OWNER,
                opens_at=OPENED_AT,
                closes_at=CLOSED_AT,
            ),
        )
    ]
    for bank in BANKS:
        data = TopicOpenedData(
            consultation=CONSULTATION, topic=bank.id, title=bank.title, question=bank.question
        )
        events.append(TopicOpened(id=bank.id, source=source, data=data))
    return events


def _answers() -> list[Event]:
    """What the council answered, topic by topic: you said, we did."""
    return [
        ResponsePublished(
            id=f"answer-{topic}",
            source=f"{_SOURCE}:council",
            data=ResponsePublishedData(
                consultation=CONSULTATION,
                topic=topic,
                response=f"answer-{topic}",
                owner=OWNER,
                text=text,
                occurred_at=CLOSED_AT + timedelta(days=days),
            ),
        )
        for topic, (days, text) in ANSWERS.items()
    ]


def _recognition(plan: Plan) -> Event:
    """Somebody is thanked for answering others."""
    replies = Counter(
        draft.person.pseudonym
        for draft in plan.drafts
        if draft.person and draft.reply_to and draft.role is Role.PARTICIPANT
    )
    helpful, _ = min(replies.items(), key=lambda found: (-found[1], found[0]))
    return RecognitionAwarded(
        id="thanks-1",
        source=f"{_SOURCE}:council",
        data=RecognitionAwardedData(
            consultation=CONSULTATION,
            recognition="good neighbour",
            participant=helpful,
            reason="Answered others, whatever their side.",
            occurred_at=CLOSED_AT + timedelta(days=20),
        ),
    )


def _event(what: Draft | Vote) -> Event:
    return _submitted(what) if isinstance(what, Draft) else _supported(what)


def _submitted(draft: Draft) -> ContributionSubmitted:
    person = draft.person
    return ContributionSubmitted(
        id=draft.id,
        source=f"{_SOURCE}:{draft.channel}",
        data=ContributionSubmittedData(
            consultation=CONSULTATION,
            topic=draft.topic,
            contribution=draft.id,
            channel=draft.channel,
            mode=draft.channel.mode,
            participant=person.pseudonym if person else None,
            role=draft.role,
            identity=draft.identity,
            captured_by=draft.captured_by,
            device=draft.device,
            text=draft.text,
            attachments=tuple(draft.attachments),
            stance=draft.stance,
            language="en",
            occurred_at=draft.occurred_at,
            recorded_at=draft.recorded_at,
            reply_to=draft.reply_to.id if draft.reply_to else None,
            group=person.group if person else None,
            demographics=dict(draft.demographics),
        ),
    )


def _supported(vote: Vote) -> ContributionSupported:
    return ContributionSupported(
        id=vote.id,
        source=f"{_SOURCE}:{Channel.WEB}",
        data=ContributionSupportedData(
            consultation=CONSULTATION,
            topic=vote.target.topic,
            contribution=vote.target.id,
            channel=Channel.WEB,
            mode=Channel.WEB.mode,
            participant=vote.person.pseudonym,
            value=vote.value,
            occurred_at=vote.occurred_at,
        ),
    )


def _truth(plan: Plan, first_index: int) -> Truth:
    verdicts: dict[int, Expected] = {}
    redelivered_supports: set[int] = set()
    counts: defaultdict[str, Counter[Verdict]] = defaultdict(Counter)
    supports: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    known: defaultdict[str, Counter[str]] = defaultdict(Counter)
    unknown: Counter[str] = Counter()
    others: defaultdict[str, Counter[str]] = defaultdict(Counter)
    first_copies = {
        draft: min(letter.copies, key=lambda copy: copy.published_at)
        for letter in plan.letters
        for draft in letter.copies
    }
    for index, delivery in enumerate(plan.deliveries, first_index):
        what = delivery.what
        if isinstance(what, Vote):
            supports[what.target.topic].add((what.target.id, what.person.pseudonym))
            if delivery.again:
                redelivered_supports.add(index)
            continue
        verdicts[index] = _expected(delivery, what, first_copies)
        counts[what.topic][verdicts[index].verdict] += 1
        if delivery.again:
            continue
        if what.person is None:
            unknown[what.topic] += 1
        elif what.role is Role.PARTICIPANT:
            known[what.topic][what.person.pseudonym] += 1
        else:
            others[what.topic][what.person.pseudonym] += 1
    return Truth(
        verdicts=verdicts,
        redelivered_supports=frozenset(redelivered_supports),
        counts=dict(counts),
        supports={topic: len(pairs) for topic, pairs in supports.items()},
        contributions=dict(known),
        unknown_authors=dict(unknown),
        other_roles=dict(others),
        letters=tuple(_letter_facts(letter) for letter in plan.letters),
        usual_suspects={person.pseudonym: topics for person, topics in plan.suspects.items()},
        late_batch=tuple(draft.id for draft in plan.late_batch),
    )


def _expected(delivery: Delivery, draft: Draft, first_copies: Mapping[Draft, Draft]) -> Expected:
    if delivery.again:
        return Expected(Verdict.REDELIVERED, draft.id)
    if draft.resubmits is not None:
        return Expected(Verdict.RESUBMITTED, draft.resubmits.id)
    first = first_copies.get(draft, draft)
    if first is not draft:
        return Expected(Verdict.CAMPAIGN, first.id)
    return Expected(Verdict.ORIGINAL, "")


def _letter_facts(sent: SentLetter) -> LetterFacts:
    copies = sorted(sent.copies, key=lambda draft: draft.published_at)
    return LetterFacts(
        id=sent.letter.id,
        topic=sent.letter.topic,
        text=sent.letter.text,
        senders=tuple(draft.person.pseudonym for draft in copies if draft.person),
        contributions=tuple(draft.id for draft in copies),
        verbatim=frozenset(draft.id for draft in sent.verbatim),
    )
