"""What a worker's memory costs, and how long it takes to remember after a crash.

Contributions of about 50 words are screened, as a worker does it, and journalled to a file. Then,
for each size in processes of their own, the journal is put where Faust's recovery puts it and
folded into a state: the time that takes, and the memory that the process holds afterwards beyond
what it held before. Reading the changelog from Kafka is not in it.

The time is the least of five: what is above it is other processes, not the recovery
(https://docs.python.org/3/library/timeit.html, note on `repeat`). The memory is the most of five.

    python -m bench.state [--millions 0.5 1 2 4] [--journals FOLDER] [--output FILE]
"""

import argparse
import gc
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import msgspec
import psutil

from bench import report
from intake.generated import generate
from schemas.events import ContributionSubmitted, Event, partition_key
from schemas.topics import JOURNAL
from streams.app import WorkerConfig, create_app, journal_table
from streams.effects import Effect
from streams.journal import Decoder, Entry, catch_up, cut
from streams.journal_table import JournalTable
from streams.memory import give_back
from streams.record_writer import RecordWriter
from streams.screening import Arrival, screen
from streams.state import PartitionState

BATCH = 4_096
WORDS_ADDED = (20, 60)
MILLION = 1_000_000
ROUNDS = 5
BARS = {"megabytes": 400.0, "seconds": 10.0}
NOWHERE = "127.0.0.1:1"
_KEY_BYTES = 32


def main() -> None:
    """Write the journal, measure each size, print the table, keep the result."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--millions", type=float, nargs="+", default=[0.5, 1.0, 2.0, 4.0])
    parser.add_argument("--journals", type=Path, help="Keep them here, and use those that are.")
    parser.add_argument("--output", type=Path, default=Path("bench/results/state.json"))
    parser.add_argument("--recover", type=Path, help=argparse.SUPPRESS)
    told = parser.parse_args()
    if told.recover is not None:
        print(msgspec.json.encode(recover(told.recover)).decode())
        return
    with tempfile.TemporaryDirectory(prefix="isegoria-bench-") as temporary:
        folder = told.journals or Path(temporary)
        folder.mkdir(exist_ok=True)
        sizes = {round(million * MILLION): folder / f"{million}" for million in told.millions}
        write_journals(sizes)
        # One size after the other in each round: a busy minute of the machine meets them all.
        rounds = [
            {size: in_a_process_of_its_own(path) for size, path in sorted(sizes.items())}
            for _ in range(ROUNDS)
        ]
    rows = [row(size, [found[size] for found in rounds]) for size in rounds[0]]
    print(f"{'contributions':>14}{'MB':>8}{'seconds':>9}{'MB/million':>12}{'s/million':>11}")
    for found in rows:
        print(
            f"{found['contributions']:>14,.0f}{found['megabytes']:>8.0f}{found['seconds']:>9.1f}"
            f"{found['megabytes_per_million']:>12.0f}{found['seconds_per_million']:>11.1f}"
        )
    memory = spread_of([found["megabytes_per_million"] for found in rows])
    recovery = spread_of([found["seconds_per_million"] for found in rows])
    print(f"bars: {BARS['megabytes']:.0f} MB and {BARS['seconds']:.0f} s a million")
    print(f"per million, between the sizes: memory differs by {memory:.0%}, time by {recovery:.0%}")
    print("(bar: 20 %)")
    measured = {
        "sizes": rows,
        "memory_differs_by": memory,
        "time_differs_by": recovery,
        "bars": BARS,
        "rounds": ROUNDS,
    }
    report.write(told.output, measured)


def row(size: int, found: list[tuple[float, float]]) -> dict[str, float]:
    """One line of the result."""
    megabytes = max(megabytes for megabytes, _ in found)
    seconds = min(seconds for _, seconds in found)
    return {
        "contributions": size,
        "megabytes": megabytes,
        "seconds": seconds,
        "megabytes_per_million": megabytes / size * MILLION,
        "seconds_per_million": seconds / size * MILLION,
    }


def spread_of(values: list[float]) -> float:
    """How far the largest is above the smallest, as a share of it."""
    return max(values) / min(values) - 1


def contributions(count: int) -> Iterator[Event]:
    """Contributions of some 50 words, in 1,000 topics of 10 consultations."""
    rng = random.Random(1)
    everything = generate(10 * count, consultations=10, topics=100, participants=400_000)
    for event in islice(filter(lambda e: isinstance(e, ContributionSubmitted), everything), count):
        assert isinstance(event, ContributionSubmitted)  # noqa: S101
        words = event.data.text.split()
        rng.shuffle(words)
        more = " ".join(rng.choices(words, k=3))
        numbers = " ".join(f"w{rng.randrange(5_000)}" for _ in range(rng.randint(*WORDS_ADDED)))
        text = f"{event.data.text} {more} {numbers}"
        yield event.model_copy(update={"data": event.data.model_copy(update={"text": text})})


def write_journals(sizes: dict[int, Path]) -> None:
    """Screen contributions, and write the entries of the first so many to a file for each size."""
    if all(path.exists() for path in sizes.values()):
        return
    state, entries = PartitionState(), []
    made = contributions(max(sizes))
    while batch := list(islice(made, BATCH)):
        first = state.position + 1
        arrivals = [
            Arrival(offset, partition_key(event), event)
            for offset, event in enumerate(batch, first)
        ]
        effects = [screened.effect for screened in screen(arrivals, state)]
        state.settle()
        state.take_changes()
        last = first + len(batch) - 1
        for piece in cut(Entry(0, first - 1, last, effects)):
            value = piece.encode()
            entries.append(piece.run.key.ljust(_KEY_BYTES) + len(value).to_bytes(4) + value)
        for size, path in sizes.items():
            if not path.exists() and last + 1 >= size:
                path.write_bytes(b"".join(entries))


def in_a_process_of_its_own(journal: Path) -> tuple[float, float]:
    """Megabytes and seconds that a fresh process needs to remember a journal."""
    command = [sys.executable, "-W", "ignore", "-m", "bench.state", "--recover", str(journal)]
    done = subprocess.run(command, capture_output=True, check=True)
    megabytes, seconds = msgspec.json.decode(done.stdout, type=tuple[float, float])
    return megabytes, seconds


def recover(journal: Path) -> tuple[float, float]:
    """Fold a journal into a state; megabytes that are held after it, and seconds it took."""
    gc.set_threshold(100_000, 50, 100)
    table = journal_table(create_app(WorkerConfig(NOWHERE, 1)), JOURNAL)
    decoder: Decoder[Effect] = Decoder(Effect)
    entries = JournalTable(table, JOURNAL, decoder, RecordWriter(NOWHERE))
    process, begun = psutil.Process(), time.monotonic()
    before = process.memory_info().rss
    with journal.open("rb") as file:
        while key := file.read(_KEY_BYTES):
            # As Faust does it with what it reads from the changelog.
            table.data.data[key.strip()] = file.read(int.from_bytes(file.read(4)))
    state = PartitionState()
    catch_up(state, entries.load(0))
    give_back()
    seconds = time.monotonic() - begun
    return (process.memory_info().rss - before) / 1e6, seconds


if __name__ == "__main__":
    main()
