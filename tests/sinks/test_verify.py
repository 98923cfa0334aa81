"""Verification finds nothing where all is right, and names each thing that is not.

Most tests are cases of one database: each has a consultation of its own there, and one verification
finds the differences of all.
"""

import secrets
from collections import defaultdict
from collections.abc import Callable, Iterator

import pytest

from schemas.policy import DeploymentPolicy, Letters, Policy, Similarity
from schemas.records import Contribution, Kind
from sinks.connection import connect
from sinks.migrate import migrate
from sinks.verify import Difference, verify
from tests.events import POLICY, events, place
from tests.fixtures.clickhouse import execute
from tests.oracle import Tables, oracle
from tests.sinks.rows import contribution, pseudonym
from tests.sinks.verify_rows import LETTER, SIGNED, Rows, log, policy_row, rows, write

TRAM = ("borough", "tram")
BOROUGH = ("borough", "")
KEYS = {"consultation", "topic", "partition", "offset", "day", "root_offset"}
OTHER = "The library must open on Sundays again, because students have no quiet place to read."

CASES: dict[str, Callable[[], Rows]] = {}


def case(make: Callable[[], Rows]) -> str:
    """Add rows to the database of all cases; gives the name of their consultation."""
    name = f"case-{len(CASES)}"
    CASES[name] = make
    return name


def after(change: Callable[[Tables], object]) -> str:
    """A case: the tables of the log by hand, changed."""

    def make() -> Rows:
        stored = oracle(log(), DeploymentPolicy())
        change(stored)
        return rows(stored)

    return case(make)


def wrong(table: str, row: object, column: str, value: object) -> str:
    """A case: one value of the log's tables is wrong."""
    return after(lambda stored: getattr(stored, table)[row].update({column: value}))


def without(table: str, row: object) -> str:
    """A case: a row is missing in the log's tables."""
    return after(lambda stored: getattr(stored, table).pop(row))


def invented(table: str, row: object, **name: object) -> str:
    """A case: a row stands in the log's tables under another name too."""

    def invent(stored: Tables) -> None:
        table_rows = getattr(stored, table)
        table_rows["invented"] = {**table_rows[row], **name}

    return after(invent)


def said(offset: int, text: str, person: int | None, root: int, **fields: object) -> Contribution:
    """A contribution, and what is stored as its root."""
    participant = "" if person is None else pseudonym(person)
    return contribution(offset, text=text, participant=participant, root_offset=root, **fields)


def named(consultation: str, of: Rows) -> Rows:
    """The same rows, of another consultation."""
    return {
        kind: [{**row, "consultation": consultation} for row in some] for kind, some in of.items()
    }


@pytest.fixture(scope="module")
def differences(clickhouse_server: str) -> Iterator[dict[str, list[Difference]]]:
    """Of each case its differences, whose keys lack the consultation."""
    name = f"test_{secrets.token_hex(8)}"
    execute(clickhouse_server, f"CREATE DATABASE {name}")
    client = connect(clickhouse_server.removesuffix("/isegoria") + f"/{name}")
    migrate(client)
    write(client, *(named(consultation, make()) for consultation, make in CASES.items()))
    found = defaultdict(list)
    for table, key, *values in (vars(difference).values() for difference in verify(client)):
        consultation, _, rest = key.partition("/")
        found[consultation].append(Difference(table, rest, *values))
    yield found
    client.close()
    execute(clickhouse_server, f"DROP DATABASE {name} SYNC")


# What is right.


def test_empty_tables_are_equal(client):
    assert verify(client) == []


@pytest.mark.parametrize("right", [after(lambda _: None)])
def test_the_tables_of_a_log_are_equal(differences, right):
    assert differences[right] == []


@pytest.mark.parametrize("seed", range(6))
def test_what_follows_from_random_logs_is_equal(client, seed):
    placed = place(events(seed, 200), largest_gap=2, seed=seed)
    partitions = {partition for partition, _, _ in placed}
    policies = [policy_row(POLICY, partition=partition) for partition in partitions]
    write(client, rows(oracle(placed, POLICY)), {Kind.POLICY: policies})
    assert verify(client) == []


