"""Recomputing every verdict and every figure by SQL, from the facts alone, and comparing.

This is the oracle in the other way: the streams screen one event after the other and keep state,
here ClickHouse sorts the whole log and looks at it at once. The two share no code. The rules are
those of `schemas.records`; a fact's place in the log is (partition, offset) within its topic.

Run it on tables that nothing writes to: facts and summaries arrive one after the other, and a topic
caught in between differs.
"""

# ruff: noqa: S608 (the statements are put together from constants of this module)

from dataclasses import dataclass

from clickhouse_connect.driver.client import Client

from sinks.queries import FIGURES

MAX_DIFFERENCES = 10_000
"""Of each kind; whoever has more has read enough."""

RELATIVE_TOLERANCE = 1e-9
ABSOLUTE_TOLERANCE = 1e-12
"""For figures whose value is 0, which sums of rounded numbers miss."""


@dataclass(frozen=True)
class Difference:
    """One place where the tables are not what the facts say.

    `key` is `consultation/topic`, and for a fact `/partition/offset` after it. `column` is `*` for
    a summary that is missing or has no facts. `stored` and `recomputed` are texts.
    """

    table: str
    key: str
    column: str
    stored: str
    recomputed: str


def verify(client: Client) -> list[Difference]:
    """Compare the stored verdicts and summaries with what the facts give.

    Returns:
        The differences by table and key, at most `MAX_DIFFERENCES` of each table; empty when the
        tables are a function of the log.
    """
    return [
        Difference(*row)
        for query in (_CONTRIBUTIONS, _SUPPORTS, _SUMMARIES)
        for row in client.query(query).result_rows
    ]


# Python's `re.sub(r"\W+", " ", unicodedata.normalize("NFKC", text).casefold()).strip()`.
# Compared over every code point: equal for all that Unicode 14 assigns (Python 3.11). ClickHouse's
# ICU is newer, so letters added since then are letters here and not yet there.
# `\w` is what str.isalnum says and `_`: \p{L}, \p{N}; combining marks are \W.
# normalizeUTF8NFKCCasefold is another function: it composes again and drops ignorable characters.
_NORMALISED = r"""
    trimBoth(replaceRegexpAll(caseFoldUTF8(normalizeUTF8NFKC(text)), '[^\\p{L}\\p{N}_]+', ' '))
"""

_IN_ORDER = "ORDER BY `partition`, `offset` ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW"

# `nth_delivery` and `nth_telling` count from 1 in the order of the log. Only what is comparable
# takes part in tellings: delivered for the first time, by a known participant, and not empty.
_VERDICTS = f"""
    deliveries AS
    (
        SELECT
            consultation, topic, `partition`, `offset`, contribution, participant, role,
            occurred_at, verdict, refers_to, as_of_offset,
            row_number() OVER delivery AS nth_delivery,
            first_value(contribution) OVER delivery AS delivered_as,
            {_NORMALISED} AS normalised,
            sipHash128(normalised) AS telling,
            nth_delivery = 1 AND participant != '' AND normalised != '' AS comparable
        FROM contributions FINAL
        WINDOW delivery AS (PARTITION BY consultation, topic, source, event_id {_IN_ORDER})
    ),
    tellings AS
    (
        SELECT
            * EXCEPT (normalised),
            row_number() OVER repetition AS nth_telling,
            first_value(contribution) OVER repetition AS told_as
        FROM deliveries
        WINDOW repetition AS
            (PARTITION BY consultation, topic, comparable, participant, telling {_IN_ORDER})
    ),
    verdicts AS
    (
        SELECT
            *,
            multiIf(
                nth_delivery > 1, 'redelivered',
                comparable AND nth_telling > 1, 'resubmitted',
                'original') AS right_verdict,
            multiIf(
                right_verdict = 'redelivered', delivered_as,
                right_verdict = 'resubmitted', told_as,
                '') AS right_refers_to
        FROM tellings
    )
"""

_VOTES = f"""
    votes AS
    (
        SELECT
            consultation, topic, `partition`, `offset`, contribution, participant, occurred_at,
            redelivered,
            (row_number() OVER delivery) > 1 AS right_redelivered
        FROM supports FINAL
        WINDOW delivery AS (PARTITION BY consultation, topic, source, event_id {_IN_ORDER})
    )
"""

_FACT_KEY = "concat(consultation, '/', topic, '/', toString(`partition`), '/', toString(`offset`))"


def _differing(column: str, stored: str, recomputed: str, differ: str | None = None) -> str:
    """An array of (column, stored, recomputed), empty where the two are equal."""
    row = (
        f"('{column}', ifNull(toString({stored}), 'null'), ifNull(toString({recomputed}), 'null'))"
    )
    return f"if({differ or f'{stored} != {recomputed}'}, [{row}], [])"


def _differences(table: str, key: str, comparisons: list[str], source: str) -> str:
    return f"""
        SELECT '{table}' AS `table`, {key} AS key, difference.1, difference.2, difference.3
        FROM {source}
        ARRAY JOIN arrayConcat({", ".join(comparisons)}) AS difference
        ORDER BY key, difference.1
        LIMIT {MAX_DIFFERENCES}
    """


