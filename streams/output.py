"""From events to the rows that leave: the shapes of `schemas.records`."""

from datetime import UTC, datetime, timedelta

from schemas.events import (
    ConsultationClosed,
    ConsultationOpened,
    ContributionCorrected,
    ContributionSubmitted,
    ContributionSupported,
    ContributionWithdrawn,
    MeetingHeld,
    PolicySet,
    RecognitionAwarded,
    ResponsePublished,
    SupportWithdrawn,
    TopicOpened,
)
from schemas.records import (
    Closing,
    Consultation,
    Contribution,
    Kind,
    Meeting,
    Policy,
    Recognition,
    Response,
    Support,
    Topic,
    Withdrawal,
)
from schemas.topics import LogRecord
from streams.screening import Screened

Row = (
    Consultation
    | Closing
    | Meeting
    | Topic
    | Contribution
    | Withdrawal
    | Support
    | Response
    | Recognition
    | Policy
)


def row(screened: Screened, partition: int) -> tuple[Kind, Row]:  # noqa: PLR0911 - one a kind
    """The table that an event's row goes to, and the row."""
    offset, _, event = screened.arrival
    if isinstance(event, ContributionSubmitted | ContributionCorrected):
        return Kind.CONTRIBUTION, contribution(event, partition, offset, screened)
    if isinstance(event, ContributionSupported | SupportWithdrawn):
        return Kind.SUPPORT, support(event, partition, offset, screened)
    if isinstance(event, ContributionWithdrawn):
        return Kind.WITHDRAWAL, withdrawal(event, partition, offset, screened)
    if isinstance(event, ConsultationOpened):
        return Kind.CONSULTATION, consultation(event, partition, offset, screened)
    if isinstance(event, TopicOpened):
        return Kind.TOPIC, topic(event, partition, offset, screened)
    if isinstance(event, ResponsePublished):
        return Kind.RESPONSE, response(event, partition, offset, screened)
    if isinstance(event, RecognitionAwarded):
        return Kind.RECOGNITION, recognition(event, partition, offset, screened)
    if isinstance(event, ConsultationClosed):
        return Kind.CLOSING, closing(event, partition, offset, screened)
    if isinstance(event, MeetingHeld):
        return Kind.MEETING, meeting(event, partition, offset, screened)
    return Kind.POLICY, policy(event, partition, offset, screened)


def consultation(
    event: ConsultationOpened, partition: int, offset: int, screened: Screened
) -> Consultation:
    """The row of a consultation."""
    data = event.data
    return {
        "partition": partition,
        "offset": offset,
        "consultation": data.consultation,
        "source": event.source,
        "event_id": event.id,
        "title": data.title,
        "owner": data.owner,
        "visibility": data.visibility.value,
        "opens_at": _iso(data.opens_at),
        "closes_at": _iso(data.closes_at),
        "redelivered": int(screened.redelivered),
    }


def closing(event: ConsultationClosed, partition: int, offset: int, screened: Screened) -> Closing:
    """The row of a consultation's end."""
    return {
        "partition": partition,
        "offset": offset,
        "consultation": event.data.consultation,
        "source": event.source,
        "event_id": event.id,
        "occurred_at": _utc(event.data.occurred_at),
        "redelivered": int(screened.redelivered),
    }


def meeting(event: MeetingHeld, partition: int, offset: int, screened: Screened) -> Meeting:
    """The row of a meeting."""
    data = event.data
    return {
        "partition": partition,
        "offset": offset,
        "consultation": data.consultation,
        "meeting": data.meeting,
        "source": event.source,
        "event_id": event.id,
        "title": data.title,
        "place": data.place,
        "attendance": data.attendance,
        "occurred_at": _utc(data.occurred_at),
        "ended_at": _iso(data.ended_at),
        "redelivered": int(screened.redelivered),
    }


def topic(event: TopicOpened, partition: int, offset: int, screened: Screened) -> Topic:
    """The row of a topic."""
    data = event.data
    return {
        "partition": partition,
        "offset": offset,
        "consultation": data.consultation,
        "topic": data.topic,
        "source": event.source,
        "event_id": event.id,
        "title": data.title,
        "question": data.question,
        "redelivered": int(screened.redelivered),
    }


