"""What a topic is about: the words that tell it from the other topics of its consultation.

A word counts once for each person who wrote a live original with it. So one rule keeps both letters
and usual suspects from making the terms: a letter has one original, and a person counts once. An
unknown author counts once for each original. What one person alone said is no term.

The score is class-based TF-IDF (Grootendorst 2022, "BERTopic", arXiv:2203.05794), the topics being
the classes: tf · log(1 + A / f), with tf the people who used the word in the topic, f the sum of
those of all topics, and A the average over the topics of the sum of those of all words. Alone it
lets the commonest words of the language through. So a term is also `MIN_LIFT` times as common here
as in the other topics together, measured in shares of the sums.

With a single topic there is nothing to compare it with. Its people take the place of the topics,
and a word's length stands for how much it tells: tf · log(N / tf) · length, N being the people who
said anything. Frequent words that tell little are short (Zipf 1935; Piantadosi, Tily and Gibson
2011, doi 10.1073/pnas.1012551108).

Words are those of texts as the screening normalises them. Left out are those of under three
characters and those without a letter. Scripts that put no spaces between words, and Korean, which
attaches particles to them, give pairs of neighbouring characters (as Lucene's CJKBigramFilter).
"""

# ruff: noqa: S608 (the statements are put together from constants of this module)

from collections.abc import Collection, Iterable
from typing import TypedDict, cast

from clickhouse_connect.driver.client import Client

from sinks.queries import OPEN
from sinks.reading.screened import SCREENED, VISIBILITY, VOICE_NUMBER

MAX_TERMS = 12
"""Of each topic."""

MIN_PEOPLE = 2

MIN_LIFT = 2
"""Our choice: in the comments of 35 proposals of Decide Madrid it drops "que", "para" and "una"."""

# As the screening folds texts (streams.text): NFKC, casefold, and only `\w` is kept: what
# str.isalnum says and `_`, which is \p{L}, \p{N} and `_`; combining marks are \W.
_UNSPACED = r"\\p{Han}\\p{Hiragana}\\p{Katakana}\\p{Hangul}\\p{Thai}\\p{Lao}\\p{Khmer}\\p{Myanmar}"
_ASCII = [chr(code) for code in range(128)]
_NO_WORD = [one for one in _ASCII if not (one.isalnum() or one == "_")]
_CAPITALS = [one for one in _ASCII if one.isupper()]


def _literal(characters: Iterable[str]) -> str:
    return "'" + "".join(f"\\x{ord(one):02x}" for one in characters) + "'"


# Most words are of ASCII, and the others never reach over a character of ASCII that is no word's:
# so only those others take the slow way of Unicode. Twice as fast as all of the text on that way.
_PARTS = f"""
    splitByChar(' ', translate(
        text,
        {_literal([*_CAPITALS, *_NO_WORD])},
        {_literal([*map(str.lower, _CAPITALS), *" " * len(_NO_WORD)])}))
"""
_FOLDED = """
    caseFoldUTF8(normalizeUTF8NFKC(
        arrayStringConcat(arrayFilter(part -> NOT isValidASCII(part), parts), ' ')))
"""

WORDS = rf"""
    arrayConcat(
        arrayFilter(part -> isValidASCII(part), {_PARTS} AS parts),
        if(
            match({_FOLDED} AS folded, '[{_UNSPACED}]'),
            arrayFlatten(arrayMap(
                run -> if(
                    match(run, '[{_UNSPACED}]'),
                    ngrams(run, 2),
                    extractAll(run, '[\\p{{L}}\\p{{N}}_]+')),
                extractAll(folded, '[{_UNSPACED}]+|[^{_UNSPACED}]+'))),
            extractAll(folded, '[\\p{{L}}\\p{{N}}_]+')))
"""
"""SQL for the words of a `text`, those that make no term among them, and empty ones."""

# Most have a letter of ASCII, and these are told faster.
_CAN_BE_TERM = rf"""
    (upper(term) != term OR match(term, '\\p{{L}}'))
    AND (lengthUTF8(term) > 2 OR match(term, '[{_UNSPACED}]'))
"""


class Term(TypedDict):
    """A key term of a topic. `people` used it; `score` is comparable within the topic only."""

    consultation: str
    topic: str
    visibility: str
    term: str
    score: float
    people: int


# Sums come from one more grouping, over all topics, all terms and both, and not from windows: what
# one person alone said is most of the words, and is left out before anything is sorted.
_TERMS = f"""
    WITH
    said AS
    (
        SELECT topic, arrayStringConcat(groupArray(text), ' ') AS text
        FROM {SCREENED}
        WHERE {VISIBILITY} IN {{visibilities:Array(String)}}
            AND live AND verdict = 'original' AND role = 'participant' AND NOT attachment_only
        GROUP BY topic, {VOICE_NUMBER}
    ),
    topics AS
    (
        SELECT topic, count() AS speakers, count() OVER () AS classes FROM said GROUP BY topic
    ),
    uses AS
    (
        SELECT topic, term, count() AS people
        FROM said
        ARRAY JOIN arrayDistinct({WORDS}) AS term
        GROUP BY topic, term
        HAVING {_CAN_BE_TERM}
    ),
    sums AS
    (
        SELECT
            topic, term, sum(people) AS people,
            grouping(topic) AS every_topic, grouping(term) AS every_term
        FROM uses
        GROUP BY CUBE(topic, term)
        HAVING people >= {MIN_PEOPLE}
    ),
    compared AS
    (
        SELECT
            topic, term, people, every_topic, every_term,
            max(people) OVER (PARTITION BY every_term, term) AS everywhere,
            max(people) OVER (PARTITION BY every_topic, topic) AS of_topic,
            max(people) OVER () AS of_all
        FROM sums
    )
    SELECT
        {{consultation:String}} AS consultation, topic, {VISIBILITY} AS visibility, term,
        if(
            classes = 1,
            people * log(speakers / people) * lengthUTF8(term),
            people * log(1 + of_all / classes / everywhere)
        ) AS score,
        people
    FROM compared
    INNER JOIN topics USING (topic)
    WHERE NOT every_topic AND NOT every_term
        AND score > 0
        AND (
            classes = 1
            OR people * (of_all - of_topic) >= {MIN_LIFT} * (everywhere - people) * of_topic)
        AND ({{topic:String}} = '' OR topic = {{topic:String}})
    ORDER BY topic, score DESC, term
    LIMIT {MAX_TERMS} BY topic
"""


def key_terms(
    client: Client,
    consultation: str,
    topic: str | None = None,
    visibilities: Collection[str] = OPEN,
) -> list[Term]:
    """The key terms of a consultation's topics, or of one of them, at most `MAX_TERMS` each.

    Returns:
        By topic and falling score, equal ones by the alphabet; those of one topic are the same
        whether it is asked for alone or not. Empty where the visibility is another.
    """
    result = client.query(
        _TERMS,
        parameters={
            "consultation": consultation,
            "topic": topic or "",
            "visibilities": list(visibilities),
        },
    )
    return [cast("Term", row) for row in result.named_results()]
