"""The worker, with one fault that nobody foresaw: screening a given event id raises.

With `--without-codec NAME` it lacks a codec instead, which no installed worker can be made to. With
`--interrupted` the first records of a changelog come as of a fetch from before a rebalance, which
has to end within the second that a fetch may take.
"""

import argparse

from aiokafka import codec

import streams.step
from isegoria import connections, logging, worker
from isegoria.monitoring import Listening
from isegoria.settings import Settings
from streams.transport.consumer import Consumer

screen = streams.step.screen


def interrupted(fetch):
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
    parser.add_argument("--interrupted", action="store_true")
    told = parser.parse_args()

    def screen_or_fail(arrivals, state):
        if any(arrival.event.id == told.fail_on for arrival in arrivals):
            raise ZeroDivisionError("nobody foresaw this")
        return screen(arrivals, state)

    streams.step.screen = screen_or_fail
    if told.without_codec:
        setattr(codec, f"has_{told.without_codec}", lambda: False)
    if told.interrupted:
        Consumer._wait_next_records = interrupted(Consumer._wait_next_records)
    settings = Settings(data_dir=told.data_dir)
    logging.configure("INFO", "json")
    worker.run(settings, connections.find(settings), Listening("127.0.0.1", 0))


if __name__ == "__main__":
    main()
