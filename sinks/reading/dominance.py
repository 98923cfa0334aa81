"""Who dominates a topic, or a consultation as a whole: the row of the table `dominance`."""

# ruff: noqa: S608 (the statement is put together from constants)

from typing import cast

import orjson
from clickhouse_connect.driver.client import Client

from schemas.records import Dominance

_COLUMNS = ", ".join(f"`{name}`" for name in Dominance.__annotations__)

_DOMINANCE = f"""
    SELECT {_COLUMNS} FROM dominance FINAL
    WHERE consultation = {{consultation:String}} AND topic = {{topic:String}}
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
