"""What the streams say: the records on the topics behind the screening.

Each is one JSON object whose keys are the columns of the ClickHouse table of the same name, so that
the sink passes it on as it is. Times are ISO 8601 in UTC with milliseconds. The Kafka position of
the input event (`partition`, `offset`) identifies a row for good.

The rules of screening, which every record follows (before and after are places in the topic's log):

- An event is *redelivered* when one with its type, `source` and `id` came before (of its topic; of
  its consultation where it has none; of its partition where it is a policy). It changes nothing.
- A contribution is *live* until a later event withdraws its id, or corrects it; the first that does
  says why it is not. A correction is a contribution in its own right, with its own place.
- Contributions of one wording are a *group*: the first of them, its *root*, and those near the same
  as it; where several roots would take a contribution, the one that came first does. A text of
  fewer words than the policy's `short_words`, and one that only points to an attachment, is the
  same only as the same known participant's, to the letter (and with the same attachments). A text
  without a letter or a digit is in no group but its own.
- Call *earlier* the live ones of its group that came before a contribution. It is `original` where
  there is none, `resubmitted` where one is by the same known participant, `campaign` otherwise. It
  refers to that participant's first one, or to the first of all. So a withdrawal promotes the next
  in line, and what is withdrawn keeps the verdict that it would have if it came back.
- Only live contributions count in figures; and of the votes of a participant on a contribution the
  last one, by when it was cast and then by when it came.
"""

from enum import StrEnum
from typing import TypedDict


class Kind(StrEnum):
    """The shapes; each is the name of its table."""

    CONSULTATION = "consultations"
    CLOSING = "closings"
    MEETING = "meetings"
    TOPIC = "topics"
    CONTRIBUTION = "contributions"
    STANDING = "standings"
    WITHDRAWAL = "withdrawals"
    SUPPORT = "supports"
    RESPONSE = "responses"
    RECOGNITION = "recognitions"
    POLICY = "policies"
    SUMMARY = "summaries"
    DAY = "days"
    LETTER = "letters"
    DOMINANCE = "dominance"


class Verdict(StrEnum):
    """What screening says of a contribution. Every contribution gets exactly one."""

    ORIGINAL = "original"
    REDELIVERED = "redelivered"
    RESUBMITTED = "resubmitted"
    CAMPAIGN = "campaign"


class Consultation(TypedDict):
    """`consultation.opened`, as the log has it. `redelivered` is 1 where it came before."""

    partition: int
    offset: int
    consultation: str
    source: str
    event_id: str
    title: str
    owner: str
    visibility: str
    opens_at: str | None
    closes_at: str | None
    redelivered: int


class Closing(TypedDict):
    """`consultation.closed`, as the log has it. `redelivered` is 1 where it came before."""

    partition: int
    offset: int
    consultation: str
    source: str
    event_id: str
    occurred_at: str
    redelivered: int


class Meeting(TypedDict):
    """`meeting.held`, as the log has it. `redelivered` is 1 where it came before.

    `attendance` is null where nobody counted. The last row of a `meeting` holds.
    """

    partition: int
    offset: int
    consultation: str
    meeting: str
    source: str
    event_id: str
    title: str
    place: str
    attendance: int | None
    occurred_at: str
    ended_at: str | None
    redelivered: int


class Topic(TypedDict):
    """`topic.opened`, as the log has it. `redelivered` is 1 where it came before."""

    partition: int
    offset: int
    consultation: str
    topic: str
    source: str
    event_id: str
    title: str
    question: str
    redelivered: int


