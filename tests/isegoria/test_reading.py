"""The commands for policy officers: what they show, and what they do not."""

import json

import pytest
from click.testing import CliRunner

from isegoria.cli import cli
from schemas.records import Kind
from sinks.connection import connect
from sinks.migrate import migrate
from tests.sinks.rows import (
    consultation,
    contribution,
    day,
    dominance,
    flag,
    insert,
    letter,
    pseudonym,
    recognition,
    summary,
)

LETTER = "We should plant oaks along the whole river so that there is shade in summer."


@pytest.fixture
def isegoria(clickhouse, monkeypatch):
    """Runs a command on tables with a consultation for all and one for a few."""
    monkeypatch.setenv("ISEGORIA_KAFKA_BOOTSTRAP_SERVERS", "nowhere:9092")
    monkeypatch.setenv("ISEGORIA_CLICKHOUSE_URL", clickhouse)
    client = connect(clickhouse)
    migrate(client)
    for name, visibility in (("parks", "open"), ("cabinet", "restricted")):
        where = {"consultation": name}
        insert(client, Kind.CONSULTATION, consultation(0, visibility=visibility, **where))
        copy = {"participant": pseudonym(2), "verdict": "campaign", "root_offset": 1}
        insert(
            client,
            Kind.CONTRIBUTION,
            contribution(1, text=LETTER, **where),
            contribution(2, text=f"Dear mayor! {LETTER}", **copy, **where),
        )
        insert(client, Kind.LETTER, letter(1, **where))
        insert(client, Kind.SUMMARY, summary(2, voices=2, **where))
        insert(client, Kind.DAY, day("2024-03-01", **where))
        insert(client, Kind.RECOGNITION, recognition(3, **where))
        insert(client, Kind.DOMINANCE, dominance("trees", [flag(pseudonym(1), "Half.")], **where))
    client.close()
    return lambda *arguments: CliRunner().invoke(cli, arguments)


COMMANDS = {
    "topics": ("topics", "--consultation", "{}"),
    "topic": ("topic", "{}", "trees"),
    "suspects": ("suspects", "{}"),
    "letters": ("letters", "{}"),
    "waiting": ("waiting", "--consultation", "{}"),
    "ambassadors": ("ambassadors", "{}"),
}
LISTS = {"topics", "waiting"}
SHOWN = {
    "topics": "trees",
    "topic": LETTER[:20],
    "suspects": "Half.",
    "letters": LETTER[:20],
    "waiting": "trees",
    "ambassadors": "Welcomed",
}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_table_says_what_there_is(isegoria, command):
    done = isegoria(*(word.format("parks") for word in COMMANDS[command]))
    assert 0 == done.exit_code
    assert SHOWN[command] in done.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_json_says_the_same(isegoria, command):
    done = isegoria(*(word.format("parks") for word in COMMANDS[command]), "--json")
    assert SHOWN[command] in json.dumps(json.loads(done.stdout))


@pytest.mark.parametrize("command", sorted(COMMANDS.keys() - LISTS))
def test_a_restricted_consultation_is_refused_with_the_option_that_shows_it(isegoria, command):
    words = [word.format("cabinet") for word in COMMANDS[command]]
    refused = isegoria(*words)
    assert (1, True) == (refused.exit_code, "--visibility restricted" in refused.stderr)
    assert SHOWN[command] in isegoria(*words, "--visibility", "restricted").stdout


def test_topics_of_a_restricted_consultation_are_not_among_those_that_wait(isegoria):
    assert "cabinet" not in isegoria("waiting", "--json").stdout
    both = ("--visibility", "open", "--visibility", "restricted")
    assert "cabinet" in isegoria("waiting", "--json", *both).stdout


def test_topics_of_a_restricted_consultation_are_not_shown_and_it_is_said_how_many(isegoria):
    done = isegoria("topics", "--json")
    assert ["parks"] == [row["consultation"] for row in json.loads(done.stdout)]
    assert "Not shown, as they are restricted: 1; --visibility restricted" in done.stderr
    both = ("--visibility", "open", "--visibility", "restricted")
    assert "cabinet" in isegoria("topics", "--json", *both).stdout


def test_a_topic_that_is_not_there_is_named(isegoria):
    done = isegoria("topic", "parks", "nothing")
    assert (1, True) == (done.exit_code, "has no topic 'nothing'" in done.stderr)


def test_what_a_sender_added_to_a_letter_stands_with_the_copy(isegoria):
    ((first, second),) = (
        one["copies"] for one in json.loads(isegoria("letters", "parks", "--json").stdout)
    )
    assert ("", "Dear mayor!") == (first["added"], second["added"])