def test_random_logs_hold_all_that_can_become_of_a_contribution():
    stored = [oracle(place(events(seed, 200)), POLICY) for seed in range(6)]
    contributions = [row for found in stored for row in found.contributions.values()]
    assert {row["verdict"] for row in contributions} == {
        "original",
        "redelivered",
        "resubmitted",
        "campaign",
    }
    standings = [row for found in stored for row in found.standings.values()]
    assert {(row["withdrawn"], row["superseded"]) for row in standings} == {
        (0, 0),
        (0, 1),
        (1, 0),
    }


def test_rows_written_twice_count_once(client):
    client.command("SYSTEM STOP MERGES contributions")
    stored = rows(oracle(log(), DeploymentPolicy()))
    write(client, stored)
    write(client, stored)
    count = client.command("SELECT count() FROM contributions")
    assert count == 2 * len(stored[Kind.CONTRIBUTION])
    assert verify(client) == []


@pytest.mark.parametrize(
    "rounded",
    [
        after(
            lambda stored: stored.summaries[TRAM].update(
                gini=stored.summaries[TRAM]["gini"] + 1e-12
            )
        )
    ],
)
def test_rounding_is_no_difference(differences, rounded):
    assert differences[rounded] == []


# Facts and their standings.


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        pytest.param(
            wrong(table, (0, offset), column, value),
            Difference(table, f"tram/0/{offset}", column, str(value), right),
            id=f"{table}-{offset}-{column}-{value}",
        )
        for table, offset, column, value, right in [
            ("contributions", 1, "verdict", "campaign", "original"),
            ("contributions", 2, "verdict", "original", "campaign"),
            ("contributions", 2, "refers_to", "", "a1"),
            ("contributions", 3, "verdict", "resubmitted", "campaign"),
            ("contributions", 4, "verdict", "original", "redelivered"),
            ("contributions", 4, "refers_to", "a2", "a1"),
            ("contributions", 5, "verdict", "campaign", "resubmitted"),
            ("contributions", 5, "refers_to", "a1", "a2"),
            ("contributions", 13, "refers_to", "a1", "a2"),
            ("contributions", 3, "as_of_offset", 30, "3"),
            ("standings", 1, "withdrawn", 0, "1"),
            ("standings", 1, "superseded", 1, "0"),
            ("standings", 2, "verdict", "campaign", "original"),
            ("standings", 3, "refers_to", "a1", "a2"),
            ("standings", 6, "superseded", 0, "1"),
            ("standings", 7, "verdict", "resubmitted", "original"),
            ("standings", 7, "as_of_offset", 13, "12"),
            ("withdrawals", 10, "redelivered", 1, "0"),
            ("withdrawals", 11, "redelivered", 0, "1"),
            ("supports", 14, "redelivered", 1, "0"),
            ("supports", 15, "redelivered", 0, "1"),
            ("supports", 18, "redelivered", 1, "0"),
            ("responses", 22, "redelivered", 0, "1"),
        ]
    ],
)
def test_a_wrong_value_of_a_fact_is_named(differences, stored, expected):
    assert differences[stored] == [expected]


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        (
            wrong(table, (0, offset), "redelivered", 0),
            Difference(table, f"{place}0/{offset}", "redelivered", "0", "1"),
        )
        for table, offset, place in [
            ("topics", 26, "silence/"),
            ("consultations", 28, ""),
            ("recognitions", 30, ""),
        ]
    ],
)
def test_what_came_before_and_is_taken_as_new_is_named(differences, stored, expected):
    assert differences[stored] == [expected]


@pytest.mark.parametrize("stored", [without("standings", (0, 2))])
def test_a_missing_standing_is_named(differences, stored):
    assert differences[stored] == [Difference("standings", "tram/0/2", "*", "none", "a row")]


@pytest.mark.parametrize("stored", [invented("standings", (0, 3), offset=5)])
def test_a_standing_of_what_nothing_changed_is_named(differences, stored):
    assert differences[stored] == [Difference("standings", "tram/0/5", "*", "a row", "none")]


# Groups.


def roots(found: list[Difference]) -> list[tuple[str, str, str]]:
    """The roots found wrong: of which offset, stored and recomputed."""
    return [
        (difference.key.rpartition("/")[2], difference.stored, difference.recomputed)
        for difference in found
        if difference.column == "root_offset"
    ]


