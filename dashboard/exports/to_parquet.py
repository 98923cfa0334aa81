"""Parquet with typed columns, compressed with Zstandard; a row group for each block."""

from collections.abc import Iterator
from datetime import date
from typing import IO, Self

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from dashboard.exports.files import whole
from dashboard.exports.views import (
    About,
    Block,
    Column,
    Converters,
    Kind,
    Table,
    View,
    finite,
    listed,
    values,
)
from dashboard.i18n import Words

_TYPES = {
    Kind.TEXT: pa.string(),
    Kind.INTEGER: pa.int64(),
    Kind.NUMBER: pa.float64(),
    Kind.SHARE: pa.float64(),
    Kind.DAY: pa.date32(),
    Kind.MOMENT: pa.timestamp("ms", tz="UTC"),
    Kind.FLAG: pa.bool_(),
    Kind.LIST: pa.list_(pa.string()),
}
_CONVERT: Converters = {
    Kind.TEXT: str,
    Kind.INTEGER: int,
    Kind.NUMBER: finite,
    Kind.SHARE: finite,
    Kind.DAY: lambda value: date.fromisoformat(value) if isinstance(value, str) else value,
    Kind.MOMENT: str,
    Kind.FLAG: bool,
    Kind.LIST: listed,
}


def parquet_of(view: View, about: About, words: Words) -> Iterator[bytes]:
    """A view as Parquet, which is made whole before the first byte is given."""

    def write(file: IO[bytes]) -> None:
        with view.reading() as blocks, ParquetFile(file, view.table, about, words) as parquet:
            for block in blocks:
                parquet.write(block)

    return whole(write)


class ParquetFile:
    """Writes blocks of rows to a file.

    The file's metadata say what it is about, and those of each column what it means.

    Args:
        file: To write to.
        table: The columns.
        about: Where the rows come from.
        words: The language of the descriptions.
    """

    def __init__(self, file: IO[bytes], table: Table, about: About, words: Words) -> None:
        self._columns = table.columns
        self._schema = pa.schema(
            [_field(column, words) for column in table.columns],
            {
                "consultation": about.consultation,
                "title": about.title,
                "view": table.name,
                "description": words.gettext(table.description),
                "filters": orjson.dumps(dict(about.filters)),
                "made_at": about.made,
                "licence": about.licence if about.has_licence else "",
            },
        )
        self._writer = pq.ParquetWriter(file, self._schema, compression="zstd")

    def write(self, block: Block) -> None:
        """Add a row group."""
        arrays = [_array(column, block) for column in self._columns]
        self._writer.write_batch(pa.record_batch(arrays, schema=self._schema))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._writer.close()


def _field(column: Column, words: Words) -> "pa.Field":
    described = {"description": words.gettext(column.description)}
    if column.unit:
        described["unit"] = words.gettext(column.unit)
    return pa.field(column.name, _TYPES[column.kind], metadata=described)


def _array(column: Column, block: Block) -> "pa.Array":
    found = list(values(column, block, _CONVERT))
    if column.kind is Kind.MOMENT:
        return pa.array(found, pa.string()).cast(_TYPES[column.kind])
    return pa.array(found, _TYPES[column.kind])
