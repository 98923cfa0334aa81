"""What the streams say: the records on `participation.screened` and `participation.summaries`.

Each is one JSON object whose keys are the columns of the ClickHouse table of the same name, so that
the sink passes it on as it is. Times are ISO 8601 in UTC with milliseconds. The Kafka position of
the input event (`partition`, `offset`) identifies a row for good.
"""

from enum import StrEnum
from typing import TypedDict


class Kind(StrEnum):
    """The shapes on `participation.screened`; each is the name of its table."""

    CONSULTATION = "consultations"
    TOPIC = "topics"
    CONTRIBUTION = "contributions"
    SUPPORT = "supports"


class Verdict(StrEnum):
    """What screening says of a contribution. Every contribution gets exactly one."""

    ORIGINAL = "original"
    REDELIVERED = "redelivered"
    RESUBMITTED = "resubmitted"
    CAMPAIGN = "campaign"


class Consultation(TypedDict):
    """`consultation.opened`, as the log has it."""

    partition: int
    offset: int
    consultation: str
    title: str
    owner: str
    visibility: str
    opens_at: str | None
    closes_at: str | None


class Topic(TypedDict):
    """`topic.opened`, as the log has it."""

    partition: int
    offset: int
    consultation: str
    topic: str
    source: str
    event_id: str
    title: str
    question: str


class Contribution(TypedDict):
    """A contribution and its verdict. An empty `participant` is an unknown author.

    `refers_to` is the contribution that this one repeats, empty for an original. `as_of_offset` is
    the offset of the event that settled the verdict: the row with the highest one holds.
    """

    partition: int
    offset: int
    consultation: str
    topic: str
    contribution: str
    source: str
    event_id: str
    channel: str
    mode: str
    participant: str
    role: str
    identity: str
    captured_by: str
    device: str
    text: str
    attachments: list[str]
    stance: str
    language: str
    reply_to: str
    group: str
    demographics: dict[str, str]
    occurred_at: str
    recorded_at: str | None
    verdict: str
    refers_to: str
    as_of_offset: int


class Support(TypedDict):
    """A vote. `redelivered` is 1 where the same event came before."""

    partition: int
    offset: int
    consultation: str
    topic: str
    contribution: str
    source: str
    event_id: str
    channel: str
    mode: str
    participant: str
    role: str
    value: int
    occurred_at: str
    recorded_at: str | None
    redelivered: int


class Summary(TypedDict):
    """The whole state of one topic, true up to `as_of_offset` (the last of its events included).

    The seven figures stand twice: for participants, and with `everyone_` for all roles. They cover
    what is not redelivered. The counts by verdict cover every delivery, of every role.
    """

    consultation: str
    topic: str
    title: str
    partition: int
    as_of_offset: int
    newest_event: str | None
    contributions: int
    voices: int
    top1_share: float
    top5_share: float
    gini: float
    effective_voices_1: float
    effective_voices_2: float
    everyone_contributions: int
    everyone_voices: int
    everyone_top1_share: float
    everyone_top5_share: float
    everyone_gini: float
    everyone_effective_voices_1: float
    everyone_effective_voices_2: float
    originals: int
    redelivered: int
    resubmitted: int
    campaign: int
    supports: int
