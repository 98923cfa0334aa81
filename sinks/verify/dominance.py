"""Who dominates each topic, and each consultation as a whole (whose `topic` is empty).

A whole in which no participant ever wrote may have a row or none. The version of a consultation
counts policies too; how many of those in the log it had heard of, its tables do not say.
"""

# ruff: noqa: S608 (the statements are put together from constants of this package)

from sinks.verify.comparison import RELATIVE_TOLERANCE, differing, row_differences
from sinks.verify.figures import COUNTS, SPREAD, figures
from sinks.verify.screening import SCREENED
from sinks.verify.summaries import EVENTS

# Everything stands once for its topic and once for the consultation.
_COMPUTED = f"""
    wholes AS
    (
        SELECT
            consultation, arrayJoin([topic, '']) AS whole,
            max(`offset`) AS last_offset
        FROM events
        GROUP BY consultation, whole
    ),
    voices AS
    (
        SELECT
            consultation, arrayJoin([topic, '']) AS whole, participant,
            count() AS delivered,
            countIf(NOT live) AS not_live,
            countIf(live) AS said,
            groupUniqArray(topic) AS said_in
        FROM screened
        WHERE is_first AND role = 'participant'
        GROUP BY
            consultation, whole, participant,
            if(participant = '', (topic, `offset`), ('', 0))
    ),
    by_whole AS
    (
        SELECT
            consultation, whole,
            sum(delivered) AS delivered,
            sum(not_live) AS not_live,
            groupArrayIf(said, said > 0) AS counts,
            sumIf(said, participant = '') AS unknown,
            arrayConcat(
                groupArrayIf(said, said > 0 AND participant != ''),
                if(unknown > 0, [unknown], [])) AS counts_or_unknown,
            length(groupUniqArrayArray(said_in)) AS topics_said_in
        FROM voices
        GROUP BY consultation, whole
    ),
    computed AS
    (
        SELECT
            consultation, whole AS topic, delivered,
            if(whole = '', delivered + not_live, last_offset) AS version,
            if(
                whole = '',
                (SELECT count() FROM policies FINAL WHERE NOT redelivered),
                0) AS policies,
            unknown AS unknown_contributions,
            if(whole = '', topics_said_in, 0) AS topics,
            arraySort(counts) AS ascending,
            {figures("", "counts")},
            {figures("one_unknown_", "counts_or_unknown")}
        FROM wholes
        LEFT JOIN by_whole USING (consultation, whole)
    )
"""

# The Lorenz curve joins (0, 0) with the points (k / n, share of the k least active) by lines, whose
# slope changes where the count does.
_WRITTEN = "arrayCumSum(computed.ascending)"
_AT = "toUInt64(floor(point.1 * computed.voices + 1e-9))"
_OFF_CURVE = f"""
    arrayCount(
        point -> NOT abs(
            point.2 * computed.contributions
            - if({_AT} = 0, 0, {_WRITTEN}[{_AT}])
            - (point.1 * computed.voices - {_AT}) * computed.ascending[{_AT} + 1]
        ) <= {RELATIVE_TOLERANCE} * computed.contributions,
        stored.lorenz)
"""
_VERSION = differing(
    "version",
    "stored.version",
    "computed.version",
    "stored.version NOT BETWEEN computed.version AND computed.version + computed.policies",
)
_LORENZ = differing(
    "lorenz",
    f"concat(length(stored.lorenz), ' points from ', toString(stored.lorenz[1]), ' to ',"
    f" toString(stored.lorenz[-1]), ', ', {_OFF_CURVE}, ' off the curve')",
    "if(computed.voices = 0, '0 points from (0,0) to (0,0), 0 off the curve',"
    " concat(length(arrayDistinct(computed.ascending)) + 1,"
    " ' points from (0,0) to (1,1), 0 off the curve'))",
)

DOMINANCE = f"WITH {SCREENED}, {EVENTS}, {_COMPUTED}" + row_differences(
    "dominance",
    ("consultation", "topic"),
    equal=(*COUNTS, "unknown_contributions", "half_written_by", "topics"),
    close=(
        *SPREAD,
        "one_unknown_top1_share",
        "one_unknown_top5_share",
        "one_unknown_effective_voices_2",
    ),
    optional="computed.delivered = 0",
    further=[_VERSION, _LORENZ],
)
