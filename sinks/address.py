"""Where ClickHouse is, by its URL, and whether it is there: without its client."""

from contextlib import closing
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

CONNECT_SECONDS = 5

_PORTS = {"http": 8123, "https": 8443}


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


def answers(url: str) -> bool:
    """Whether a ClickHouse server is there, whoever asks.

    Args:
        url: As `read_url` takes it.
    """
    place = read_url(url)
    kind = HTTPSConnection if place.scheme == "https" else HTTPConnection
    with closing(kind(place.host, place.port, timeout=CONNECT_SECONDS)) as connection:
        try:
            connection.request("GET", "/ping")
            return connection.getresponse().status == HTTPStatus.OK
        except (OSError, HTTPException):
            return False
