"""The events that channels publish: CloudEvents 1.0 in structured JSON, one model per type.

`source` and `id` together name an event once and for all (CloudEvents 1.0, section "id"); the same
pair seen again is a redelivery. Times carry a zone. A participant is a pseudonym or absent: a name
never enters Kafka.
"""

import re
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Literal

import orjson
from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
)

from schemas.policy import DeploymentPolicy

MAX_TEXT_CHARACTERS = 20_000
MAX_EVENT_BYTES = 256 * 1024

POLICY_KEY = "policy"
"""The Kafka key of policies, in whichever partition they are."""

Identifier = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$")]
"""A name for a consultation, topic or contribution: letters, digits and `. _ : -`, up to 128."""

Pseudonym = Annotated[str, StringConstraints(pattern=r"^p-[0-9a-f]{32}$")]
"""What stands for a person: `p-` and the first 128 bits of an HMAC-SHA-256, in hexadecimal."""

_EPOCH, _MILLISECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(milliseconds=1)
_FROM, _BEFORE = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)

Moment = Annotated[AwareDatetime, Field(ge=_FROM, lt=_BEFORE)]
"""A time with a zone, within what every later stage can hold (ClickHouse: 1900 to 2299)."""

Name = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]{1,256}$")]
"""What a channel calls its source or its event: anything printable, up to 256 characters."""

Title = Annotated[str, StringConstraints(max_length=500)]
Label = Annotated[str, StringConstraints(min_length=1, max_length=128)]
Text = Annotated[str, StringConstraints(max_length=MAX_TEXT_CHARACTERS)]
Url = Annotated[str, StringConstraints(max_length=2_000, pattern=r"^https?://\S+$")]


class Mode(StrEnum):
    """Whether a contribution was made on line or in the room, on paper, by phone."""

    ONLINE = "online"
    OFFLINE = "offline"


class Role(StrEnum):
    """Who speaks. Only participants enter dominance and voices."""

    PARTICIPANT = "participant"
    ORGANISER = "organiser"
    OFFICIAL = "official"


class Identity(StrEnum):
    """How sure the channel is of who the participant is."""

    VERIFIED = "verified"
    EMAIL = "e-mail"
    PHONE = "phone"
    SELF_DECLARED = "self-declared"
    NONE = "none"


class CapturedBy(StrEnum):
    """Who put the contribution into the system."""

    SELF = "self"
    STAFF = "staff"
    SCAN = "scan"
    CONVERSION = "conversion"


class Visibility(StrEnum):
    """Who may read a consultation."""

    OPEN = "open"
    RESTRICTED = "restricted"
    PRIVATE = "private"


class Stance(StrEnum):
    """Where a contribution stands on the topic's question."""

    FOR = "for"
    AGAINST = "against"
    NEUTRAL = "neutral"


class _Data(BaseModel):
    """Data of an event. An unknown field is an error: a misspelt one must not vanish."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    consultation: Identifier


class _TopicData(_Data):
    topic: Identifier


class ConsultationOpenedData(_Data):
    """A consultation begins."""

    title: Title
    owner: Title = ""
    visibility: Visibility = Visibility.OPEN
    opens_at: Moment | None = None
    closes_at: Moment | None = None


class TopicOpenedData(_TopicData):
    """A topic of a consultation begins."""

    title: Title
    question: Text = ""


class ContributionSubmittedData(_TopicData):
    """Somebody said something on a topic.

    `occurred_at` is when it was said or written, `recorded_at` when it was typed in or scanned.
    """

    contribution: Identifier
    channel: Label
    mode: Mode
    participant: Pseudonym | None = None
    role: Role = Role.PARTICIPANT
    identity: Identity = Identity.NONE
    captured_by: CapturedBy = CapturedBy.SELF
    device: Label | None = None
    text: Text
    attachments: Annotated[tuple[Label, ...], Field(max_length=50)] = ()
    stance: Stance | None = None
    language: Label | None = None
    occurred_at: Moment
    recorded_at: Moment | None = None
    reply_to: Identifier | None = None
    group: Label | None = None
    # A factory, since pydantic copies a default dict in Python, for every event.
    demographics: dict[Label, Label] = Field(default_factory=dict, max_length=50)


class ContributionSupportedData(_TopicData):
    """Somebody voted on a contribution: 1 for, -1 against, 0 passed. The last vote counts."""

    contribution: Identifier
    channel: Label
    mode: Mode
    participant: Pseudonym
    role: Role = Role.PARTICIPANT
    value: Literal[-1, 0, 1]
    occurred_at: Moment
    recorded_at: Moment | None = None


class ContributionWithdrawnData(_TopicData):
    """A contribution was taken back by whoever made it. It stays in the log, and counts no more.

    It means every contribution of that id that came before in the topic's log, and none after.
    """

    contribution: Identifier
    occurred_at: Moment


class SupportWithdrawnData(_TopicData):
    """Somebody took a vote back. Among votes and withdrawals of a pair the last one counts."""

    contribution: Identifier
    channel: Label
    mode: Mode
    participant: Pseudonym
    role: Role = Role.PARTICIPANT
    occurred_at: Moment
    recorded_at: Moment | None = None


class ResponsePublishedData(_TopicData):
    """The people who decide answered a topic: you said, we did."""

    response: Identifier
    owner: Title = ""
    text: Text
    url: Url | None = None
    occurred_at: Moment


class RecognitionAwardedData(_Data):
    """A participant's help was recognised: for breadth (who was helped), never for volume."""

    recognition: Label
    participant: Pseudonym
    reason: Title = ""
    occurred_at: Moment


