"""Publishing an input with a progress bar, and saying how much of it Kafka has."""

import time
from collections.abc import Callable, Iterator
from itertools import islice

from intake.delivery import DeliveryError
from intake.importing import Meter
from intake.publisher import Publisher
from isegoria.interrupts import heeded_between_steps
from isegoria.show import metered
from schemas.events import Event

_CHECKPOINT_SECONDS = 1.0


def publish(
    events: Iterator[Event],
    meter: Meter,
    kafka: str,
    *,
    skip: int = 0,
    on_acknowledged: Callable[[int], None] = lambda _: None,
) -> int:
    """Publish every event, and return how many there are once Kafka has all of them.

    Args:
        events: In publishing order.
        meter: How far the reading of them is.
        kafka: Brokers.
        skip: How many of the first Kafka has already.
        on_acknowledged: Is told now and then how many of the first events Kafka has by now.

    Raises:
        DeliveryError: Events did not reach Kafka; it names them.
    """
    published = skip
    with (
        metered("publishing", meter) as show,
        Publisher(kafka, "isegoria-import") as publisher,
        heeded_between_steps() as heed_interrupt,
    ):

        def settle() -> None:
            report = publisher.flush()
            if report.failed:
                raise DeliveryError(report.failed)
            on_acknowledged(published)

        due = time.monotonic() + _CHECKPOINT_SECONDS
        try:
            for _ in islice(events, skip):
                heed_interrupt()
                show(published)
            for event in events:
                heed_interrupt()
                publisher.publish(event)
                published += 1
                show(published)
                if time.monotonic() >= due:
                    settle()
                    due = time.monotonic() + _CHECKPOINT_SECONDS
        except KeyboardInterrupt:
            settle()
            raise
        settle()
    return published


def count(events: Iterator[Event], meter: Meter) -> int:
    """Read every event and publish none; returns how many there are."""
    found = 0
    with metered("checking", meter) as show:
        for _ in events:
            found += 1
            show(found)
    return found
