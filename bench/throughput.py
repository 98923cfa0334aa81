"""End to end: generated events in Kafka until their rows are in ClickHouse, ours and stock Faust.

Each runs alone on a fresh stack with the same log. The clock runs from the first row that leaves
the screening to the last row in ClickHouse, so that starting up does not count. The two must agree
on every row and figure, or there is nothing to compare.

    python -m bench.throughput [--events 200000] [--output FILE]
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil
from clickhouse_connect.driver.client import Client
from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition
from pydantic import SecretStr

from bench import report, stock
from bench.load import load
from embedded.stack import Program, Stack
from isegoria.connections import Connections
from isegoria.embedding import worker_program
from isegoria.pipeline import STAGES
from isegoria.settings import Settings
from isegoria.worker import prepare
from operations.backlog import Backlog
from schemas.topics import EVENTS, SCREENED
from sinks.connection import connect
from streams.app import APP_ID

COMPARED = {
    "contributions": "consultation, topic, offset, event_id, verdict, refers_to",
    "supports": "consultation, topic, offset, event_id, value, redelivered",
    "summaries": "consultation, topic, contributions, voices, gini, effective_voices_1, supports,"
    " originals, redelivered, resubmitted",
}
COMPLETE = """
    SELECT
        (SELECT count() FROM contributions FINAL) + (SELECT count() FROM supports FINAL)
        + (SELECT count() FROM topics FINAL) + (SELECT count() FROM consultations FINAL)
            = {count:UInt64}
        AND (SELECT count() FROM contributions FINAL WHERE verdict != 'redelivered')
            = (SELECT sum(everyone_contributions) FROM summaries FINAL)
"""
PATIENCE_SECONDS = 900


@dataclass(frozen=True)
class Peer:
    """One of the two: its consumer group, its topics by stage, and the topic of its rows."""

    name: str
    group: str
    stages: tuple[tuple[str, ...], ...]
    rows: str


OURS = Peer("isegoria", APP_ID, STAGES, SCREENED)
STOCK = Peer("stock faust", stock.APP_ID, ((EVENTS,), (stock.SCREENED,)), stock.SCREENED)


@dataclass(frozen=True)
class Measured:
    """What one run took."""

    seconds: float
    events_per_second: float
    peak_memory_mib: float


def main() -> None:
    """Measure both, print the comparison, keep the result."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=200_000)
    parser.add_argument("--output", type=Path, default=Path("bench/results/throughput.json"))
    told = parser.parse_args()

    ours, rows = measure(OURS, told.events)
    peer, peer_rows = measure(STOCK, told.events)
    for table in COMPARED:
        if rows[table] != peer_rows[table]:
            sys.exit(f"the two disagree on {table}: nothing to compare")
    ratio = ours.events_per_second / peer.events_per_second
    for name, measured in ((OURS.name, ours), (STOCK.name, peer)):
        print(
            f"{name:<12} {measured.events_per_second:>9,.0f} events/s"
            f"  {measured.seconds:>7.1f} s  {measured.peak_memory_mib:>6,.0f} MiB peak"
        )
    print(f"ratio        {ratio:>9.1f}")
    document = {
        "events": told.events,
        "isegoria": asdict(ours),
        "stock_faust": asdict(peer),
        "ratio": ratio,
    }
    report.write(told.output, document)


def measure(peer: Peer, count: int) -> tuple[Measured, dict[str, list[object]]]:
    """Run one of the two on a fresh stack, and read what it wrote."""
    with fresh_stack() as (stack, connections, settings):
        asyncio.run(load(connections.kafka, count, settings.kafka_partitions))
        stack.run([program(peer, settings, connections)])
        with (
            Backlog(connections.kafka, peer.group) as backlog,
            closing(connect(connections.clickhouse.get_secret_value())) as client,
        ):
            peak = wait(lambda: backlog.complete(peer.stages) and told(client, count), peer, stack)
        done = time.time()
        seconds = done - first_row_at(connections.kafka, peer.rows, settings.kafka_partitions)
        with closing(connect(connections.clickhouse.get_secret_value())) as client:
            rows = {
                table: client.query(
                    f"SELECT {columns} FROM {table} FINAL ORDER BY ALL"  # noqa: S608
                ).result_rows
                for table, columns in COMPARED.items()
            }
    return Measured(seconds, count / seconds, peak / 2**20), rows


def told(client: Client, count: int) -> bool:
    """Whether every event has its row, and the summaries know of all of them.

    Stock Faust commits past what it has in hand (faust-streaming #606), so that offsets do not say.
    """
    return bool(client.query(COMPLETE, parameters={"count": count}).first_row[0])


def wait(complete: Callable[[], bool], peer: Peer, stack: Stack) -> int:
    """Wait until the tables are complete; the worker's peak memory in bytes."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    peak = 0
    while not complete():
        if time.monotonic() > deadline:
            log = (stack.folder / "logs" / "worker.log").read_text()[-2_000:]
            sys.exit(f"{peer.name}: not complete in {PATIENCE_SECONDS} s\n{log}")
        if pid := stack.pid("worker"):
            peak = max(peak, psutil.Process(pid).memory_info().rss)
        time.sleep(0.1)
    return peak


def first_row_at(kafka: str, topic: str, partitions: int) -> float:
    """Unix time in seconds at which the first record of a topic was written."""
    with closing(KafkaConsumer(bootstrap_servers=kafka, auto_offset_reset="earliest")) as consumer:
        places = [TopicPartition(topic, p) for p in range(partitions)]
        consumer.assign(places)
        consumer.seek_to_beginning(*places)
        times: dict[TopicPartition, int] = {}
        holding = [place for place, end in consumer.end_offsets(places).items() if end]
        while len(times) < len(holding):
            for place, records in consumer.poll(1000, max_records=1).items():
                times[place] = records[0].timestamp
                consumer.pause(place)
    return min(times.values()) / 1000


def program(peer: Peer, settings: Settings, connections: Connections) -> Program:
    """How the stack runs the worker of one of the two."""
    ours = worker_program(settings, connections)
    if peer is OURS:
        return ours
    # The stack runs its programs elsewhere: bench is found from where this file is.
    path = str(Path(__file__).parents[1])
    environment = {**ours.environment, "PYTHONPATH": path}
    return Program(ours.name, (sys.executable, "-m", "bench.stock"), environment)


@contextmanager
def fresh_stack() -> Iterator[tuple[Stack, Connections, Settings]]:
    """Kafka and ClickHouse without data, with topics and tables and no worker."""
    with tempfile.TemporaryDirectory(prefix="isegoria-bench-") as folder:
        settings = Settings(data_dir=Path(folder))
        stack = Stack(settings.data_dir, kafka_port=0, clickhouse_port=0)
        try:
            addresses = stack.up()
            connections = Connections(addresses.kafka, SecretStr(addresses.clickhouse))
            prepare(settings, connections)
            with closing(KafkaAdminClient(bootstrap_servers=connections.kafka)) as admin:
                new = {"num_partitions": settings.kafka_partitions, "replication_factor": 1}
                admin.create_topics({stock.SCREENED: new}, wait_for_metadata=True)
            yield stack, connections, settings
        finally:
            stack.down()


if __name__ == "__main__":
    main()
