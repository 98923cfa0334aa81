"""The streams without Kafka: steps, crashes and restarts as a test decides, rows as they are told.

Everything that a worker remembers goes through the bytes of the journal when it is killed. Rows are
kept as ClickHouse keeps them: of one key the one with the highest version holds.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from schemas.events import partition_key
from schemas.records import Kind
from streams import output
from streams.activity import Activity, activity
from streams.effects import Effect
from streams.journal import Decoder, Entry, catch_up, cut
from streams.regulars import Noted, RegularsState
from streams.screening import Arrival, screen
from streams.state import Changes, PartitionState
from streams.telling import tell
from tests.events import Placed

EFFECTS: Decoder[Effect] = Decoder(Effect)
NOTES: Decoder[Noted] = Decoder(Noted)

_KEYS = {
    Kind.SUMMARY: ("consultation", "topic"),
    Kind.DOMINANCE: ("consultation", "topic"),
    Kind.DAY: ("consultation", "topic", "day"),
    Kind.LETTER: ("consultation", "topic", "root_offset"),
}


class Tables:
    """The tables by kind, each row by its key."""

    def __init__(self) -> None:
        self.rows: defaultdict[Kind, dict[tuple[Any, ...], dict[str, Any]]] = defaultdict(dict)

    def insert(self, kind: Kind, row: Any) -> None:
        key = tuple(row[column] for column in _KEYS.get(kind, ("partition", "offset")))
        version = "version" if kind is Kind.DOMINANCE else "as_of_offset"
        before = self.rows[kind].get(key)
        if before is None or before.get(version, 0) <= row.get(version, 0):
            self.rows[kind][key] = row


def arrivals(log: Iterable[Placed]) -> list[Arrival]:
    """A partition's log, for screening."""
    return [Arrival(offset, partition_key(event), event) for _, offset, event in log]


def remembered(state: PartitionState) -> dict[str, object]:
    """All that a state can tell, to compare two of them by."""
    return {
        "position": state.position,
        **{key: list(tell(key, 0, state, topic_changes(state, key))) for key in state.topics},
    }


def topic_changes(state: PartitionState, key: str) -> Changes:
    """Changes for which all there is to a topic is told again."""
    topic, columns = state.topics[key], state.contributions
    roots = {columns.roots[number] for number in topic.members}
    days = {columns.occurred_at[number] // 86_400_000 for number in topic.members}
    days |= {at // 86_400_000 for at in topic.redelivered_at}
    return Changes(days, roots, {number for number in topic.members if number in state.changed})


class Worker:
    """One partition's screening, as `streams.step` does it."""

    def __init__(self, partition: int, tables: Tables) -> None:
        self.partition = partition
        self.tables = tables
        self.entries: list[bytes] = []
        self.state = PartitionState()

    def process(
        self, log: Sequence[Placed], *, journalled: bool = True
    ) -> tuple[list[Activity], dict[int, object]]:
        """Take a batch up to the telling.

        Returns:
            The activity, and each event's row by its offset.
        """
        state, before, last = self.state, self.state.position, log[-1].offset
        effects: list[Effect] = []
        activities: list[Activity] = []
        rows: dict[int, object] = {}
        kinds: dict[int, Kind] = {}
        for screened in screen(arrivals(log), state):
            offset = screened.arrival.offset
            kinds[offset], rows[offset] = output.row(screened, self.partition)
            told = activity(screened, self.partition, state)
            activities += [told] if told else []
            if screened.effect is not None and offset > before:
                effects.append(screened.effect)
        state.settle()
        if last > before:
            state.position = last
            if journalled:
                entry = Entry(self.partition, before, last, effects)
                self.entries += [piece.encode() for piece in cut(entry, limit=2_000)]
        for offset, row in rows.items():
            self.tables.insert(kinds[offset], row)
        return activities, rows

    def tell(self) -> None:
        for key, changes in self.state.take_changes().items():
            for told in tell(key, self.partition, self.state, changes):
                self.tables.insert(told.kind, told.row)

    def restart(self) -> None:
        """Forget everything but the journal."""
        self.state = recovered(self.entries)


def recovered(entries: Iterable[bytes]) -> PartitionState:
    """What a worker knows that starts with a journal."""
    state = PartitionState()
    decoded = sorted((EFFECTS.decode(value) for value in entries), key=lambda entry: entry.run)
    catch_up(state, decoded)
    return state


class Regulars:
    """One partition of the activity, as `streams.regulars_step` does it."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self.entries: list[bytes] = []
        self.state = RegularsState()
        self._log: list[Activity] = []
        self._acknowledged = 0

    def process(self, activities: Iterable[Activity]) -> None:
        first = len(self._log)
        self._log += [Activity.decode(record.encode()) for record in activities]
        self._take(first)

    def _take(self, first: int) -> None:
        before, last = self.state.position, len(self._log) - 1
        noted = [Noted(offset, self._log[offset]) for offset in range(first, last + 1)]
        for effect in noted:
            self.state.hear(effect)
        if last > before:
            fresh = [effect for effect in noted if effect.offset > before]
            self.entries.append(Entry(0, before, last, fresh).encode())

    def tell(self) -> None:
        for consultation in self.state.take_changes():
            self.tables.insert(Kind.DOMINANCE, self.state.tell(consultation))
        self._acknowledged = len(self._log)

    def restart(self) -> None:
        """Forget everything but the journal, and get again what was not acknowledged."""
        self.state = RegularsState()
        catch_up(self.state, [NOTES.decode(value) for value in self.entries])
        self._take(self._acknowledged)


def partitions_of(log: Iterable[Placed]) -> dict[int, list[Placed]]:
    """The log of each partition."""
    logs: defaultdict[int, list[Placed]] = defaultdict(list)
    for placed in log:
        logs[placed.partition].append(placed)
    return dict(logs)
