"""Which events that are no contributions came before."""

# ruff: noqa: S608 (the statements are put together from constants of this package)

from sinks.verify.comparison import differences, differing, key_of
from sinks.verify.screening import IN_ORDER

_OF_A_TOPIC = ("consultation", "topic")


def _delivered(table: str, *within: str) -> str:
    """The rows of a table with `came_before`; `within` are the columns that share an order."""
    return f"""
    (
        SELECT *, (row_number() OVER delivery) > 1 AS came_before
        FROM {table} FINAL
        WINDOW delivery AS (PARTITION BY {", ".join(within)}, source, event_id {IN_ORDER})
    )
    """


def _redelivered(table: str, *within: str) -> str:
    places = [column for column in within if column not in {"partition", "withdrawn"}]
    return differences(
        table,
        key_of(*places, "partition", "offset"),
        [differing("redelivered", "redelivered", "toUInt8(came_before)")],
        _delivered(table, *within),
    )


VOTES = _delivered("supports", *_OF_A_TOPIC, "withdrawn")
"""A subquery: votes, and those taken back (another type of event), with `came_before`."""

ANSWERS = _delivered("responses", *_OF_A_TOPIC)
"""A subquery: responses, with `came_before`."""

TOPICS = _delivered("topics", *_OF_A_TOPIC)
"""A subquery: openings of topics, with `came_before`."""

REDELIVERIES = (
    _redelivered("consultations", "consultation"),
    _redelivered("closings", "consultation"),
    _redelivered("meetings", "consultation"),
    _redelivered("topics", *_OF_A_TOPIC),
    _redelivered("withdrawals", *_OF_A_TOPIC),
    _redelivered("supports", *_OF_A_TOPIC, "withdrawn"),
    _redelivered("responses", *_OF_A_TOPIC),
    _redelivered("recognitions", "consultation"),
    _redelivered("policies", "partition"),
)
"""Queries that hold `redelivered` of each table against what came before."""
