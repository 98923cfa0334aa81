"""Who said this already? One event in, its verdict out, and what it changes.

An offset at or below the state's position is a replay: it changes nothing and gets the verdict that
it got before, since the state knows which offset was the first of each delivery and wording.
"""

from dataclasses import dataclass

from schemas.events import (
    ConsultationOpened,
    ContributionSubmitted,
    ContributionSupported,
    Event,
    Role,
    TopicOpened,
    milliseconds,
)
from schemas.records import Verdict
from streams.effects import Effect, Opened, Redelivered, Seen, Submitted, Supported
from streams.state import PartitionState, TopicState
from streams.text import fingerprint, normalise


@dataclass(frozen=True, slots=True)
class Screened:
    """What screening says of one event.

    Attributes:
        effect: What it changes; None for an event without state.
        verdict: For a contribution, or a vote (`redelivered` or else `original`).
        refers_to: Id of the contribution that this one repeats, empty for an original.
    """

    effect: Effect | None
    verdict: Verdict = Verdict.ORIGINAL
    refers_to: str = ""


def screen(event: Event, key: str, offset: int, state: PartitionState) -> Screened:
    """Tell what an event is and fold what it changes into the state.

    Args:
        event: What came.
        key: Its Kafka key, `schemas.events.partition_key`.
        offset: Where it stands in the log of its partition.
        state: The partition's.
    """
    if isinstance(event, ConsultationOpened):
        return Screened(None)
    topic = state.topic(key)
    if isinstance(event, TopicOpened):
        screened = Screened(Opened(offset, key, event.data.title))
    elif isinstance(event, ContributionSubmitted):
        screened = _screen_contribution(event, offset, key, topic)
    else:
        screened = _screen_support(event, offset, key, topic)
    if screened.effect is not None:
        state.fold(screened.effect)
    return screened


def _screen_contribution(
    event: ContributionSubmitted, offset: int, key: str, topic: TopicState
) -> Screened:
    delivery = fingerprint(event.type, event.source, event.id)
    delivered = topic.deliveries.get(delivery, offset)
    if delivered < offset:
        refers_to = topic.contributions[delivered].contribution
        return Screened(Redelivered(offset, key), Verdict.REDELIVERED, refers_to)

    data = event.data
    participant = data.participant or ""
    text = normalise(data.text)
    wording = fingerprint(participant, text) if participant and text else b""
    first = topic.wordings.get(wording, offset)
    repeats = first < offset
    effect = Submitted(
        offset=offset,
        topic=key,
        delivery=delivery,
        wording=b"" if repeats else wording,
        contribution=data.contribution,
        participant=participant,
        is_participant=data.role is Role.PARTICIPANT,
        verdict=Verdict.RESUBMITTED if repeats else Verdict.ORIGINAL,
        first=first if repeats else None,
        occurred_at=milliseconds(data.occurred_at),
    )
    refers_to = topic.contributions[first].contribution if repeats else ""
    return Screened(effect, effect.verdict, refers_to)


def _screen_support(
    event: ContributionSupported, offset: int, key: str, topic: TopicState
) -> Screened:
    delivery = fingerprint(event.type, event.source, event.id)
    if topic.deliveries.get(delivery, offset) < offset:
        return Screened(Seen(offset, key), Verdict.REDELIVERED)
    data = event.data
    return Screened(
        Supported(
            offset=offset,
            topic=key,
            delivery=delivery,
            contribution=data.contribution,
            participant=data.participant,
            value=data.value,
            occurred_at=milliseconds(data.occurred_at),
        )
    )
