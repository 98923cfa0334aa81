"""The events that channels publish: CloudEvents 1.0 in structured JSON, one model per type.

`source` and `id` together name an event once and for all (CloudEvents 1.0, section "id"); the same
pair seen again is a redelivery. Times carry a zone. A participant is a pseudonym or absent: a name
never enters Kafka.

What these models refuse, the streams refuse as well, so that they only ever get wider: an event
that was once taken is read for ever. What is narrower for new events is in `schemas.admission`. The
descriptions and examples go into the contracts, see `schemas.contracts`.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Annotated, Literal, NamedTuple, Self, get_args

import orjson
from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from schemas import languages
from schemas.policy import DeploymentPolicy

MAX_TEXT_CHARACTERS = 20_000
MAX_EVENT_BYTES = 256 * 1024

POLICY_KEY = "policy"
"""The Kafka key of policies, in whichever partition they are."""

Identifier = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$")]
"""A name for a consultation, topic or contribution: letters, digits and `. _ : -`, up to 128."""

Pseudonym = Annotated[
    str,
    StringConstraints(pattern=r"^p-[0-9a-f]{32}$"),
    Field(
        description="The person's pseudonym, made at the edge: `p-` and the first 128 bits of an"
        " HMAC-SHA-256, in hexadecimal. Never a name.",
        examples=["p-4f1c9a7be20d4c53a6f0e8b1d2973c64"],
    ),
]
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

Channel = Annotated[
    Label,
    Field(
        description="The channel that it came through, as the operator calls it.",
        examples=["town-hall"],
    ),
]
OccurredAt = Annotated[
    Moment, Field(description="When it happened.", examples=["2026-03-01T18:40:00+01:00"])
]
RecordedAt = Annotated[
    Moment,
    Field(
        description="When it was typed in or scanned; absent: at once.",
        examples=["2026-03-04T10:15:00+01:00"],
    ),
]
Partition = Annotated[
    int,
    Field(
        ge=0,
        description="Number of the partition of `participation.events` that this copy is for.",
        examples=[0],
    ),
]


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

    consultation: Identifier = Field(
        description="Id of the consultation, unique in the deployment.",
        examples=["climate-plan-2026"],
    )


class _TopicData(_Data):
    topic: Identifier = Field(
        description="Id of the topic, unique in its consultation.", examples=["tram"]
    )


class ConsultationOpenedData(_Data):
    """A consultation begins."""

    title: Title = Field(
        description="What readers see it called.", examples=["Climate plan of the borough"]
    )
    owner: Title = Field(
        default="",
        description="The office that asks, with its contact data if it likes.",
        examples=["Office for Mobility"],
    )
    visibility: Visibility = Field(
        default=Visibility.OPEN,
        description="Who may read it: everybody, those who were let in, or its members only.",
        examples=["open"],
    )
    opens_at: Moment | None = Field(
        default=None,
        description="From when on people may contribute; it may be planned.",
        examples=["2026-03-01T08:00:00+01:00"],
    )
    closes_at: Moment | None = Field(
        default=None,
        description="Until when people may contribute; it may be planned.",
        examples=["2026-04-30T23:59:59+02:00"],
    )


class ConsultationClosedData(_Data):
    """A consultation ended. What arrives later and was said before still counts."""

    occurred_at: OccurredAt = Field(
        description="When people could contribute no more.", examples=["2026-04-30T23:59:59+02:00"]
    )


class TopicOpenedData(_TopicData):
    """A topic of a consultation begins."""

    title: Title = Field(
        description="What readers see it called.", examples=["A tram along the river"]
    )
    question: Text = Field(
        default="",
        description="What people are asked, in full.",
        examples=["Should the tram follow the river?"],
    )


class MeetingHeldData(_Data):
    """People met. What they said there comes as contributions of its own, with mode `offline`.

    It says how many came, never who.
    """

    meeting: Identifier = Field(
        description="Id of the meeting, unique in its consultation. The last event of an id holds.",
        examples=["town-hall-2026-03-01"],
    )
    title: Title = Field(
        description="What readers see it called.", examples=["First town-hall meeting"]
    )
    place: Title = Field(
        default="",
        description="Where it was, in words; empty for a meeting on line.",
        examples=["Town hall, main square"],
    )
    occurred_at: OccurredAt = Field(
        description="When it began.", examples=["2026-03-01T18:00:00+01:00"]
    )
    ended_at: Moment | None = Field(
        default=None,
        description="When it ended, not before it began.",
        examples=["2026-03-01T20:30:00+01:00"],
    )
    attendance: int | None = Field(
        default=None,
        ge=0,
        le=10_000_000,
        description="How many people came, staff not counted; absent: nobody counted.",
        examples=[84],
    )

    @model_validator(mode="after")
    def _ends_after_it_began(self) -> Self:
        if self.ended_at is not None and self.ended_at < self.occurred_at:
            raise ValueError("ended_at is before occurred_at")
        return self


class ContributionSubmittedData(_TopicData):
    """Somebody said something on a topic.

    `occurred_at` is when it was said or written, `recorded_at` when it was typed in or scanned.
    """

    contribution: Identifier = Field(
        description="Id of the contribution, unique in its topic.", examples=["c-1047"]
    )
    channel: Channel
    mode: Mode = Field(
        description="On line, or in the room, on paper, by phone.", examples=["offline"]
    )
    participant: Pseudonym | None = Field(
        default=None,
        description="Whose it is, as a pseudonym, made at the edge; absent: nobody knows.",
        examples=["p-4f1c9a7be20d4c53a6f0e8b1d2973c64"],
    )
    role: Role = Field(
        default=Role.PARTICIPANT,
        description="Who speaks: a participant, the organiser (seed statements) or an official"
        " (replies). Only participants enter voices and dominance.",
        examples=["participant"],
    )
    identity: Identity = Field(
        default=Identity.NONE,
        description="How the channel knows who it is: verified by document, by an e-mail address or"
        " a phone that answered, on their own word, or not at all.",
        examples=["self-declared"],
    )
    captured_by: CapturedBy = Field(
        default=CapturedBy.SELF,
        description="Who put it in: the person, staff on their behalf, a scan, or a conversion from"
        " another system.",
        examples=["staff"],
    )
    device: Label | None = Field(
        default=None,
        description="Id of the tablet, kiosk or scanner. People who share one stay different"
        " people.",
        examples=["tablet-3"],
    )
    text: Text = Field(
        description="What was said, letter for letter; it may be empty where all is in an"
        " attachment.",
        examples=["A tram line along the river would help many of us."],
    )
    attachments: Annotated[tuple[Label, ...], Field(max_length=50)] = Field(
        default=(),
        description="Ids of the files that came with it, not the files.",
        examples=[["file-77"]],
    )
    stance: Stance | None = Field(
        default=None,
        description="Where it stands on the topic's question; absent: it was not asked.",
        examples=["for"],
    )
    language: Label | None = Field(
        default=None,
        description="Language of the text: a well-formed tag of BCP 47 (RFC 5646), in any case.",
        examples=["de-AT"],
        json_schema_extra={"pattern": languages.TAG},
    )
    occurred_at: OccurredAt = Field(description="When it was said or written.")
    recorded_at: RecordedAt | None = Field(
        default=None,
        description="When it was typed in or scanned; absent: at once.",
        examples=["2026-03-04T10:15:00+01:00"],
    )
    reply_to: Identifier | None = Field(
        default=None,
        description="Id of the contribution that it answers, of the same topic.",
        examples=["c-1031"],
    )
    group: Label | None = Field(
        default=None,
        description="Id of the group that the person speaks in: a school, a district, a club.",
        examples=["district-north"],
    )
    # A factory, since pydantic copies a default dict in Python, for every event.
    demographics: dict[Label, Label] = Field(
        default_factory=dict,
        max_length=50,
        description="What the person said of themselves then, as classes that fit many.",
        examples=[{"age": "25-34"}],
    )


class ContributionSupportedData(_TopicData):
    """Somebody voted on a contribution: 1 for, -1 against, 0 passed. The last vote counts."""

    contribution: Identifier = Field(
        description="Id of the contribution voted on.", examples=["c-1047"]
    )
    channel: Channel
    mode: Mode = Field(
        description="On line, or in the room, on paper, by phone.", examples=["online"]
    )
    participant: Pseudonym
    role: Role = Field(default=Role.PARTICIPANT, description="Who votes.", examples=["participant"])
    value: Literal[-1, 0, 1] = Field(description="1 for it, -1 against it, 0 passed.", examples=[1])
    occurred_at: OccurredAt = Field(description="When the vote was cast.")
    recorded_at: RecordedAt | None = Field(
        default=None,
        description="When it was typed in or scanned; absent: at once.",
        examples=["2026-03-04T10:15:00+01:00"],
    )


class ContributionWithdrawnData(_TopicData):
    """A contribution was taken back by whoever made it. It stays in the log, and counts no more.

    It means every contribution of that id that came before in the topic's log, and none after.
    """

    contribution: Identifier = Field(
        description="Id of the contribution taken back.", examples=["c-1047"]
    )
    occurred_at: OccurredAt = Field(description="When it was taken back.")


class SupportWithdrawnData(_TopicData):
    """Somebody took a vote back. Among votes and withdrawals of a pair the last one counts."""

    contribution: Identifier = Field(
        description="Id of the contribution that the vote was on.", examples=["c-1047"]
    )
    channel: Channel
    mode: Mode = Field(
        description="On line, or in the room, on paper, by phone.", examples=["online"]
    )
    participant: Pseudonym
    role: Role = Field(
        default=Role.PARTICIPANT, description="Who had voted.", examples=["participant"]
    )
    occurred_at: OccurredAt = Field(description="When the vote was taken back.")
    recorded_at: RecordedAt | None = Field(
        default=None,
        description="When it was typed in or scanned; absent: at once.",
        examples=["2026-03-04T10:15:00+01:00"],
    )


class ResponsePublishedData(_TopicData):
    """The people who decide answered a topic: you said, we did."""

    response: Identifier = Field(
        description="Id of the answer, unique in its topic.", examples=["r-12"]
    )
    owner: Title = Field(
        default="",
        description="The office that answers, with its contact data if it likes.",
        examples=["Office for Mobility"],
    )
    text: Text = Field(
        description="What was heard, and what is done or why not.",
        examples=["You asked for a tram along the river. Planning begins in autumn."],
    )
    url: Url | None = Field(
        default=None,
        description="Where the answer is published in full.",
        examples=["https://www.example.org/answers/12"],
    )
    occurred_at: OccurredAt = Field(
        description="When it was published.", examples=["2026-06-15T09:00:00+02:00"]
    )


class RecognitionAwardedData(_Data):
    """A participant's help was recognised: for breadth (who was helped), never for volume."""

    recognition: Label = Field(description="What kind of recognition.", examples=["bridge"])
    participant: Pseudonym
    reason: Title = Field(
        default="",
        description="What for, in a sentence without names.",
        examples=["Answered eleven newcomers in four districts."],
    )
    occurred_at: OccurredAt = Field(description="When it was awarded.")


