"""The worker, with one fault that nobody foresaw: screening a given event id raises.

With `--without-codec NAME` it lacks a codec instead, which no installed worker can be made to.
"""

import argparse

from aiokafka import codec

import streams.step
from isegoria import connections, logging, worker
from isegoria.monitoring import Listening
from isegoria.settings import Settings

screen = streams.step.screen


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data-dir", required=True)
    parser.add_argument("--fail-on")
    parser.add_argument("--without-codec")
    told = parser.parse_args()

    def screen_or_fail(arrivals, state):
        if any(arrival.event.id == told.fail_on for arrival in arrivals):
            raise ZeroDivisionError("nobody foresaw this")
        return screen(arrivals, state)

    streams.step.screen = screen_or_fail
    if told.without_codec:
        setattr(codec, f"has_{told.without_codec}", lambda: False)
    settings = Settings(data_dir=told.data_dir)
    logging.configure("INFO", "json")
    worker.run(settings, connections.find(settings), Listening("127.0.0.1", 0))


if __name__ == "__main__":
    main()