def of(*contributions: Contribution) -> str:
    """A case: contributions alone."""
    return case(lambda: {Kind.CONTRIBUTION: contributions})


FIRST = said(1, LETTER, 1, 1)
PLAN, LIST = ({"attachment_only": 1, "attachments": [name]} for name in ("plan.pdf", "list.csv"))


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        pytest.param(of(FIRST, said(2, LETTER.upper(), 2, 2)), ("2", "2", "1"), id="equal"),
        pytest.param(of(FIRST, said(2, LETTER, 1, 2, event_id="e1")), ("2", "2", "1"), id="again"),
        pytest.param(of(FIRST, said(2, OTHER, 2, 1)), ("2", "1", "a text like it"), id="unlike"),
        pytest.param(of(FIRST, said(2, SIGNED, 2, 9)), ("2", "9", "a root"), id="no such root"),
        pytest.param(
            of(FIRST, said(2, SIGNED, 2, 1), said(3, f"{SIGNED} Yes.", 3, 2)),
            ("3", "2", "a root"),
            id="no root of itself",
        ),
        pytest.param(
            of(said(1, SIGNED, 1, 2), said(2, LETTER, 2, 2)), ("1", "2", "a root"), id="later"
        ),
        pytest.param(of(said(1, "No!", 1, 1), said(2, "no", 1, 2)), ("2", "2", "1"), id="short"),
        pytest.param(
            of(said(1, "No!", 1, 1), said(2, "no", 2, 1)), ("2", "1", "2"), id="short, two people"
        ),
        pytest.param(
            of(said(1, "No!", None, 1), said(2, "no", None, 1)),
            ("2", "1", "2"),
            id="short, unknown authors",
        ),
        pytest.param(
            of(said(1, "!!", 1, 1), said(2, "!!", 1, 1)), ("2", "1", "2"), id="no wording"
        ),
        pytest.param(
            of(FIRST, said(2, "along the river", 2, 1)), ("2", "1", "2"), id="short in a long one"
        ),
        pytest.param(
            of(said(1, "the old tram line", 1, 1), said(2, LETTER, 1, 1)),
            ("2", "1", "a text like it"),
            id="long in a short one",
        ),
        pytest.param(
            of(said(1, "See attached", 1, 1, **PLAN), said(2, "See attached", 1, 1, **LIST)),
            ("2", "1", "2"),
            id="another attachment",
        ),
        pytest.param(
            of(said(1, "请多种一些树", 1, 1), said(2, "请多种一些树", 1, 2)),
            ("2", "2", "1"),
            id="without spaces, one person",
        ),
    ],
)
def test_a_wrong_root_is_named(differences, stored, expected):
    assert expected in roots(differences[stored])


@pytest.mark.parametrize(
    "stored",
    [
        pytest.param(of(FIRST, said(2, SIGNED, 2, 1), said(3, SIGNED, 3, 1)), id="near the same"),
        pytest.param(of(FIRST, said(2, LETTER, 2, 1), said(3, OTHER, 1, 3)), id="equal and other"),
        pytest.param(of(FIRST, said(2, LETTER, 1, 2, topic="bus")), id="equal, in another topic"),
        pytest.param(
            of(said(1, "See attached", 1, 1, **PLAN), said(2, "See attached", 1, 1, **PLAN)),
            id="the same attachment",
        ),
        pytest.param(
            of(said(1, "See attached", 1, 1, **PLAN), said(2, "See attached", 1, 2)),
            id="with an attachment and without",
        ),
        pytest.param(
            of(said(1, "请多种一些树", 1, 1), said(2, "请多种一些树", 2, 1)),
            id="without spaces, if long",
        ),
        pytest.param(
            of(said(1, "请多种一些树", 1, 1), said(2, "请多种一些树", 2, 2)),
            id="without spaces, if short",
        ),
    ],
)
def test_a_right_root_is_not_named(differences, stored):
    assert roots(differences[stored]) == []


