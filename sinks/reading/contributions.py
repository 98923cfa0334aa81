"""The contributions behind a number, page by page, one alone, and all of them for an export."""

# ruff: noqa: S608 (the statements are put together from constants of this package)

import re
from collections.abc import Iterator
from typing import TypedDict, cast

from clickhouse_connect.driver.client import Client

from sinks.queries import iso
from sinks.reading.filters import Filters
from sinks.reading.screened import SCREENED

BLOCK_ROWS = 5_000
"""Of an export, in memory at once."""

Place = tuple[int, int]
"""Where a contribution is in the log: partition and offset."""

_PLACE_TEXT = re.compile(r"([0-9]{1,10})\.([0-9]{1,19})")
_LARGEST_PLACE = (2**32 - 1, 2**63 - 1)


class Contribution(TypedDict):
    """A contribution as it is now. What it does not say is empty.

    `participant` is a pseudonym. `withdrawn` and `superseded` (by a correction) are 0 or 1 and say
    why it is not live; a redelivery has that `verdict`. `refers_to` is the id of the contribution
    that it repeats, `root_offset` the letter that it is a copy of. Times are ISO 8601 in UTC.
    """

    partition: int
    offset: int
    topic: str
    contribution: str
    text: str
    attachments: list[str]
    participant: str
    role: str
    channel: str
    mode: str
    group: str
    language: str
    stance: str
    verdict: str
    refers_to: str
    reply_to: str
    root_offset: int
    occurred_at: str
    recorded_at: str | None
    withdrawn: int
    superseded: int


_TIMES = ("occurred_at", "recorded_at")
_COLUMNS = ", ".join(
    f"{iso(f'screened.{name}')} AS {name}" if name in _TIMES else f"`{name}`"
    for name in Contribution.__annotations__
)
_PLACE = "topic, `partition`, `offset`"

_TOPIC_BEFORE = """
    (
        SELECT topic FROM contributions
        WHERE consultation = {consultation:String}
            AND `partition` = {after_partition:UInt32} AND `offset` = {after_offset:UInt64}
        LIMIT 1
    )
"""
# The first condition says nothing new, but the index knows it.
_AFTER = f"""
    topic >= {_TOPIC_BEFORE}
    AND ({_PLACE}) > ({_TOPIC_BEFORE}, {{after_partition:UInt32}}, {{after_offset:UInt64}})
"""


def contributions(
    client: Client,
    consultation: str,
    filters: Filters,
    after: Place | None = None,
    limit: int = 50,
) -> list[Contribution]:
    """A page of contributions in the order of the log: by topic, partition and offset.

    Args:
        client: Of the database.
        consultation: The consultation's id.
        filters: Which of its contributions.
        after: The place of the last one of the page before; after a place where no contribution of
            the consultation is, nothing comes.
        limit: How many at most.
    """
    where, parameters = filters.where()
    if after is not None:
        where += f" AND {_AFTER}"
        parameters |= {"after_partition": after[0], "after_offset": after[1]}
    result = client.query(
        f"""
            SELECT {_COLUMNS}
            FROM {SCREENED}
            -- The places are found in narrow columns, then the rest is read of these alone.
            WHERE ({_PLACE}) IN
            (
                SELECT {_PLACE}
                FROM {SCREENED}
                WHERE {where}
                ORDER BY {_PLACE}
                LIMIT {{limit:UInt64}}
            )
            ORDER BY {_PLACE}
        """,
        parameters={**parameters, "consultation": consultation, "limit": limit},
    )
    return [cast("Contribution", row) for row in result.named_results()]


def total(client: Client, consultation: str, filters: Filters) -> int:
    """How many contributions there are on all pages."""
    where, parameters = filters.where()
    result = client.query(
        f"SELECT count() FROM {SCREENED} WHERE {where}",
        parameters={**parameters, "consultation": consultation},
    )
    return int(result.result_rows[0][0])


def blocks(client: Client, consultation: str, filters: Filters) -> Iterator[list[Contribution]]:
    """All of them in the order of the pages, at most `BLOCK_ROWS` at a time."""
    after: Place | None = None
    while block := contributions(client, consultation, filters, after, BLOCK_ROWS):
        yield block
        after = block[-1]["partition"], block[-1]["offset"]


def one(client: Client, consultation: str, topic: str, contribution: str) -> list[Contribution]:
    """What came with a contribution's id, in the order of the log: it, corrections, redeliveries.

    Empty where there is none.
    """
    result = client.query(
        f"""
            SELECT {_COLUMNS}
            FROM {SCREENED}
            WHERE topic = {{topic:String}} AND contribution = {{contribution:String}}
            ORDER BY {_PLACE}
        """,
        parameters={"consultation": consultation, "topic": topic, "contribution": contribution},
    )
    return [cast("Contribution", row) for row in result.named_results()]


def write_place(place: Place) -> str:
    """A place as it stands in an address."""
    return f"{place[0]}.{place[1]}"


def read_place(text: str) -> Place | None:
    """The place that an address names; None where it is none."""
    found = _PLACE_TEXT.fullmatch(text)
    if not found:
        return None
    partition, offset = map(int, found.groups())
    fits = partition <= _LARGEST_PLACE[0] and offset <= _LARGEST_PLACE[1]
    return (partition, offset) if fits else None