def contribution(
    event: ContributionSubmitted | ContributionCorrected,
    partition: int,
    offset: int,
    screened: Screened,
) -> Contribution:
    """The row of a contribution, with its verdict on arrival."""
    data = event.data
    return {
        "partition": partition,
        "offset": offset,
        "consultation": data.consultation,
        "topic": data.topic,
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
        "attachment_only": int(screened.attachment_only),
        "stance": data.stance.value if data.stance else "",
        "language": data.language or "",
        "reply_to": data.reply_to or "",
        "group": data.group or "",
        "demographics": data.demographics,
        "occurred_at": _utc(data.occurred_at),
        "recorded_at": _iso(data.recorded_at),
        "correction": int(isinstance(event, ContributionCorrected)),
        "verdict": screened.verdict.value,
        "refers_to": screened.refers_to,
        "root_offset": screened.root_offset,
        "as_of_offset": offset,
    }


def withdrawal(
    event: ContributionWithdrawn, partition: int, offset: int, screened: Screened
) -> Withdrawal:
    """The row of a withdrawal."""
    data = event.data
    return {
        "partition": partition,
        "offset": offset,
        "consultation": data.consultation,
        "topic": data.topic,
        "contribution": data.contribution,
        "source": event.source,
        "event_id": event.id,
        "occurred_at": _utc(data.occurred_at),
        "redelivered": int(screened.redelivered),
    }


def support(
    event: ContributionSupported | SupportWithdrawn,
    partition: int,
    offset: int,
    screened: Screened,
) -> Support:
    """The row of a vote, or of one taken back."""
    data = event.data
    return {
        "partition": partition,
        "offset": offset,
        "consultation": data.consultation,
        "topic": data.topic,
        "contribution": data.contribution,
        "source": event.source,
        "event_id": event.id,
        "channel": data.channel,
        "mode": data.mode.value,
        "participant": data.participant,
        "role": data.role.value,
        "value": 0 if isinstance(event, SupportWithdrawn) else event.data.value,
        "withdrawn": int(isinstance(event, SupportWithdrawn)),
        "occurred_at": _utc(data.occurred_at),
        "recorded_at": _iso(data.recorded_at),
        "redelivered": int(screened.redelivered),
    }


def response(event: ResponsePublished, partition: int, offset: int, screened: Screened) -> Response:
    """The row of an answer."""
    data = event.data
    return {
        "partition": partition,
        "offset": offset,
        "consultation": data.consultation,
        "topic": data.topic,
        "response": data.response,
        "source": event.source,
        "event_id": event.id,
        "owner": data.owner,
        "text": data.text,
        "url": data.url or "",
        "occurred_at": _utc(data.occurred_at),
        "redelivered": int(screened.redelivered),
    }


def recognition(
    event: RecognitionAwarded, partition: int, offset: int, screened: Screened
) -> Recognition:
    """The row of a recognition."""
    data = event.data
    return {
        "partition": partition,
        "offset": offset,
        "consultation": data.consultation,
        "recognition": data.recognition,
        "participant": data.participant,
        "source": event.source,
        "event_id": event.id,
        "reason": data.reason,
        "occurred_at": _utc(data.occurred_at),
        "redelivered": int(screened.redelivered),
    }


def policy(event: PolicySet, partition: int, offset: int, screened: Screened) -> Policy:
    """The row of a policy."""
    return {
        "partition": partition,
        "offset": offset,
        "source": event.source,
        "event_id": event.id,
        "hash": event.data.policy.hash,
        "policy": event.data.policy.model_dump_json(),
        "redelivered": int(screened.redelivered),
    }


def position_headers(
    topic_name: str, record: LogRecord, first_offset: int, reason: str
) -> list[tuple[str, bytes]]:
    """Kafka headers of a rejected record: where it was, and why it was not taken.

    `offset` and `last_offset` differ for a whole batch that could not be read.
    """
    return [
        ("reason", reason.encode()),
        ("topic", topic_name.encode()),
        ("partition", str(record.partition).encode()),
        ("offset", str(first_offset).encode()),
        ("last_offset", str(record.offset).encode()),
    ]


def iso(milliseconds: int) -> str:
    """Unix milliseconds as `schemas.records` has times."""
    return _utc(datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=milliseconds))


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else _utc(moment)


def _utc(moment: datetime) -> str:
    """ISO 8601 in UTC with milliseconds, as ClickHouse's DateTime64(3) holds them."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
