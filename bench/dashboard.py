"""The dashboard's pages: server time and size, on the sample and on a large consultation.

Both consultations go the whole way, through Kafka, worker and tables. Then every page is asked for
by one reader who lets a moment pass in between, so that answers that the dashboard remembers for
some seconds are read anew meanwhile; what nobody asked for before is told apart, as `first`.

    python -m bench.dashboard [--contributions 1000000] [--requests 40] [--output FILE]
"""

import argparse
import http.client
import sys
import time
from collections.abc import Iterable
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlsplit

from bench import report
from bench.throughput import fresh_stack
from dashboard import addresses
from embedded.stack import ANY_PORT
from intake.generated import generate
from intake.publisher import Publisher
from intake.sample import CONSULTATION, sample_consultation
from isegoria.embedding import start_dashboard, worker_program
from isegoria.pipeline import wait_until_complete
from schemas.events import Event

LARGE = "generated-1"
BARS = {CONSULTATION: 150, LARGE: 400}
BAR_BYTES = 200_000
WARM_UP = 5
PAUSE_SECONDS = 0.25
PATIENCE_SECONDS = 120
CONTRIBUTIONS_SHARE = 0.82
"""Of generated events; votes and redeliveries are the rest."""


@dataclass(frozen=True)
class Page:
    """How long a page took, in milliseconds, and how large it is, uncompressed."""

    consultation: str
    page: str
    first: float
    p50: float
    p95: float
    max: float
    bytes: int


def main() -> None:
    """Measure, print, keep the result; fail when a page is too slow or too large."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--contributions", type=int, default=1_000_000)
    parser.add_argument("--requests", type=int, default=40)
    parser.add_argument("--output", type=Path, default=Path("bench/results/dashboard.json"))
    told = parser.parse_args()

    pages: list[Page] = []
    with fresh_stack() as (stack, connections, settings):
        stack.run([worker_program(settings, connections)])
        place = start_dashboard(settings, connections, ANY_PORT)
        large = generate(round(told.contributions / CONTRIBUTIONS_SHARE), topics=100)
        for consultation, topic, events in (
            (CONSULTATION, "night-bus", sample_consultation().events),
            (LARGE, "topic-01", large),
        ):
            publish(connections.kafka, events)
            wait_until_complete(connections.kafka, seconds=PATIENCE_SECONDS)
            for name, address in asked(consultation, topic).items():
                pages.append(measure(place, consultation, name, address, told.requests))
                print(line(pages[-1]), flush=True)
    report.write(
        told.output,
        {"contributions": told.contributions, "pages": [asdict(page) for page in pages]},
    )
    if any(page.p95 > BARS[page.consultation] or page.bytes > BAR_BYTES for page in pages):
        sys.exit("a page is too slow or too large")


def asked(consultation: str, topic: str) -> dict[str, str]:
    """The pages, by name."""
    return {
        "consultations": addresses.CONSULTATIONS,
        "consultation": addresses.consultation(consultation),
        "topic": addresses.topic(consultation, topic),
        "contributions": addresses.contributions(consultation),
        "contributions, filtered": addresses.contributions(
            consultation, {"mode": "offline", "verdict": "resubmitted"}
        ),
        "suspects": addresses.suspects(consultation),
        "letters": addresses.letters(consultation),
        "ambassadors": addresses.ambassadors(consultation),
        "waiting": addresses.waiting(),
        "measures": addresses.measures(consultation),
        "export": addresses.exports(consultation),
        "report": addresses.report(consultation),
    }


def publish(kafka: str, events: Iterable[Event]) -> None:
    with Publisher(kafka) as publisher:
        for event in events:
            publisher.publish(event)


def measure(place: str, consultation: str, name: str, address: str, requests: int) -> Page:
    times, size = [], 0
    with closing(http.client.HTTPConnection(urlsplit(place).netloc, timeout=60)) as connection:
        for _ in range(WARM_UP + requests):
            time.sleep(PAUSE_SECONDS)
            begun = time.perf_counter()
            connection.request("GET", address)
            answer = connection.getresponse()
            size = len(answer.read())
            times.append((time.perf_counter() - begun) * 1000)
            if answer.status != http.HTTPStatus.OK:
                sys.exit(f"{address} answered {answer.status}")
    first = times[0]
    times = sorted(times[WARM_UP:])
    return Page(
        consultation,
        name,
        first=first,
        p50=times[len(times) // 2],
        p95=times[len(times) * 95 // 100],
        max=times[-1],
        bytes=size,
    )


def line(page: Page) -> str:
    return (
        f"{page.consultation:16} {page.page:24} first {page.first:5.0f}  p50 {page.p50:4.0f}"
        f"  p95 {page.p95:4.0f} (bar {BARS[page.consultation]})  max {page.max:4.0f} ms"
        f"  {page.bytes / 1000:5.0f} kB"
    )


if __name__ == "__main__":
    main()
