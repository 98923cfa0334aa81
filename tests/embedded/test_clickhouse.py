"""The embedded ClickHouse answers its clients as a ClickHouse server does."""

# ruff: noqa: S310 (our own URLs, our own SQL)

import gzip
import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
import zlib
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from email.message import Message
from pathlib import Path
from typing import NamedTuple

import clickhouse_connect
import cramjam
import lz4.frame
import pandas as pd
import pytest
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import DatabaseError

from embedded.clickhouse.compression import BodyError, BodyTooLargeError, decompress
from embedded.clickhouse.statement import Insert, RefusedError, refuse, split_insert
from tests.fixtures.clickhouse import (
    PASSWORD,
    execute,
    free_port,
    running_clickhouse,
    start_clickhouse,
)


class Answer(NamedTuple):
    status: int
    headers: Message
    body: bytes


class Browser:
    """Plain HTTP to one database."""

    def __init__(self, url: str) -> None:
        parts = urllib.parse.urlsplit(url)
        self.base = f"http://127.0.0.1:{parts.port}/"
        self.database = parts.path.strip("/")

    def send(
        self, body=None, *, path="", method=None, headers=None, user=True, **parameters
    ) -> Answer:
        query = urllib.parse.urlencode({"database": self.database, **parameters})
        headers = dict(headers or {})
        if user:
            headers["X-ClickHouse-User"] = "isegoria"
            headers["X-ClickHouse-Key"] = PASSWORD
        url = f"{self.base}{path}?{query}"
        request = urllib.request.Request(url, data=body, headers=headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return Answer(answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, error.headers, error.read())


@pytest.fixture
def browser(clickhouse: str) -> Browser:
    return Browser(clickhouse)


@pytest.fixture
def table(clickhouse: str) -> str:
    execute(clickhouse, "CREATE TABLE t (a UInt64, b String) ENGINE = MergeTree ORDER BY a")
    return "t"


@pytest.fixture
def client(clickhouse: str) -> Client:
    return clickhouse_connect.get_client(dsn=clickhouse)


def kafka_table(**changes: str) -> str:
    words = {"engine": "ENGINE", "equals": " = ", "name": "Kafka"} | changes
    engine = f"{words['engine']}{words['equals']}{words['name']}"
    return f"CREATE TABLE k (a Int8) {engine}('h:1', 't', 'g', 'CSV')"


class TestRequests:
    def test_ping_needs_no_password(self, browser):
        answer = browser.send(path="ping", user=False)
        assert (200, b"Ok.\n") == (answer.status, answer.body)

    def test_a_query_in_the_url_is_answered(self, browser):
        assert browser.send(query="SELECT 1 + 1").body == b"2\n"

    def test_a_query_in_the_body_is_answered(self, browser):
        assert browser.send(b"SELECT 1 + 1").body == b"2\n"

    def test_a_query_may_begin_in_the_url_and_go_on_in_the_body(self, browser):
        assert browser.send(b"+ 41", query="SELECT 1").body == b"42\n"

    def test_the_database_parameter_chooses_the_database(self, browser):
        assert browser.send(b"SELECT currentDatabase()", database="system").body == b"system\n"

    def test_an_unknown_database_is_an_error(self, browser):
        answer = browser.send(b"SELECT 1", database="nowhere")
        assert (404, "81") == (answer.status, answer.headers["X-ClickHouse-Exception-Code"])

    def test_a_query_parameter_is_a_value_and_never_sql(self, browser):
        text = "it's -- '); DROP \\\\ all"
        answer = browser.send(b"SELECT {x:String} FORMAT TSVRaw", param_x=text)
        assert "it's -- '); DROP \\ all\n" == answer.body.decode()

    def test_a_form_carries_query_and_parameters(self, browser):
        body = (
            b'--x\r\nContent-Disposition: form-data; name="query"\r\n\r\nSELECT {n:UInt8}\r\n'
            b'--x\r\nContent-Disposition: form-data; name="param_n"\r\n\r\n7\r\n--x--\r\n'
        )
        headers = {"Content-Type": "multipart/form-data; boundary=x"}
        assert browser.send(body, headers=headers).body == b"7\n"

    def test_a_setting_in_the_url_holds_for_that_request_only(self, browser):
        question = b"SELECT getSetting('max_threads')"
        before = browser.send(question).body
        assert browser.send(question, max_threads=3).body == b"3\n"
        assert browser.send(question).body == before

    def test_an_unknown_setting_is_clickhouses_error(self, browser):
        answer = browser.send(b"SELECT 1", no_such_setting=1)
        assert (404, "115") == (answer.status, answer.headers["X-ClickHouse-Exception-Code"])
        assert b"UNKNOWN_SETTING" in answer.body

    def test_the_name_of_a_setting_cannot_carry_sql(self, browser):
        answer = browser.send(b"SELECT 1", **{"max_threads = 1, max_block_size": "1"})
        assert answer.headers["X-ClickHouse-Exception-Code"] == "115"

    def test_get_reads_and_does_not_write(self, browser, table):
        answer = browser.send(query=f"INSERT INTO {table} VALUES (1, 'x')")
        assert answer.headers["X-ClickHouse-Exception-Code"] == "164"

    def test_two_statements_in_one_request_are_refused(self, browser):
        answer = browser.send(b"SELECT 1; SELECT 2")
        assert (400, "62") == (answer.status, answer.headers["X-ClickHouse-Exception-Code"])

    def test_a_body_beyond_the_limit_is_refused(self):
        with pytest.raises(BodyTooLargeError, match="more than 999 bytes"):
            decompress(gzip.compress(bytes(100_000)), "gzip", 999)


class TestAnswers:
    def test_an_error_has_clickhouses_code_and_text(self, browser):
        answer = browser.send(b"SELECT * FROM nowhere")
        assert (404, "60") == (answer.status, answer.headers["X-ClickHouse-Exception-Code"])
        assert answer.body.startswith(b"Code: 60. DB::Exception: ")
        assert b"(UNKNOWN_TABLE)" in answer.body

    def test_a_misspelt_keyword_is_a_syntax_error(self, browser):
        answer = browser.send(b"SELEC 1")
        assert (400, "62") == (answer.status, answer.headers["X-ClickHouse-Exception-Code"])

    @pytest.mark.parametrize(
        ("statement", "parameters", "expected"),
        [
            ("SELECT 1", {}, "TabSeparated"),
            ("SELECT 1 FORMAT JSON", {}, "JSON"),
            (
                "SELECT 'FORMAT CSV' /* FORMAT XML */ FORMAT JSON SETTINGS max_threads = 1",
                {},
                "JSON",
            ),
            ("SELECT 1", {"default_format": "CSV"}, "CSV"),
            ("CREATE TABLE x (a Int8) ENGINE = Memory", {}, None),
        ],
    )
    def test_the_format_of_rows_is_named(self, browser, statement, parameters, expected):
        answer = browser.send(statement.encode(), **parameters)
        assert expected == answer.headers["X-ClickHouse-Format"]

    def test_the_summary_counts_written_rows(self, browser, table):
        answer = browser.send(b"1\tx\n2\ty\n", query=f"INSERT INTO {table} FORMAT TSV")
        assert json.loads(answer.headers["X-ClickHouse-Summary"])["written_rows"] == "2"

    def test_the_query_id_comes_back(self, browser):
        assert browser.send(b"SELECT 1", query_id="q-7").headers["X-ClickHouse-Query-Id"] == "q-7"


class TestAuthentication:
    def test_without_credentials_the_client_is_asked_for_them(self, browser):
        answer = browser.send(b"SELECT 1", user=False)
        assert (401, "516") == (answer.status, answer.headers["X-ClickHouse-Exception-Code"])
        assert answer.headers["WWW-Authenticate"].startswith("Basic ")

    @pytest.mark.parametrize(
        ("user", "password"), [("isegoria", "wrong"), ("other", PASSWORD), ("isegoria", "")]
    )
    def test_wrong_credentials_are_refused(self, browser, user, password):
        token = b64encode(f"{user}:{password}".encode()).decode()
        answer = browser.send(b"SELECT 1", user=False, headers={"Authorization": f"Basic {token}"})
        assert (403, "516") == (answer.status, answer.headers["X-ClickHouse-Exception-Code"])

    def test_basic_authentication_is_accepted(self, browser):
        token = b64encode(f"isegoria:{PASSWORD}".encode()).decode()
        headers = {"Authorization": f"Basic {token}"}
        assert browser.send(b"SELECT 1", user=False, headers=headers).body == b"1\n"

    def test_credentials_as_parameters_are_accepted(self, browser):
        request = f"database=system&user=isegoria&password={PASSWORD}&query=SELECT+1"
        with urllib.request.urlopen(f"{browser.base}?{request}", timeout=60) as answer:
            assert answer.read() == b"1\n"


class TestInserts:
    def test_rows_of_several_blocks_arrive_once(self, client, table):
        rows = [[number, "x"] for number in range(150_000)]
        client.insert(table, rows, column_names=["a", "b"])
        found = client.query(f"SELECT count(), uniqExact(a) FROM {table}").result_rows
        assert [(150_000, 150_000)] == found

    @pytest.mark.parametrize("method", ["lz4", "zstd", "gzip"])
    def test_the_clients_compression_is_read(self, clickhouse, table, method):
        client = clickhouse_connect.get_client(dsn=clickhouse, compress=method)
        client.insert(table, [[1, "x"]], column_names=["a", "b"])
        assert [(1, "x")] == client.query(f"SELECT * FROM {table}").result_rows

    def test_raw_json_rows_arrive(self, client, table):
        client.raw_insert(
            table, insert_block=b'{"a":1,"b":"FORMAT x"}\n{"a":2}\n', fmt="JSONEachRow"
        )
        assert [(1, "FORMAT x"), (2, "")] == client.query(f"SELECT * FROM {table}").result_rows

    def test_a_data_frame_goes_in_and_comes_out(self, client, table):
        frame = pd.DataFrame({"a": [1, 2], "b": ["x", "y"]})
        client.insert_df(table, frame)
        assert frame.to_dict() == client.query_df(f"SELECT * FROM {table}").to_dict()

    def test_values_arrive(self, client, table):
        client.command(f"INSERT INTO {table} VALUES (1, 'it''s; ok'), (2, 'y')")
        assert [("it's; ok",), ("y",)] == client.query(f"SELECT b FROM {table}").result_rows

    def test_an_insert_from_a_select_runs(self, client, table):
        client.command(f"INSERT INTO {table} SELECT number, 'x' FROM numbers(5)")
        assert client.command(f"SELECT count() FROM {table}") == 5

    def test_a_long_list_of_parameters_is_sent_as_a_form(self, client, table):
        client.command(f"INSERT INTO {table} SELECT number, 'x' FROM numbers(5000)")
        statement = f"SELECT count() FROM {table} WHERE a IN {{wanted:Array(UInt64)}}"
        found = client.query(statement, parameters={"wanted": list(range(0, 9000, 2))})
        assert [(2500,)] == found.result_rows

    def test_a_broken_row_leaves_nothing_behind(self, client, table):
        with pytest.raises(DatabaseError) as raised:
            client.raw_insert(table, insert_block=b'{"a":1}\n{"a":"x"}', fmt="JSONEachRow")
        assert raised.value.code == 27
        assert client.command(f"SELECT count() FROM {table}") == 0

    def test_threads_write_and_read_at_once(self, browser, table):
        def work(number: int) -> bytes:
            browser.send(f"{number}\tx\n".encode(), query=f"INSERT INTO {table} FORMAT TSV")
            return browser.send(f"SELECT a FROM {table} WHERE a = {number}".encode()).body

        with ThreadPoolExecutor(8) as threads:
            assert [f"{n}\n".encode() for n in range(80)] == list(threads.map(work, range(80)))


class TestRefusals:
    @pytest.mark.parametrize(
        "statement",
        [
            kafka_table(),
            kafka_table(engine="engine", equals=" "),
            kafka_table(equals="\n/* ENGINE = Memory */ = -- Memory\n"),
            kafka_table(name="`Kafka`"),
            kafka_table(name='"Kafka"'),
            "CREATE TABLE k (a Int8) ENGINE = KeeperMap('/x') PRIMARY KEY a",
            "CREATE MATERIALIZED VIEW k ENGINE = S3Queue AS SELECT 1",
            "CREATE TABLE a (a Int8) ENGINE = Log PARALLEL WITH " + kafka_table(),
            "CREATE DATABASE d ENGINE = MaterializedPostgreSQL('h', 'd', 'u', 'p')",
            "SYSTEM SHUTDOWN",
            "SELECT 1 INTO OUTFILE '/tmp/out'",
            "INSERT INTO t FROM INFILE '/etc/hostname' FORMAT TSV",
        ],
    )
    def test_what_would_break_the_database_is_refused(self, browser, statement):
        answer = browser.send(statement.encode())
        assert (501, "48") == (answer.status, answer.headers["X-ClickHouse-Exception-Code"])

    def test_the_refusal_says_what_to_do(self):
        with pytest.raises(
            RefusedError, match=r"ENGINE = Kafka is not supported by the embedded .* MergeTree"
        ):
            refuse("CREATE TABLE k (`a` Int8) ENGINE = Kafka")

    def test_a_mention_of_an_engine_in_a_string_is_harmless(self, browser):
        statement = (
            b"CREATE TABLE c (a Int8 COMMENT 'ENGINE = Kafka') /* ENGINE = Kafka */ ENGINE = Memory"
        )
        assert browser.send(statement).status == 200


class TestStatements:
    def test_data_begins_after_one_line_break(self):
        insert = split_insert(b"INSERT INTO t FORMAT TSV \n\n1\n")
        assert insert == Insert("INSERT INTO t ", "TSV", memoryview(b"\n1\n"))

    def test_format_in_names_strings_and_comments_is_no_clause(self):
        text = (
            b"/* FORMAT a */ insert into `FORMAT b` (format) -- FORMAT c\n"
            b"settings x='FORMAT d' format CSV\n1"
        )
        insert = split_insert(text)
        assert insert is not None
        assert ("CSV", b"1") == (insert.format, bytes(insert.data))

    def test_data_may_be_binary(self):
        insert = split_insert(b"INSERT INTO t FORMAT Native\n\xff\x00'\"`")
        assert insert is not None
        assert bytes(insert.data) == b"\xff\x00'\"`"

    @pytest.mark.parametrize(
        "text", [b"SELECT 'INSERT'", b"INSERT INTO t SELECT 1 FORMAT CSV", b""]
    )
    def test_what_brings_no_data_is_left_alone(self, text):
        assert split_insert(text) is None


class TestCompression:
    @pytest.mark.parametrize(
        ("encoding", "compress"),
        [
            ("gzip", gzip.compress),
            ("deflate", zlib.compress),
            ("lz4", lz4.frame.compress),
            ("zstd", lambda data: bytes(cramjam.zstd.compress(data))),
            ("br", lambda data: bytes(cramjam.brotli.compress(data))),
        ],
    )
    def test_every_encoding_is_unpacked(self, encoding, compress):
        assert decompress(compress(b"words " * 1000), encoding, 10_000) == b"words " * 1000

    def test_frames_in_a_row_are_unpacked(self):
        assert decompress(gzip.compress(b"a") + gzip.compress(b"b"), "gzip", 10) == b"ab"

    @pytest.mark.parametrize("encoding", ["gzip", "deflate", "lz4", "zstd", "br"])
    def test_what_is_not_compressed_so_is_an_error(self, encoding):
        with pytest.raises(BodyError, match=f"not {encoding} data"):
            decompress(b"plainly not compressed", encoding, 1000)

    def test_a_body_cut_short_is_an_error(self):
        with pytest.raises(BodyError, match="cut short"):
            decompress(gzip.compress(b"words " * 1000)[:-12], "gzip", 10_000)

    def test_an_unknown_encoding_is_named(self):
        with pytest.raises(BodyError, match="'compress' is not one of"):
            decompress(b"", "compress", 10)


class TestProcess:
    def test_what_was_written_is_there_after_sigkill(self, tmp_path: Path):
        port = free_port()
        process = start_clickhouse(tmp_path, port)
        url = f"http://isegoria:{PASSWORD}@127.0.0.1:{port}/isegoria"
        execute(url, "CREATE TABLE t (a Int8) ENGINE = MergeTree ORDER BY a")
        execute(url, "INSERT INTO t VALUES (1)")
        process.kill()
        process.wait()
        with running_clickhouse(tmp_path) as again:
            assert execute(again, "SELECT a FROM t") == b"1\n"

    def test_sigterm_ends_it_in_order(self, tmp_path: Path):
        process = start_clickhouse(tmp_path, free_port())
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0

    def test_without_a_password_it_does_not_start(self, tmp_path: Path):
        environment = {k: v for k, v in os.environ.items() if not k.startswith("ISEGORIA_")}
        command = [
            sys.executable,
            "-m",
            "embedded.clickhouse",
            "--data-dir",
            str(tmp_path),
            "--port",
            "1",
        ]
        process = subprocess.run(
            command, env=environment, capture_output=True, timeout=60, check=False
        )
        assert process.returncode == 1
        assert b"ISEGORIA_EMBEDDED_CLICKHOUSE_PASSWORD is not set" in process.stderr

    def test_a_second_server_on_the_same_data_says_why_it_cannot(self, tmp_path: Path):
        environment = {**os.environ, "ISEGORIA_EMBEDDED_CLICKHOUSE_PASSWORD": PASSWORD}
        with running_clickhouse(tmp_path):
            command = [sys.executable, "-m", "embedded.clickhouse", "--data-dir", str(tmp_path)]
            command += ["--port", str(free_port())]
            process = subprocess.run(
                command, env=environment, capture_output=True, timeout=60, check=False
            )
        assert process.returncode == 1
        assert b"is it in use?" in process.stderr
