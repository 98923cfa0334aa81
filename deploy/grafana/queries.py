"""The SQL of the policy teams' dashboard: of one consultation that everybody may read.

Grafana puts the consultation in where `CHOSEN` stands. Every statement asks by itself whether it is
open: of any other consultation, whatever stands in the address, no row comes.
"""

# ruff: noqa: S608 (the statements are put together from constants of this module)

from sinks.reading.screened import SCREENED, VISIBILITY

CHOSEN = "${consultation:percentencode}"
"""What Grafana replaces by the id of the consultation that was chosen.

Percent-encoded, so that nothing in an address ends the string that it stands in. Grafana's own
formats for SQL double the quotes, and leave the backslashes that ClickHouse knows.
"""

CONSULTATIONS = """
    SELECT consultation, if(title = '', consultation, title) AS named
    FROM opened
    WHERE visibility = 'open'
    ORDER BY opens_at DESC NULLS LAST, consultation
"""
"""What can be chosen, the newest first: the id, and what people read."""

_CONSULTATION = f"decodeURLComponent('{CHOSEN}')"

_OPEN = (
    "consultation IN (SELECT consultation FROM opened"
    f" WHERE visibility = 'open' AND consultation = {_CONSULTATION})"
)


def _chosen(sql: str) -> str:
    """SQL of `sinks.reading`, of the consultation that was chosen."""
    return sql.strip().replace("{consultation:String}", _CONSULTATION)


_SAID = f"{_chosen(SCREENED)} WHERE {_chosen(VISIBILITY)} = 'open' AND live"

_TITLE = "if(title = '', topic, title)"

GLANCE = f"""
    SELECT
        topics AS "Topics",
        contributions AS "Contributions",
        voices AS "Voices",
        effective_voices AS "Effective voices",
        letters AS "Letters",
        flags AS "Flags"
    FROM
    (
        SELECT
            consultation,
            count() AS topics,
            sum(s.contributions) AS contributions,
            sum(s.letters) AS letters
        FROM summaries AS s FINAL
        WHERE {_OPEN}
        GROUP BY consultation
    ) AS said
    LEFT JOIN
    (
        SELECT
            consultation,
            anyIf(d.voices, topic = '') AS voices,
            anyIf(d.effective_voices_2, topic = '') AS effective_voices,
            sum(length(d.flags)) AS flags
        FROM dominance AS d FINAL
        WHERE {_OPEN}
        GROUP BY consultation
    ) AS weighed USING (consultation)
"""

TOPICS = f"""
    SELECT
        {_TITLE} AS "Topic",
        contributions AS "Contributions",
        voices AS "Voices",
        effective_voices_2 AS "Effective voices",
        top1_share AS "Top 1",
        top5_share AS "Top 5",
        judgement AS "Not judged because"
    FROM summaries FINAL
    WHERE {_OPEN}
    ORDER BY contributions DESC, topic
"""

DAYS_BY_MODE = f"""
    SELECT
        toDateTime(day, 'UTC') AS time,
        sum(online) AS "Online",
        sum(offline) AS "Offline"
    FROM days FINAL
    WHERE {_OPEN}
    GROUP BY day
    ORDER BY day
"""

DAYS_BY_CHANNEL = f"""
    SELECT
        toDateTime(toStartOfDay(occurred_at), 'UTC') AS time,
        toString(channel) AS channel,
        count() AS contributions
    FROM {_SAID}
    GROUP BY time, channel
    ORDER BY time, channel
"""

VERDICTS = f"""
    SELECT
        {_TITLE} AS "Topic",
        originals AS "Original",
        resubmitted AS "Said again",
        campaign AS "Copy of a letter",
        redelivered AS "Delivered twice"
    FROM summaries FINAL
    WHERE {_OPEN}
    ORDER BY contributions DESC, topic
"""