class Contribution(TypedDict):
    """A contribution and its verdict on arrival; a `Standing` says what became of it.

    An empty `participant` is an unknown author. `refers_to` is the id of the contribution that this
    one repeats, empty for an original, and for a redelivery that of the first delivery.
    `root_offset` is the offset of the root of its group: its own where it repeats nothing; for a
    redelivery that of the first delivery's group. `correction` is 1 for a corrected version.
    `as_of_offset` is its own offset.
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
    attachment_only: int
    stance: str
    language: str
    reply_to: str
    group: str
    demographics: dict[str, str]
    occurred_at: str
    recorded_at: str | None
    correction: int
    verdict: str
    refers_to: str
    root_offset: int
    as_of_offset: int


class Standing(TypedDict):
    """What later events made of a contribution; only where they changed anything.

    `withdrawn` and `superseded` (by a correction) say why it is not live. `as_of_offset` is the
    offset of the last event that changed it: the row with the highest one holds.
    """

    partition: int
    offset: int
    consultation: str
    topic: str
    verdict: str
    refers_to: str
    withdrawn: int
    superseded: int
    as_of_offset: int


class Withdrawal(TypedDict):
    """`contribution.withdrawn`, as the log has it. `redelivered` is 1 where it came before."""

    partition: int
    offset: int
    consultation: str
    topic: str
    contribution: str
    source: str
    event_id: str
    occurred_at: str
    redelivered: int


class Support(TypedDict):
    """A vote, or with `withdrawn` 1 (and `value` 0) one that was taken back.

    `redelivered` is 1 where the same event came before.
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
    value: int
    withdrawn: int
    occurred_at: str
    recorded_at: str | None
    redelivered: int


class Response(TypedDict):
    """`response.published`, as the log has it. `redelivered` is 1 where it came before."""

    partition: int
    offset: int
    consultation: str
    topic: str
    response: str
    source: str
    event_id: str
    owner: str
    text: str
    url: str
    occurred_at: str
    redelivered: int


class Recognition(TypedDict):
    """`recognition.awarded`, as the log has it. `redelivered` is 1 where it came before."""

    partition: int
    offset: int
    consultation: str
    recognition: str
    participant: str
    source: str
    event_id: str
    reason: str
    occurred_at: str
    redelivered: int


class Policy(TypedDict):
    """`policy.set`, as the log has it: the deployment's policy as JSON, and its hash.

    `redelivered` is 1 where it came before.
    """

    partition: int
    offset: int
    source: str
    event_id: str
    hash: str
    policy: str
    redelivered: int


