"""What people said on a topic, in their own words: a few quotes that stand for many.

Quotes are chosen anew at each reading, so that a withdrawal, a correction and a restriction show at
once. Quoted are live originals of participants whose text says something itself. Of a letter one is
the original, so no two quotes are of one letter, and no two are by one person; each contribution of
an unknown author is its own.

The next quote is the one that adds most: a stance (none is one too) or a mode, online or offline,
that no quote has yet. Among equals it is one of readable length, then the one with most support
(the sum of the last votes), then with most key terms, then the first in the log.
"""

# ruff: noqa: S608 (the statements are put together from constants of this module)

from collections.abc import Collection, Iterable, Mapping
from typing import Any, TypedDict

from clickhouse_connect.driver.client import Client

from sinks.queries import OPEN, VOICE, iso
from sinks.reading.screened import SCREENED, VISIBILITY
from sinks.terms import WORDS

MAX_QUOTES = 5

READABLE_CHARACTERS = (40, 600)
"""Under the lower a text seldom makes an argument; above the upper it is cut. Our choice."""

ELLIPSIS = " …"


class Quote(TypedDict):
    """A quote. `support` is the sum of its last votes, `key_terms` how many of them it has."""

    consultation: str
    topic: str
    visibility: str
    contribution: str
    text: str
    stance: str
    mode: str
    channel: str
    language: str
    group: str
    occurred_at: str
    support: int
    key_terms: int


# Of a stance and mode at most `MAX_QUOTES` can be chosen, and no two by one voice: so the best of
# each voice, and of those the first few, hold every quote that can be chosen.
_RANK = "readable DESC, support DESC, key_terms DESC, `offset`"
_CANDIDATES = f"""
    WITH
    last_votes AS
    (
        SELECT contribution, argMax(value, (occurred_at, `offset`)) AS last_vote
        FROM supports FINAL
        WHERE consultation = {{consultation:String}} AND topic = {{topic:String}}
            AND NOT redelivered
        GROUP BY contribution, participant
    ),
    supported AS
    (
        SELECT contribution, sum(last_vote) AS support FROM last_votes GROUP BY contribution
    ),
    quotable AS
    (
        SELECT
            `offset`, {VOICE} AS voice, stance, mode, support,
            lengthUTF8(trimBoth(text))
                BETWEEN {READABLE_CHARACTERS[0]} AND {READABLE_CHARACTERS[1]} AS readable,
            if(
                empty({{terms:Array(String)}}),
                0,
                length(arrayIntersect({WORDS}, {{terms:Array(String)}}))) AS key_terms
        FROM {SCREENED}
        LEFT JOIN supported USING (contribution)
        WHERE {VISIBILITY} IN {{visibilities:Array(String)}}
            AND topic = {{topic:String}} AND live AND verdict = 'original' AND role = 'participant'
            AND NOT attachment_only AND match(text, '\\\\p{{L}}')
    ),
    candidates AS
    (
        SELECT *
        FROM (SELECT * FROM quotable ORDER BY {_RANK} LIMIT 1 BY voice, stance, mode)
        ORDER BY {_RANK}
        LIMIT {MAX_QUOTES} BY stance, mode
    )
    SELECT
        consultation, topic, {VISIBILITY} AS visibility, contribution, trimBoth(text) AS said,
        stance, mode, channel, language, `group`, {iso("occurred_at")} AS at,
        support, key_terms, voice
    FROM {SCREENED}
    INNER JOIN candidates USING (`offset`, stance, mode)
    WHERE topic = {{topic:String}}
    ORDER BY {_RANK}
"""


def quotes(
    client: Client,
    consultation: str,
    topic: str,
    terms: Collection[str] = (),
    visibilities: Collection[str] = OPEN,
) -> list[Quote]:
    """Up to `MAX_QUOTES` quotes of a topic, in the order in which they were chosen.

    Args:
        client: Of the database.
        consultation: The consultation's id.
        topic: The topic's id.
        terms: The topic's key terms, as `sinks.terms.key_terms` finds them.
        visibilities: Of consultations that the reader may see.
    """
    result = client.query(
        _CANDIDATES,
        parameters={
            "consultation": consultation,
            "topic": topic,
            "terms": list(terms),
            "visibilities": list(visibilities),
        },
    )
    return [
        Quote(
            consultation=row["consultation"],
            topic=row["topic"],
            visibility=row["visibility"],
            contribution=row["contribution"],
            text=shortened(row["said"]),
            stance=row["stance"],
            mode=row["mode"],
            channel=row["channel"],
            language=row["language"],
            group=row["group"],
            occurred_at=row["at"],
            support=row["support"],
            key_terms=row["key_terms"],
        )
        for row in _chosen(result.named_results())
    ]


def shortened(text: str) -> str:
    """The text, cut after a word and with an ellipsis where it is longer than readable."""
    limit = READABLE_CHARACTERS[1]
    if len(text) <= limit:
        return text
    # One more character, so that a word that ends at the limit stays whole.
    head = text[: limit - len(ELLIPSIS) + 1]
    words = head.rsplit(maxsplit=1)
    return (words[0] if len(words) > 1 else head[:-1]) + ELLIPSIS


def _chosen(candidates: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Of candidates in the order of their rank those to quote."""
    rest, chosen = list(candidates), list[Mapping[str, Any]]()
    stances, modes = set[str](), set[str]()
    while rest and len(chosen) < MAX_QUOTES:
        # The first of equals.
        best = max(
            rest, key=lambda row: (row["stance"] not in stances) + (row["mode"] not in modes)
        )
        chosen.append(best)
        stances.add(best["stance"])
        modes.add(best["mode"])
        rest = [row for row in rest if row["voice"] != best["voice"]]
    return chosen
