"""The topics: there, alike, replicated, and kept as `schemas.topics` says."""

from collections.abc import Mapping

from operations.doctor.cluster import TopicSeen
from operations.doctor.finding import Finding, Remedies, ok, warning, wrong
from schemas.topics import EVENTS, TOPICS, Topic

THERE = "topics"
PARTITIONS = "partitions"
REPLICATION = "replication"
SETTINGS = "topic settings"

_FOREVER = {"retention.ms": "-1", "retention.bytes": "-1"}
"""A topic that loses records by their age would lose them by its size just as well."""


def there(seen: Mapping[str, TopicSeen], remedies: Remedies) -> Finding:
    """Whether every topic exists.

    Args:
        seen: The topics that do.
        remedies: What makes missing ones.
    """
    missing = [topic.name for topic in TOPICS if topic.name not in seen]
    if not missing:
        return ok(THERE, f"all {len(TOPICS)} are there")
    mend = remedies.worker
    if seen and EVENTS not in seen:
        mend = f"restore {EVENTS} from a copy of Kafka's data; an empty one is made by\n{mend}"
    elif seen:
        # What was in them follows from the events.
        mend = f"{remedies.typed('isegoria replay')}\n{mend}"
    return wrong(THERE, f"missing: {', '.join(missing)}", mend)


def partitions(seen: Mapping[str, TopicSeen], wanted: int, remedies: Remedies) -> Finding:
    """Whether the topics have as many partitions as the settings say, and as each other.

    Args:
        seen: The topics that exist.
        wanted: Partitions of each, by the settings.
        remedies: How commands are typed here.
    """
    counts = {name: len(topic.partitions) for name, topic in seen.items()}
    others = {name: count for name, count in counts.items() if count != wanted}
    if not others:
        return ok(PARTITIONS, f"{wanted} each")
    if len(set(counts.values())) == 1:
        found = next(iter(counts.values()))
        return wrong(
            PARTITIONS,
            f"{found} each, where ISEGORIA_KAFKA_PARTITIONS is {wanted}",
            f"set ISEGORIA_KAFKA_PARTITIONS={found}, or\n"
            + remedies.typed(f"isegoria repartition {wanted}"),
        )
    says = f"not alike: {', '.join(f'{name} has {count}' for name, count in counts.items())}"
    events = counts.get(EVENTS, wanted)
    # It makes all others as the events' topic is.
    mend = remedies.typed("isegoria replay")
    if events != wanted:
        mend = f"set ISEGORIA_KAFKA_PARTITIONS={events}\n{mend}"
    return wrong(PARTITIONS, says, mend)


def replication(seen: Mapping[str, TopicSeen], wanted: int) -> Finding:
    """Whether every partition has a leader, and its replicas."""
    every = [(name, partition) for name, topic in seen.items() for partition in topic.partitions]
    leaderless = {name for name, partition in every if not partition.led}
    if leaderless:
        return wrong(
            REPLICATION,
            f"partitions without a leader: {_names(leaderless)}",
            "start the brokers that hold them",
        )
    behind = {name for name, partition in every if partition.in_sync < partition.replicas}
    if behind:
        return warning(
            REPLICATION,
            f"replicas that lag behind: {_names(behind)}",
            "start the brokers that are down, and wait until they have caught up",
        )
    few = {name for name, partition in every if partition.replicas < wanted}
    if few:
        return warning(
            REPLICATION,
            f"fewer than {wanted} replicas: {_names(few)}",
            "add replicas with kafka-reassign-partitions.sh, or set ISEGORIA_KAFKA_REPLICATION",
        )
    return ok(REPLICATION, "every partition is led, every replica in sync")


def settings(seen: Mapping[str, TopicSeen], bootstrap_servers: str) -> Finding:
    """Whether the topics keep their records as `schemas.topics` says."""
    wrongs: list[str] = []
    mends: list[str] = []
    for topic in TOPICS:
        if topic.name not in seen:
            continue
        found = seen[topic.name].config
        changes = {
            name: value
            for name, value in _needed(topic).items()
            if not _suffices(name, found.get(name, ""), value)
        }
        if changes:
            wrongs += [f"{topic.name} has {name}={found.get(name, '')}" for name in changes]
            config = ",".join(f"{name}={value}" for name, value in changes.items())
            mends.append(
                f"kafka-configs.sh --bootstrap-server {bootstrap_servers} --alter"
                f" --entity-type topics --entity-name {topic.name} --add-config {config}"
            )
    if wrongs:
        return wrong(SETTINGS, "; ".join(wrongs), "\n".join(mends))
    return ok(SETTINGS, "nothing is deleted that cannot be made again")


def _needed(topic: Topic) -> dict[str, str]:
    kept = _FOREVER if "retention.ms" in topic.config else {}
    return {"cleanup.policy": "delete", **kept, **topic.config}


def _suffices(name: str, found: str, needed: str) -> bool:
    if name == "max.message.bytes":
        return found.isdecimal() and int(found) >= int(needed)
    return found == needed


def _names(topics: set[str]) -> str:
    return ", ".join(sorted(topics))
