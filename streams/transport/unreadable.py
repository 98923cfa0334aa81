"""Record batches that cannot be unpacked become one record each, instead of an exception.

aiokafka raises when it meets a codec that the worker lacks, and the same batch is fetched again and
again: one foreign producer would stop a partition for good. Here such a batch is delivered as one
record with the raw bytes of the batch, so that it can be rejected with its position and read later.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from aiokafka.consumer import fetcher
from aiokafka.record._protocols import DefaultRecordBatchProtocol
from aiokafka.record.memory_records import MemoryRecords

from schemas.topics import LogRecord

# Kafka's record batch, version 2 (KIP-98): base offset 8 bytes, length 4, leader epoch 4, magic 1,
# checksum 4, attributes 2 (the lowest three bits are the codec), last offset delta 4.
_LENGTH = struct.Struct(">8xi")
_HEADER = struct.Struct(">q8xb4xhi")
_BEFORE_LENGTH_COUNTS = 12
_BATCH_VERSION = 2
_CODECS = {0: "none", 1: "gzip", 2: "snappy", 3: "lz4", 4: "zstd"}


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Why a record stands for a whole batch, and which offsets the batch has."""

    reason: str
    base_offset: int
    last_offset: int


def unreadable(record: LogRecord) -> Unreadable | None:
    """What a consumer record stands for, when it is an unreadable batch, else None."""
    # Batches of version 2 have no checksum per record: the field is free, and no producer sets it.
    checksum = getattr(record, "checksum", None)
    return checksum if isinstance(checksum, Unreadable) else None


@dataclass(frozen=True, slots=True)
class _RawRecord:
    """The stand-in, with the attributes of aiokafka's records."""

    offset: int
    value: bytes
    checksum: Unreadable
    key: None = None
    timestamp: int = -1
    timestamp_type: int = 0
    headers: tuple[()] = ()


class _UnpackedBatch:
    """A batch whose records were read or could not be, as aiokafka's fetcher wants it."""

    def __init__(self, batch: DefaultRecordBatchProtocol, records: list[Any]) -> None:
        self.base_offset: int = batch.base_offset
        self.next_offset: int = batch.next_offset
        self.producer_id: int | None = batch.producer_id
        self.is_transactional: bool = batch.is_transactional
        self.is_control_batch = False
        self._records = records

    def validate_crc(self) -> bool:
        """True: the checksum was looked at when the batch was unpacked."""
        return True

    def __iter__(self) -> Iterator[Any]:
        return iter(self._records)


class TolerantMemoryRecords:
    """`MemoryRecords` of aiokafka, whose batches never raise while they are read."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self._position = 0
        self._inner: Any = MemoryRecords(raw)

    def size_in_bytes(self) -> int:
        """Bytes of all batches."""
        size: int = self._inner.size_in_bytes()
        return size

    def has_next(self) -> bool:
        """Whether a whole batch is left."""
        has_next: bool = self._inner.has_next()
        return has_next

    def next_batch(self) -> "DefaultRecordBatchProtocol | _UnpackedBatch":
        """The next batch, with its records already unpacked."""
        start = self._position
        (length,) = _LENGTH.unpack_from(self._raw, start)
        self._position = start + _BEFORE_LENGTH_COUNTS + length
        batch = self._inner.next_batch()
        base_offset, version, attributes, last_delta = _HEADER.unpack_from(self._raw, start)
        if version != _BATCH_VERSION or batch.is_control_batch:
            return cast("DefaultRecordBatchProtocol", batch)
        reason = ""
        records: list[Any] = []
        if not batch.validate_crc():
            reason = "record batch: its checksum does not match"
        else:
            try:
                records = list(batch)
            except Exception as error:  # noqa: BLE001 - each codec has exceptions of its own
                codec = _CODECS.get(attributes & 0b111, "unknown")
                reason = f"record batch: codec {codec} cannot be read here: {type(error).__name__}"
        if reason:
            last_offset = base_offset + last_delta
            stands_for = Unreadable(reason, base_offset, last_offset)
            raw = bytes(self._raw[start : self._position])
            records = [_RawRecord(last_offset, raw, stands_for)]
        return _UnpackedBatch(batch, records)


def install() -> None:
    """Have aiokafka's fetcher read batches tolerantly. It has no option for that."""
    fetcher.MemoryRecords = TolerantMemoryRecords