@pytest.mark.parametrize(
    "stored",
    [
        of(said(1, text, 1, 1), said(2, text.casefold(), 1, 2))
        for text in ("Weiße STRASSE", "ΣΊΣΥΦΟΣ", "ﬁne cafe\u0301", "नमस्ते दुनिया", "½ of it, ² times")
    ],
)
def test_texts_are_normalised_as_python_does(differences, stored):
    assert roots(differences[stored]) == [("2", "2", "1")]


@pytest.mark.parametrize("root", [1, 2])
def test_texts_between_two_thresholds_may_be_short_or_long(client, root):
    policy = DeploymentPolicy(default=Policy(similarity=Similarity(short_words=3)))
    text = "Keep the old tram"
    contributions = [said(1, text, 1, 1), said(2, text, 2, root)]
    write(client, {Kind.POLICY: [policy_row(policy)], Kind.CONTRIBUTION: contributions})
    assert roots(verify(client)) == []


# Whole rows.

DAY = (*TRAM, "2026-03-02")
REPLY = (*TRAM, 1)
UNVERIFIED = {
    "summaries": {"judgement", "policy"},
    "dominance": {
        "windows",
        "flags",
        "breaches",
        "posts_over",
        "people_over",
        "judgement",
        "policy",
        "lorenz",  # It has tests of its own.
    },
}
ROWS = [
    ("summaries", TRAM, "tram"),
    ("days", DAY, "tram/2026-03-02"),
    ("letters", REPLY, "tram/1"),
    ("dominance", TRAM, "tram"),
    ("dominance", BOROUGH, ""),
]


def other(value: object) -> object:
    """Another value of the same type."""
    if value is None or (isinstance(value, str) and value.endswith("Z")):
        return "2026-02-01T00:00:00.000Z"
    if isinstance(value, str):
        return f"{value}x"
    if isinstance(value, dict):
        return {**value, "paper": 1}
    return value + 1


def spoil(table: str, row: dict) -> None:
    """Make every column of a row wrong that is verified."""
    for column in set(row) - KEYS - UNVERIFIED.get(table, set()):
        row[column] = other(row[column])


@pytest.mark.parametrize(
    ("stored", "table", "row", "key"),
    [
        (
            after(lambda stored, table=table, row=row: spoil(table, getattr(stored, table)[row])),
            table,
            row,
            key,
        )
        for table, row, key in ROWS
    ],
)
def test_every_column_of_a_row_is_compared(differences, stored, table, row, key):
    columns = set(getattr(oracle(log(), DeploymentPolicy()), table)[row])
    assert [
        (difference.table, difference.key, difference.column) for difference in differences[stored]
    ] == [(table, key, column) for column in sorted(columns - KEYS - UNVERIFIED.get(table, set()))]


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        (without(table, row), Difference(table, key, "*", "none", "a row"))
        for table, row, key in ROWS
    ],
)
def test_a_missing_row_is_named(differences, stored, expected):
    assert differences[stored] == [expected]


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        (invented(table, row, **name), Difference(table, key, "*", "a row", "none"))
        for table, row, name, key in [
            ("summaries", TRAM, {"topic": "none"}, "none"),
            ("days", DAY, {"day": "2026-03-09"}, "tram/2026-03-09"),
            ("letters", REPLY, {"root_offset": 6}, "tram/6"),
            ("dominance", TRAM, {"topic": "none"}, "none"),
        ]
    ],
)
def test_a_row_without_facts_is_named(differences, stored, expected):
    assert differences[stored] == [expected]


def test_a_consultation_without_facts_is_named(client):
    row = {**oracle(log(), DeploymentPolicy()).dominance[BOROUGH], "consultation": "none"}
    write(client, {Kind.DOMINANCE: [row]})
    assert verify(client) == [Difference("dominance", "none/", "*", "a row", "none")]


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        (wrong(table, row, column, value), Difference(table, key, column, found, right))
        for table, row, column, value, key, found, right in [
            ("summaries", TRAM, "voices", 6, "tram", "6", "5"),
            ("summaries", TRAM, "title", "x", "tram", "x", "Trams"),
            ("summaries", TRAM, "answered_at", None, "tram", "null", "2026-03-04 03:40:00.000"),
            ("summaries", TRAM, "top1_share", 2 / 7 + 1e-8, "tram", str(2 / 7 + 1e-8), str(2 / 7)),
            ("summaries", TRAM, "channels", {"web": 7}, "tram", "{'web':7}", "{'hall':1,'web':7}"),
            ("letters", REPLY, "senders", 2, "tram/1", "2", "3"),
            ("days", DAY, "online", 7, "tram/2026-03-02", "7", "1"),
            ("dominance", BOROUGH, "topics", 3, "", "3", "2"),
        ]
    ],
)
def test_one_wrong_value_is_named_alone(differences, stored, expected):
    assert differences[stored] == [expected]