class Summary(TypedDict):
    """The whole state of one topic, true up to `as_of_offset` (its last event, or a later policy).

    Counts by verdict cover live contributions of every role; `redelivered` every such delivery,
    `withdrawn` and `superseded` what is not live. All the rest covers live contributions only.

    Figures of dominance stand three times: for participants, where an unknown author is a voice for
    each contribution; with `everyone_` for all roles likewise; and with `one_unknown_` for
    participants with all unknown authors as one voice. Between the first and the last lies the
    truth. `half_written_by` is the smallest number of most active participants who wrote half.

    Of what participants said, `stance_*` counts contributions, `balanced_*` gives every voice one
    vote, split over the stances it stated, and `letters_*` every group likewise. `*_shift` says how
    much the picture moves from the counts: the total variation distance of the shares, 0 to 1.
    `support_*` counts last votes of any role, `balanced_support_*` gives every voter one vote,
    split over theirs, `letters_support_*` gives a voter's votes on the contributions of one group
    one, likewise: as if the copies of a letter were one contribution. A vote is on the group of the
    newest contribution of the id that it names. `support_shift` and `letters_support_shift` as
    before.

    `letters` are the groups with at least the policy's number of senders; `letter_contributions`
    are the live contributions in them, of any role. `channels` counts live contributions by
    channel. `newest_event` is the newest `occurred_at` of a contribution or vote that is not
    redelivered. `answered_at` is the earliest `occurred_at` of its responses.
    `judgement` is empty, or says in a sentence why dominance is not judged. `policy` is the hash of
    the policy in force.
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
    unknown_contributions: int
    one_unknown_voices: int
    one_unknown_top1_share: float
    one_unknown_top5_share: float
    one_unknown_gini: float
    one_unknown_effective_voices_1: float
    one_unknown_effective_voices_2: float
    half_written_by: int
    originals: int
    redelivered: int
    resubmitted: int
    campaign: int
    withdrawn: int
    superseded: int
    attachment_only: int
    online: int
    offline: int
    channels: dict[str, int]
    letters: int
    letter_contributions: int
    stance_for: int
    stance_against: int
    stance_neutral: int
    balanced_for: float
    balanced_against: float
    balanced_neutral: float
    balanced_shift: float
    letters_for: float
    letters_against: float
    letters_neutral: float
    letters_shift: float
    supports: int
    support_for: int
    support_against: int
    support_pass: int
    balanced_support_for: float
    balanced_support_against: float
    balanced_support_pass: float
    support_shift: float
    letters_support_for: float
    letters_support_against: float
    letters_support_pass: float
    letters_support_shift: float
    responses: int
    answered_at: str | None
    judgement: str
    policy: str


class Day(TypedDict):
    """What was said on a topic on one day (UTC, by `occurred_at`), whenever it came.

    `as_of_offset` is the offset of the last event that changed anything here: a late batch changes
    the days that it belongs to, and no other. Counts are those of the summary: live contributions
    of every role by verdict, channel and mode; `contributions` and `voices` those of participants.
    """

    consultation: str
    topic: str
    day: str
    partition: int
    as_of_offset: int
    contributions: int
    voices: int
    originals: int
    resubmitted: int
    campaign: int
    redelivered: int
    not_live: int
    online: int
    offline: int


class Letter(TypedDict):
    """A group that two senders or more had a part in: a template letter.

    A sender is a known participant or, each on its own, a contribution of an unknown author. All
    numbers are of live contributions of any role: where senders withdrew, they may be below two.
    `representative` is the id of the first live contribution (empty where none is), and
    `representative_offset` its place (else 0). `largest_burst` is the largest number of
    contributions with one second of `occurred_at`. `as_of_offset` is the offset of the last event
    that changed anything here.
    """

    consultation: str
    topic: str
    root_offset: int
    partition: int
    as_of_offset: int
    representative: str
    representative_offset: int
    contributions: int
    senders: int
    unknown_senders: int
    first_at: str | None
    last_at: str | None
    largest_burst: int


class Window(TypedDict):
    """A sliding window of time, [`starts_at`, `ends_at`), and who wrote what was said in it.

    `pick` is `worst` (the highest share of one voice, of windows with enough contributions) or
    `latest` (the one that ends at the first step after the newest contribution).
    """

    window: str
    pick: str
    starts_at: str
    ends_at: str
    contributions: int
    voices: int
    top1_share: float
    top5_share: float
    effective_voices_2: float


class Flag(TypedDict):
    """Somebody carries much weight in the numbers: which, how much, and since which threshold.

    `window` is `all` for the whole period, with `starts_at` and `ends_at` null.
    """

    participant: str
    measure: str
    window: str
    starts_at: str | None
    ends_at: str | None
    figure: float
    threshold: float
    sentence: str


class Breach(TypedDict):
    """A participant's posts over the posting limit, and from when they may post again."""

    participant: str
    posts_over: int
    last_at: str
    may_post_again_at: str


class Dominance(TypedDict):
    """Who dominates a topic, or with an empty `topic` a consultation: the whole state, no delta.

    A flag that no longer holds is not in it. `version` is, for a topic, the offset of its last
    event or of a later policy, and for a consultation the number of facts that it is made of
    (contributions that came or ended, and policies): the row with the highest holds.
    Figures are those of participants; `one_unknown_*` as in `Summary`. `lorenz` are points of the
    Lorenz curve: share of voices, share of contributions. Only a consultation has `breaches` (the
    posting limit is one for the whole consultation; of the `people_over` it, the 1,000 with most
    posts over it are listed) and `topics`, the number of topics that
    participants contributed to.
    """

    consultation: str
    topic: str
    version: int
    contributions: int
    voices: int
    top1_share: float
    top5_share: float
    gini: float
    effective_voices_1: float
    effective_voices_2: float
    unknown_contributions: int
    one_unknown_top1_share: float
    one_unknown_top5_share: float
    one_unknown_effective_voices_2: float
    half_written_by: int
    topics: int
    lorenz: list[tuple[float, float]]
    windows: list[Window]
    flags: list[Flag]
    posts_over: int
    people_over: int
    breaches: list[Breach]
    judgement: str
    policy: str
