"""Rejected events go into the log again, as far as they can be read by now."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from intake.publisher import Publisher
from operations.rejected import Place, Rejected, printable

_KEPT = 20


@dataclass
class Republished:
    """How it went.

    Attributes:
        published: How many are in Kafka, once the publisher was flushed.
        refused: How many are not, since they still cannot be read.
        obstacles: The first of these, each with the reason.
    """

    published: int = 0
    refused: int = 0
    obstacles: list[tuple[Place, str]] = field(default_factory=list)


def republish(found: Iterable[Rejected], publisher: Publisher, now: datetime) -> Republished:
    """Publish rejected events again; what is in the log already counts once.

    Args:
        found: The rejected events.
        publisher: Whoever leaves its `with` block well knows that Kafka has them.
        now: The time of day, with its zone.

    Raises:
        DeliveryError: Kafka takes no more.
    """
    done = Republished()
    for one in found:
        try:
            publisher.publish(one.event(now))
        except ValueError as error:
            done.refused += 1
            if len(done.obstacles) < _KEPT:
                done.obstacles.append((one.place, printable(str(error))))
        else:
            done.published += 1
    return done
