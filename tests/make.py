"""Events for tests, with all that a test does not care about filled in."""

from datetime import UTC, datetime, timedelta

from schemas.events import (
    ConsultationOpened,
    ConsultationOpenedData,
    ContributionCorrected,
    ContributionSubmitted,
    ContributionSubmittedData,
    ContributionSupported,
    ContributionSupportedData,
    ContributionWithdrawn,
    ContributionWithdrawnData,
    RecognitionAwarded,
    RecognitionAwardedData,
    ResponsePublished,
    ResponsePublishedData,
    SupportWithdrawn,
    SupportWithdrawnData,
    TopicOpened,
    TopicOpenedData,
    Visibility,
)

START = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
SOURCE = "urn:test"


def pseudonym(person: int) -> str:
    """A person's pseudonym."""
    return f"p-{person:032x}"


def contribution(
    event_id: str,
    text: str = "A tram line along the river would help many of us.",
    *,
    person: int | None = 1,
    minute: int = 0,
    topic: str = "tram",
    source: str = SOURCE,
    **fields: object,
) -> ContributionSubmitted:
    """A contribution whose own id is the event's."""
    return ContributionSubmitted(
        id=event_id,
        source=source,
        data=ContributionSubmittedData.model_validate(
            {
                "consultation": "borough",
                "topic": topic,
                "contribution": event_id,
                "channel": "web",
                "mode": "online",
                "participant": None if person is None else pseudonym(person),
                "text": text,
                "occurred_at": START + timedelta(minutes=minute),
                **fields,
            }
        ),
    )


def support(
    event_id: str,
    on: str,
    *,
    person: int = 1,
    value: int = 1,
    minute: int = 0,
    topic: str = "tram",
) -> ContributionSupported:
    """A vote on a contribution."""
    return ContributionSupported(
        id=event_id,
        source=SOURCE,
        data=ContributionSupportedData.model_validate(
            {
                "consultation": "borough",
                "topic": topic,
                "contribution": on,
                "channel": "web",
                "mode": "online",
                "participant": pseudonym(person),
                "value": value,
                "occurred_at": START + timedelta(minutes=minute),
            }
        ),
    )


def consultation_opened(
    event_id: str = "opened", visibility: Visibility = Visibility.OPEN
) -> ConsultationOpened:
    """The opening of the consultation that all events here belong to."""
    return ConsultationOpened(
        id=event_id,
        source=SOURCE,
        data=ConsultationOpenedData(
            consultation="borough", title="Our borough", visibility=visibility
        ),
    )


def recognition(event_id: str, person: int = 1) -> RecognitionAwarded:
    """Somebody's help is recognised."""
    return RecognitionAwarded(
        id=event_id,
        source=SOURCE,
        data=RecognitionAwardedData(
            consultation="borough",
            recognition="bridge",
            participant=pseudonym(person),
            occurred_at=START,
        ),
    )


def topic_opened(event_id: str = "open", title: str = "Trams", topic: str = "tram") -> TopicOpened:
    """A topic's opening."""
    return TopicOpened(
        id=event_id,
        source=SOURCE,
        data=TopicOpenedData(consultation="borough", topic=topic, title=title),
    )


def correction(event_id: str, of: str, text: str, **fields: object) -> ContributionCorrected:
    """A corrected version of the contribution `of`; the fields are those of `contribution`."""
    corrected = contribution(event_id, text, contribution=of, **fields)  # type: ignore[arg-type]
    return ContributionCorrected(id=event_id, source=corrected.source, data=corrected.data)


def withdrawal(event_id: str, of: str, *, topic: str = "tram") -> ContributionWithdrawn:
    """The withdrawal of the contribution `of`."""
    return ContributionWithdrawn(
        id=event_id,
        source=SOURCE,
        data=ContributionWithdrawnData(
            consultation="borough", topic=topic, contribution=of, occurred_at=START
        ),
    )


def support_withdrawal(
    event_id: str, on: str, *, person: int = 1, minute: int = 0, topic: str = "tram"
) -> SupportWithdrawn:
    """A vote on a contribution, taken back."""
    vote = support(event_id, on, person=person, minute=minute, topic=topic)
    data = vote.data.model_dump(exclude={"value"})
    return SupportWithdrawn(
        id=event_id, source=SOURCE, data=SupportWithdrawnData.model_validate(data)
    )


def response(event_id: str, *, minute: int = 0, topic: str = "tram") -> ResponsePublished:
    """An answer to a topic."""
    return ResponsePublished(
        id=event_id,
        source=SOURCE,
        data=ResponsePublishedData(
            consultation="borough",
            topic=topic,
            response=event_id,
            text="The tram will stop at the market.",
            occurred_at=START + timedelta(minutes=minute),
        ),
    )
