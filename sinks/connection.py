"""The ClickHouse client, opened from a URL."""

from contextlib import closing
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import unquote, urlsplit

import clickhouse_connect
from clickhouse_connect.driver.client import Client

CONNECT_SECONDS = 5
ANSWER_SECONDS = 300
"""An insert that is cut off is written again, so the limit is there for a server that hangs."""

_PORTS = {"http": 8123, "https": 8443}

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
        ValueError: The URL names no host, or another scheme.
        clickhouse_connect.driver.exceptions.Error: The server does not answer, or refuses.
    """
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname:
        raise ValueError("ClickHouse URL: expected http(s)://USER:PASSWORD@HOST:PORT/DATABASE")
    return clickhouse_connect.get_client(
        interface=parts.scheme,
        host=parts.hostname,
        port=parts.port or _PORTS[parts.scheme],
        username=unquote(parts.username or "default"),
        password=unquote(parts.password or ""),
        database=unquote(parts.path.strip("/")) or "default",
        connect_timeout=CONNECT_SECONDS,
        send_receive_timeout=ANSWER_SECONDS,
        query_retries=0,
        settings=_SETTINGS | ({"max_execution_time": query_seconds} if query_seconds else {}),
        client_name="isegoria",
        # A session would forbid two queries at once.
        autogenerate_session_id=False,
    )


def answers(url: str) -> bool:
    """Whether a ClickHouse server is there, whoever asks.

    Args:
        url: As `connect` takes it.
    """
    parts = urlsplit(url)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    port = parts.port or _PORTS[parts.scheme]
    with closing(kind(parts.hostname or "", port, timeout=CONNECT_SECONDS)) as connection:
        try:
            connection.request("GET", "/ping")
            return connection.getresponse().status == HTTPStatus.OK
        except (OSError, HTTPException):
            return False
