"""How consumer groups are shown."""

from dataclasses import replace
from datetime import UTC, datetime
from math import inf

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from isegoria.lag_table import (
    Trail,
    lag_as_document,
    lag_as_screen,
    lag_as_tables,
    span,
    sparkline,
    summary,
    worst,
)
from operations.lag.report import GroupLag, GroupStatus, PartitionLag, PartitionStatus

LATE = PartitionLag(
    topic="participation.events",
    partition=0,
    committed=1_000,
    end=2_500,
    lag=1_500,
    seconds=35.0,
    status=PartitionStatus.STALL,
    produced_per_second=12.0,
    consumed_per_second=0.0,
    commit_age=30.0,
)
DONE = replace(LATE, partition=1, committed=2_500, lag=0, seconds=0.0, status=PartitionStatus.OK)


def group(*partitions, members=2):
    return GroupLag(
        "isegoria", datetime(2026, 3, 1, tzinfo=UTC), "Stable", members, list(partitions)
    )


def terminal(height, width=120):
    return Console(width=width, height=height, force_terminal=True, color_system=None)


def printed(renderable, console):
    with console.capture() as captured:
        console.print(renderable)
    return captured.get()


def shown(groups):
    return printed(lag_as_tables(groups), terminal(100))


def watched(groups, trail=None, console=None):
    console = console or terminal(100)
    return printed(lag_as_screen(groups, trail or Trail(), console), console)


def test_a_group_that_is_done_is_told_in_a_sentence():
    assert "isegoria: OK, 0 behind, 2 workers" == summary(group(DONE))


def test_a_group_that_is_behind_is_told_with_the_age_of_the_oldest_record():
    assert "isegoria: ERR, 1,500 behind for 35 s, 2 workers" == summary(group(LATE, DONE))


@pytest.mark.parametrize(("members", "words"), [(0, "no workers"), (1, "1 worker")])
def test_workers_are_counted_in_words(members, words):
    assert summary(group(DONE, members=members)).endswith(f", {words}")


@pytest.mark.parametrize(
    ("partition", "cell"),
    [
        (LATE, "STALL"),
        (LATE, "1,500"),
        (LATE, "35 s"),
        (replace(LATE, seconds=None), "?"),
        (replace(LATE, committed=None), "never"),
        (replace(LATE, consumed_per_second=27.0), "100 s"),
    ],
)
def test_a_partition_is_a_row(partition, cell):
    assert cell in shown([group(partition)])


def test_lag_that_does_not_shrink_never_drains():
    assert inf == LATE.drain_seconds
    assert "never" in shown([group(LATE)])


def test_a_trail_shows_how_lag_went():
    trail = Trail()
    for lag in [0] * 10 + [70] * 10:
        trail.add([group(replace(LATE, lag=lag))])
    assert "▁█" in watched([group(LATE)], trail)


def test_the_worst_group_counts():
    assert GroupStatus.ERR == worst([group(DONE), group(LATE)])


def test_without_a_group_all_is_well():
    assert GroupStatus.OK == worst([])


def test_the_document_has_every_figure_of_a_partition():
    (told,) = orjson.loads(orjson.dumps(lag_as_document([group(LATE)])))["groups"]
    assert [
        {
            "topic": "participation.events",
            "partition": 0,
            "committed": 1000,
            "end": 2500,
            "lag": 1500,
            "seconds": 35.0,
            "status": "STALL",
            "produced_per_second": 12.0,
            "consumed_per_second": 0.0,
            "commit_age": 30.0,
            "drain_seconds": None,
        }
    ] == told["partitions"]


def test_the_document_says_how_the_group_does():
    document = orjson.loads(orjson.dumps(lag_as_document([group(LATE)])))
    (told,) = document["groups"]
    del told["partitions"]
    assert "ERR" == document["status"]
    assert {
        "group": "isegoria",
        "at": "2026-03-01T00:00:00+00:00",
        "status": "ERR",
        "state": "Stable",
        "members": 2,
        "lag": 1500,
    } == told


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0.0 s"), (0.42, "0.4 s"), (9.96, "10 s"), (35, "35 s"), (600, "10 min"), (9000, "2.5 h")],
)
def test_times_are_told_as_people_do(seconds, words):
    assert words == span(seconds)


