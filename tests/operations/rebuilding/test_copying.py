"""What is still to be copied after an interruption."""

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from operations.rebuilding.copying import missing

letters = st.lists(st.sampled_from("abc"), max_size=8)


def lacking(copy, there):
    async def each(records):
        for record in records:
            yield record

    async def run():
        return [record async for record in missing(each(copy), each(there))]

    return asyncio.run(run())


def is_within(wanted, records):
    """Whether the wanted ones are among the records, in their order."""
    rest = iter(records)
    return all(one in rest for one in wanted)


@settings(deadline=None)
@given(letters, st.data())
def test_it_is_what_comes_after_the_interruption(copy, data):
    reached = data.draw(st.integers(0, len(copy)))
    assert copy[reached:] == lacking(copy, copy[:reached])


@settings(deadline=None)
@given(letters, letters)
def test_whatever_is_there_nothing_lacks_once_it_is_written(copy, there):
    written = there + lacking(copy, there)
    assert is_within(copy, written)
    assert [] == lacking(copy, written)
