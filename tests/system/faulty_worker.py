"""The worker, with one fault that nobody foresaw: screening a given event id raises.

With `--without-codec NAME` it lacks a codec instead, which no installed worker can be made to. With
`--interrupted` a fetch from before a rebalance ends within the recovery that follows, which has to
begin within the second that a fetch may take: `early`, when it is not known yet where to begin,
`late`, with the first records of a changelog, or `unanswered`, when Kafka does not say what is
committed. With `--hanging` Kafka does not answer a step of the recovery.
"""

import argparse
import asyncio

from aiokafka import codec
from aiokafka.errors import KafkaConnectionError

import streams.step
from isegoria import connections, logging, worker
from isegoria.monitoring import Listening
from isegoria.settings import Settings
from streams.recovery import Recovery
from streams.transport.consumer import Consumer

screen = streams.step.screen


def interrupted_early(build_highwaters):
    """The first step of a recovery, which such a fetch comes before."""

    async def build_after_a_fetch(recovery, consumer, *rest):
        await consumer._seek_again()
        await build_highwaters(recovery, consumer, *rest)

    return build_after_a_fetch


def interrupted_late(fetch):
    """The fetch, once interrupted where it brings a changelog."""
    once = [True]

    async def fetch_across_an_interruption(consumer, seconds):
        fetched, active = await fetch(consumer, seconds)
        if once and any(consumer._is_changelog_tp(tp) for tp in fetched or ()):
            once.clear()
            consumer._reading += 1
        return fetched, active

    return fetch_across_an_interruption


def unanswered(seek):
    """The seek, which fails once."""
    once = [True]

    async def seek_or_fail(consumer):
        if once:
            once.clear()
            raise KafkaConnectionError
        await seek(consumer)

    return seek_or_fail


def hanging(build_highwaters):
    """The first step of a recovery, which once has no end."""
    once = [True]

    async def build_or_hang(recovery, *rest):
        if once:
            once.clear()
            await asyncio.Event().wait()
        await build_highwaters(recovery, *rest)

    return build_or_hang


def impatient(build):
    """The app, which waits for Kafka's answers little longer than for its session's end."""

    def build_impatient(*told):
        app = build(*told)
        app.conf.broker_request_timeout = 4.0
        return app

    return build_impatient


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data-dir", required=True)
    parser.add_argument("--fail-on")
    parser.add_argument("--without-codec")
    parser.add_argument("--interrupted", choices=["early", "late", "unanswered"])
    parser.add_argument("--hanging", action="store_true")
    told = parser.parse_args()

    def screen_or_fail(arrivals, state):
        if any(arrival.event.id == told.fail_on for arrival in arrivals):
            raise ZeroDivisionError("nobody foresaw this")
        return screen(arrivals, state)

    streams.step.screen = screen_or_fail
    if told.without_codec:
        setattr(codec, f"has_{told.without_codec}", lambda: False)
    if told.interrupted in ("early", "unanswered"):
        Recovery._build_highwaters = interrupted_early(Recovery._build_highwaters)
    if told.interrupted == "late":
        Consumer._wait_next_records = interrupted_late(Consumer._wait_next_records)
    if told.interrupted == "unanswered":
        Consumer.perform_seek = unanswered(Consumer.perform_seek)
    if told.hanging:
        worker.build = impatient(worker.build)
        Recovery._build_highwaters = hanging(Recovery._build_highwaters)
    settings = Settings(data_dir=told.data_dir)
    logging.configure("INFO", "json")
    worker.run(settings, connections.find(settings), Listening("127.0.0.1", 0))


if __name__ == "__main__":
    main()
