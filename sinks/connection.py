"""The ClickHouse client, opened from a URL."""

import clickhouse_connect
from clickhouse_connect.driver.client import Client

from sinks.address import CONNECT_SECONDS, read_url

ANSWER_SECONDS = 300
"""An insert that is cut off is written again, so the limit is there for a server that hangs."""

_GRACE_SECONDS = 5
"""How much later than the server a client gives a query up."""

_SETTINGS = {
    # 26.x turned it on; with it an insert answers for rows that other inserts brought.
    "async_insert": 0,
    # Repeats are the business of ReplacingMergeTree: a window would also drop equal blocks.
    "insert_deduplicate": 0,
    "date_time_input_format": "best_effort",
}


def connect(url: str, *, query_seconds: int | None = None) -> Client:
    """Open a client, one that several threads may use at once.

    The client itself repeats a request only when the connection broke under it; a repeated insert
    is harmless, since every table replaces equal keys.

    Args:
        url: `http://USER:PASSWORD@HOST:PORT/DATABASE`, or `https`.
        query_seconds: After how long the server gives up a query; None: as it is configured.

    Raises:
        ValueError: As `sinks.address.read_url` has it.
        clickhouse_connect.driver.exceptions.Error: The server does not answer, or refuses.
    """
    place = read_url(url)
    answer_seconds = query_seconds + _GRACE_SECONDS if query_seconds else ANSWER_SECONDS
    return clickhouse_connect.get_client(
        interface=place.scheme,
        host=place.host,
        port=place.port,
        username=place.user,
        password=place.password,
        database=place.database,
        connect_timeout=CONNECT_SECONDS,
        send_receive_timeout=answer_seconds,
        query_retries=0,
        settings=_SETTINGS | ({"max_execution_time": query_seconds} if query_seconds else {}),
        client_name="isegoria",
        # A session would forbid two queries at once.
        autogenerate_session_id=False,
    )