class PolicySetData(BaseModel):
    """A policy takes effect for all that the log holds, before and after.

    It is written to every partition of the events, so that every worker has it at a known place in
    the log.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    policy: DeploymentPolicy = Field(
        description="The deployment's whole policy; what is left out has its default.",
        examples=[{"default": {"dominance": {"top1_share": 0.25}}, "consultations": {}}],
    )
    partition: Partition


class ParticipantErasedData(BaseModel):
    """A person is to be forgotten: all that stands under the pseudonym is removed.

    It is written to every partition of the events, since the person may be in any of them.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    participant: Pseudonym
    partition: Partition
    occurred_at: OccurredAt = Field(description="When the erasure was ordered.")


class _CloudEvent(BaseModel):
    """The envelope. Extension attributes are allowed by CloudEvents, and ignored here."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    specversion: Literal["1.0"] = Field(
        default="1.0", description="Version of CloudEvents.", examples=["1.0"]
    )
    id: Name = Field(
        description="Name of the event, unique in its source. The same pair of both seen again is a"
        " redelivery and changes nothing, so that sending again is safe.",
        examples=["2026-03-01-0042"],
    )
    source: Name = Field(
        description="The system that the event comes from, as a URI.",
        examples=["https://take-part.example.org"],
    )
    subject: Annotated[str, StringConstraints(max_length=512)] | None = Field(
        default=None,
        description="What the event is about; for other tools, not used here.",
        examples=["climate-plan-2026/tram"],
    )
    time: AwareDatetime | None = Field(
        default=None,
        description="When the event was made, with a zone; for other tools, not used here.",
        examples=["2026-03-04T10:15:02Z"],
    )
    datacontenttype: Literal["application/json"] = Field(
        default="application/json",
        description="What the data are written in.",
        examples=["application/json"],
    )
    dataschema: Annotated[str, StringConstraints(max_length=512)] | None = Field(
        default=None,
        description="URI of a schema of the data; for other tools, not used here.",
        examples=["urn:example:take-part:3"],
    )


class ConsultationOpened(_CloudEvent):
    """A consultation begins."""

    type: Literal["consultation.opened.v1"] = "consultation.opened.v1"
    data: ConsultationOpenedData


class ConsultationClosed(_CloudEvent):
    """A consultation ended."""

    type: Literal["consultation.closed.v1"] = "consultation.closed.v1"
    data: ConsultationClosedData


class TopicOpened(_CloudEvent):
    """A topic of a consultation begins."""

    type: Literal["topic.opened.v1"] = "topic.opened.v1"
    data: TopicOpenedData


class MeetingHeld(_CloudEvent):
    """People met: where, when, and how many."""

    type: Literal["meeting.held.v1"] = "meeting.held.v1"
    data: MeetingHeldData


class ContributionSubmitted(_CloudEvent):
    """Somebody said something on a topic."""

    type: Literal["contribution.submitted.v1"] = "contribution.submitted.v1"
    data: ContributionSubmittedData


class ContributionSupported(_CloudEvent):
    """Somebody voted on a contribution."""

    type: Literal["contribution.supported.v1"] = "contribution.supported.v1"
    data: ContributionSupportedData


class ContributionCorrected(_CloudEvent):
    """The whole contribution as it should have been.

    It replaces the contributions of its id that came before it in the topic's log, and stands in
    line where it came.
    """

    type: Literal["contribution.corrected.v1"] = "contribution.corrected.v1"
    data: ContributionSubmittedData


class ContributionWithdrawn(_CloudEvent):
    """A contribution was taken back by whoever made it."""

    type: Literal["contribution.withdrawn.v1"] = "contribution.withdrawn.v1"
    data: ContributionWithdrawnData


class SupportWithdrawn(_CloudEvent):
    """Somebody took a vote back."""

    type: Literal["support.withdrawn.v1"] = "support.withdrawn.v1"
    data: SupportWithdrawnData


class ResponsePublished(_CloudEvent):
    """The people who decide answered a topic."""

    type: Literal["response.published.v1"] = "response.published.v1"
    data: ResponsePublishedData


class RecognitionAwarded(_CloudEvent):
    """A participant's help was recognised."""

    type: Literal["recognition.awarded.v1"] = "recognition.awarded.v1"
    data: RecognitionAwardedData


