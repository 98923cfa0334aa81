"""Template letters: what they say, who signed them, and how they spread.

A letter is a group of contributions of one wording, known by its topic and `root_offset`. Its
numbers are those of the table `letters`: live contributions of any role. A sender is a known
participant or, each on its own, a contribution of an unknown author.
"""

# ruff: noqa: S608 (the statements are put together from constants of this module)

from collections.abc import Collection
from typing import TypedDict, cast

from clickhouse_connect.driver.client import Client

from schemas.policy import Letters as Rules
from sinks.queries import OPEN, VOICE, iso
from sinks.reading.screened import SCREENED, VISIBILITY

MAX_BURSTS = 20
"""Of each letter, the largest."""

DEFAULT_RULES = Rules()

_ANY = -1


class Growth(TypedDict):
    """How many had sent a letter by the end of a day (UTC, by `occurred_at`)."""

    day: str
    senders: int


class Burst(TypedDict):
    """A short time, from `at` on, in which many sent the same letter.

    Where a channel knows the day alone, all of its senders have one second.
    """

    at: str
    senders: int


class LetterShown(TypedDict):
    """A letter. `text` is that of its representative, the first live contribution.

    `growth` has the days that brought a new sender, `bursts` the largest in the order of time.
    """

    consultation: str
    topic: str
    visibility: str
    root_offset: int
    representative: str
    group: str
    language: str
    text: str
    contributions: int
    senders: int
    unknown_senders: int
    first_at: str | None
    last_at: str | None
    growth: list[Growth]
    bursts: list[Burst]


class Signed(TypedDict):
    """A live contribution that is a copy of a letter, with its own text."""

    consultation: str
    topic: str
    visibility: str
    contribution: str
    participant: str
    role: str
    verdict: str
    mode: str
    channel: str
    group: str
    language: str
    occurred_at: str
    text: str


_SHOWN = """
    shown AS
    (
        SELECT * FROM letters FINAL
        WHERE consultation = {consultation:String}
            AND ({topic:String} = '' OR topic = {topic:String})
            AND ({root_offset:Int64} < 0 OR root_offset = {root_offset:Int64})
            AND senders >= {minimum_senders:UInt64}
        ORDER BY senders DESC, contributions DESC, topic, root_offset
        LIMIT {limit:UInt64}
    )
"""

_LETTERS = f"""
    WITH {_SHOWN}
    SELECT
        shown.consultation AS consultation, shown.topic AS topic, {VISIBILITY} AS visibility,
        shown.root_offset AS root_offset, representative, first.`group` AS `group`,
        first.language AS language, first.text AS text,
        contributions, senders, unknown_senders,
        {iso("shown.first_at")} AS first_at, {iso("shown.last_at")} AS last_at
    FROM shown
    INNER JOIN
    (
        SELECT topic, `offset`, `group`, language, text FROM {SCREENED}
        WHERE {VISIBILITY} IN {{visibilities:Array(String)}}
            AND live AND (topic, `offset`) IN (SELECT topic, representative_offset FROM shown)
    ) AS first ON shown.topic = first.topic AND shown.representative_offset = first.`offset`
    ORDER BY senders DESC, contributions DESC, topic, root_offset
"""

_SPREAD = f"""
    WITH {_SHOWN},
    sent AS
    (
        SELECT
            topic, root_offset,
            min(toDate32(occurred_at)) AS day,
            groupUniqArray(
                toDateTime64(
                    toStartOfInterval(occurred_at, toIntervalSecond({{burst_seconds:UInt32}})), 3)
            ) AS seconds
        FROM {SCREENED}
        WHERE {VISIBILITY} IN {{visibilities:Array(String)}}
            AND live AND (topic, root_offset) IN (SELECT topic, root_offset FROM shown)
        GROUP BY topic, root_offset, {VOICE}
    ),
    summed AS
    (
        SELECT
            topic, root_offset,
            sumMap([day], [1]) AS by_day,
            sumMap(seconds, arrayMap(second -> 1, seconds)) AS by_second
        FROM sent
        GROUP BY topic, root_offset
    )
    SELECT
        topic, root_offset,
        arrayMap(day -> toString(day), by_day.1) AS days,
        arrayCumSum(by_day.2) AS senders,
        arraySort(arraySlice(
            arraySort(
                burst -> (-burst.2, burst.1),
                arrayFilter(
                    burst -> burst.2 >= {{burst_senders:UInt64}},
                    arrayZip(by_second.1, by_second.2))),
            1, {MAX_BURSTS})) AS largest,
        arrayMap(burst -> {iso("burst.1")}, largest) AS bursts_at,
        largest.2 AS bursts_senders
    FROM summed
"""