def _figures(prefix: str, counts: str) -> str:
    """The seven figures over an array of contributions per voice.

    Shares and Gini: of the counts sorted, Gini as sum of (2i - n - 1) x_i over n times the total.
    Effective voices: Hill numbers of order 1 and 2 (Hill 1973, Jost 2006).
    """
    total, n = f"arraySum({counts})", f"length({counts})"
    share_of = f"(arraySum(arraySlice(arrayReverseSort({counts}), 1, {{}})) / {total})"
    gini = (
        f"arraySum((x, i) -> (2 * toInt64(i) - toInt64({n}) - 1) * toInt64(x),"
        f" arraySort({counts}), arrayEnumerate({counts})) / ({n} * {total})"
    )
    entropy = f"-arraySum(x -> x / {total} * log(x / {total}), {counts})"
    concentration = f"arraySum(x -> pow(x / {total}, 2), {counts})"
    expressions = {
        "contributions": total,
        "voices": n,
        "top1_share": share_of.format(1),
        "top5_share": share_of.format(5),
        "gini": gini,
        "effective_voices_1": f"exp({entropy})",
        "effective_voices_2": f"1 / {concentration}",
    }
    return ", ".join(
        f"if({n} = 0, 0, {expression}) AS {prefix}{name}"
        for name, expression in expressions.items()
    )


_CONTRIBUTIONS = f"WITH {_VERDICTS}" + _differences(
    "contributions",
    _FACT_KEY,
    [
        _differing("verdict", "verdict", "right_verdict"),
        _differing("refers_to", "refers_to", "right_refers_to"),
        _differing("as_of_offset", "as_of_offset", "`offset`"),
    ],
    "verdicts",
)

_SUPPORTS = f"WITH {_VOTES}" + _differences(
    "supports",
    _FACT_KEY,
    [_differing("redelivered", "redelivered", "right_redelivered")],
    "votes",
)

_COUNTS = ("originals", "redelivered", "resubmitted", "campaign", "supports")
_FLOATS = tuple(name for name in FIGURES if name not in ("contributions", "voices"))
_SUMMARY = (
    "title",
    "newest_event",
    "as_of_offset",
    *_COUNTS,
    *(f"{prefix}{name}" for prefix in ("", "everyone_") for name in FIGURES),
)


def _compare_summary(column: str) -> str:
    stored, right = f"stored.{column}", f"computed.{column}"
    differ = f"{stored} != {right}"
    if column.removeprefix("everyone_") in _FLOATS:
        largest = f"greatest(abs({stored}), abs({right}))"
        allowed = f"greatest({ABSOLUTE_TOLERANCE}, {RELATIVE_TOLERANCE} * {largest})"
        # Said so that a NaN differs.
        differ = f"NOT (abs({stored} - {right}) <= {allowed})"
    elif column == "newest_event":
        differ = f"NOT ({stored} <=> {right})"
    return _differing(column, stored, right, f"stored.found AND computed.found AND ({differ})")


# An unknown author's contribution is its own voice: its place in the log stands for a name.
# A topic's figures are 0 where the joins find nothing, which is what they are.
_SUMMARIES = f"""
    WITH {_VERDICTS}, {_VOTES},
    voices AS
    (
        SELECT
            consultation, topic,
            countIf(role = 'participant') AS said_as_participant,
            count() AS said
        FROM verdicts
        WHERE right_verdict != 'redelivered'
        GROUP BY
            consultation, topic, participant,
            if(participant = '', (`partition`, `offset`), (0, 0))
    ),
    counts AS
    (
        SELECT
            consultation, topic,
            groupArrayIf(said_as_participant, said_as_participant > 0) AS by_participant,
            groupArray(said) AS by_anyone
        FROM voices
        GROUP BY consultation, topic
    ),
    figures AS
    (
        SELECT
            consultation, topic,
            {_figures("", "by_participant")},
            {_figures("everyone_", "by_anyone")}
        FROM counts
    ),
    by_verdict AS
    (
        SELECT
            consultation, topic,
            countIf(right_verdict = 'original') AS originals,
            countIf(right_verdict = 'redelivered') AS redelivered,
            countIf(right_verdict = 'resubmitted') AS resubmitted,
            countIf(right_verdict = 'campaign') AS campaign
        FROM verdicts
        GROUP BY consultation, topic
    ),
    supported AS
    (
        SELECT consultation, topic, uniqExact(contribution, participant) AS supports
        FROM votes
        WHERE NOT right_redelivered
        GROUP BY consultation, topic
    ),
    titles AS
    (
        SELECT consultation, topic, argMax(title, (`offset`, `partition`)) AS title
        FROM topics FINAL
        GROUP BY consultation, topic
    ),
    everything AS
    (
        SELECT
            consultation, topic, `offset`,
            if(right_verdict = 'redelivered', NULL, occurred_at) AS at
        FROM verdicts
        UNION ALL
        SELECT consultation, topic, `offset`, if(right_redelivered, NULL, occurred_at) AS at
        FROM votes
        UNION ALL
        SELECT consultation, topic, `offset`, NULL AS at FROM topics FINAL
    ),
    newest AS
    (
        SELECT consultation, topic, max(at) AS newest_event, max(`offset`) AS as_of_offset
        FROM everything
        GROUP BY consultation, topic
    ),
    computed AS
    (
        SELECT *, 1 AS found
        FROM newest
        LEFT JOIN titles USING (consultation, topic)
        LEFT JOIN by_verdict USING (consultation, topic)
        LEFT JOIN figures USING (consultation, topic)
        LEFT JOIN supported USING (consultation, topic)
    ),
    stored AS (SELECT *, 1 AS found FROM summaries FINAL)
""" + _differences(
    "summaries",
    "concat(consultation, '/', topic)",
    [
        _differing(
            "*",
            "if(stored.found, 'a summary', 'none')",
            "if(computed.found, 'a summary', 'none')",
            "NOT (stored.found AND computed.found)",
        ),
        *(_compare_summary(column) for column in _SUMMARY),
    ],
    "computed FULL JOIN stored USING (consultation, topic)",
)
