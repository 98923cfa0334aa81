"""The ClickHouse client, opened from a URL."""

from contextlib import closing
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

import clickhouse_connect
from clickhouse_connect.driver.client import Client

CONNECT_SECONDS = 5
ANSWER_SECONDS = 300
"""An insert that is cut off is written again, so the limit is there for a server that hangs."""

_PORTS = {"http": 8123, "https": 8443}
_GRACE_SECONDS = 5
"""How much later than the server a client gives a query up."""

_SETTINGS = {
    # 26.x turned it on; with it an insert answers for rows that other inserts brought.
    "async_insert": 0,
    # Repeats are the business of ReplacingMergeTree: a window would also drop equal blocks.
    "insert_deduplicate": 0,
    "date_time_input_format": "best_effort",
}


class Place(NamedTuple):
    """What a URL says of a ClickHouse database."""

    scheme: str
    host: str
    port: int
    user: str
    password: str
    database: str


def read_url(url: str) -> Place:
    """Take a URL apart.

    Args:
        url: `http://USER:PASSWORD@HOST:PORT/DATABASE`, or `https`.

    Raises:
        ValueError: It names no host, or another scheme, or cannot be read. The message repeats
            nothing of it: there is a password in it.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS[parts.scheme]
        host = parts.hostname or ""
    except (ValueError, KeyError):
        host = ""
    if not host:
        raise ValueError(
            "ClickHouse URL: expected http(s)://USER:PASSWORD@HOST:PORT/DATABASE, with %2F for a"
            " slash in the password, %40 for an @ and so on"
        ) from None
    return Place(
        scheme=parts.scheme,
        host=host,
        port=port,
        user=unquote(parts.username or "default"),
        password=unquote(parts.password or ""),
        database=unquote(parts.path.strip("/")) or "default",
    )


def connect(url: str, *, query_seconds: int | None = None) -> Client:
    """Open a client, one that several threads may use at once.

    The client itself repeats a request only when the connection broke under it; a repeated insert
    is harmless, since every table replaces equal keys.

    Args:
        url: `http://USER:PASSWORD@HOST:PORT/DATABASE`, or `https`.
        query_seconds: After how long the server gives up a query; None: as it is configured.

    Raises:
        ValueError: As `read_url` has it.
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


def answers(url: str) -> bool:
    """Whether a ClickHouse server is there, whoever asks.

    Args:
        url: As `connect` takes it.
    """
    place = read_url(url)
    kind = HTTPSConnection if place.scheme == "https" else HTTPConnection
    with closing(kind(place.host, place.port, timeout=CONNECT_SECONDS)) as connection:
        try:
            connection.request("GET", "/ping")
            return connection.getresponse().status == HTTPStatus.OK
        except (OSError, HTTPException):
            return False