_SIGNED = f"""
    SELECT
        consultation, topic, {VISIBILITY} AS visibility, contribution, participant, role, verdict,
        mode, channel, `group`, language, {iso("occurred_at")} AS at, text
    FROM {SCREENED}
    WHERE {VISIBILITY} IN {{visibilities:Array(String)}}
        AND topic = {{topic:String}} AND live AND root_offset = {{root_offset:UInt64}}
    ORDER BY `offset`
    LIMIT {{limit:UInt64}}
"""


def letters(
    client: Client,
    consultation: str,
    topic: str | None = None,
    visibilities: Collection[str] = OPEN,
    *,
    rules: Rules = DEFAULT_RULES,
    limit: int = 50,
) -> list[LetterShown]:
    """The letters of a consultation, or of one of its topics, those with most senders first.

    Args:
        client: Of the database.
        consultation: The consultation's id.
        topic: Only this topic's letters.
        visibilities: Of consultations that the reader may see.
        rules: How many senders a letter has now, at least, and what makes a burst.
        limit: How many letters at most.
    """
    return _read(
        client,
        {
            "consultation": consultation,
            "topic": topic or "",
            "root_offset": _ANY,
            "visibilities": list(visibilities),
            **rules.model_dump(),
            "limit": limit,
        },
    )


def letter(
    client: Client,
    consultation: str,
    topic: str,
    root_offset: int,
    visibilities: Collection[str] = OPEN,
    rules: Rules = DEFAULT_RULES,
) -> LetterShown | None:
    """One letter, however many senders it has now; None where there is none."""
    found = _read(
        client,
        {
            "consultation": consultation,
            "topic": topic,
            "root_offset": root_offset,
            "visibilities": list(visibilities),
            **rules.model_dump(),
            "minimum_senders": 0,
            "limit": 1,
        },
    )
    return next(iter(found), None)


def signed(
    client: Client,
    consultation: str,
    topic: str,
    root_offset: int,
    visibilities: Collection[str] = OPEN,
    limit: int = 1000,
) -> list[Signed]:
    """The copies of a letter in the order of the log; the first is its representative."""
    result = client.query(
        _SIGNED,
        parameters={
            "consultation": consultation,
            "topic": topic,
            "root_offset": root_offset,
            "visibilities": list(visibilities),
            "limit": limit,
        },
    )
    return [
        cast("Signed", {**{k: v for k, v in row.items() if k != "at"}, "occurred_at": row["at"]})
        for row in result.named_results()
    ]


def _read(client: Client, parameters: dict[str, object]) -> list[LetterShown]:
    spreads = {
        (row["topic"], row["root_offset"]): (
            [
                Growth(day=day, senders=senders)
                for day, senders in zip(row["days"], row["senders"], strict=True)
            ],
            [
                Burst(at=at, senders=senders)
                for at, senders in zip(row["bursts_at"], row["bursts_senders"], strict=True)
            ],
        )
        for row in client.query(_SPREAD, parameters=parameters).named_results()
    }
    found = []
    for row in client.query(_LETTERS, parameters=parameters).named_results():
        growth, bursts = spreads.get((row["topic"], row["root_offset"]), ([], []))
        found.append(cast("LetterShown", {**row, "growth": growth, "bursts": bursts}))
    return found
