"""You said, we did: how many topics were answered, how fast, and who is still waiting.

A topic waits from the day (UTC) of the first live contribution to it, or where there is none from
the opening of its consultation, to the day of the first response. A late offline batch may bring a
contribution older than the response's topic had then: the days count from it all the same.
"""

# ruff: noqa: S608 (the statements are put together from constants of this module)

from collections.abc import Collection
from datetime import datetime
from typing import TypedDict, cast

from clickhouse_connect.driver.client import Client

from sinks.queries import OPEN


class Answers(TypedDict):
    """What a consultation got for answers.

    `share` is that of its topics which were answered, `median_days` that of the days until the
    first response, over the answered topics whose beginning is known; None where there is none.
    """

    consultation: str
    title: str
    visibility: str
    topics: int
    answered: int
    share: float
    median_days: float | None


class Waiting(TypedDict):
    """A topic without an answer. `since` is a date; `voice_days` is `voices` times `days`."""

    consultation: str
    topic: str
    title: str
    visibility: str
    voices: int
    since: str
    days: int
    voice_days: int


# Nullable columns, so that a join which finds nothing gives null and no date of 1970.
_TOPICS = """
    openings AS
    (
        SELECT consultation, title AS consultation_title, visibility AS opened_as, opens_at
        FROM opened
    ),
    beginnings AS
    (
        SELECT consultation, topic, toNullable(min(day)) AS first_day
        FROM days FINAL
        WHERE originals + resubmitted + campaign > 0
        GROUP BY consultation, topic
    ),
    topics AS
    (
        SELECT
            consultation, topic, title, voices, consultation_title, first_day,
            if(opened_as = '', 'private', opened_as) AS visibility,
            toDate32(answered_at) AS answered_on,
            dateDiff('day', coalesce(first_day, toDate32(opens_at)), answered_on) AS days_after,
            -- greatest(NULL, 0) would be 0.
            if(days_after < 0, 0, days_after) AS days_to_answer
        FROM summaries FINAL
        LEFT JOIN beginnings USING (consultation, topic)
        LEFT JOIN openings USING (consultation)
        WHERE visibility IN {visibilities:Array(String)}
            AND ({every:Bool} OR consultation IN {consultations:Array(String)})
    )
"""

_ANSWERS = f"""
    WITH {_TOPICS}
    SELECT
        consultation,
        any(consultation_title) AS title,
        any(visibility) AS visibility,
        count() AS topics,
        count(answered_on) AS answered,
        answered / topics AS share,
        quantileExactInclusiveOrNull(0.5)(days_to_answer) AS median_days
    FROM topics
    GROUP BY consultation
    ORDER BY consultation
"""

_WAITING = f"""
    WITH {_TOPICS}
    SELECT
        consultation, topic, title, visibility, voices,
        toString(assumeNotNull(first_day)) AS since,
        greatest(
            dateDiff('day', assumeNotNull(first_day), toDate32({{now:DateTime64(3, 'UTC')}})), 0
        ) AS days,
        voices * days AS voice_days
    FROM topics
    WHERE answered_on IS NULL AND first_day IS NOT NULL AND voices > 0
    ORDER BY voice_days DESC, voices DESC, consultation, topic
    LIMIT {{limit:UInt64}}
"""


def answers(
    client: Client,
    consultations: Collection[str] | None = None,
    visibilities: Collection[str] = OPEN,
) -> list[Answers]:
    """How each consultation with a topic was answered, or each of those named; by consultation."""
    result = client.query(_ANSWERS, parameters=_asked(consultations, visibilities))
    return [cast("Answers", row) for row in result.named_results()]


def waiting(
    client: Client,
    now: datetime,
    consultations: Collection[str] | None = None,
    visibilities: Collection[str] = OPEN,
    limit: int = 20,
) -> list[Waiting]:
    """The topics that participants spoke on and nobody answered, those first that wait most.

    Most means voices times days: ten people who wait a week weigh as much as one who waits ten
    weeks. Unknown authors count as in `Summary.voices`, one for each contribution.

    Args:
        client: Of the database.
        now: Until when topics have waited, with a zone.
        consultations: Only topics of these; None for those of every one.
        visibilities: Of consultations that the reader may see.
        limit: How many topics at most.
    """
    result = client.query(
        _WAITING,
        parameters={**_asked(consultations, visibilities), "now": now, "limit": limit},
    )
    return [cast("Waiting", row) for row in result.named_results()]


def _asked(
    consultations: Collection[str] | None, visibilities: Collection[str]
) -> dict[str, object]:
    return {
        "every": consultations is None,
        "consultations": list(consultations or ()),
        "visibilities": list(visibilities),
    }
