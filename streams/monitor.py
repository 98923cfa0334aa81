"""Faust's monitor, fed by the batching transport: what it counts are events, not batches."""

from typing import Any

import faust
from faust.types import TP, AppT
from faust.types.transports import ConsumerT
from faust.types.tuples import Message

from streams import metrics
from streams.transport.consumer import Batch


class Monitor(faust.Monitor):
    """Counts for Faust and for Prometheus; set as the app's `Monitor`."""

    def on_message_in(self, tp: TP, offset: int, message: Message) -> None:
        """Count the events of a batch that comes in."""
        super().on_message_in(tp, offset, message)
        events = len(message.value or ()) if isinstance(message, Batch) else 1
        # Faust counted the batch as one.
        self.messages_received_total += events - 1
        self.messages_received_by_topic[tp.topic] += events - 1
        metrics.EVENTS.labels(tp.topic).inc(events)

    def on_commit_completed(self, consumer: ConsumerT, state: Any) -> None:  # noqa: ANN401 - Faust's own
        """Note how long a commit took."""
        super().on_commit_completed(consumer, state)
        metrics.COMMIT_SECONDS.observe(self.commit_latency[-1])

    def on_rebalance_end(self, app: AppT, state: dict[str, Any]) -> None:
        """Count a rebalance that came to its end, recovery included."""
        super().on_rebalance_end(app, state)
        metrics.REBALANCES.inc()