class PolicySet(_CloudEvent):
    """A policy takes effect. For operators: `isegoria policy apply` writes it."""

    type: Literal["policy.set.v1"] = "policy.set.v1"
    data: PolicySetData


class ParticipantErased(_CloudEvent):
    """A person is to be forgotten. For operators."""

    type: Literal["participant.erased.v1"] = "participant.erased.v1"
    data: ParticipantErasedData


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
    | ConsultationClosed
    | MeetingHeld
)

_PLACE = re.compile(r"[0-9]{1,3}")
_EVENT: TypeAdapter[Event] = TypeAdapter(Annotated[Event, Field(discriminator="type")])
_TYPES = tuple(model.model_fields["type"].default for model in get_args(Event))
_CLAUSES = 10


class WrongField(NamedTuple):
    """A field that breaks the contract: where it is, such as `data.text`, and what is wrong."""

    path: str
    reason: str


class Fault(StrEnum):
    """The kinds of what can be wrong with an event, for counting."""

    BATCH = "batch"
    SIZE = "size"
    JSON = "json"
    TYPE = "type"
    FIELD = "field"
    PLACE = "place"


# Pydantic's error types; every other one is about a field.
_FAULTS = {
    "json_invalid": Fault.JSON,
    "union_tag_invalid": Fault.TYPE,
    "union_tag_not_found": Fault.TYPE,
}


