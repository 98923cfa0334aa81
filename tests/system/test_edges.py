"""Events at the edge of the contract come through to the tables, and stop nobody."""

from datetime import UTC, datetime

import pytest

from schemas.events import MAX_TEXT_CHARACTERS
from tests.make import contribution, support, topic_opened

EDGES = {
    "nothing": contribution("nothing", "", person=None),
    "nul": contribution("nul", "a\x00b\u2028c\r\n\t\\\"'"),
    "longest": contribution("longest", "\U0001f600" * MAX_TEXT_CHARACTERS),
    "combining": contribution("combining", "é " * 500 + "\u202e" + "ﷺ" * 100),
    "first-day": contribution("first-day", occurred_at=datetime(1900, 1, 1, tzinfo=UTC)),
    "last-day": contribution("last-day", occurred_at=datetime(2199, 12, 31, 23, tzinfo=UTC)),
    "longest-id": contribution("x" * 128, attachments=["a" * 128] * 50),
    "everything": contribution(
        "everything",
        demographics={f"key {n}": "v" * 128 for n in range(50)},
        group="g" * 128,
        language="zh-Hant",
        device="library kiosk",
        stance="against",
        reply_to="nothing",
        recorded_at=datetime(2026, 6, 1, tzinfo=UTC),
    ),
}


@pytest.fixture(scope="module")
def rows(system):
    system.publish([topic_opened(title="\x00<b>&\"'" + "t" * 490)])
    system.publish(event for name, event in EDGES.items() if name != "last-day")
    # No edge lets it through so long ahead.
    system.write(EDGES["last-day"])
    system.publish([support("v", on="of nobody".replace(" ", "-"), value=0)])
    system.wait()
    found = system.query(
        "SELECT event_id, text, verdict FROM contributions FINAL WHERE consultation = 'borough'"
    )
    return {event_id: (text, verdict) for event_id, text, verdict in found}


@pytest.mark.parametrize("name", EDGES)
def test_the_text_reads_back_letter_for_letter(rows, name):
    event = EDGES[name]
    text, _ = rows[event.id]
    assert event.data.text == text


@pytest.mark.usefixtures("rows")
def test_the_tables_verify_equal(system):
    assert "equal\n" == system.cli("verify").stdout
