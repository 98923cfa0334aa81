"""Which votes, withdrawals and responses came before, and which votes hold."""

# ruff: noqa: S608 (the statements are put together from constants of this package)

from sinks.verify.comparison import differences, differing, key_of
from sinks.verify.screening import IN_ORDER


def _delivered(table: str, also: str = "") -> str:
    """The rows of a table with `came_before`; `also` names columns that tell types apart."""
    return f"""
    (
        SELECT *, (row_number() OVER delivery) > 1 AS came_before
        FROM {table} FINAL
        WINDOW delivery AS (PARTITION BY consultation, topic, source, event_id{also} {IN_ORDER})
    )
    """


def _redelivered(table: str, source: str) -> str:
    return differences(
        table,
        key_of("consultation", "topic", "partition", "offset"),
        [differing("redelivered", "redelivered", "toUInt8(came_before)")],
        source,
    )


VOTES = _delivered("supports", ", withdrawn")
"""A subquery: votes, and those taken back (another type of event), with `came_before`."""

ANSWERS = _delivered("responses")
"""A subquery: responses, with `came_before`."""

WITHDRAWALS = _redelivered("withdrawals", _delivered("withdrawals"))
SUPPORTS = _redelivered("supports", VOTES)
RESPONSES = _redelivered("responses", ANSWERS)

LAST_VOTES = f"""
    last_votes AS
    (
        SELECT
            consultation, topic, participant,
            argMax(value, (occurred_at, `offset`)) AS vote
        FROM {VOTES}
        WHERE NOT came_before
        GROUP BY consultation, topic, contribution, participant
        HAVING NOT argMax(withdrawn, (occurred_at, `offset`))
    )
"""
"""The CTE `last_votes`: `vote` is what a participant last said of a contribution, and holds."""
