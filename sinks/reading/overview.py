"""The consultations and the topics of one, each in a row of figures; and how fresh they are.

Figures are those of the tables `summaries` and `dominance`. Those of `contributions` and dominance
are of participants: `Filters(role="participant")` gives their contributions. All others are of
every role: `online` and `offline` are `Filters(mode=…)`, `everyone` is `Filters()`.
"""

# ruff: noqa: S608 (the statements are put together from constants of this package)

from collections.abc import Collection
from typing import TypedDict, cast

from clickhouse_connect.driver.client import Client

from sinks.queries import iso


class Overview(TypedDict):
    """A consultation. One that was never opened is private and has its id for a title.

    `flags` is how many were raised, in its topics and as a whole, `suspects` how many people they
    name. `everyone` counts live contributions of every role, `answered` the topics with a response.
    `newest_event` is when the newest contribution or vote was made.
    """

    consultation: str
    title: str
    owner: str
    visibility: str
    opens_at: str | None
    closes_at: str | None
    closed_at: str | None
    topics: int
    contributions: int
    voices: int
    effective_voices_2: float
    flags: int
    suspects: int
    everyone: int
    online: int
    offline: int
    answered: int
    newest_event: str | None


class TopicRow(TypedDict):
    """A topic; its title is its id where nobody gave it one. Names as in `Overview`.

    `judgement` is empty, or says why dominance is not judged.
    """

    topic: str
    title: str
    contributions: int
    voices: int
    effective_voices_2: float
    top1_share: float
    flags: int
    suspects: int
    everyone: int
    online: int
    offline: int
    letters: int
    responses: int
    supports: int
    judgement: str
    newest_event: str | None
    answered_at: str | None


_FLAGGED = "arrayMap(flag -> flag.participant, d.flags)"

_OVERVIEW = f"""
    WITH
    asked AS (SELECT DISTINCT arrayJoin({{consultations:Array(String)}}) AS consultation),
    said AS
    (
        SELECT
            consultation,
            count() AS topics,
            sum(s.contributions) AS contributions,
            sum(originals + resubmitted + campaign) AS everyone,
            sum(s.online) AS online,
            sum(s.offline) AS offline,
            countIf(answered_at IS NOT NULL) AS answered,
            max(s.newest_event) AS newest_event
        FROM summaries AS s FINAL
        WHERE consultation IN {{consultations:Array(String)}}
        GROUP BY consultation
    ),
    weighed AS
    (
        SELECT
            consultation,
            anyIf(d.voices, topic = '') AS voices,
            anyIf(d.effective_voices_2, topic = '') AS effective_voices_2,
            sum(length(d.flags)) AS flags,
            length(groupUniqArrayArray({_FLAGGED})) AS suspects
        FROM dominance AS d FINAL
        WHERE consultation IN {{consultations:Array(String)}}
        GROUP BY consultation
    )
    SELECT
        asked.consultation AS consultation,
        if(opened.consultation = '', asked.consultation, opened.title) AS title,
        opened.owner AS owner,
        if(opened.consultation = '', 'private', opened.visibility) AS visibility,
        {iso("opened.opens_at")} AS opens_at,
        {iso("opened.closes_at")} AS closes_at,
        {iso("opened.closed_at")} AS closed_at,
        topics, contributions, voices, effective_voices_2, flags, suspects, everyone, online,
        offline, answered,
        {iso("said.newest_event")} AS newest_event
    FROM asked
    LEFT JOIN said ON asked.consultation = said.consultation
    LEFT JOIN weighed ON asked.consultation = weighed.consultation
    LEFT JOIN opened ON asked.consultation = opened.consultation
    ORDER BY consultation
"""

_TOPICS = f"""
    WITH
    flagged AS
    (
        SELECT topic, length(d.flags) AS flags, length(arrayDistinct({_FLAGGED})) AS suspects
        FROM dominance AS d FINAL
        WHERE consultation = {{consultation:String}} AND topic != ''
    )
    SELECT
        topic, if(title = '', topic, title) AS named, contributions, voices, effective_voices_2,
        top1_share, flags, suspects, originals + resubmitted + campaign AS everyone, online,
        offline, letters, responses, supports, judgement,
        {iso("newest_event")} AS newest, {iso("answered_at")} AS answered
    FROM summaries FINAL
    LEFT JOIN flagged USING (topic)
    WHERE consultation = {{consultation:String}}
    ORDER BY topic
"""


def overview(client: Client, consultations: Collection[str]) -> list[Overview]:
    """The figures of these consultations, by their ids; of one that is not known all are 0."""
    result = client.query(_OVERVIEW, parameters={"consultations": list(consultations)})
    return [cast("Overview", row) for row in result.named_results()]


def topics(client: Client, consultation: str) -> list[TopicRow]:
    """The topics of a consultation, by their ids."""
    result = client.query(_TOPICS, parameters={"consultation": consultation})
    return [
        cast("TopicRow", dict(zip(TopicRow.__annotations__, row, strict=True)))
        for row in result.result_rows
    ]
