"""A log and its tables, for verification: what it must find equal, and how to make it differ."""

from collections.abc import Mapping, Sequence

from clickhouse_connect.driver.client import Client

from schemas.events import Event
from schemas.policy import DeploymentPolicy
from schemas.records import Kind, Policy
from tests.make import (
    consultation_opened,
    contribution,
    correction,
    recognition,
    response,
    support,
    support_withdrawal,
    topic_opened,
    withdrawal,
)
from tests.oracle import Tables
from tests.sinks.rows import insert

LETTER = (
    "Please keep the old tram line along the river, because our children need it to get to school"
    " and the bus that is to replace it stands in the same traffic as the cars do."
)
SIGNED = f"{LETTER} I have lived here for years."

Place = tuple[int, int, Event]
Rows = Mapping[Kind, Sequence[Mapping[str, object]]]

COMPUTED = (
    Kind.CONSULTATION,
    Kind.CLOSING,
    Kind.MEETING,
    Kind.TOPIC,
    Kind.RECOGNITION,
    Kind.CONTRIBUTION,
    Kind.STANDING,
    Kind.WITHDRAWAL,
    Kind.SUPPORT,
    Kind.RESPONSE,
    Kind.SUMMARY,
    Kind.DAY,
    Kind.LETTER,
    Kind.DOMINANCE,
)

EVENTS: Sequence[Event] = (
    topic_opened(),
    contribution("a1", LETTER, person=1, stance="for"),
    contribution("a2", SIGNED, person=2, stance="for", minute=1),
    contribution("a3", LETTER, person=None, stance="against", minute=1),
    contribution("a1", LETTER, person=1, stance="for"),
    contribution("a5", LETTER, person=2, minute=1500, channel="hall", mode="offline"),
    contribution("a6", "No.", person=3, stance="against"),
    contribution("a7", "no", person=3, stance="neutral", minute=3000),
    contribution("a8", "No.", person=None, stance="neutral", role="organiser"),
    contribution("a9", "See attached file", person=4, attachments=["plan.pdf"], minute=5),
    # Takes the letter from its first sender: the second one's is promoted.
    withdrawal("w1", "a1"),
    withdrawal("w1", "a1"),
    correction(
        "k1", "a6", "Yes, but only if the stops are nearer to each other than today.", person=3
    ),
    contribution("a13", LETTER, person=1, minute=1501),
    support("s1", "a2", person=1),
    support("s1", "a2", person=1),
    support("s2", "a2", person=1, value=-1, minute=5),
    support("s3", "a2", person=5, minute=2),
    support_withdrawal("u1", "a2", person=5, minute=3),
    support("s4", "a6", person=1, value=0),
    support("s5", "a6", person=6, value=1),
    response("r1", minute=4000),
    response("r1", minute=4000),
    contribution("b1", person=1, topic="bus"),
    contribution("b2", "Let the bus run at night as well, for those who work then.", topic="bus"),
    topic_opened("open-2", title="Silence", topic="silence"),
    topic_opened("open-2", title="Silence", topic="silence"),
    consultation_opened(),
    consultation_opened(),
    recognition("g1"),
    recognition("g1"),
)
"""Of topics tram, bus, and one in which nobody wrote, at offsets 0, 1, 2 ... of partition 0."""


def log() -> list[Place]:
    """The events at offsets 0, 1, 2 ... of partition 0."""
    return [(0, offset, event) for offset, event in enumerate(EVENTS)]


def rows(stored: Tables) -> Rows:
    """All that must be written."""
    return {kind: list(getattr(stored, kind.value).values()) for kind in COMPUTED}


def policy_row(policy: DeploymentPolicy, offset: int = 0, partition: int = 0) -> Policy:
    """A policy of the log."""
    return {
        "partition": partition,
        "offset": offset,
        "source": "urn:isegoria:policy",
        "event_id": f"policy-{offset}",
        "hash": policy.hash,
        "policy": policy.model_dump_json(),
        "redelivered": 0,
    }


def write(client: Client, *many: Rows) -> None:
    """Write rows, with one insert for each table."""
    for kind in Kind:
        together = [row for some in many for row in some.get(kind, ())]
        if together:
            insert(client, kind, *together)
