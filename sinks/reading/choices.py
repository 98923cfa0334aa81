"""What a consultation's contributions can be filtered by."""

from typing import TypedDict, cast

from clickhouse_connect.driver.client import Client

_CHOICES = """
    SELECT
        arraySort(groupUniqArray(channel)) AS channels,
        arraySort(groupUniqArray(language)) AS languages
    FROM contributions
    WHERE consultation = {consultation:String}
"""


class Choices(TypedDict):
    """The values of all contributions, live or not; one may be empty."""

    channels: list[str]
    languages: list[str]


def choices(client: Client, consultation: str) -> Choices:
    """The channels and languages of a consultation, in the order of their names."""
    (row,) = client.query(_CHOICES, parameters={"consultation": consultation}).named_results()
    return cast("Choices", row)
