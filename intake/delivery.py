"""What became of events on their way to Kafka."""

from collections.abc import Sequence
from dataclasses import dataclass

_FAILURES_IN_MESSAGE = 5


@dataclass(frozen=True, slots=True)
class Failure:
    """An event that is not known to be in Kafka: its `source` and `id`, and why."""

    source: str
    id: str
    reason: str


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """What became of the events published so far.

    Attributes:
        acknowledged: How many are in Kafka.
        failed: Those that are not known to be, and were not published again with success. With an
            outbox: those that Kafka refused, now or in earlier runs, and that are set aside in it.
        held: How many wait in the outbox to be sent; 0 without one.
    """

    acknowledged: int
    failed: Sequence[Failure]
    held: int = 0


class DeliveryError(Exception):
    """Events did not reach Kafka; `failures` names each, to be published again."""

    def __init__(self, failures: Sequence[Failure]) -> None:
        self.failures = tuple(failures)
        named = "; ".join(
            f"{failure.source} {failure.id}: {failure.reason}"
            for failure in self.failures[:_FAILURES_IN_MESSAGE]
        )
        more = len(self.failures) - _FAILURES_IN_MESSAGE
        rest = f"; and {more:,} more" if more > 0 else ""
        super().__init__(
            f"{len(self.failures):,} events did not reach Kafka, publish them again: {named}{rest}"
        )


class UnreachableError(DeliveryError):
    """No broker answers, or it lacks the topic: nothing was published."""

    def __init__(self, message: str) -> None:
        super().__init__(())
        self.args = (message,)
