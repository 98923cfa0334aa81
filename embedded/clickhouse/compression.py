"""Unpacking request bodies by their Content-Encoding, never into more than a given size."""

import sys
import zlib
from collections.abc import Callable
from typing import Protocol, cast

import cramjam
import lz4.frame  # type: ignore[import-untyped]

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd


class BodyError(ValueError):
    """A body that cannot be unpacked; the message says what is wrong."""


class BodyTooLargeError(BodyError):
    """A body beyond the limit."""


class _Decompressor(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes | None: ...
    def decompress(self, data: bytes, max_length: int) -> bytes: ...


class _Brotli:
    """Brotli in the shape of the others. It knows no limit: `decompress` may pass `max_length`."""

    eof = True
    unused_data = b""

    def decompress(self, data: bytes, max_length: int) -> bytes:  # noqa: ARG002
        return bytes(cramjam.brotli.decompress(data))


_DETECT_ZLIB_OR_GZIP = 32 + zlib.MAX_WBITS

_DECOMPRESSORS: dict[str, Callable[[], _Decompressor]] = {
    "gzip": lambda: cast("_Decompressor", zlib.decompressobj(_DETECT_ZLIB_OR_GZIP)),
    "deflate": lambda: cast("_Decompressor", zlib.decompressobj(_DETECT_ZLIB_OR_GZIP)),
    "lz4": lambda: cast("_Decompressor", lz4.frame.LZ4FrameDecompressor()),
    "zstd": lambda: cast("_Decompressor", zstd.ZstdDecompressor()),
    "br": _Brotli,
}


def decompress(body: bytes, encoding: str, limit: int) -> bytes:
    """Unpack a body, of one frame or several.

    Args:
        body: What came over the wire.
        encoding: The Content-Encoding; empty or `identity` for none.
        limit: The most bytes that the result may have.

    Raises:
        BodyTooLargeError: There is more than `limit`.
        BodyError: The encoding is unknown, or the body is broken or cut short.
    """
    encoding = encoding.strip().lower()
    if encoding in ("", "identity"):
        return body
    if encoding not in _DECOMPRESSORS:
        known = ", ".join(_DECOMPRESSORS)
        raise BodyError(f"Content-Encoding: {encoding!r} is not one of {known}")
    parts, size, rest = [], 0, body
    while rest:
        decompressor = _DECOMPRESSORS[encoding]()
        try:
            part = decompressor.decompress(rest, limit - size + 1)
        except Exception as error:
            raise BodyError(f"body: not {encoding} data") from error
        parts.append(part)
        size += len(part)
        if size > limit:
            raise BodyTooLargeError(f"body: more than {limit:,} bytes when unpacked")
        if not decompressor.eof:
            raise BodyError(f"body: the {encoding} data is cut short")
        rest = decompressor.unused_data or b""
    return b"".join(parts)
