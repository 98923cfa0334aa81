"""Recomputing every verdict and every figure by SQL, from the facts alone, and comparing.

This is the oracle in the other way: the streams screen one event after the other and keep state,
here ClickHouse sorts the whole log and looks at it at once. The two share no code. The rules are
those of `schemas.records`; a fact's place in the log is its offset, since a topic has one
partition. What refers to a table has a module of its name; `screening` has what they share.

Run it on tables that nothing writes to: facts and summaries arrive one after the other, and a topic
caught in between differs.

What SQL takes as given, and compares with nothing: whether a text only points to an attachment, the
groups of near the same texts (`groups` says what of them it can tell), and judgements, windows,
flags, breaches and the hash of the policy.
"""

from clickhouse_connect.driver.client import Client

from sinks.verify.comparison import MAX_DIFFERENCES, Difference
from sinks.verify.days import DAYS
from sinks.verify.deliveries import REDELIVERIES
from sinks.verify.dominance import DOMINANCE
from sinks.verify.groups import ROOTS
from sinks.verify.letters import LETTERS
from sinks.verify.summaries import SUMMARIES
from sinks.verify.verdicts import ON_ARRIVAL, STANDINGS

__all__ = ["MAX_DIFFERENCES", "Difference", "verify"]

_QUERIES = (
    ON_ARRIVAL,
    ROOTS,
    STANDINGS,
    *REDELIVERIES,
    SUMMARIES,
    DAYS,
    LETTERS,
    DOMINANCE,
)


def verify(client: Client) -> list[Difference]:
    """Compare what is stored with what the facts give.

    Returns:
        The differences by table and key, at most `MAX_DIFFERENCES` of each query; empty when the
        tables are a function of the log.
    """
    return [Difference(*row) for query in _QUERIES for row in client.query(query).result_rows]
