"""The journal: whatever the batches, restarts and zombies, the state and verdicts are the log's."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.topics import partition_of
from streams.journal import (
    ENTRY_BYTES,
    Decoder,
    Entry,
    JournalError,
    Run,
    catch_up,
    cut,
    merge,
    mergeable,
)
from streams.state import PartitionState
from tests.events import Placed, logs
from tests.make import contribution
from tests.streams.pipeline import EFFECTS, Tables, Worker, recovered, remembered

EMPTY: Entry[Any] = Entry(0, -1, 9, [])


def one_partition(log):
    """All events in one partition, whatever their keys."""
    return [Placed(0, offset, event) for offset, (_, _, event) in enumerate(log)]


events = logs(max_size=60).map(one_partition)


def undisturbed(log):
    worker = Worker(0, Tables())
    _, rows = worker.process(log)
    return remembered(worker.state), rows


@settings(deadline=None)
@given(events, st.data())
def test_batches_replays_and_restarts_change_nothing(log, data):
    worker, rows, committed = Worker(0, Tables()), {}, 0
    while committed < len(log):
        end = data.draw(st.integers(committed + 1, len(log)), label="end of the batch")
        journalled = not data.draw(st.booleans(), label="killed before the journal")
        _, told = worker.process(log[committed:end], journalled=journalled)
        if not journalled:
            worker.restart()
            continue
        for offset, row in told.items():
            assert row == rows.setdefault(offset, row)
        if data.draw(st.booleans(), label="killed before the commit"):
            worker.restart()
        else:
            committed = end
    assert undisturbed(log) == (remembered(worker.state), rows)


@settings(deadline=None)
@given(events, st.data())
def test_a_worker_that_was_paused_writes_entries_that_overlap_harmlessly(log, data):
    ends = data.draw(st.lists(st.integers(1, len(log)), min_size=1, max_size=6))
    entries = []
    for ends_of_worker in (sorted(set(ends)), [len(log)]):
        worker, start = Worker(0, Tables()), 0
        for end in ends_of_worker:
            worker.process(log[start:end])
            start = end
        entries += worker.entries
    assert undisturbed(log)[0] == remembered(recovered(entries))


@settings(deadline=None)
@given(events, st.data())
def test_a_kept_state_catches_up_with_what_another_worker_wrote(log, data):
    mine = data.draw(st.integers(1, len(log)))
    worker = Worker(0, Tables())
    worker.process(log[:mine])
    other = Worker(0, Tables())
    other.entries = list(worker.entries)
    other.restart()
    if mine < len(log):
        other.process(log[mine:])
    catch_up(worker.state, [EFFECTS.decode(value) for value in other.entries])
    assert undisturbed(log)[0] == remembered(worker.state)


@settings(deadline=None)
@given(events, st.data())
def test_merging_keeps_what_the_entries_say(log, data):
    worker, start = Worker(0, Tables()), 0
    for end in sorted({*data.draw(st.sets(st.integers(1, len(log)))), len(log)}):
        worker.process(log[start:end])
        start = end
    entries = [EFFECTS.decode(value) for value in worker.entries]
    merged = merge(data.draw(st.permutations(entries)))
    assert remembered(worker.state) == remembered(recovered([merged.encode()]))


def test_entries_with_overlapping_runs_have_keys_of_their_own():
    assert Run(0, -1, 9).key != Run(0, -1, 19).key


@given(st.integers(0, 1000), st.integers(-1, 2**40), st.integers(0, 2**40))
def test_a_key_names_its_run(partition, after, length):
    run = Run(partition, after, after + 1 + length)
    assert run == Run.from_key(run.key)


def test_what_is_no_key_is_an_error():
    with pytest.raises(JournalError, match="no key of an entry"):
        Run.from_key(b"0")


def test_a_hole_in_the_chain_is_an_error_that_names_it():
    with pytest.raises(JournalError, match="partition 3: nothing covers offsets 10 to 19"):
        catch_up(PartitionState(), [Entry(3, -1, 9, []), Entry(3, 19, 29, [])])


def test_pieces_of_a_cut_entry_stay_under_the_limit():
    worker = Worker(partition_of("borough/tram", 4), Tables())
    worker.process(
        [Placed(0, number, contribution(str(number), f"Idea {number}")) for number in range(100)]
    )
    entry = merge([EFFECTS.decode(value) for value in worker.entries])
    pieces = list(cut(entry, limit=2_000))
    assert max(len(piece.encode()) for piece in pieces) <= 2_000
    assert [effect for piece in pieces for effect in piece.effects] == entry.effects


def test_what_is_not_an_entry_is_an_error():
    with pytest.raises(JournalError, match="cannot be read"):
        Decoder[Any](int).decode(b"not an entry")


def test_only_neighbours_are_merged():
    small, large = 10, ENTRY_BYTES
    runs = [Run(0, place - 1, place) for place in range(5)]
    sizes = [(run, large if run.last == 2 else small) for run in runs]
    assert [runs[:2], runs[3:]] == mergeable(sizes)


def test_entries_with_a_hole_between_them_are_not_merged():
    with pytest.raises(JournalError, match="partition 0: offsets 10 to 19 are between"):
        merge([Entry(0, -1, 9, []), Entry(0, 19, 29, [])])
