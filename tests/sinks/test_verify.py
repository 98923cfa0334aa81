"""Verification finds nothing where all is right, and names each thing that is not."""

import pytest

from sinks.verify import Difference, verify
from tests.sinks.rows import Log, contribution, pseudonym, random_log, support, topic

LOG = Log(
    contributions=[
        contribution(1, text="Straße!"),
        contribution(2, text="STRASSE"),
        contribution(3, participant=pseudonym(2)),
        contribution(4, event_id="e3"),
        contribution(5, participant=""),
        contribution(6, participant="", text="Text number 5"),
    ],
    supports=[support(7), support(8, event_id="e7")],
    topics=[topic(0)],
)


def change(client, table: str, assignment: str, where: str = "1") -> None:
    client.command(
        f"ALTER TABLE {table} UPDATE {assignment} WHERE {where} SETTINGS mutations_sync = 2"
    )


def delete(client, table: str, where: str) -> None:
    client.command(f"ALTER TABLE {table} DELETE WHERE {where} SETTINGS mutations_sync = 2")


@pytest.mark.parametrize("seed", range(8))
def test_what_follows_from_the_facts_is_found_equal(client, store, seed):
    store(random_log(seed))
    assert verify(client) == []


def test_random_facts_hold_every_verdict():
    log = random_log(0)
    assert {row["verdict"] for row in log.contributions} == {
        "original",
        "redelivered",
        "resubmitted",
    }
    assert {row["redelivered"] for row in log.supports} == {0, 1}


def test_empty_tables_are_equal(client):
    assert verify(client) == []


def test_rows_written_twice_count_once(client, store):
    client.command("SYSTEM STOP MERGES contributions")
    store(LOG)
    store(LOG)
    assert client.command("SELECT count() FROM contributions") == 2 * len(LOG.contributions)
    assert verify(client) == []


@pytest.mark.parametrize(
    ("assignment", "difference"),
    [
        ("verdict = 'original'", ("verdict", "original", "resubmitted")),
        ("verdict = 'campaign'", ("verdict", "campaign", "resubmitted")),
        ("refers_to = 'c9'", ("refers_to", "c9", "c1")),
    ],
)
def test_a_wrong_verdict_is_named(client, store, assignment, difference):
    store(LOG)
    change(client, "contributions", assignment, "`offset` = 2")
    assert verify(client) == [Difference("contributions", "parks/trees/0/2", *difference)]


def test_a_verdict_that_claims_another_offset_is_named(client, store):
    log = Log(LOG.contributions, LOG.supports, LOG.topics)
    log.contributions[2]["as_of_offset"] = 30
    store(log)
    expected = Difference("contributions", "parks/trees/0/3", "as_of_offset", "30", "3")
    assert verify(client) == [expected]


def test_a_wrong_mark_on_a_vote_is_named(client, store):
    store(LOG)
    change(client, "supports", "redelivered = 0", "`offset` = 8")
    assert verify(client) == [Difference("supports", "parks/trees/0/8", "redelivered", "0", "1")]


@pytest.mark.parametrize(
    ("table", "where", "columns"),
    [
        ("contributions", "`offset` = 3", {"verdict", "refers_to", "redelivered"}),
        ("contributions", "`offset` = 6", {"contributions", "voices", "originals"}),
        ("supports", "`offset` = 8", {"as_of_offset"}),
        ("supports", "1", {"supports", "newest_event", "as_of_offset"}),
        ("topics", "1", {"title"}),
    ],
)
def test_a_missing_fact_shows_in_what_depends_on_it(client, store, table, where, columns):
    store(LOG)
    delete(client, table, where)
    assert columns <= {difference.column for difference in verify(client)}


@pytest.mark.parametrize(
    "column",
    [
        key
        for key in LOG.summaries[0]
        if key not in ("consultation", "topic", "partition", "as_of_offset")
    ],
)
def test_a_wrong_figure_is_named(client, store, column):
    store(LOG)
    value = LOG.summaries[0][column]
    wrong = f"{column} + 1"
    if isinstance(value, float):
        wrong = f"{column} * (1 + 1e-8)" if value else "1e-8"
    elif isinstance(value, str):
        wrong = "'x'" if column == "title" else "NULL"
    change(client, "summaries", f"{column} = {wrong}")
    (difference,) = verify(client)
    assert (difference.table, difference.key, difference.column) == (
        "summaries",
        "parks/trees",
        column,
    )


def test_a_summary_true_up_to_another_offset_is_named(client, store):
    log = Log(LOG.contributions, LOG.supports, LOG.topics)
    log.summaries[0]["as_of_offset"] = 7
    store(log)
    assert verify(client) == [Difference("summaries", "parks/trees", "as_of_offset", "7", "8")]


def test_a_figure_that_is_no_number_is_named(client, store):
    store(LOG)
    change(client, "summaries", "gini = nan")
    assert [difference.stored for difference in verify(client)] == ["nan"]


def test_rounding_is_no_difference(client, store):
    store(LOG)
    change(client, "summaries", "effective_voices_1 = effective_voices_1 * (1 + 1e-11)")
    assert verify(client) == []


def test_a_missing_summary_is_named(client, store):
    store(LOG)
    delete(client, "summaries", "1")
    assert verify(client) == [Difference("summaries", "parks/trees", "*", "none", "a summary")]


def test_a_summary_without_facts_is_named(client, store):
    store(LOG)
    client.command("INSERT INTO summaries (consultation, topic) VALUES ('parks', 'invented')")
    assert verify(client) == [Difference("summaries", "parks/invented", "*", "a summary", "none")]
