"""CSV files in the columns of the form: encodings and delimiters are recognised or asked for.

A file of rejected rows, mended, is one as well: its three leading columns are left out, and the
apostrophe that keeps a cell from being a formula is taken off again.
"""

import csv
from collections.abc import Iterator
from io import BufferedReader, TextIOWrapper

from intake.edge import Edge
from intake.forms import Table, read_form
from intake.importing import Item, Meter, Source
from intake.mapping import Mapping, mapping_of
from intake.rejected import LEADING, unescaped
from intake.tables import NOT_UTF_8, Lines, TableError, by_header, outside_quotes, parse_rows

CHANNEL = "csv"

_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab"}
_BYTE_ORDER_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_UTF_8 = "utf-8"


def read(source: Source, edge: Edge, meter: Meter) -> Iterator[Item]:
    """Read a CSV file in the form's columns, or in those that the source's mapping names.

    Raises:
        TableError: The file is absent or empty, its encoding or delimiter cannot be told, or its
            header or a date cannot be understood.
        InvalidIdError: The consultation's id is none.
    """
    mapping = mapping_of(source)
    name = source.path.name
    try:
        file = meter.open(source.path)
    except OSError as error:
        raise TableError(f"{name}: cannot be read: {error.strerror}") from None
    with file:
        encoding = _encoding(file, mapping)
        text = TextIOWrapper(file, encoding=encoding, errors="surrogateescape", newline="")
        lines = Lines(text, name)
        try:
            table = _table(lines, name, encoding, mapping)
            yield from read_form(table, source, mapping, edge, meter, CHANNEL)
        except UnicodeDecodeError:
            raise TableError(
                f"{name}: not {encoding.upper()} from line {lines.number}; save it as CSV in UTF-8"
            ) from None


def _encoding(file: BufferedReader, mapping: Mapping) -> str:
    head = file.peek(3)
    for mark, encoding in _BYTE_ORDER_MARKS.items():
        if head.startswith(mark):
            return encoding
    return mapping.encoding or _UTF_8


def _table(lines: Lines, name: str, encoding: str, mapping: Mapping) -> Table:
    first = next((line for line in lines if line.strip()), None)
    if first is None:
        raise TableError(f"{name}: the file is empty; 'isegoria import template' writes a form")
    if "\0" in first:
        raise TableError(f'{name}: UTF-16 without its byte order mark? Give encoding = "utf-16-le"')
    delimiter = _delimiter(first, name, mapping)
    lines.put_back()
    rows = _decoded(parse_rows(lines, delimiter), name, encoding)
    header = next(rows)[1]
    if isinstance(header, str):
        raise TableError(f"{name}: the header is {header}")
    header = [column.strip() for column in header]
    if tuple(header[: len(LEADING)]) == LEADING:
        header = [unescaped(column) for column in header[len(LEADING) :]]
        rows = ((line, _mended(row)) for line, row in rows)
    # Spreadsheets leave such rows below a table.
    empty = [""] * len(header)
    filled = ((line, row) for line, row in rows if row != empty)
    return Table(name, header, by_header(filled, name, header))


def _mended(row: list[str] | str) -> list[str] | str:
    return row if isinstance(row, str) else [unescaped(cell) for cell in row[len(LEADING) :]]


def _decoded(
    rows: Iterator[tuple[int, list[str] | str]], name: str, encoding: str
) -> Iterator[tuple[int, list[str] | str]]:
    """The rows, given up at the first that shows the file to be in another encoding.

    Where letters beyond ASCII were read before, the encoding is right and the row is damaged.
    """
    proven = encoding != _UTF_8
    for line, row in rows:
        if row == NOT_UTF_8:
            if not proven:
                raise TableError(
                    f'{name}: not UTF-8 from line {line}; give encoding = "windows-1252", or what'
                    " it is, in a mapping file or with --encoding"
                )
            yield line, f"not {encoding.upper()}"
            continue
        proven = proven or not "".join(row).isascii()
        yield line, row


def _delimiter(header: str, name: str, mapping: Mapping) -> str:
    for delimiter in _DELIMITERS:
        if tuple(next(csv.reader([header], delimiter=delimiter))[: len(LEADING)]) == LEADING:
            return delimiter
    if mapping.delimiter is not None:
        return mapping.delimiter
    found = [delimiter for delimiter in _DELIMITERS if delimiter in outside_quotes(header)]
    if len(found) > 1:
        names = " and ".join(_DELIMITERS[delimiter] for delimiter in found)
        raise TableError(
            f"{name}: {names} both stand in the header; give the delimiter in a mapping file"
            " (--mapping)"
        )
    return found[0] if found else ","
