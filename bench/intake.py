"""The HTTP intake under a constant rate, beside an embedded Kafka, ClickHouse and a worker.

Open loop: each request has its time, and its latency counts from then on, so that an intake that
stalls is not asked less. The bodies are made before the clock starts. Afterwards every event is
looked for in Kafka.

    python -m bench.intake [--rate 2000] [--batch 100] [--seconds 30] [--output FILE]
"""

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path

import aiohttp
import orjson
import psutil
from kafka import KafkaConsumer, TopicPartition

from bench import report
from bench.throughput import fresh_stack
from embedded.ports import HOST, free_port
from intake.generated import generate
from intake.http.channels import TYPES, new_token, token_hash
from intake.http.cloudevents import BATCH
from isegoria.embedding import worker_program
from schemas.events import encode
from schemas.topics import EVENTS

SOURCE = "urn:isegoria:bench"
CONNECTIONS = 16
BAR_MILLISECONDS = 250
READY_SECONDS = 60
PATIENCE_SECONDS = 60
CHANNELS = """
[channels.bench]
source = "{source}"
token_sha256 = ["{hash}"]
types = {types}
events_per_second = 1e9
bytes_per_second = 1e12
"""
WARM_UP = 20


@dataclass(frozen=True)
class Measured:
    """What one run showed; latencies in milliseconds."""

    events: int
    batch: int
    connections: int
    wanted_events_per_second: float
    events_per_second: float
    p50: float
    p99: float
    max: float
    processor_microseconds_per_event: float
    lost: int
    answers: dict[str, int]


def main() -> None:
    """Measure, print, keep the result; fail when an event is lost or refused."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rate", type=float, default=2_000)
    parser.add_argument("--batch", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--output", type=Path, default=Path("bench/results/intake.json"))
    told = parser.parse_args()

    made = bodies(WARM_UP + round(told.rate * told.seconds / told.batch), told.batch)
    warm_up, sent = made[:WARM_UP], made[WARM_UP:]
    with fresh_stack() as (stack, connections, settings):
        stack.run([worker_program(settings, connections)])
        with serving(connections.kafka, stack.folder) as intake:
            asyncio.run(post(intake, warm_up, told.batch / told.rate))
            begun, used = time.perf_counter(), intake.processor_seconds()
            replies = asyncio.run(post(intake, sent, told.batch / told.rate))
            seconds = time.perf_counter() - begun
            used = intake.processor_seconds() - used
        lost = expected(sent) - in_kafka(connections.kafka, settings.kafka_partitions)

    latencies = sorted(latency for latency, _ in replies)
    count = len(sent) * told.batch
    measured = Measured(
        events=count,
        batch=told.batch,
        connections=CONNECTIONS,
        wanted_events_per_second=told.rate,
        events_per_second=count / seconds,
        p50=latencies[len(latencies) // 2] * 1000,
        p99=latencies[len(latencies) * 99 // 100] * 1000,
        max=latencies[-1] * 1000,
        processor_microseconds_per_event=used / count * 1e6,
        lost=len(lost),
        answers=dict(Counter(status for _, status in replies)),
    )
    print(
        f"{measured.events_per_second:,.0f} events/s of {told.rate:,.0f} in batches of"
        f" {told.batch}: p50 {measured.p50:.0f} ms, p99 {measured.p99:.0f} ms"
        f" (bar {BAR_MILLISECONDS}), max {measured.max:.0f} ms,"
        f" {measured.processor_microseconds_per_event:.0f} µs of processor per event,"
        f" lost {measured.lost}; answers {measured.answers}"
    )
    report.write(told.output, asdict(measured))
    if measured.lost or measured.answers != {"202": len(sent)}:
        sys.exit("events were lost or refused")


def bodies(count: int, size: int) -> list[bytes]:
    """Batches as a channel sends them: each event its own, all with the channel's source."""
    events = generate(count * size)
    return [
        b"[" + b",".join(_as_channel(encode(event)) for event in islice(events, size)) + b"]"
        for _ in range(count)
    ]


def _as_channel(encoded: bytes) -> bytes:
    return orjson.dumps({**orjson.loads(encoded), "source": SOURCE})


def expected(sent: Sequence[bytes]) -> set[str]:
    """The id of every event."""
    return {event["id"] for body in sent for event in orjson.loads(body)}


def in_kafka(kafka: str, partitions: int) -> set[str]:
    """The id of every event that is in Kafka."""
    found = set()
    with closing(KafkaConsumer(bootstrap_servers=kafka, auto_offset_reset="earliest")) as consumer:
        places = [TopicPartition(EVENTS, number) for number in range(partitions)]
        consumer.assign(places)
        ends = consumer.end_offsets(places)
        while any(consumer.position(place) < ends[place] for place in places):
            for records in consumer.poll(1000).values():
                found |= {orjson.loads(record.value)["id"] for record in records}
    return found


@dataclass(frozen=True)
class Intake:
    """One that runs."""

    address: str
    token: str
    process: subprocess.Popen[bytes]

    def processor_seconds(self) -> float:
        times = psutil.Process(self.process.pid).cpu_times()
        return float(times.user + times.system)


async def post(intake: Intake, sent: Sequence[bytes], interval: float) -> list[tuple[float, str]]:
    """Send each body at its time; gives seconds from that time to the answer, and its status."""
    headers = {"Authorization": f"Bearer {intake.token}", "Content-Type": BATCH}
    loop = asyncio.get_running_loop()
    async with aiohttp.ClientSession(
        headers=headers,
        connector=aiohttp.TCPConnector(limit=CONNECTIONS),
        timeout=aiohttp.ClientTimeout(PATIENCE_SECONDS),
    ) as session:
        begin = loop.time()

        async def one(number: int, body: bytes) -> tuple[float, str]:
            due = begin + number * interval
            await asyncio.sleep(due - loop.time())
            async with session.post(f"{intake.address}/events", data=body) as answer:
                await answer.read()
            return loop.time() - due, str(answer.status)

        return await asyncio.gather(*(one(number, body) for number, body in enumerate(sent)))


@contextmanager
def serving(kafka: str, folder: Path) -> Iterator[Intake]:
    """`isegoria intake` in a process of its own."""
    token = new_token()
    port = free_port()
    with tempfile.NamedTemporaryFile("w", suffix=".toml") as channels:
        channels.write(CHANNELS.format(source=SOURCE, hash=token_hash(token), types=sorted(TYPES)))
        channels.flush()
        command = [
            sys.executable,
            "-m",
            "isegoria",
            "intake",
            "--port",
            str(port),
            "--monitoring-port",
            "0",
        ]
        environment = {
            **os.environ,
            "ISEGORIA_KAFKA_BOOTSTRAP_SERVERS": kafka,
            "ISEGORIA_INTAKE_CHANNELS_FILE": channels.name,
        }
        with (folder / "logs" / "intake.log").open("wb") as log:
            process = subprocess.Popen(
                [*command, "--data-dir", str(folder)], stdout=log, stderr=log, env=environment
            )
        address = f"http://{HOST}:{port}"
        try:
            asyncio.run(_ready(address, process))
            yield Intake(address, token, process)
        finally:
            process.terminate()
            process.wait()


async def _ready(address: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + READY_SECONDS
    async with aiohttp.ClientSession() as session:
        while process.poll() is None and time.monotonic() < deadline:
            try:
                async with session.get(f"{address}/readyz") as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.1)
    sys.exit("the intake did not become ready")


if __name__ == "__main__":
    main()
