"""A stack as an operator has it: the command line, Kafka and ClickHouse from outside."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition

from embedded.stack import Program, Stack, running
from intake.publisher import Publisher
from isegoria.pipeline import wait_until_complete
from schemas.events import Event, Visibility, decode, encode, partition_key
from schemas.records import Kind
from schemas.topics import EVENTS, partition_of
from sinks.connection import connect
from streams.app import APP_ID
from tests.events import Placed
from tests.fixtures.processes import wait_for

PARTITIONS = 4
PATIENCE_SECONDS = 60


def environment() -> dict[str, str]:
    """A worker that was killed gives its partitions back after a short silence."""
    return {**os.environ, "ISEGORIA_KAFKA_SESSION_SECONDS": "3", "COLUMNS": "100"}


# The shapes of `schemas.records`: times as ISO 8601.
SHAPES = {"date_time_output_format": "iso"}


class System:
    """The stack of one data directory."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.stack = Stack(folder)

    def cli(self, *arguments: str, code: int | None = 0) -> subprocess.CompletedProcess[str]:
        """Run `isegoria` on this stack, and hold it to its exit code."""
        done = subprocess.run(
            self.command(*arguments),
            capture_output=True,
            text=True,
            timeout=150,
            env=environment(),
            check=False,
        )
        assert code in (None, done.returncode), done.stdout + done.stderr
        return done

    def up(self) -> None:
        self.cli("up", "--kafka-port", "0", "--clickhouse-port", "0", "--no-dashboard")

    @property
    def kafka(self) -> str:
        addresses = running(self.folder)
        assert addresses is not None
        return addresses.kafka

    @property
    def clickhouse(self) -> str:
        addresses = running(self.folder)
        assert addresses is not None
        return addresses.clickhouse

    def kill(self, program: str) -> None:
        """Kill a program in whatever it does, and wait until it is started anew."""
        killed = self._pid(program)
        os.kill(killed, signal.SIGKILL)
        self._pid(program, other_than=killed)

    @contextmanager
    def another_worker(self) -> Iterator[str]:
        """A worker beside the stack's own, from when they share the partitions.

        Yields:
            The name of its program.
        """
        program = Program("another-worker", (*self.command("worker"), "--monitoring-port", "0"))
        self.stack.run([program])
        wait_for(lambda: self.workers() == 2)
        yield program.name
        self.stack.stop(program.name)

    def workers(self) -> int:
        """How many workers share the partitions; 0 while they are being handed out."""
        with closing(KafkaAdminClient(bootstrap_servers=self.kafka)) as admin:
            group = admin.describe_groups([APP_ID])[APP_ID]
        return len(group["members"]) if group["group_state"] == "Stable" else 0

    def log(self) -> list[Placed]:
        """The events that are in Kafka, with their places."""
        return [
            Placed(partition, offset, decode(value)) for partition, offset, value in self.records()
        ]

    def records(self) -> list[tuple[int, int, bytes]]:
        """What is in Kafka, events or not: partition, offset, value."""
        places = [TopicPartition(EVENTS, partition) for partition in range(PARTITIONS)]
        consumer = KafkaConsumer(bootstrap_servers=self.kafka, auto_offset_reset="earliest")
        read: list[tuple[int, int, bytes]] = []
        with closing(consumer):
            consumer.assign(places)
            ends = consumer.end_offsets(places)
            while any(consumer.position(place) < ends[place] for place in places):
                for records in consumer.poll(1000).values():
                    read += [(one.partition, one.offset, one.value) for one in records]
        return read

    def publish(self, events: Iterable[Event]) -> None:
        with Publisher(self.kafka) as publisher:
            for event in events:
                publisher.publish(event)

    def write(self, event: Event) -> None:
        """Write an event straight to Kafka, past every edge."""
        key = partition_key(event)
        with closing(KafkaProducer(bootstrap_servers=self.kafka)) as producer:
            placed = {"key": key.encode(), "partition": partition_of(key, PARTITIONS)}
            producer.send(EVENTS, encode(event), **placed).get(30)

    def wait(self) -> None:
        """Wait until everything published is in the tables."""
        wait_until_complete(self.kafka, seconds=PATIENCE_SECONDS)

    def topics(self, consultation: str) -> list[dict[str, Any]]:
        """What `isegoria topics --json` prints of a consultation, whoever may read it."""
        anybody = [word for one in Visibility for word in ("--visibility", one)]
        printed = self.cli("topics", "--consultation", consultation, *anybody, "--json").stdout
        listed: list[dict[str, Any]] = json.loads(printed)
        return listed

    def rows(self, kind: Kind) -> list[dict[str, Any]]:
        """Every row of a table that holds, as `schemas.records` has it."""
        with closing(connect(self.clickhouse)) as client:
            told = client.raw_query(
                f"SELECT * FROM {kind} FINAL", fmt="JSONEachRow", settings=SHAPES
            )
        return [json.loads(line) for line in told.splitlines()]

    def query(self, sql: str, **parameters: Any) -> list[Any]:
        """Rows from ClickHouse."""
        with closing(connect(self.clickhouse)) as client:
            return list(client.query(sql, parameters=parameters).result_rows)

    def command(self, *arguments: str) -> tuple[str, ...]:
        return (sys.executable, "-m", "isegoria", *arguments, "--data-dir", str(self.folder))

    def _pid(self, program: str, *, other_than: int = 0) -> int:
        """The process id of a program, once it has one."""
        pid = 0

        def runs() -> bool:
            nonlocal pid
            pid = self.stack.pid(program)
            return pid not in (0, other_than)

        wait_for(runs)
        return pid


def moved(event: Event, consultation: str) -> Event:
    """The event in another consultation."""
    data = event.data.model_copy(update={"consultation": consultation})
    return event.model_copy(update={"data": data})
