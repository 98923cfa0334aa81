"""Views as files: CSV, XLSX, Parquet, JSON, and a consultation as open data."""

from collections.abc import Iterator, Sequence
from enum import StrEnum

from dashboard.exports.files import Download, file_name
from dashboard.exports.open_data import open_data
from dashboard.exports.to_csv import csv_of
from dashboard.exports.to_json import json_of
from dashboard.exports.to_parquet import parquet_of
from dashboard.exports.to_xlsx import TooManyRowsError, xlsx_of
from dashboard.exports.views import About, View
from dashboard.i18n import Words

__all__ = [
    "About",
    "Format",
    "TooManyRowsError",
    "View",
    "download",
    "download_open_data",
    "exported",
]


class Format(StrEnum):
    """What a view can be had as; each is the suffix of its file."""

    CSV = "csv"
    XLSX = "xlsx"
    PARQUET = "parquet"
    JSON = "json"


MEDIA_TYPES = {
    Format.CSV: "text/csv; charset=utf-8; header=present",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.PARQUET: "application/vnd.apache.parquet",
    Format.JSON: "application/json",
}


def exported(view: View, as_format: Format, about: About, words: Words) -> Iterator[bytes]:
    """A view as a file, piece by piece.

    Raises:
        TooManyRowsError: When it is iterated, for XLSX.
    """
    match as_format:
        case Format.CSV:
            return csv_of(view)
        case Format.XLSX:
            return xlsx_of(view, about, words)
        case Format.PARQUET:
            return parquet_of(view, about, words)
        case Format.JSON:
            return json_of(view, about, words)


async def download(view: View, as_format: Format, about: About, words: Words) -> Download:
    """A view as the answer to a request.

    Raises:
        TooManyRowsError: It does not fit; nothing was sent.
    """
    parts = exported(view, as_format, about, words)
    name = file_name(about, view.table.name, as_format)
    return await Download.of(parts, name, MEDIA_TYPES[as_format])


async def download_open_data(views: Sequence[View], about: About, words: Words) -> Download:
    """A consultation as open data, as the answer to a request."""
    name = file_name(about, "open-data", "zip")
    return await Download.of(open_data(views, about, words), name, "application/zip")