def test_a_figure_that_is_no_number_is_named(client):
    write(client, rows(oracle(log(), DeploymentPolicy())))
    client.command(
        "ALTER TABLE summaries UPDATE gini = nan WHERE topic = 'tram' SETTINGS mutations_sync = 2"
    )
    assert [(found.column, found.stored) for found in verify(client)] == [("gini", "nan")]


@pytest.mark.parametrize(
    ("stored", "key"),
    [
        pytest.param(wrong("dominance", row, "lorenz", points), key, id=f"{name} {key}")
        for row, key in ((TRAM, "tram"), (BOROUGH, ""))
        for name, points in {
            "none": [],
            "a corner left out": [(0, 0), (1, 1)],
            "off the curve": [(0, 0), (0.6, 0.5), (1, 1)],
            "beyond its end": [(0, 0), (1, 1), (1, 2)],
            "cut off": [(0, 0), (0.3, 1.5 / 7), (0.6, 3 / 7)],
        }.items()
    ],
)
def test_a_wrong_lorenz_curve_is_named(differences, stored, key):
    assert [(found.key, found.column) for found in differences[stored]] == [(key, "lorenz")]


@pytest.mark.parametrize("stored", [without("dominance", ("borough", "silence"))])
def test_a_topic_in_which_no_participant_wrote_needs_no_row_of_dominance(differences, stored):
    assert differences[stored] == []


# Policies.


@pytest.mark.parametrize(
    "policies",
    [
        [DeploymentPolicy(default=Policy(letters=Letters(minimum_senders=4)))],
        [DeploymentPolicy(consultations={"borough": Policy(letters=Letters(minimum_senders=4))})],
        [
            DeploymentPolicy(default=Policy(letters=Letters(minimum_senders=3))),
            DeploymentPolicy(default=Policy(letters=Letters(minimum_senders=4))),
        ],
    ],
    ids=["for all", "for one consultation", "the last one"],
)
def test_letters_are_counted_by_the_policy_in_force(client, policies):
    in_log = [policy_row(policy, offset) for offset, policy in enumerate(policies)]
    write(client, rows(oracle(log(), DeploymentPolicy())), {Kind.POLICY: in_log})
    assert [(found.column, found.recomputed) for found in verify(client)] == [
        ("letter_contributions", "0"),
        ("letters", "0"),
    ]


@pytest.mark.parametrize(("more", "columns"), [(0, []), (2, []), (3, ["version"])])
def test_the_version_of_a_consultation_may_count_policies(client, more, columns):
    stored = oracle(log(), DeploymentPolicy())
    stored.dominance[BOROUGH]["version"] += more
    in_log = [policy_row(DeploymentPolicy(), offset) for offset in range(2)]
    write(client, rows(stored), {Kind.POLICY: in_log})
    assert [found.column for found in verify(client)] == columns


@pytest.mark.parametrize(
    ("table", "where", "columns"),
    [
        ("contributions", "`offset` = 13", {"contributions", "campaign"}),
        ("supports", "1", {"supports", "support_shift"}),
        ("withdrawals", "1", {"withdrawn", "*"}),
        ("responses", "1", {"responses", "answered_at"}),
        ("topics", "topic = 'tram'", {"title"}),
    ],
)
def test_a_missing_fact_shows_in_what_depends_on_it(client, table, where, columns):
    write(client, rows(oracle(log(), DeploymentPolicy())))
    client.command(f"ALTER TABLE {table} DELETE WHERE {where} SETTINGS mutations_sync = 2")
    assert columns <= {found.column for found in verify(client)}