class InvalidEventError(ValueError):
    """What stands in the event cannot be read or taken; the message names each field and why.

    Attributes:
        fields: The wrong fields; empty where it is not about single ones.
        fault: Of which kind it is.
    """

    def __init__(
        self, message: str, fields: Sequence[WrongField] = (), *, fault: Fault = Fault.FIELD
    ) -> None:
        super().__init__(message)
        self.fields = tuple(fields)
        self.fault = fault

    @classmethod
    def of(cls, fields: Sequence[WrongField], fault: Fault = Fault.FIELD) -> Self:
        """The error that lists these fields, one clause each."""
        clauses = (f"{path}: {reason}" for path, reason in fields[:_CLAUSES])
        return cls("; ".join(clauses), fields, fault=fault)


def decode(payload: bytes) -> Event:
    """Read one event from its JSON, as the log has it.

    Raises:
        InvalidEventError: The payload is too large, is not JSON, or breaks the contract of its
            type. The message never repeats the payload: it may hold what must not be logged.
    """
    return _read(payload, strict=False)


def decode_strictly(payload: bytes) -> Event:
    """Read one event from its JSON, as a channel must write it: nothing is converted.

    A time is then no number, whose unit would be guessed, and a number no string.

    Raises:
        InvalidEventError: As `decode` has it.
    """
    return _read(payload, strict=True)


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


