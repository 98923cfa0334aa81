"""The peer: the same screening on stock Faust, as its documentation teaches it.

One event at a time, a Faust Table for what is remembered, `topic.send` for each row; the sink takes
rows in bulk with `stream.take`, since one insert per row would measure ClickHouse. Verdicts and
are those of the project, by the project's own screening; what is told of a topic leaves every
second, which favours this peer: ours tells it with every few batches. It has no activity topic, and
so tells nothing of consultations.
"""

import os
from collections.abc import Iterator

import faust
import msgspec
import orjson

from schemas.events import decode, partition_key
from schemas.records import Kind
from schemas.topics import EVENTS
from sinks.writer import Writer
from streams import output
from streams.screening import Arrival, screen
from streams.state import PartitionState
from streams.telling import tell

APP_ID = "stock"
SCREENED = "stock.screened"
PARTITIONS = 4


class StockScreening:
    """The screening, an event at a time, over a Faust Table of effects."""

    def __init__(self, app: faust.App) -> None:
        self.effects = app.Table("effects", value_type=bytes)
        self.states: dict[int, PartitionState] = {}

    def row(self, value: bytes, partition: int, offset: int) -> tuple[str, Kind, object]:
        """Screen an event: its key, its table, and the row that follows."""
        event = decode(value)
        key = partition_key(event)
        state = self.states.setdefault(partition, PartitionState())
        (screened,) = screen([Arrival(offset, key, event)], state)
        state.settle()
        if screened.effect is not None:
            self.effects[f"{partition}:{offset}"] = msgspec.msgpack.encode(screened.effect)
        return (key, *output.row(screened, partition))

    def told(self) -> Iterator[tuple[str, int, Kind, object]]:
        """Key, partition, table and row of what changed since the last call."""
        for partition, state in self.states.items():
            for key, changes in state.take_changes().items():
                for row in tell(key, partition, state, changes):
                    yield key, partition, row.kind, row.row


def create_app(bootstrap_servers: str, clickhouse_url: str) -> faust.App:
    """The app, with its agents."""
    app = faust.App(
        APP_ID,
        broker=f"kafka://{bootstrap_servers}",
        autodiscover=False,
        consumer_auto_offset_reset="earliest",
        broker_commit_interval=1.0,
        producer_compression_type="lz4",
        topic_partitions=PARTITIONS,
        topic_disable_leader=True,
        web_enabled=False,
    )
    events = app.topic(EVENTS, key_serializer="raw", value_serializer="raw")
    rows = app.topic(SCREENED, key_serializer="raw", value_serializer="raw")
    screening = StockScreening(app)
    writer = Writer(clickhouse_url)

    @app.agent(events)
    async def screen(stream: faust.Stream[bytes]) -> None:
        async for message in stream.events():
            place = message.message
            key, kind, row = screening.row(message.value, place.partition, place.offset)
            value = kind.encode() + b" " + orjson.dumps(row)
            await rows.send(key=key.encode(), value=value, partition=place.partition)

    @app.timer(1.0)
    async def summarise() -> None:
        for key, partition, kind, row in screening.told():
            value = kind.encode() + b" " + orjson.dumps(row)
            await rows.send(key=key.encode(), value=value, partition=partition)

    @app.agent(rows)
    async def sink(stream: faust.Stream[bytes]) -> None:
        async for taken in stream.take(20_000, within=0.25):
            by_table: dict[str, list[bytes]] = {}
            for value in taken:
                table, _, row = value.partition(b" ")
                by_table.setdefault(table.decode(), []).append(row)
            await writer.write(by_table)

    return app


if __name__ == "__main__":
    faust.Worker(
        create_app(
            os.environ["ISEGORIA_KAFKA_BOOTSTRAP_SERVERS"], os.environ["ISEGORIA_CLICKHOUSE_URL"]
        ),
        loglevel="WARNING",
        redirect_stdouts=False,
    ).execute_from_commandline()
