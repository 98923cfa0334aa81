"""Looks at Kafka: brokers, topics, the workers' group, its lag."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kafka.errors import KafkaError

from operations.doctor import clocks, group, topics
from operations.doctor.cluster import Broker, ClusterReader
from operations.doctor.finding import Finding, Remedies, not_looked_at, ok, wrong
from operations.lag.judging import judged
from operations.lag.monitor import LagMonitor
from operations.rebuilding import marker
from operations.rebuilding.cluster import Cluster
from schemas.topics import EVENTS, TOPICS

BROKERS = "brokers"
PROCEDURES = "procedures"

CHECKS = (
    BROKERS,
    topics.THERE,
    topics.PARTITIONS,
    topics.REPLICATION,
    topics.SETTINGS,
    clocks.PUBLISHERS_CLOCK,
    PROCEDURES,
    group.MEMBERS,
    group.LAG,
)

_LOOK_SECONDS = 1.0


@dataclass(frozen=True)
class Expected:
    """What is known of Kafka before it is looked at.

    Attributes:
        bootstrap_servers: Brokers as `host:port`, separated by commas.
        partitions: Of every topic.
        replication: Replicas of every topic.
        group: The workers' consumer group.
        topics: Those that it reads.
        remedies: What has Kafka answer, and starts workers.
        clickhouse_is_wrong: Whether workers cannot write their tables.
    """

    bootstrap_servers: str
    partitions: int
    replication: int
    group: str
    topics: Sequence[str]
    remedies: Remedies
    clickhouse_is_wrong: bool


def examine(expected: Expected) -> list[Finding]:
    """Every check of Kafka; where it does not answer, that and what could not be looked at."""
    findings: list[Finding] = []
    try:
        with ClusterReader(expected.bootstrap_servers) as reader:
            findings.extend(_examine(reader, expected))
    except KafkaError as error:
        name = type(error).__name__
        if findings:
            return [*findings, *not_looked_at(CHECKS[len(findings) :], f"Kafka says {name}")]
        says = f"{expected.bootstrap_servers} does not answer ({name})"
        unseen = not_looked_at(CHECKS[1:], "Kafka does not answer")
        return [wrong(BROKERS, says, expected.remedies.server), *unseen]
    return findings


def brokers(found: Sequence[Broker]) -> Finding:
    """Whether every broker can be reached where it says that it is."""
    silent = [broker.address for broker in found if broker.version is None]
    if silent:
        return wrong(
            BROKERS,
            f"{len(silent)} of {len(found)} cannot be reached: {', '.join(silent)}",
            "start them, and have advertised.listeners name addresses that are reached from here",
        )
    versions = sorted({".".join(map(str, broker.version or ())) for broker in found})
    places = ", ".join(broker.address for broker in found)
    return ok(BROKERS, f"{places}: all answer, Kafka {', '.join(versions)}")


def _examine(reader: ClusterReader, expected: Expected) -> Iterator[Finding]:
    """The findings in the order of `CHECKS`."""
    seen = reader.topics(topic.name for topic in TOPICS)
    yield brokers(reader.brokers())
    yield topics.there(seen, expected.remedies)
    yield topics.partitions(seen, expected.partitions, expected.remedies)
    yield topics.replication(seen, expected.replication)
    yield topics.settings(seen, expected.bootstrap_servers)
    newest = reader.newest(EVENTS, len(seen[EVENTS].partitions)) if EVENTS in seen else None
    yield clocks.publishers_clock(newest, clocks.now())
    yield _procedures(expected)
    places = [
        (topic, partition)
        for topic in expected.topics
        if topic in seen
        for partition in range(len(seen[topic].partitions))
    ]
    yield group.members(reader.group(expected.group), places, expected.remedies.worker)
    groups = {expected.group: expected.topics}
    with LagMonitor(expected.bootstrap_servers, groups) as monitor:
        [seen_last] = judged(monitor, _LOOK_SECONDS)
    yield group.lag(seen_last, expected.remedies, clickhouse_is_wrong=expected.clickhouse_is_wrong)


def _procedures(expected: Expected) -> Finding:
    """Whether a rebuild was interrupted: no worker starts before it is complete."""
    with Cluster(expected.bootstrap_servers) as cluster:
        mark = marker.read(cluster)
    if mark is None:
        return ok(PROCEDURES, "none was interrupted")
    says = f"'{mark.command}' is under way, or was interrupted"
    again = expected.remedies.typed(mark.command)
    return wrong(PROCEDURES, says, f"let it end, or run it again:\n{again}")