lags = st.lists(st.integers(0, 10**9), max_size=120)


@settings(deadline=None)
@given(lags)
def test_a_sparkline_has_a_bar_for_ten_looks(values):
    assert -(-len(values) // 10) == len(sparkline(values))


@settings(deadline=None)
@given(lags.filter(any))
def test_a_sparkline_reaches_the_top_where_lag_is_highest(values):
    assert "█" in sparkline(values)


@settings(deadline=None)
@given(st.lists(st.just(0), max_size=120))
def test_no_lag_is_a_line_at_the_bottom(values):
    assert set(sparkline(values)) <= {"▁"}


@settings(deadline=None)
@given(lags, st.integers(2, 1000))
def test_a_sparkline_has_no_scale(values, factor):
    assert sparkline(values) == sparkline([value * factor for value in values])


def test_what_all_topics_begin_with_is_said_once():
    told = shown([group(LATE, replace(DONE, topic="participation.screened"))])
    assert "Topics are participation.…" in told
    assert 1 == told.count("participation")


def test_a_single_topic_keeps_its_name():
    assert "participation.events" in shown([group(LATE, DONE)])


def topic(number, *, late=()):
    """A partition each of a hundred, of which a few are late."""
    name = f"participation.of-{number}"
    return replace(LATE if number in late else DONE, topic=name)


def test_where_there_is_room_every_partition_has_a_row():
    told = watched([group(*map(topic, range(20)))], console=terminal(30))
    assert 20 == told.count("of-")
    assert "No room" not in told


def test_in_a_small_terminal_the_late_partitions_have_their_rows():
    late = {3, 77, 99}
    partitions = [topic(number, late=late) for number in range(100)]
    told = watched([group(*partitions)], console=terminal(12))
    assert all(f"of-{number} " in told for number in late)


@pytest.mark.parametrize("status", [PartitionStatus.WARN, PartitionStatus.STALL])
def test_of_the_late_ones_those_that_catch_up_are_left_out_first(status):
    catching_up = [
        replace(topic(number), lag=10**6, seconds=60.0, status=PartitionStatus.OK)
        for number in range(50)
    ]
    bad = replace(topic(99), lag=1, seconds=60.0, status=status)
    assert "of-99 " in watched([group(bad, *catching_up)], console=terminal(9))


def test_it_is_said_how_many_are_left_out():
    partitions = [topic(number, late=range(5)) for number in range(100)]
    told = watched([group(*partitions)], console=terminal(20))
    rows = told.count("of-")
    assert f"No room for {100 - rows} more partitions, none of them late." in told


def test_late_ones_that_are_left_out_are_counted():
    partitions = [topic(number, late=range(40)) for number in range(100)]
    told = watched([group(*partitions)], console=terminal(20))
    rows = told.count("of-")
    assert f"No room for {100 - rows} more partitions, {40 - rows} of them late." in told


def test_a_late_group_beside_a_long_one_has_its_rows():
    late = replace(group(replace(LATE, topic="others")), group="others")
    assert "STALL" in watched([late, group(*map(topic, range(50)))], console=terminal(15))


@settings(deadline=None, max_examples=30)
@given(st.sets(st.integers(0, 29)), st.integers(5, 50), st.integers(80, 120))
def test_it_is_never_higher_than_the_terminal(late, height, width):
    partitions = [topic(number, late=late) for number in range(30)]
    told = watched([group(*partitions)], console=terminal(height, width))
    assert len(told.splitlines()) <= height


def test_where_nobody_looks_at_a_terminal_nothing_is_left_out():
    told = watched([group(*map(topic, range(50)))], console=Console(width=120, height=10))
    assert 50 == told.count("of-")
