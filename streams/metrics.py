"""What a worker counts and times, for its `/metrics`; names by the conventions of Prometheus."""

import re
from collections import Counter as Tally
from collections.abc import Iterable
from contextlib import AbstractContextManager

from prometheus_client import Counter, Gauge, Histogram

from schemas.events import ContributionCorrected, ContributionSubmitted, Fault
from schemas.records import Verdict
from streams.screening import Screened

MOST_CHANNELS = 50
OTHER_CHANNELS = "other"
"""Channels are named by whoever runs them; those beyond, and names that are none, count as one."""

_CHANNEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_EVENTS = (1, 4, 16, 64, 256, 1024, 4096)

EVENTS = Counter("isegoria_worker_events", "Events received, by Kafka topic.", ["topic"])
VERDICTS = Counter("isegoria_worker_verdicts", "Contributions screened, by verdict.", ["verdict"])
CONTRIBUTIONS = Counter(
    "isegoria_worker_contributions", "Contributions screened, by channel.", ["channel"]
)
REJECTED = Counter(
    "isegoria_worker_rejected", "Events that could not be read, by kind of fault.", ["reason"]
)
BATCH_EVENTS = Histogram(
    "isegoria_worker_batch_events", "Events in a record batch.", ["agent"], buckets=_EVENTS
)
STEP_SECONDS = Histogram(
    "isegoria_worker_step_seconds",
    "Time that a step of the work on a record batch took.",
    ["agent", "step"],
    buckets=_SECONDS,
)
JOURNAL_ENTRIES = Gauge(
    "isegoria_journal_entries", "Entries of the journal, of this worker's partitions.", ["journal"]
)
JOURNAL_BYTES = Gauge(
    "isegoria_journal_bytes", "Size of the journal, of this worker's partitions.", ["journal"]
)
REBALANCES = Counter("isegoria_worker_rebalances", "Rebalances that came to their end.")
COMMIT_SECONDS = Histogram(
    "isegoria_worker_commit_seconds", "Time that a commit of offsets took.", buckets=_SECONDS
)
RECOVERY_REMAINING = Gauge(
    "isegoria_worker_recovery_remaining_records", "Journal records still to be recovered."
)
READY = Gauge("isegoria_worker_ready", "1 while partitions are assigned and recovered, else 0.")
ASSIGNED = Gauge(
    "isegoria_worker_assigned_partitions", "Partitions that this worker has.", ["topic"]
)

# A series that exists from the start can be told from one that is missing.
for _verdict in Verdict:
    VERDICTS.labels(_verdict.value)
for _fault in Fault:
    REJECTED.labels(_fault.value)

_named_channels: set[str] = set()


def timed(agent: str, step: str) -> AbstractContextManager[object]:
    """Time a step of an agent, in a `with` block."""
    return STEP_SECONDS.labels(agent, step).time()


def count(screened: Iterable[Screened]) -> None:
    """Count the verdicts and channels of contributions that are new to the log."""
    verdicts: Tally[str] = Tally()
    channels: Tally[str] = Tally()
    for one in screened:
        event = one.arrival.event
        if isinstance(event, ContributionSubmitted | ContributionCorrected):
            verdicts[one.verdict.value] += 1
            channels[event.data.channel] += 1
    for verdict, number in verdicts.items():
        VERDICTS.labels(verdict).inc(number)
    for channel, number in channels.items():
        CONTRIBUTIONS.labels(_label(channel)).inc(number)


def _label(channel: str) -> str:
    if channel in _named_channels:
        return channel
    if len(_named_channels) >= MOST_CHANNELS or not _CHANNEL.fullmatch(channel):
        return OTHER_CHANNELS
    _named_channels.add(channel)
    return channel
