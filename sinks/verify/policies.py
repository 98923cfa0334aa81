"""The thresholds in force, read from the policies in the log."""

# ruff: noqa: S608 (the statements are put together from constants of this package)

from schemas.policy import Letters, Similarity


def _threshold(part: str, name: str, kind: str, default: float) -> str:
    """Of a consultation, of all others, or where the policy is silent the default."""
    own = f"policy, 'consultations', consultation, '{part}', '{name}'"
    general = f"policy, 'default', '{part}', '{name}'"
    return (
        f"multiIf(JSONHas({own}), JSONExtract({own}, '{kind}'),"
        f" JSONHas({general}), JSONExtract({general}, '{kind}'), {default})"
    )


_SIMILARITY = Similarity()
_SHORT_WORDS = _threshold("similarity", "short_words", "UInt32", _SIMILARITY.short_words)
_JACCARD = _threshold("similarity", "jaccard", "Float64", _SIMILARITY.jaccard)
_CONTAINMENT = _threshold("similarity", "containment", "Float64", _SIMILARITY.containment)
_JACCARD_FEW = _threshold("similarity", "jaccard_few", "Float64", _SIMILARITY.jaccard_few)
_SENDERS = _threshold("letters", "minimum_senders", "UInt32", Letters().minimum_senders)

# The row before all policies stands for the time without one.
POLICIES = f"""
    policies_of AS
    (
        SELECT
            consultation, `partition`,
            min(short_words) AS least_short_words,
            max(short_words) AS most_short_words,
            min(similarity) AS least_similarity,
            argMax(senders, place) AS minimum_senders
        FROM
        (
            SELECT
                consultation, `partition`, place,
                {_SHORT_WORDS} AS short_words,
                least({_JACCARD}, {_CONTAINMENT}, {_JACCARD_FEW}) AS similarity,
                {_SENDERS} AS senders
            FROM (SELECT DISTINCT consultation, `partition` FROM contributions) AS c
            INNER JOIN
            (
                SELECT `partition`, toInt64(`offset`) AS place, policy
                FROM policies FINAL
                WHERE NOT redelivered
                UNION ALL
                SELECT DISTINCT `partition`, -1 AS place, '' AS policy FROM contributions
            ) AS p USING (`partition`)
        )
        GROUP BY consultation, `partition`
    )
"""
"""The CTE `policies_of`, by consultation and partition.

`minimum_senders` is the last policy's; of the similarity there are the bounds over all policies
that were in force, since a group formed under one of them.
"""
