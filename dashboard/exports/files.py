"""Files on their way to the reader: names, and what happens when one cannot be finished.

A file that was cut off must not look whole. XLSX, Parquet and ZIP are made whole before the first
byte is sent. CSV and JSON are sent as their rows come, so that a large one begins at once; what
fails within the first `HELD_BYTES` is an error like any other, and what fails later breaks the
connection off, which no client takes for the end of a file (RFC 9112, section 8).
"""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from tempfile import SpooledTemporaryFile
from typing import IO, Self, cast
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from dashboard.exports.views import About

HELD_BYTES = 4 * 1024 * 1024
"""What is made before a response begins."""

SPOOL_BYTES = 4 * 1024 * 1024
"""What a temporary file keeps in memory before it goes to the disk."""

_CHUNK_BYTES = 256 * 1024
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


def temporary() -> IO[bytes]:
    """A file that is gone when it is closed, and on the disk has no name from the first."""
    return cast("IO[bytes]", SpooledTemporaryFile(max_size=SPOOL_BYTES))


def whole(write: Callable[[IO[bytes]], None]) -> Iterator[bytes]:
    """What is written to a file, in chunks, once all of it is there."""
    with temporary() as file:
        write(file)
        yield from chunks(file)


def chunks(file: IO[bytes]) -> Iterator[bytes]:
    """A file from its beginning."""
    file.seek(0)
    while chunk := file.read(_CHUNK_BYTES):
        yield chunk


def file_name(about: About, view: str, suffix: str) -> str:
    """What a download is called: `isegoria-CONSULTATION-VIEW-DATE.SUFFIX`, safe everywhere."""
    day = about.made[:10]
    parts = ["isegoria", about.consultation, view, day]
    stem = "-".join(_UNSAFE.sub("-", part).strip("-.") for part in parts if part)
    return f"{stem}.{suffix}"


class Download(StreamingResponse):
    """A file as the answer to a request.

    What it is made from is closed when it was sent, and when the reader went away.

    Args:
        begun: The first parts of the file.
        parts: The others, as they are made.
        name: What it is called.
        media_type: Its content type.
    """

    def __init__(
        self, begun: Sequence[bytes], parts: Iterator[bytes], name: str, media_type: str
    ) -> None:
        self._parts = parts
        # RFC 6266, with the encoding of RFC 8187.
        disposition = f"attachment; filename=\"{name}\"; filename*=UTF-8''{quote(name)}"
        super().__init__(
            chain(begun, parts),
            media_type=media_type,
            headers={"Content-Disposition": disposition, "Cache-Control": "no-store"},
        )

    @classmethod
    async def of(cls, parts: Iterator[bytes], name: str, media_type: str) -> Self:
        """A download of which so much is made before it is answered, beside the event loop.

        Raises:
            Exception: What making the beginning raises, such as `TooManyRowsError`.
        """
        return cls(await run_in_threadpool(beginning, parts), parts, name, media_type)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            close = getattr(self._parts, "close", None)
            if close is not None:
                close()


def beginning(parts: Iterator[bytes]) -> list[bytes]:
    """The first parts, `HELD_BYTES` or what there is."""
    begun, size = list[bytes](), 0
    while size < HELD_BYTES and (part := next(parts, None)) is not None:
        begun.append(part)
        size += len(part)
    return begun
