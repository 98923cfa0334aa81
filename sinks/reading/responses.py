"""What was answered to a topic."""

# ruff: noqa: S608 (the statement is put together from constants)

from typing import TypedDict, cast

from clickhouse_connect.driver.client import Client

from sinks.queries import iso


class Response(TypedDict):
    """A response as it was published; `url` is empty where there is none."""

    response: str
    owner: str
    text: str
    url: str
    occurred_at: str


_RESPONSES = f"""
    SELECT response, owner, text, url, {iso("responses.occurred_at")} AS occurred_at
    FROM responses FINAL
    WHERE consultation = {{consultation:String}} AND topic = {{topic:String}} AND NOT redelivered
    ORDER BY responses.occurred_at, `partition`, `offset`
"""


def responses(client: Client, consultation: str, topic: str) -> list[Response]:
    """The responses to a topic in the order of time, each once; as many as `Summary.responses`."""
    result = client.query(_RESPONSES, parameters={"consultation": consultation, "topic": topic})
    return [cast("Response", row) for row in result.named_results()]
