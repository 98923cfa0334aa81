"""Template letters: what they say, who signed them, and how they spread.

A letter is a group of contributions of one wording, known by its topic and `root_offset`. Its
numbers are those of the table `letters`: live contributions of any role. A sender is a known
participant or, each on its own, a contribution of an unknown author.
"""

# ruff: noqa: S608 (the statements are put together from constants of this module)

from collections import defaultdict
from collections.abc import Collection
from typing import TypedDict, cast

from clickhouse_connect.driver.client import Client

from sinks.queries import OPEN, VOICE, iso

MINIMUM_SENDERS = 2

BURST_SENDERS = 5
"""Senders within one second who did not act one by one. Our choice."""

MAX_BURSTS = 20
"""Of each letter, the largest."""

_ANY = -1


class Growth(TypedDict):
    """How many had sent a letter by the end of a day (UTC, by `occurred_at`)."""

    day: str
    senders: int


class Burst(TypedDict):
    """A second in which many sent the same letter.

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

_COPIES = f"""
    copies AS
    (
        SELECT topic, root_offset, occurred_at, {VOICE} AS voice
        FROM screened
        WHERE consultation = {{consultation:String}}
            AND visibility IN {{visibilities:Array(String)}}
            AND live AND (topic, root_offset) IN (SELECT topic, root_offset FROM shown)
    )
"""

_LETTERS = f"""
    WITH {_SHOWN}
    SELECT
        shown.consultation AS consultation, shown.topic AS topic, first.visibility AS visibility,
        shown.root_offset AS root_offset, representative, first.`group` AS `group`,
        first.language AS language, first.text AS text,
        contributions, senders, unknown_senders,
        {iso("shown.first_at")} AS first_at, {iso("shown.last_at")} AS last_at
    FROM shown
    INNER JOIN
    (
        SELECT topic, `offset`, visibility, `group`, language, text FROM screened
        WHERE consultation = {{consultation:String}}
            AND visibility IN {{visibilities:Array(String)}}
            AND live AND (topic, `offset`) IN (SELECT topic, representative_offset FROM shown)
    ) AS first ON shown.topic = first.topic AND shown.representative_offset = first.`offset`
    ORDER BY senders DESC, contributions DESC, topic, root_offset
"""

_GROWTH = f"""
    WITH {_SHOWN}, {_COPIES},
    joined AS
    (
        SELECT topic, root_offset, min(toDate32(occurred_at)) AS day
        FROM copies
        GROUP BY topic, root_offset, voice
    ),
    by_day AS
    (
        SELECT topic, root_offset, day, count() AS new FROM joined GROUP BY topic, root_offset, day
    )
    SELECT
        topic, root_offset, toString(by_day.day) AS day,
        sum(new) OVER (PARTITION BY topic, root_offset ORDER BY by_day.day) AS senders
    FROM by_day
    ORDER BY topic, root_offset, by_day.day
"""

_BURSTS = f"""
    WITH {_SHOWN}, {_COPIES},
    largest AS
    (
        SELECT topic, root_offset, toStartOfSecond(occurred_at) AS second,
            uniqExact(voice) AS senders
        FROM copies
        GROUP BY topic, root_offset, second
        HAVING senders >= {{burst_senders:UInt64}}
        ORDER BY senders DESC, second
        LIMIT {MAX_BURSTS} BY topic, root_offset
    )
    SELECT topic, root_offset, {iso("second")} AS at, senders
    FROM largest
    ORDER BY topic, root_offset, second
"""

_SIGNED = f"""
    SELECT
        consultation, topic, visibility, contribution, participant, role, verdict, mode, channel,
        `group`, language, {iso("occurred_at")} AS at, text
    FROM screened
    WHERE consultation = {{consultation:String}} AND topic = {{topic:String}}
        AND visibility IN {{visibilities:Array(String)}}
        AND live AND root_offset = {{root_offset:UInt64}}
    ORDER BY `offset`
    LIMIT {{limit:UInt64}}
"""


def letters(
    client: Client,
    consultation: str,
    topic: str | None = None,
    visibilities: Collection[str] = OPEN,
    *,
    minimum_senders: int = MINIMUM_SENDERS,
    burst_senders: int = BURST_SENDERS,
    limit: int = 50,
) -> list[LetterShown]:
    """The letters of a consultation, or of one of its topics, those with most senders first.

    Args:
        client: Of the database.
        consultation: The consultation's id.
        topic: Only this topic's letters.
        visibilities: Of consultations that the reader may see.
        minimum_senders: How many senders a letter has now, at least.
        burst_senders: How many senders within one second make a burst.
        limit: How many letters at most.
    """
    return _read(
        client,
        {
            "consultation": consultation,
            "topic": topic or "",
            "root_offset": _ANY,
            "visibilities": list(visibilities),
            "minimum_senders": minimum_senders,
            "burst_senders": burst_senders,
            "limit": limit,
        },
    )


def letter(
    client: Client,
    consultation: str,
    topic: str,
    root_offset: int,
    visibilities: Collection[str] = OPEN,
) -> LetterShown | None:
    """One letter, however many senders it has now; None where there is none."""
    found = _read(
        client,
        {
            "consultation": consultation,
            "topic": topic,
            "root_offset": root_offset,
            "visibilities": list(visibilities),
            "minimum_senders": 0,
            "burst_senders": BURST_SENDERS,
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
    growth = defaultdict[tuple[str, int], list[Growth]](list)
    for place, root, day, senders in client.query(_GROWTH, parameters=parameters).result_rows:
        growth[place, root].append(Growth(day=day, senders=senders))
    bursts = defaultdict[tuple[str, int], list[Burst]](list)
    for place, root, at, senders in client.query(_BURSTS, parameters=parameters).result_rows:
        bursts[place, root].append(Burst(at=at, senders=senders))
    found = []
    for row in client.query(_LETTERS, parameters=parameters).named_results():
        key = row["topic"], row["root_offset"]
        found.append(cast("LetterShown", {**row, "growth": growth[key], "bursts": bursts[key]}))
    return found
