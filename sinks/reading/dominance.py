"""Who dominates a topic, or a consultation as a whole: the row of the table `dominance`."""

# ruff: noqa: S608 (the statement is put together from constants)

from typing import cast

import orjson
from clickhouse_connect.driver.client import Client

from schemas.records import Dominance, Flag

_COLUMNS = ", ".join(f"`{name}`" for name in Dominance.__annotations__)

_DOMINANCE = f"""
    SELECT {_COLUMNS} FROM dominance FINAL
    WHERE consultation = {{consultation:String}} AND topic = {{topic:String}}
"""

_FLAGS = """
    SELECT topic, flags FROM dominance FINAL
    WHERE consultation = {consultation:String} AND notEmpty(flags)
    ORDER BY topic
"""

# The record is JSON; times in it as everywhere: ISO 8601 in UTC with a `Z`.
_SETTINGS = {
    "date_time_output_format": "iso",
    "output_format_json_named_tuples_as_objects": 1,
    "output_format_json_quote_64bit_integers": 0,
}


def dominance(client: Client, consultation: str, topic: str = "") -> Dominance | None:
    """Who dominates a topic, or with an empty `topic` the consultation; None while not known."""
    row = client.raw_query(
        _DOMINANCE,
        parameters={"consultation": consultation, "topic": topic},
        settings=_SETTINGS,
        fmt="JSONEachRow",
    )
    if not row:
        return None
    found = orjson.loads(row)
    found["lorenz"] = [tuple(point) for point in found["lorenz"]]
    return cast("Dominance", found)


def flags(client: Client, consultation: str) -> dict[str, list[Flag]]:
    """The flags raised in a consultation, by topic; those on the whole by the empty one."""
    rows = client.raw_query(
        _FLAGS,
        parameters={"consultation": consultation},
        settings=_SETTINGS,
        fmt="JSONEachRow",
    )
    found = (orjson.loads(row) for row in rows.splitlines())
    return {row["topic"]: cast("list[Flag]", row["flags"]) for row in found}
