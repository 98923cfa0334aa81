"""The states of the partitions that a worker has, each recovered from its journal."""

from collections.abc import Callable, Iterator
from typing import Any, Generic, TypeVar

from streams.journal import Foldable, HasOffset, JournalError, catch_up
from streams.journal_table import JournalTable
from streams.memory import give_back

S = TypeVar("S", bound=Foldable[Any])
E = TypeVar("E", bound=HasOffset)


class States(Generic[S, E]):
    """One state per partition.

    Args:
        journal: What they are recovered from.
        make: Makes an empty one.
    """

    def __init__(self, journal: JournalTable[E], make: Callable[[], S]) -> None:
        self._journal = journal
        self._make = make
        self._states: dict[int, S] = {}
        self._caught_up: set[int] = set()

    def __iter__(self) -> Iterator[tuple[int, S]]:
        """Partitions and their states, of those that were asked for."""
        return iter(self._states.items())

    def assigned(self, partitions: set[int]) -> None:
        """Forget partitions that went to others, and look at the journal again for the rest.

        A state that was kept is a function of the log up to its position, so it is never wrong; it
        may be behind what another worker has journalled meanwhile.
        """
        self._states = {p: state for p, state in self._states.items() if p in partitions}
        self._journal.keep(partitions)
        self._caught_up.clear()

    def of(self, partition: int, committed: int | None) -> S:
        """The state of a partition, as far as the journal goes.

        Args:
            partition: One that this worker has.
            committed: The group's committed offset, None before its first commit.

        Raises:
            JournalError: The journal lacks what was acknowledged before.
        """
        state = self._states.get(partition)
        if state is None:
            state = self._states[partition] = self._make()
        if partition not in self._caught_up:
            catch_up(state, self._journal.load(partition))
            give_back()
            self._caught_up.add(partition)
        # A batch is acknowledged after its entry is, so a journal that is behind was damaged.
        if committed is not None and state.position + 1 < committed:
            raise JournalError(
                f"journal {self._journal.name}, partition {partition}: it ends at offset"
                f" {state.position}, but offsets below {committed} were acknowledged;"
                " 'isegoria replay' builds it again, from the events"
            )
        return state
