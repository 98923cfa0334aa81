"""How rejected events are shown."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from isegoria.rejected_table import Row, overview, overview_as_tables, row_as_document
from operations.rejected import Place, Rejected
from schemas.events import encode
from tests.make import contribution

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATE = Row(AT, Place(2, 17), 17, 312, "event: Invalid JSON", "event: Invalid JSON")


def row(number, *, minutes=0, reason="event: Invalid JSON", readable=False):
    obstacle = None if readable else reason
    return Row(AT + timedelta(minutes=minutes), Place(0, number), number, 9, reason, obstacle)


def shown(*rows, last=20):
    console = Console(width=120, color_system=None)
    with console.capture() as captured:
        console.print(overview_as_tables(overview(rows, last)), highlight=False)
    return captured.get()


ROWS = st.lists(
    st.builds(row, st.integers(0, 50), minutes=st.integers(0, 5), readable=st.booleans())
)


@given(ROWS, st.integers(1, 8))
def test_the_latest_are_the_end_of_all_by_time_and_place(rows, last):
    ordered = sorted(rows, key=lambda one: (one.at, one.place))
    found = overview(rows, last).latest
    assert [(one.at, one.place) for one in ordered[-last:]] == [
        (one.at, one.place) for one in found
    ]


@given(ROWS)
def test_the_reasons_add_up_to_all(rows):
    seen = overview(rows, 1)
    assert len(rows) == seen.total == sum(count for _, count in seen.reasons)


@given(ROWS)
def test_readable_is_what_has_no_obstacle(rows):
    assert sum(one.obstacle is None for one in rows) == overview(rows, 1).readable


def test_nothing_rejected_is_a_sentence():
    assert "Nothing was rejected.\n" == shown()


@pytest.mark.parametrize("part", ["1 rejected", "2026-03-01 12:00:00", "2/17", "312", "Invalid"])
def test_an_event_is_shown_with(part):
    assert part in shown(LATE)


def test_reasons_are_counted_the_most_frequent_first():
    lines = shown(*(row(n, reason="rare" if n == 1 else "frequent") for n in range(3)), last=1)
    assert [["2", "frequent"], ["1", "rare"]] == [line.split() for line in lines.splitlines()[4:6]]


def test_of_many_reasons_the_rest_is_one_line():
    assert "     3  2 other reasons" in shown(
        *(row(n, reason=f"reason {n}") for n in range(10) for _ in range(2)),
        *(row(n, reason="a rare one") for n in range(2)),
        row(1, reason="the rarest"),
    )


def test_what_can_be_read_now_comes_with_the_command_that_publishes_it():
    told = shown(row(1, readable=True), row(2))
    assert "1 of them can be read now: 'isegoria rejected replay --all'" in told


def test_where_nothing_can_be_read_it_says_how_to_look_at_one():
    assert "'isegoria rejected show PLACE'" in shown(row(1))


def test_what_looks_like_markup_stays_text():
    assert "data.[bold]x[/bold]" in shown(row(1, reason="data.[bold]x[/bold]: not known"))


def test_of_an_event_everything_but_its_bytes_is_kept():
    found = Rejected(Place(0, 1), 1, AT, "type: unknown", encode(contribution("mended")))
    assert Row(AT, Place(0, 1), 1, len(found.payload), "type: unknown", None) == Row.of(found, AT)


def test_for_scripts_an_event_is_an_object():
    assert {
        "partition": 2,
        "offset": 17,
        "last_offset": 17,
        "rejected_at": "2026-03-01T12:00:00.000+00:00",
        "bytes": 312,
        "reason": "event: Invalid JSON",
        "readable": False,
    } == row_as_document(LATE)
