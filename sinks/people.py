"""Who carries a consultation: recognised, fit for ambassador, or heavy in the numbers.

Recognition is for breadth and never for volume: whoever answers newcomers and is at home in more
than one group. A flag is about weight in the numbers and no judgement on a person.

Only participants with a pseudonym are looked at, and only live contributions.
"""

# ruff: noqa: S608 (the statements are put together from constants of this module)

import math
from collections.abc import Collection
from itertools import groupby
from typing import TypedDict, cast

from clickhouse_connect.driver.client import Client

from sinks.queries import OPEN, iso
from sinks.reading.screened import SCREENED, VISIBILITY, VOICE_NUMBER

NEWCOMER_DAYS = 7
"""How long after their first contribution to a consultation somebody is new. Our choice."""

WHOLE = ""
"""The topic that stands for the consultation as a whole, as in the table `dominance`."""


class Award(TypedDict):
    """A recognition that was awarded."""

    consultation: str
    visibility: str
    participant: str
    recognition: str
    reason: str
    awarded_at: str


class Ambassador(TypedDict):
    """A candidate for ambassador.

    `newcomers_answered` are different people, `newcomers_returned` those of them who contributed
    after the answer. `groups` are those that the participant wrote in or replied to.
    """

    consultation: str
    visibility: str
    participant: str
    newcomers_answered: int
    newcomers_returned: int
    replies_to_newcomers: int
    groups: int
    topics: int
    offline_contributions: int


class Spread(TypedDict):
    """How participants' contributions spread over voices; all 0 where there are none."""

    contributions: int
    voices: int
    top1_share: float
    effective_voices_1: float
    effective_voices_2: float


class Appearance(TypedDict):
    """A usual suspect in one topic, or with an empty `topic` in the whole consultation.

    `sentences` are those of the flags raised there, `now` how the contributions spread, and
    `without` how they would without this person's.
    """

    topic: str
    sentences: list[str]
    contributions: int
    now: Spread
    without: Spread


class Suspect(TypedDict):
    """Somebody who is flagged in a topic or in the whole, and everything they appear in."""

    consultation: str
    visibility: str
    participant: str
    appearances: list[Appearance]


_AWARDS = f"""
    SELECT
        consultation, opened_as AS visibility, participant, recognition, reason,
        {iso("occurred_at")} AS awarded_at
    FROM
    (
        SELECT * FROM recognitions FINAL
        WHERE consultation = {{consultation:String}} AND NOT redelivered
    ) AS awarded
    CROSS JOIN
    (
        SELECT if(count() = 0, 'private', any(opened.visibility)) AS opened_as
        FROM opened
        WHERE consultation = {{consultation:String}}
    ) AS opened
    WHERE visibility IN {{visibilities:Array(String)}}
    ORDER BY awarded.occurred_at, awarded.`partition`, awarded.`offset`
"""

_SAID = f"""
    {SCREENED}
    WHERE {VISIBILITY} IN {{visibilities:Array(String)}} AND live AND role = 'participant'
"""

# Everybody is read once, with what they answered and what of theirs was answered, and both meet at
# what was answered: a table expression that is named twice would be read twice.
_AMBASSADORS = f"""
    WITH
    people AS
    (
        SELECT
            participant,
            (min(occurred_at), max(occurred_at)) AS first_and_last,
            (
                groupUniqArray(`group`), uniqExact(cityHash64(topic)), countIf(mode = 'offline')
            ) AS breadth,
            groupArrayIf(
                (place, `offset`, `group`, occurred_at),
                place IN
                (
                    SELECT cityHash64(topic, reply_to) FROM {_SAID} AND reply_to != ''
                )) AS targets,
            groupArrayIf(
                (cityHash64(topic, reply_to), `offset`, `group`, occurred_at),
                reply_to != '' AND participant != '') AS answers
        FROM (SELECT *, cityHash64(topic, contribution) AS place FROM {_SAID})
        GROUP BY participant
    ),
    answers AS
    (
        SELECT
            argMinIf((participant, said.3, said.4, first_and_last), said.2, is_target) AS target,
            groupArrayIf((participant, breadth, said.4), NOT is_target) AS given
        FROM people
        ARRAY JOIN
            arrayConcat(targets, answers) AS said,
            arrayConcat(arrayMap(x -> true, targets), arrayMap(x -> false, answers)) AS is_target
        GROUP BY said.1
        HAVING max(is_target)
    ),
    replies AS
    (
        SELECT
            answer.1 AS participant,
            answer.2 AS breadth,
            answer.3 AS replied_at,
            target.1 AS author,
            target.2 AS author_group,
            target.4.2 AS author_last_at,
            author != '' AND target.3 <= target.4.1 + INTERVAL {NEWCOMER_DAYS} DAY AS to_newcomer
        FROM answers
        ARRAY JOIN given AS answer
        WHERE participant != author
    ),
    answered AS
    (
        SELECT
            participant, author,
            any(breadth) AS breadth,
            countIf(to_newcomer) AS as_newcomer,
            as_newcomer > 0 AND any(author_last_at) > minIf(replied_at, to_newcomer) AS returned,
            groupUniqArray(author_group) AS author_groups
        FROM replies
        GROUP BY participant, author
    ),
    reach AS
    (
        SELECT
            participant,
            any(breadth) AS breadth,
            countIf(as_newcomer > 0) AS newcomers_answered,
            countIf(returned) AS newcomers_returned,
            sum(as_newcomer) AS replies_to_newcomers,
            groupUniqArrayArray(author_groups) AS replied_groups
        FROM answered
        GROUP BY participant
    )
    SELECT
        {{consultation:String}} AS consultation, {VISIBILITY} AS visibility, participant,
        newcomers_answered, newcomers_returned, replies_to_newcomers,
        length(arrayFilter(
            name -> name != '', arrayDistinct(arrayConcat(breadth.1, replied_groups)))) AS groups,
        breadth.2 AS topics, breadth.3 AS offline_contributions
    FROM reach
    WHERE newcomers_answered > 0
        AND if(
            (
                SELECT count() > 1
                FROM (SELECT DISTINCT `group` FROM {_SAID} AND `group` != '' LIMIT 2)
            ),
            groups > 1,
            topics > 1)
    ORDER BY newcomers_answered DESC, newcomers_returned DESC, groups DESC, topics DESC, participant
    LIMIT {{limit:UInt64}}
"""

