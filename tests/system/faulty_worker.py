"""The worker, with one fault that nobody foresaw: screening a given event id raises.

With `--without-codec NAME` it lacks a codec instead, which no installed worker can be made to. With
`--interrupted` a fetch from before a rebalance ends within the recovery that follows, which has to
begin within the second that a fetch may take: `early`, when it is not known yet where to begin, or
`late`, with the first records of a changelog.
"""

import argparse

from aiokafka import codec

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


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data-dir", required=True)
    parser.add_argument("--fail-on")
    parser.add_argument("--without-codec")
    parser.add_argument("--interrupted", choices=["early", "late"])
    told = parser.parse_args()

    def screen_or_fail(arrivals, state):
        if any(arrival.event.id == told.fail_on for arrival in arrivals):
            raise ZeroDivisionError("nobody foresaw this")
        return screen(arrivals, state)

    streams.step.screen = screen_or_fail
    if told.without_codec:
        setattr(codec, f"has_{told.without_codec}", lambda: False)
    if told.interrupted == "early":
        Recovery._build_highwaters = interrupted_early(Recovery._build_highwaters)
    if told.interrupted == "late":
        Consumer._wait_next_records = interrupted_late(Consumer._wait_next_records)
    settings = Settings(data_dir=told.data_dir)
    logging.configure("INFO", "json")
    worker.run(settings, connections.find(settings), Listening("127.0.0.1", 0))


if __name__ == "__main__":
    main()
