"""`python -m tests.system.outbox_publisher KAFKA OUTBOX RETURNED COUNT GATE`: a publisher to kill.

It publishes the events of `generate(COUNT)` behind those that returned in an earlier run. The file
RETURNED gets one byte for each `publish` that returned. Before event GATE it waits for a line on
standard input.
"""

import sys
from itertools import islice
from pathlib import Path

from intake.generated import generate
from intake.publisher import Publisher


def main() -> None:
    kafka, outbox, returned, count, gate = sys.argv[1:]
    # Unbuffered, so that a byte written is a byte kept.
    with (
        Path(returned).open("ab", buffering=0) as log,
        Publisher(kafka, outbox=outbox, connect_seconds=2) as publisher,
    ):
        first = log.tell()
        for number, event in enumerate(islice(generate(int(count)), first, None), first):
            if number == int(gate):
                sys.stdin.readline()
            publisher.publish(event)
            log.write(b".")
        print(publisher.flush())  # noqa: T201


if __name__ == "__main__":
    main()
