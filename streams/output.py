"""From events and state to the records that leave: the shapes of `schemas.records`."""

from datetime import UTC, datetime, timedelta

from schemas.events import (
    ConsultationOpened,
    ContributionSubmitted,
    ContributionSupported,
    TopicOpened,
)
from schemas.records import Consultation, Contribution, Summary, Support, Topic, Verdict
from schemas.topics import LogRecord
from streams.screening import Screened
from streams.state import TopicState


def consultation(event: ConsultationOpened, partition: int, offset: int) -> Consultation:
    """The row of a consultation."""
    data = event.data
    return {
        "partition": partition,
        "offset": offset,
        "consultation": data.consultation,
        "title": data.title,
        "owner": data.owner,
        "visibility": data.visibility.value,
        "opens_at": _iso(data.opens_at),
        "closes_at": _iso(data.closes_at),
    }


def topic(event: TopicOpened, partition: int, offset: int) -> Topic:
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
    }


def contribution(
    event: ContributionSubmitted, partition: int, offset: int, screened: Screened
) -> Contribution:
    """The row of a contribution, with its verdict."""
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
        "stance": data.stance.value if data.stance else "",
        "language": data.language or "",
        "reply_to": data.reply_to or "",
        "group": data.group or "",
        "demographics": data.demographics,
        "occurred_at": _utc(data.occurred_at),
        "recorded_at": _iso(data.recorded_at),
        "verdict": screened.verdict.value,
        "refers_to": screened.refers_to,
        "as_of_offset": offset,
    }


def support(
    event: ContributionSupported, partition: int, offset: int, screened: Screened
) -> Support:
    """The row of a vote."""
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
        "value": data.value,
        "occurred_at": _utc(data.occurred_at),
        "recorded_at": _iso(data.recorded_at),
        "redelivered": int(screened.verdict is Verdict.REDELIVERED),
    }


def summary(key: str, partition: int, state: TopicState) -> Summary:
    """The whole state of a topic. `key` is its Kafka key, `consultation/topic`."""
    consultation_id, _, topic_id = key.partition("/")
    participants = state.participants.figures()
    everyone = state.everyone.figures()
    newest = state.newest_event
    return {
        "consultation": consultation_id,
        "topic": topic_id,
        "title": state.title,
        "partition": partition,
        "as_of_offset": state.as_of_offset,
        "newest_event": None if newest is None else _utc(_moment(newest)),
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
        "originals": state.verdicts[Verdict.ORIGINAL],
        "redelivered": state.verdicts[Verdict.REDELIVERED],
        "resubmitted": state.verdicts[Verdict.RESUBMITTED],
        "campaign": state.verdicts[Verdict.CAMPAIGN],
        "supports": len(state.votes),
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


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=milliseconds)


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else _utc(moment)


def _utc(moment: datetime) -> str:
    """ISO 8601 in UTC with milliseconds, as ClickHouse's DateTime64(3) holds them."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
