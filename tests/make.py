"""Events for tests, with all that a test does not care about filled in."""

from datetime import UTC, datetime, timedelta

from schemas.events import (
    ContributionSubmitted,
    ContributionSubmittedData,
    ContributionSupported,
    ContributionSupportedData,
    TopicOpened,
    TopicOpenedData,
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


def topic_opened(event_id: str = "open", title: str = "Trams", topic: str = "tram") -> TopicOpened:
    """A topic's opening."""
    return TopicOpened(
        id=event_id,
        source=SOURCE,
        data=TopicOpenedData(consultation="borough", topic=topic, title=title),
    )