def _read(payload: bytes, *, strict: bool) -> Event:
    if len(payload) > MAX_EVENT_BYTES:
        size = f"{len(payload):,} bytes, at most {MAX_EVENT_BYTES:,}"
        raise InvalidEventError.of([WrongField("event", size)], Fault.SIZE)
    try:
        return _EVENT.validate_json(payload, strict=strict)
    except ValidationError as error:
        fault = _FAULTS.get(error.errors()[0]["type"], Fault.FIELD)
        raise InvalidEventError.of(_wrong_fields(error), fault) from None


@cache
def _field_names() -> frozenset[str]:
    """What a field is called in any event."""
    schema = _EVENT.json_schema()
    models = schema["$defs"].values()
    return frozenset(name for model in models for name in model.get("properties", ()))


def _wrong_fields(error: ValidationError) -> list[WrongField]:
    """Each wrong field: where, and what is expected there."""
    wrong, names = [], _field_names()
    for detail in error.errors(include_url=False, include_input=False, include_context=False):
        if detail["type"] == "union_tag_invalid":
            # The message would repeat what stands there.
            wrong.append(WrongField("type", f"not one of {', '.join(_TYPES)}"))
            continue
        # The first element names the branch of the union; a reader looks for the field.
        parts = [str(part) for part in detail["loc"] if not str(part).endswith(".v1")]
        # What is no field's name may be anything, a person's too.
        path = ".".join(part if part in names or _PLACE.fullmatch(part) else "…" for part in parts)
        wrong.append(WrongField(path or "event", detail["msg"]))
    return wrong
