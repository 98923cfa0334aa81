"""Who spoke how: contributions by channel, mode and language, and by day.

Counted are the contributions that the filters ask for: without any, the live ones of every role.
So each number is `contributions.total` under the same filters and its own value.
"""

# ruff: noqa: S608 (the statements are put together from constants of this package)

from typing import TypedDict, cast

from clickhouse_connect.driver.client import Client

from sinks.reading.filters import LATE, NONE, Filters
from sinks.reading.screened import SCREENED


class Share(TypedDict):
    """One value of a dimension, `none` for those that say nothing, as `Filters` has it."""

    value: str
    contributions: int


class Mixes(TypedDict):
    """By dimension the values that occur, those with most contributions first."""

    channel: list[Share]
    mode: list[Share]
    language: list[Share]


class Day(TypedDict):
    """What was said on a day (UTC, by `occurred_at`), whenever it came.

    `late_*` are those of `online` and `offline` that `Filters.late` asks for. Verdicts cover every
    role.
    """

    day: str
    online: int
    offline: int
    late_online: int
    late_offline: int
    originals: int
    resubmitted: int
    campaign: int


DIMENSIONS = tuple(Mixes.__annotations__)


def mixes(client: Client, consultation: str, filters: Filters) -> Mixes:
    """The mix of what the filters ask for, in every dimension."""
    where, parameters = filters.where()
    sets = ", ".join(f"({name})" for name in DIMENSIONS)
    result = client.query(
        f"""
            SELECT
                [{", ".join(f"toString({name})" for name in DIMENSIONS)}] AS dimensions,
                {" + ".join(f"{n} * (1 - grouping({d}))" for n, d in enumerate(DIMENSIONS))} AS d,
                count() AS contributions
            FROM {SCREENED}
            WHERE {where}
            GROUP BY GROUPING SETS ({sets})
            ORDER BY contributions DESC, dimensions
        """,
        parameters={**parameters, "consultation": consultation},
    )
    found: dict[str, list[Share]] = {name: [] for name in DIMENSIONS}
    for values, dimension, said in result.result_rows:
        value = values[dimension] or NONE
        found[DIMENSIONS[dimension]].append(Share(value=value, contributions=said))
    return cast("Mixes", found)


def timeline(client: Client, consultation: str, filters: Filters) -> list[Day]:
    """The days on which something was said that the filters ask for, in order."""
    where, parameters = filters.where()
    result = client.query(
        f"""
            SELECT
                toString(toDate32(occurred_at)) AS day,
                countIf(mode = 'online') AS online,
                countIf(mode = 'offline') AS offline,
                countIf(mode = 'online' AND {LATE}) AS late_online,
                countIf(mode = 'offline' AND {LATE}) AS late_offline,
                countIf(verdict = 'original') AS originals,
                countIf(verdict = 'resubmitted') AS resubmitted,
                countIf(verdict = 'campaign') AS campaign
            FROM {SCREENED}
            WHERE {where}
            GROUP BY day
            ORDER BY day
        """,
        parameters={**parameters, "consultation": consultation},
    )
    return [cast("Day", row) for row in result.named_results()]
