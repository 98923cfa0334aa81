"""What a request's text is, before the engine sees it.

Only one thing is lexed here: where an INSERT ends and its data begins, since data may be binary.
Everything else is read from the canonical text that ClickHouse's own parser writes, in which there
are no comments and every clause has one spelling.
"""

import re
from dataclasses import dataclass

LOCAL_ENGINES = frozenset(
    {
        "MergeTree",
        "AggregatingMergeTree",
        "CoalescingMergeTree",
        "CollapsingMergeTree",
        "ReplacingMergeTree",
        "SummingMergeTree",
        "VersionedCollapsingMergeTree",
        "Buffer",
        "Dictionary",
        "GenerateRandom",
        "Join",
        "Log",
        "MaterializedView",
        "Memory",
        "Merge",
        "Null",
        "Set",
        "StripeLog",
        "TinyLog",
        "View",
        # Of databases:
        "Atomic",
    }
)
"""The table and database engines that need nothing but this process.

The rest is refused: in chDB `CREATE TABLE … ENGINE = Kafka` fails and leaves a database behind that
cannot be opened any more.
"""

# ClickHouse's lexer: what may stand before FORMAT or VALUES in an INSERT.
_TOKEN = re.compile(
    rb"""
      (?P<space> (?: \s | \x00 | \xc2[\x85\xa0] | \xe2\x80[\x80-\x8d\xa8\xa9\xaf]
                   | \xe2\x81[\x9f\xa0] | \xe3\x80\x80 | \xe1\xa0\x8e | \xef\xbb\xbf )+
               | --[^\n]* | \#[ !][^\n]* | /\*.*?\*/ )
    | (?P<word> [A-Za-z_][A-Za-z0-9_]* )
    | (?P<quoted> '(?:[^'\\]|\\.|'')*' | "(?:[^"\\]|\\.|"")*" | `(?:[^`\\]|\\.|``)*` )
    | (?P<other> . )
    """,
    re.VERBOSE | re.DOTALL,
)
_BEFORE_DATA = re.compile(rb"[ \t\f]*\r?\n?")

_STRING = re.compile(r"'(?:[^'\\]|\\.)*'", re.DOTALL)
_ENGINE = re.compile(r"\bENGINE = (`?)(\w+)\1")
_FORMAT = re.compile(r"\bFORMAT (\w+)(?: SETTINGS .*)?$", re.DOTALL)
_REFUSED = (
    (re.compile(r"\bINTO OUTFILE ''|\bFROM INFILE ''"), "INFILE and OUTFILE are for clients"),
    (re.compile(r"^SYSTEM (SHUTDOWN|KILL)\b"), "stop the server by a signal instead"),
    (re.compile(r"\bpython\(", re.IGNORECASE), "Python objects cannot be read by a query"),
)
_ANSWERS = re.compile(r"(SELECT|WITH|SHOW|DESCRIBE|DESC|EXISTS|EXPLAIN|CHECK|KILL|FROM|\()\b")


class RefusedError(ValueError):
    """A statement that this server does not run; the message says why."""


@dataclass(frozen=True)
class Insert:
    """An INSERT that brings its data: what to pass to the engine, separately."""

    head: str
    format: str
    data: memoryview


def split_insert(text: bytes) -> Insert | None:
    """Cut an INSERT with data in three; None for every other statement.

    The data begins as in ClickHouse's parser: after the name of the format, blanks, and at most one
    line break.
    """
    first = True
    depth = 0
    head: str | None = None
    for token in _TOKEN.finditer(text):
        kind, value = token.lastgroup, token.group()
        if kind == "space":
            continue
        if first and value.upper() != b"INSERT":
            return None
        first = False
        if head is not None:
            return Insert(head, value.decode(errors="replace"), _data(text, token.end()))
        if value in b"()":
            depth += 1 if value == b"(" else -1
        if kind != "word" or depth:
            continue
        match value.upper():
            case b"SELECT" | b"WITH" | b"WATCH":
                return None
            case b"VALUES":
                head = text[: token.start()].decode(errors="replace")
                return Insert(head, "Values", _data(text, token.end()))
            case b"FORMAT":
                head = text[: token.start()].decode(errors="replace")
    return None


def refuse(canonical: str) -> None:
    """Let through only what can do no harm here.

    Raises:
        RefusedError: The statement names an engine outside `LOCAL_ENGINES`, a file of the server,
            or would end the process.
    """
    bare = _STRING.sub("''", canonical)
    for match in _ENGINE.finditer(bare):
        engine = match.group(2)
        if engine not in LOCAL_ENGINES:
            raise RefusedError(
                f"ENGINE = {engine} is not supported by the embedded ClickHouse, which has engines"
                f" that need no other service only: use one of {', '.join(sorted(LOCAL_ENGINES))},"
                " or a ClickHouse server"
            )
    for pattern, reason in _REFUSED:
        if pattern.search(bare):
            raise RefusedError(f"not supported by the embedded ClickHouse: {reason}")


def output_format(canonical: str, default: str) -> str | None:
    """The format of a statement's answer; None when it has none."""
    bare = _STRING.sub("''", canonical)
    if not _ANSWERS.match(bare):
        return None
    match = _FORMAT.search(bare)
    return match.group(1) if match else default


def quote(value: str) -> str:
    """A string literal."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _data(text: bytes, start: int) -> memoryview:
    blanks = _BEFORE_DATA.match(text, start)
    return memoryview(text)[blanks.end() if blanks else start :]