_SUSPECTS = f"""
    WITH
    flagged AS
    (
        SELECT
            topic AS place, flag.participant AS participant,
            groupArray(flag.sentence) AS sentences
        FROM (SELECT topic, flags FROM dominance FINAL WHERE consultation = {{consultation:String}})
        ARRAY JOIN flags AS flag
        GROUP BY place, participant
    ),
    places AS
    (
        SELECT
            place,
            sum(by_voice) AS contributions,
            count() AS voices,
            sum(by_voice * by_voice) AS squares,
            sum(by_voice * log(by_voice)) AS logarithms,
            arrayMap(x -> -x, groupArraySorted(2)(-toInt64(by_voice))) AS largest,
            groupArrayIf(
                (voice, by_voice),
                voice IN (SELECT cityHash64(participant) FROM flagged)) AS suspects
        FROM
        (
            SELECT topic AS place, {VOICE_NUMBER} AS voice, count() AS by_voice
            FROM {_SAID}
            GROUP BY GROUPING SETS ((topic, voice), (voice))
        )
        GROUP BY place
    ),
    appearances AS
    (
        SELECT places.* EXCEPT (suspects), suspect.1 AS voice, suspect.2 AS by_voice
        FROM places
        ARRAY JOIN suspects AS suspect
    )
    SELECT
        people.participant AS participant, appearances.place AS topic,
        {VISIBILITY} AS visibility, by_voice, flagged.sentences AS sentences,
        contributions, voices, squares, logarithms, largest[1] AS first, largest[2] AS second
    FROM appearances
    INNER JOIN (SELECT DISTINCT participant FROM flagged) AS people
        ON appearances.voice = cityHash64(people.participant)
    LEFT JOIN flagged
        ON appearances.place = flagged.place AND people.participant = flagged.participant
    ORDER BY participant, topic
"""


def awards(client: Client, consultation: str, visibilities: Collection[str] = OPEN) -> list[Award]:
    """The recognitions awarded in a consultation, in the order of time; redelivered ones once."""
    result = client.query(
        _AWARDS,
        parameters={"consultation": consultation, "visibilities": list(visibilities)},
    )
    return [cast("Award", row) for row in result.named_results()]


def ambassadors(
    client: Client, consultation: str, visibilities: Collection[str] = OPEN, limit: int = 20
) -> list[Ambassador]:
    """Participants who answer newcomers and are active across groups, the broadest first.

    A reply is to a newcomer when its target was written with its author's first contribution to
    the consultation or within `NEWCOMER_DAYS` after it, by another known participant. Across means
    two groups or more; in a consultation with less than two groups, two topics or more.

    The order is by people and places alone: newcomers answered, newcomers who returned, groups,
    topics. The number of replies moves nobody up.
    """
    result = client.query(
        _AMBASSADORS,
        parameters={
            "consultation": consultation,
            "visibilities": list(visibilities),
            "limit": limit,
        },
    )
    return [cast("Ambassador", row) for row in result.named_results()]


def suspects(
    client: Client, consultation: str, visibilities: Collection[str] = OPEN
) -> list[Suspect]:
    """The usual suspects of a consultation, whoever wrote most in it first.

    Their appearances are the whole consultation, then every topic that they wrote in, by name.
    """
    result = client.query(
        _SUSPECTS,
        parameters={"consultation": consultation, "visibilities": list(visibilities)},
    )
    found = []
    for participant, rows in groupby(result.named_results(), key=lambda row: row["participant"]):
        appearances, visibility = [], ""
        for row in rows:
            visibility = row["visibility"]
            total, said = row["contributions"], row["by_voice"]
            # Who has less than the first leaves the first where it is.
            next_one = row["second"] if said == row["first"] else row["first"]
            appearances.append(
                Appearance(
                    topic=row["topic"],
                    sentences=list(row["sentences"]),
                    contributions=said,
                    now=_spread(
                        total, row["voices"], row["first"], row["squares"], row["logarithms"]
                    ),
                    without=_spread(
                        total - said,
                        row["voices"] - 1,
                        next_one,
                        row["squares"] - said * said,
                        row["logarithms"] - said * math.log(said),
                    ),
                )
            )
        found.append(
            Suspect(
                consultation=consultation,
                visibility=visibility,
                participant=participant,
                appearances=appearances,
            )
        )
    return sorted(found, key=lambda one: -one["appearances"][0]["contributions"])


def _spread(total: int, voices: int, largest: int, squares: int, logarithms: float) -> Spread:
    """The figures from sums over voices: x the contributions of each, Σx, Σx² and Σ x log x.

    With p = x / Σx, Σp² is Σx² / (Σx)², and Shannon's entropy is log Σx - Σ x log x / Σx; the
    effective voices are the Hill numbers of them (Hill 1973).
    """
    return Spread(
        contributions=total,
        voices=voices,
        top1_share=largest / total if total else 0.0,
        effective_voices_1=math.exp(math.log(total) - logarithms / total) if total else 0.0,
        effective_voices_2=total * total / squares if total else 0.0,
    )
