"""The peer: the same screening on stock Faust, as its documentation teaches it.

One event at a time, a Faust Table for each thing remembered, `topic.send` for each row; the sink
takes rows in bulk with `stream.take`, since one insert per row would measure ClickHouse. Verdicts
and rows are those of the project; a summary per topic leaves every second, which favours this
peer: ours writes one per batch.
"""

import os
from collections.abc import Iterator

import faust
import orjson

from schemas.events import (
    ConsultationOpened,
    ContributionSubmitted,
    ContributionSupported,
    Event,
    Role,
    TopicOpened,
    decode,
    milliseconds,
    partition_key,
)
from schemas.records import Kind, Verdict
from schemas.topics import EVENTS
from sinks.writer import Writer
from streams import output
from streams.effects import Effect, Opened, Redelivered, Seen, Submitted, Supported
from streams.screening import Screened
from streams.state import TopicState
from streams.text import fingerprint, normalise

APP_ID = "stock"
SCREENED = "stock.screened"
PARTITIONS = 4


class StockScreening:
    """The screening over Faust Tables, an event at a time."""

    def __init__(self, app: faust.App) -> None:
        self.deliveries = app.Table("deliveries")
        self.wordings = app.Table("wordings")
        self.counts = app.Table("counts", default=int)
        self.votes = app.Table("votes")
        self.states: dict[str, tuple[int, TopicState]] = {}
        self.touched: set[str] = set()

    def row(self, event: Event, partition: int, offset: int) -> tuple[Kind, object]:
        """Screen an event; the table and the row that follow."""
        if isinstance(event, ConsultationOpened):
            return Kind.CONSULTATION, output.consultation(event, partition, offset)
        key = partition_key(event)
        if isinstance(event, TopicOpened):
            self._remember(partition, Opened(offset, key, event.data.title))
            return Kind.TOPIC, output.topic(event, partition, offset)
        if isinstance(event, ContributionSubmitted):
            screened = self._contribution(event, partition, offset, key)
            return Kind.CONTRIBUTION, output.contribution(event, partition, offset, screened)
        screened = self._support(event, partition, offset, key)
        return Kind.SUPPORT, output.support(event, partition, offset, screened)

    def summaries(self) -> Iterator[tuple[str, int, bytes]]:
        """Key, partition and row of each topic that changed since the last call."""
        while self.touched:
            key = self.touched.pop()
            partition, state = self.states[key]
            yield key, partition, orjson.dumps(output.summary(key, partition, state))

    def _remember(self, partition: int, effect: Effect) -> None:
        _, state = self.states.setdefault(effect.topic, (partition, TopicState()))
        state.fold(effect)
        self.touched.add(effect.topic)

    def _contribution(
        self, event: ContributionSubmitted, partition: int, offset: int, key: str
    ) -> Screened:
        data = event.data
        delivery = f"{key}/{fingerprint(event.type, event.source, event.id).hex()}"
        known = self.deliveries.get(delivery)
        if known is not None:
            self._remember(partition, Redelivered(offset, key))
            return Screened(None, Verdict.REDELIVERED, known)
        self.deliveries[delivery] = data.contribution
        participant, text = data.participant or "", normalise(data.text)
        first = None
        if participant and text:
            wording = f"{key}/{fingerprint(participant, text).hex()}"
            first = self.wordings.get(wording)
            if first is None:
                self.wordings[wording] = data.contribution
        self.counts[f"{key}/{participant}"] += 1
        verdict = Verdict.ORIGINAL if first is None else Verdict.RESUBMITTED
        effect = Submitted(
            offset=offset,
            topic=key,
            delivery=b"",
            wording=b"",
            contribution=data.contribution,
            participant=participant,
            is_participant=data.role is Role.PARTICIPANT,
            verdict=verdict,
            first=None,
            occurred_at=milliseconds(data.occurred_at),
        )
        self._remember(partition, effect)
        return Screened(None, verdict, first or "")

    def _support(
        self, event: ContributionSupported, partition: int, offset: int, key: str
    ) -> Screened:
        data = event.data
        delivery = f"{key}/{fingerprint(event.type, event.source, event.id).hex()}"
        if self.deliveries.get(delivery) is not None:
            self._remember(partition, Seen(offset, key))
            return Screened(None, Verdict.REDELIVERED)
        self.deliveries[delivery] = data.contribution
        self.votes[f"{key}/{data.contribution}/{data.participant}"] = data.value
        effect = Supported(
            offset=offset,
            topic=key,
            delivery=b"",
            contribution=data.contribution,
            participant=data.participant,
            value=data.value,
            occurred_at=milliseconds(data.occurred_at),
        )
        self._remember(partition, effect)
        return Screened(None)


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
            event, place = decode(message.value), message.message
            kind, row = screening.row(event, place.partition, place.offset)
            value = kind.encode() + b" " + orjson.dumps(row)
            key = partition_key(event).encode()
            await rows.send(key=key, value=value, partition=place.partition)

    @app.timer(1.0)
    async def summarise() -> None:
        for key, partition, row in screening.summaries():
            await rows.send(key=key.encode(), value=b"summaries " + row, partition=partition)

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