STANCES = f"""
    SELECT
        concat({_TITLE}, ' · ', picture.1) AS "Topic",
        picture.2 AS "For",
        picture.3 AS "Neutral",
        picture.4 AS "Against"
    FROM summaries FINAL
    ARRAY JOIN
    [
        ('as counted', toFloat64(stance_for), toFloat64(stance_neutral), toFloat64(stance_against)),
        ('a person, a vote', balanced_for, balanced_neutral, balanced_against),
        ('a letter, a vote', letters_for, letters_neutral, letters_against)
    ] AS picture
    WHERE {_OPEN} AND stance_for + stance_neutral + stance_against > 0
    ORDER BY contributions DESC, topic, picture.1 = 'as counted' DESC, picture.1 DESC
"""

SHIFTS = f"""
    SELECT
        {_TITLE} AS "Topic",
        balanced_shift AS "A person, a vote",
        letters_shift AS "A letter, a vote"
    FROM summaries FINAL
    WHERE {_OPEN} AND stance_for + stance_neutral + stance_against > 0
    ORDER BY balanced_shift DESC, topic
"""

FLAGS = f"""
    SELECT
        if(flagged.topic = '', 'the whole consultation', {_TITLE}) AS "Topic",
        replaceAll(
            flag.sentence, flag.participant, concat(substring(flag.participant, 1, 10), '…')
        ) AS "Why"
    FROM
    (
        SELECT topic, arrayJoin(flags) AS flag
        FROM dominance FINAL
        WHERE {_OPEN}
    ) AS flagged
    LEFT JOIN (SELECT topic, title FROM summaries FINAL WHERE {_OPEN}) AS named USING (topic)
    ORDER BY flagged.topic, flag.figure DESC, flag.sentence
"""

LETTERS = f"""
    SELECT
        {_TITLE} AS "Topic",
        senders AS "Senders",
        contributions AS "Copies",
        first_at AS "First",
        last_at AS "Last",
        largest_burst AS "Most in a second",
        substringUTF8(replaceRegexpAll(text, '\\\\s+', ' '), 1, 200) AS "Begins with"
    FROM
    (
        SELECT * FROM letters FINAL
        WHERE {_OPEN} AND senders > 1
        ORDER BY senders DESC, contributions DESC, topic, root_offset
        LIMIT 50
    ) AS sent
    INNER JOIN (SELECT topic AS said_on, `offset`, text FROM {_SAID}) AS first
        ON sent.topic = first.said_on AND sent.representative_offset = first.`offset`
    LEFT JOIN (SELECT topic AS id, title FROM summaries FINAL WHERE {_OPEN}) AS named
        ON sent.topic = named.id
    ORDER BY senders DESC, contributions DESC, topic, root_offset
"""

_WAITED = f"""
    (
        SELECT
            {_TITLE} AS named,
            voices,
            toDate32(answered_at) AS answered_on,
            coalesce(first_day, toDate32(opens_at)) AS since,
            dateDiff('day', since, ifNull(answered_on, toDate32(now('UTC')))) AS days,
            -- greatest(NULL, 0) would be 0.
            if(days < 0, 0, days) AS waited
        FROM summaries FINAL
        LEFT JOIN
        (
            SELECT topic, toNullable(min(day)) AS first_day
            FROM days FINAL
            WHERE {_OPEN} AND originals + resubmitted + campaign > 0
            GROUP BY topic
        ) AS beginnings USING (topic)
        LEFT JOIN (SELECT consultation, opens_at FROM opened) AS openings USING (consultation)
        WHERE {_OPEN}
    )
"""

ANSWERED = f"""
    SELECT
        count(answered_on) / count() AS "Answered",
        quantileExactInclusiveOrNullIf(0.5)(waited, answered_on IS NOT NULL) AS "Median wait"
    FROM {_WAITED}
    HAVING count() > 0
"""

WAITING = f"""
    SELECT
        named AS "Topic",
        voices AS "Voices",
        since AS "Since",
        answered_on AS "Answered",
        waited AS "Days"
    FROM {_WAITED}
    WHERE since IS NOT NULL
    ORDER BY answered_on IS NOT NULL, voices * waited DESC, named
"""
