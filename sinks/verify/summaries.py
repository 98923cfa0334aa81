"""The whole state of each topic."""

# ruff: noqa: S608 (the statements are put together from constants of this package)

from collections.abc import Sequence

from sinks.verify.comparison import differing, row_differences
from sinks.verify.deliveries import ANSWERS, TOPICS, VOTES
from sinks.verify.figures import COUNTS, SPREAD, figures
from sinks.verify.policies import POLICIES
from sinks.verify.screening import SCREENED, VOICE
from sinks.verify.votes import LAST_VOTES, VOTED_GROUPS

_STANCES = ("for", "against", "neutral")
_VOTES = {"for": 1, "against": -1, "pass": 0}

EVENTS = f"""
    own_events AS
    (
        SELECT
            consultation, topic, `partition`, `offset`,
            if((row_number() OVER delivery) = 1, occurred_at, NULL) AS spoken_at
        FROM contributions FINAL
        WINDOW delivery AS
            (PARTITION BY consultation, topic, correction, source, event_id ORDER BY `offset`)
        UNION ALL
        SELECT consultation, topic, `partition`, `offset`, if(came_before, NULL, occurred_at)
        FROM {VOTES}
        UNION ALL
        SELECT consultation, topic, `partition`, `offset`, NULL FROM withdrawals FINAL
        UNION ALL
        SELECT consultation, topic, `partition`, `offset`, NULL FROM responses FINAL
        UNION ALL
        SELECT consultation, topic, `partition`, `offset`, NULL FROM topics FINAL
    ),
    events AS
    (
        SELECT * FROM own_events
        UNION ALL
        SELECT consultation, topic, `partition`, p.`offset`, NULL
        FROM (SELECT DISTINCT consultation, topic, `partition` FROM own_events) AS t
        INNER JOIN
            (SELECT `partition`, `offset` FROM policies FINAL WHERE NOT redelivered) AS p
        USING (`partition`)
    )
"""
"""The CTE `events`: every event of a topic, and the policies, which all topics of a partition are
told again with; `spoken_at` of what somebody said or voted.
"""


def _balanced(prefix: str, of: str, answers: Sequence[str]) -> str:
    """A vote each for the rows of a subquery, split as its columns `{of}_{answer}` are."""
    total = " + ".join(f"{of}_{answer}" for answer in answers)
    return ", ".join(
        f"sum(if({total} = 0, 0, {of}_{answer} / ({total}))) AS {prefix}_{answer}"
        for answer in answers
    )


def _shift(name: str, of: str, picture: str, answers: Sequence[str]) -> str:
    """How far a picture is from the counts: the total variation distance of their shares."""
    total = " + ".join(f"{of}_{answer}" for answer in answers)
    pictured = " + ".join(f"{picture}_{answer}" for answer in answers)
    distance = " + ".join(
        f"abs({of}_{answer} / ({total}) - {picture}_{answer} / ({pictured}))" for answer in answers
    )
    return f"if({total} = 0, 0, ({distance}) / 2) AS {name}"


_STATED = ", ".join(
    f"countIf(live AND role = 'participant' AND stance = '{stance}') AS stance_{stance}"
    for stance in _STANCES
)