class PolicySetData(BaseModel):
    """A policy takes effect for all that the log holds, before and after.

    It is written to every partition of the events, so that every worker has it at a known place in
    the log.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    policy: DeploymentPolicy
    partition: Annotated[int, Field(ge=0)]


class _CloudEvent(BaseModel):
    """The envelope. Extension attributes are allowed by CloudEvents, and ignored here."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    specversion: Literal["1.0"] = "1.0"
    id: Name
    source: Name
    subject: Annotated[str, StringConstraints(max_length=512)] | None = None
    time: AwareDatetime | None = None
    datacontenttype: Literal["application/json"] = "application/json"
    dataschema: Annotated[str, StringConstraints(max_length=512)] | None = None


class ConsultationOpened(_CloudEvent):
    """`consultation.opened.v1`."""

    type: Literal["consultation.opened.v1"] = "consultation.opened.v1"
    data: ConsultationOpenedData


class TopicOpened(_CloudEvent):
    """`topic.opened.v1`."""

    type: Literal["topic.opened.v1"] = "topic.opened.v1"
    data: TopicOpenedData


class ContributionSubmitted(_CloudEvent):
    """`contribution.submitted.v1`."""

    type: Literal["contribution.submitted.v1"] = "contribution.submitted.v1"
    data: ContributionSubmittedData


class ContributionSupported(_CloudEvent):
    """`contribution.supported.v1`."""

    type: Literal["contribution.supported.v1"] = "contribution.supported.v1"
    data: ContributionSupportedData


class ContributionCorrected(_CloudEvent):
    """`contribution.corrected.v1`: the whole contribution as it should have been.

    It replaces the contributions of its id that came before it in the topic's log, and stands in
    line where it came.
    """

    type: Literal["contribution.corrected.v1"] = "contribution.corrected.v1"
    data: ContributionSubmittedData


class ContributionWithdrawn(_CloudEvent):
    """`contribution.withdrawn.v1`."""

    type: Literal["contribution.withdrawn.v1"] = "contribution.withdrawn.v1"
    data: ContributionWithdrawnData


class SupportWithdrawn(_CloudEvent):
    """`support.withdrawn.v1`."""

    type: Literal["support.withdrawn.v1"] = "support.withdrawn.v1"
    data: SupportWithdrawnData


class ResponsePublished(_CloudEvent):
    """`response.published.v1`."""

    type: Literal["response.published.v1"] = "response.published.v1"
    data: ResponsePublishedData


class RecognitionAwarded(_CloudEvent):
    """`recognition.awarded.v1`."""

    type: Literal["recognition.awarded.v1"] = "recognition.awarded.v1"
    data: RecognitionAwardedData


class PolicySet(_CloudEvent):
    """`policy.set.v1`."""

    type: Literal["policy.set.v1"] = "policy.set.v1"
    data: PolicySetData


Event = (
    ConsultationOpened
    | TopicOpened
    | ContributionSubmitted
    | ContributionCorrected
    | ContributionWithdrawn
    | ContributionSupported
    | SupportWithdrawn
    | ResponsePublished
    | RecognitionAwarded
    | PolicySet
)

_FIELD = re.compile(r"[a-z][a-z0-9_]{0,39}|\d{1,9}")
_EVENT: TypeAdapter[Event] = TypeAdapter(Annotated[Event, Field(discriminator="type")])


class InvalidEventError(ValueError):
    """What stands in the event cannot be read; the message names the field and what is wrong."""


def decode(payload: bytes) -> Event:
    """Read one event from its JSON.

    Raises:
        InvalidEventError: The payload is too large, is not JSON, or breaks the contract of its
            type. The message never repeats the payload: it may hold what must not be logged.
    """
    if len(payload) > MAX_EVENT_BYTES:
        raise InvalidEventError(f"event: {len(payload):,} bytes, at most {MAX_EVENT_BYTES:,}")
    try:
        return _EVENT.validate_json(payload)
    except ValidationError as error:
        raise InvalidEventError(_explain(error)) from None


def encode(event: Event) -> bytes:
    """Write one event as JSON; `decode` reads it back equal."""
    return orjson.dumps(event.model_dump(exclude_none=True))


def partition_key(event: Event) -> str:
    """The Kafka key: all events of a topic share one, so that their order holds.

    A policy has none to share: it goes to each partition by number.
    """
    data = event.data
    if isinstance(data, _TopicData):
        return topic_key(data)
    return POLICY_KEY if isinstance(data, PolicySetData) else data.consultation


def topic_key(data: _TopicData) -> str:
    """The Kafka key of a topic's events."""
    return f"{data.consultation}/{data.topic}"


def milliseconds(moment: datetime) -> int:
    """Unix time in milliseconds, without what is below one."""
    return (moment - _EPOCH) // _MILLISECOND


def _explain(error: ValidationError) -> str:
    """One line, a clause per wrong field: where, and what is expected there."""
    details = error.errors(include_url=False, include_input=False, include_context=False)
    clauses = []
    for detail in details:
        # The first element names the branch of the union; a reader looks for the field.
        parts = [str(part) for part in detail["loc"] if not str(part).endswith(".v1")]
        # What is no field's name may be anything, a person's too.
        path = ".".join(part if _FIELD.fullmatch(part) else "…" for part in parts)
        clauses.append(f"{path or 'event'}: {detail['msg']}")
    return "; ".join(clauses[:10])
