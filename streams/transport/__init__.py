"""A Faust transport that delivers whole record batches: one message per fetched run of records.

Stock Faust makes a message of each record, with a task, a queue and a lock for each. Here the value
of a message is the list of records of one partition that a fetch brought, and its offset is the
last one's. Tables and changelogs, rebalancing and commits stay Faust's. Changelogs are delivered
record by record, since Faust's recovery reads them.

Chosen by the broker's URL scheme, `batched://host:port` (entry point `faust.transports`).
"""

from streams.transport.consumer import Consumer, Transport
from streams.transport.unreadable import Unreadable, unreadable

__all__ = ["Consumer", "Transport", "Unreadable", "unreadable"]
