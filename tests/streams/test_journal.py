"""The journal: whatever the batches, restarts and zombies, the state and verdicts are the log's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.events import partition_key
from streams.journal import Entry, JournalError, catch_up, cut, decode, merge
from streams.screening import screen
from streams.state import PartitionState
from tests.make import contribution, support

TEXTS = [
    "Plant trees in our street, please.",
    "plant TREES in our street please",
    "Fix the lights.",
]

events = st.lists(
    st.one_of(
        st.builds(
            contribution,
            st.sampled_from("abcdef"),
            st.sampled_from(TEXTS),
            person=st.sampled_from([None, 1, 2]),
            topic=st.sampled_from(["tram", "bus"]),
            minute=st.integers(0, 3),
        ),
        st.builds(
            support,
            st.sampled_from("uvwxyz"),
            on=st.sampled_from("abc"),
            person=st.integers(1, 2),
            value=st.sampled_from([-1, 0, 1]),
            minute=st.integers(0, 3),
        ),
    ),
    min_size=1,
    max_size=40,
)


def run(log, state, start, end):
    """One step: screen log[start:end] and give the verdicts, and the entry that it journals."""
    before = state.position
    verdicts, effects = {}, []
    for offset in range(start, end):
        screened = screen(log[offset], partition_key(log[offset]), offset, state)
        verdicts[offset] = (screened.verdict, screened.refers_to)
        if offset > before:
            effects.append(screened.effect)
    state.position = max(before, end - 1)
    return verdicts, Entry(0, before, end - 1, effects) if end - 1 > before else None


def undisturbed(log):
    state = PartitionState()
    verdicts, _ = run(log, state, 0, len(log))
    return state, verdicts


@given(events, st.data())
def test_batches_replays_and_restarts_change_nothing(log, data):
    state, entries, verdicts = PartitionState(), [], {}
    committed = 0
    while committed < len(log):
        end = data.draw(st.integers(committed + 1, len(log)), label="end of the batch")
        told, entry = run(log, state, committed, end)
        if entry and data.draw(st.booleans(), label="killed before the journal"):
            state = PartitionState()
            catch_up(state, entries)
            continue
        if entry:
            entries.extend(decode(piece.encode()) for piece in cut(entry, limit=400))
        for offset, verdict in told.items():
            assert verdict == verdicts.setdefault(offset, verdict)
        if data.draw(st.booleans(), label="killed before the commit"):
            state = PartitionState()
            catch_up(state, data.draw(st.permutations(entries)))
        else:
            committed = end
    assert undisturbed(log) == (state, verdicts)


@given(events, st.data())
def test_a_worker_that_was_paused_writes_entries_that_overlap_harmlessly(log, data):
    ends = data.draw(st.lists(st.integers(1, len(log)), min_size=1, max_size=6))
    entries = []
    for ends_of_worker in (sorted(ends), [len(log)]):
        state, start = PartitionState(), 0
        for end in ends_of_worker:
            _, entry = run(log, state, start, end)
            entries += [entry] if entry else []
            start = end
    recovered = PartitionState()
    catch_up(recovered, data.draw(st.permutations(entries)))
    assert undisturbed(log)[0] == recovered


@given(events, st.data())
def test_a_kept_state_catches_up_with_what_another_worker_wrote(log, data):
    mine = data.draw(st.integers(1, len(log)))
    state = PartitionState()
    _, first = run(log, state, 0, mine)
    other = PartitionState()
    catch_up(other, [first])
    _, second = run(log, other, mine, len(log))
    catch_up(state, [first, *([second] if second else [])])
    assert undisturbed(log)[0] == state


@given(events, st.data())
def test_merging_keeps_what_the_entries_say(log, data):
    state, start, entries = PartitionState(), 0, []
    for end in [*sorted(data.draw(st.sets(st.integers(1, len(log))))), len(log)]:
        _, entry = run(log, state, start, end)
        entries += [entry] if entry else []
        start = end
    recovered = PartitionState()
    catch_up(recovered, [merge(data.draw(st.permutations(entries)))])
    assert state == recovered


def test_entries_with_overlapping_runs_have_keys_of_their_own():
    assert Entry(0, -1, 9, []).key != Entry(0, -1, 19, []).key


def test_a_hole_in_the_chain_is_an_error_that_names_it():
    with pytest.raises(JournalError, match="partition 3: nothing covers offsets 10 to 19"):
        catch_up(PartitionState(), [Entry(3, -1, 9, []), Entry(3, 19, 29, [])])


def test_pieces_of_a_cut_entry_stay_under_the_limit():
    log = [contribution(str(number), f"Idea number {number}") for number in range(100)]
    _, entry = run(log, PartitionState(), 0, 100)
    pieces = list(cut(entry, limit=2_000))
    assert max(len(piece.encode()) for piece in pieces) <= 2_000
    assert [effect for piece in pieces for effect in piece.effects] == entry.effects


def test_what_is_not_an_entry_is_an_error():
    with pytest.raises(JournalError, match="cannot be read"):
        decode(b"not an entry")
