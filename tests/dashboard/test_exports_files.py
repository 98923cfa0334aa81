import http.client
import re
import threading
from contextlib import closing, contextmanager
from datetime import UTC, datetime

import pytest
import uvicorn
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from dashboard.exports import Format, TooManyRowsError, download, download_open_data
from dashboard.exports.files import HELD_BYTES, SPOOL_BYTES, beginning, file_name, whole
from dashboard.exports.to_xlsx import MAX_ROWS
from dashboard.exports.views import About, Column, Kind, Table, View
from dashboard.i18n import Words
from embedded.ports import HOST, free_port
from tests.fixtures.processes import wait_for

ABOUT = About("climate:2026", "Climate plan", "", datetime(2026, 3, 5, 12, tzinfo=UTC))
TABLE = Table("texts", "A row for each text.", (Column("text", Kind.TEXT, "A text."),))
BLOCK = [{"text": "x" * 1000}] * 1000
ENGLISH = Words("en")


class Blocks:
    """So many blocks; then an error, if there is one. Says whether it was closed."""

    def __init__(self, count, error=None):
        self.left, self.error, self.closed = count, error, False

    def __iter__(self):
        return self

    def __next__(self):
        if not self.left:
            raise self.error or StopIteration
        self.left -= 1
        return BLOCK

    def close(self):
        self.closed = True


@contextmanager
def serving(view, as_format):
    """A connection that has asked a real server for a view."""

    async def answer(_):
        try:
            return await download(view, as_format, ABOUT, ENGLISH)
        except TooManyRowsError as error:
            return PlainTextResponse(str(error), 422)

    port = free_port()
    server = uvicorn.Server(
        uvicorn.Config(
            Starlette(routes=[Route("/", answer)]), HOST, port, access_log=False, log_config=None
        )
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        wait_for(lambda: server.started)
        with closing(http.client.HTTPConnection(HOST, port, timeout=60)) as connection:
            connection.request("GET", "/")
            yield connection
    finally:
        server.should_exit = True
        thread.join()


@pytest.mark.parametrize("as_format", Format)
def test_a_reader_gets_a_file_with_its_name_and_type(as_format):
    blocks = Blocks(1)
    with serving(View(TABLE, blocks), as_format) as connection:
        answer = connection.getresponse()
        content = answer.read()

    name = f"isegoria-climate-2026-texts-2026-03-05.{as_format}"
    disposition = f"attachment; filename=\"{name}\"; filename*=UTF-8''{name}"
    assert (200, disposition) == (answer.status, answer.headers["Content-Disposition"])
    beginnings = {
        Format.CSV: ("text/csv; charset=utf-8; header=present", b"\xef\xbb\xbftext\r\n"),
        Format.JSON: ("application/json", b'{"about":'),
        Format.PARQUET: ("application/vnd.apache.parquet", b"PAR1"),
        Format.XLSX: (
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            b"PK\x03\x04",
        ),
    }
    media_type, head = beginnings[as_format]
    assert media_type == answer.headers["Content-Type"]
    assert content.startswith(head)
    assert blocks.closed


async def test_open_data_is_a_zip():
    answer = await download_open_data([View(TABLE, Blocks(1))], ABOUT, ENGLISH)

    assert "application/zip" == answer.headers["Content-Type"]
    assert (
        'filename="isegoria-climate-2026-open-data-2026-03-05.zip"'
        in (answer.headers["Content-Disposition"])
    )


@pytest.mark.parametrize("as_format", Format)
def test_what_fails_at_the_beginning_is_an_error_and_no_file(as_format):
    blocks = Blocks(1, OSError("the database went away"))
    with serving(View(TABLE, blocks), as_format) as connection:
        assert 500 == connection.getresponse().status
        assert blocks.closed


@pytest.mark.parametrize("as_format", [Format.CSV, Format.JSON])
def test_what_fails_later_breaks_the_connection_off(as_format):
    blocks = Blocks(50, OSError("the database went away"))
    with serving(View(TABLE, blocks), as_format) as connection:
        answer = connection.getresponse()
        assert 200 == answer.status
        with pytest.raises(http.client.IncompleteRead):
            answer.read()
        wait_for(lambda: blocks.closed)


@pytest.mark.parametrize("as_format", [Format.CSV, Format.JSON])
def test_what_it_is_made_from_is_closed_when_the_reader_goes_away(as_format):
    blocks = Blocks(1_000_000)
    with serving(View(TABLE, blocks), as_format) as connection:
        assert 200 == connection.getresponse().status
        connection.close()
        wait_for(lambda: blocks.closed)

    assert blocks.left > 0


def test_too_many_rows_are_refused_before_anything_is_sent():
    with serving(View(TABLE, Blocks(1), MAX_ROWS), Format.XLSX) as connection:
        answer = connection.getresponse()

        assert 422 == answer.status
        assert b"1,048,575 rows" in answer.read()


def test_a_response_begins_before_a_large_file_is_made():
    made = iter([b"x" * (HELD_BYTES // 2)] * 10)

    assert 2 == len(beginning(made))
    assert 8 == len(list(made))


@pytest.mark.parametrize("size", [0, 1, SPOOL_BYTES + 1])
def test_a_file_of_any_size_comes_as_it_was_written(size):
    content = bytes(range(256)) * (size // 256) + b"x" * (size % 256)

    assert content == b"".join(whole(lambda file: file.write(content)))


def test_a_temporary_file_is_closed_when_the_reader_goes_away():
    files = []

    def write(file):
        files.append(file)
        file.write(b"x" * 1_000_000)

    parts = whole(write)
    next(parts)
    assert not files[0].closed
    parts.close()
    assert files[0].closed


@given(st.text(max_size=200), st.text(max_size=50))
def test_the_name_of_a_file_is_safe_everywhere(consultation, view):
    name = file_name(About(consultation, "", "", ABOUT.made_at), view, "csv")

    assert re.fullmatch(r"isegoria-([A-Za-z0-9._-]*-)?2026-03-05\.csv", name)


def test_a_file_over_several_consultations_names_none():
    assert "isegoria-waiting-2026-03-05.csv" == file_name(
        About("", "", "", ABOUT.made_at), "waiting", "csv"
    )