# A topic's figures are 0 where the joins find nothing, which is what they are.
_COMPUTED = f"""
    titles AS
    (
        SELECT consultation, topic, argMax(title, `offset`) AS title
        FROM {TOPICS}
        WHERE NOT came_before
        GROUP BY consultation, topic
    ),
    bounds AS
    (
        SELECT
            consultation, topic,
            any(`partition`) AS `partition`,
            max(`offset`) AS as_of_offset,
            max(spoken_at) AS newest_event
        FROM events
        GROUP BY consultation, topic
    ),
    counted AS
    (
        SELECT
            consultation, topic,
            countIf(live AND right_verdict = 'original') AS originals,
            countIf(live AND right_verdict = 'resubmitted') AS resubmitted,
            countIf(live AND right_verdict = 'campaign') AS campaign,
            countIf(NOT is_first) AS redelivered,
            countIf(withdrawn) AS withdrawn,
            countIf(superseded) AS superseded,
            countIf(live AND attachment_only) AS attachment_only,
            countIf(live AND mode = 'online') AS online,
            countIf(live AND mode = 'offline') AS offline,
            mapSort(sumMapIf(map(toString(channel), toUInt64(1)), live)) AS channels,
            countIf(live AND role = 'participant' AND participant = '') AS unknown_contributions,
            {_STATED}
        FROM screened
        GROUP BY consultation, topic
    ),
    voices AS
    (
        SELECT
            consultation, topic, participant,
            countIf(live) AS said,
            countIf(live AND role = 'participant') AS said_as_participant,
            {_STATED}
        FROM screened
        GROUP BY consultation, topic, participant, {VOICE}
    ),
    by_voice AS
    (
        SELECT
            consultation, topic,
            groupArrayIf(said, said > 0) AS by_anyone,
            groupArrayIf(said_as_participant, said_as_participant > 0) AS by_participant,
            sumIf(said_as_participant, participant = '') AS unknown,
            arrayConcat(
                groupArrayIf(said_as_participant, said_as_participant > 0 AND participant != ''),
                if(unknown > 0, [unknown], [])) AS by_participant_or_unknown,
            {_balanced("balanced", "stance", _STANCES)}
        FROM voices
        GROUP BY consultation, topic
    ),
    spread AS
    (
        SELECT
            * EXCEPT (by_participant, by_anyone, by_participant_or_unknown, unknown),
            {figures("", "by_participant")},
            {figures("everyone_", "by_anyone")},
            {figures("one_unknown_", "by_participant_or_unknown")}
        FROM by_voice
    ),
    groups AS
    (
        SELECT
            consultation, topic, `partition`,
            countIf(live) AS said,
            uniqExactIf({VOICE}, live) AS senders,
            {_STATED}
        FROM screened
        GROUP BY consultation, topic, `partition`, root_offset
    ),
    by_group AS
    (
        SELECT
            consultation, topic,
            countIf(senders >= minimum_senders) AS letters,
            sumIf(said, senders >= minimum_senders) AS letter_contributions,
            {_balanced("letters", "stance", _STANCES)}
        FROM groups
        INNER JOIN policies_of USING (consultation, `partition`)
        GROUP BY consultation, topic
    ),
    voters AS
    (
        SELECT
            consultation, topic,
            {", ".join(f"countIf(vote = {vote}) AS vote_{name}" for name, vote in _VOTES.items())}
        FROM last_votes
        GROUP BY consultation, topic, participant
    ),
    letter_voters AS
    (
        SELECT
            consultation, topic,
            {", ".join(f"countIf(vote = {vote}) AS vote_{name}" for name, vote in _VOTES.items())}
        FROM voted_groups
        GROUP BY consultation, topic, participant, voted_group
    ),
    supported_letters AS
    (
        SELECT consultation, topic, {_balanced("letters_support", "vote", list(_VOTES))}
        FROM letter_voters
        GROUP BY consultation, topic
    ),
    supported AS
    (
        SELECT
            consultation, topic,
            {", ".join(f"sum(vote_{name}) AS support_{name}" for name in _VOTES)},
            support_for + support_against + support_pass AS supports,
            {_balanced("balanced_support", "vote", list(_VOTES))}
        FROM voters
        GROUP BY consultation, topic
    ),
    answered AS
    (
        SELECT
            consultation, topic,
            countIf(NOT came_before) AS responses,
            minOrNullIf(occurred_at, NOT came_before) AS answered_at
        FROM {ANSWERS}
        GROUP BY consultation, topic
    ),
    computed AS
    (
        SELECT
            *,
            {_shift("balanced_shift", "stance", "balanced", _STANCES)},
            {_shift("letters_shift", "stance", "letters", _STANCES)},
            {_shift("support_shift", "support", "balanced_support", list(_VOTES))},
            {_shift("letters_support_shift", "support", "letters_support", list(_VOTES))}
        FROM bounds
        LEFT JOIN titles USING (consultation, topic)
        LEFT JOIN counted USING (consultation, topic)
        LEFT JOIN spread USING (consultation, topic)
        LEFT JOIN by_group USING (consultation, topic)
        LEFT JOIN supported USING (consultation, topic)
        LEFT JOIN supported_letters USING (consultation, topic)
        LEFT JOIN answered USING (consultation, topic)
    )
"""

_CHANNELS = "toString(mapSort(mapApply((k, v) -> (toString(k), toUInt64(v)), {})))"

_CTES = ", ".join((SCREENED, POLICIES, EVENTS, LAST_VOTES, VOTED_GROUPS, _COMPUTED))

SUMMARIES = f"WITH {_CTES}" + row_differences(
    "summaries",
    ("consultation", "topic"),
    equal=(
        "title",
        "partition",
        "as_of_offset",
        "newest_event",
        *(f"{prefix}{name}" for prefix in ("", "everyone_") for name in COUNTS),
        "unknown_contributions",
        "one_unknown_voices",
        "half_written_by",
        "originals",
        "redelivered",
        "resubmitted",
        "campaign",
        "withdrawn",
        "superseded",
        "attachment_only",
        "online",
        "offline",
        "letters",
        "letter_contributions",
        *(f"stance_{stance}" for stance in _STANCES),
        "supports",
        *(f"support_{vote}" for vote in _VOTES),
        "responses",
        "answered_at",
    ),
    close=(
        *(f"{prefix}{name}" for prefix in ("", "everyone_", "one_unknown_") for name in SPREAD),
        *(f"{picture}_{stance}" for picture in ("balanced", "letters") for stance in _STANCES),
        *(f"{voice}_support_{vote}" for voice in ("balanced", "letters") for vote in _VOTES),
        "balanced_shift",
        "letters_shift",
        "support_shift",
        "letters_support_shift",
    ),
    further=[
        differing(
            "channels",
            _CHANNELS.format("stored.channels"),
            _CHANNELS.format("computed.channels"),
        )
    ],
)
