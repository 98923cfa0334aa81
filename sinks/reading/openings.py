"""Which consultations there are, and who may read each."""

from typing import TypedDict, cast

from clickhouse_connect.driver.client import Client


class Opening(TypedDict):
    """A consultation as it was last opened."""

    consultation: str
    title: str
    owner: str
    visibility: str


_OPENINGS = """
    SELECT
        consultation,
        if(opened.consultation = '', known.consultation, opened.title) AS title,
        owner,
        if(opened.consultation = '', 'private', opened.visibility) AS visibility
    FROM
    (
        SELECT consultation FROM opened
        UNION DISTINCT
        SELECT consultation FROM summaries
    ) AS known
    LEFT JOIN opened ON known.consultation = opened.consultation
    ORDER BY consultation
"""


def openings(client: Client) -> dict[str, Opening]:
    """Every consultation that was opened or has a topic, by id.

    One that was never opened is private, since nobody said who may read it, and has its id for a
    title.
    """
    rows = client.query(_OPENINGS).named_results()
    return {row["consultation"]: cast("Opening", row) for row in rows}
