"""Another number of partitions for every topic, the events in them as before.

The name of the events' topic is fixed, so that they are copied twice: into a topic of their own
with the new number of partitions, and from there into the topic of their name, made anew. At every
moment one of the two is whole. A mark in Kafka says in which step it is; while it stands no worker
starts, and the command, run again, goes on with that step:

1. Copy: `participation.events` is whole. The copy is begun anew.
2. Swap: the copy is whole. The topic is deleted, if it is still the old one, and made again; what
   it lacks of the copy is written. The step ends when both were read and compared. Has somebody
   published into the old one since it was copied, the copy is begun anew instead.
3. Derive: the topic is whole. The copy is deleted, and what `isegoria replay` does is done.

Kafka cannot close a topic to writers. An event that comes between the last look at the old topic
and its deletion, some milliseconds, is lost: nobody may publish.
"""

import asyncio
import time
from collections.abc import Callable

from operations.rebuilding import marker
from operations.rebuilding.cluster import Cluster
from operations.rebuilding.copying import OnCopied, copy_back, copy_out
from operations.rebuilding.errors import RebuildError
from operations.rebuilding.marker import Mark, Step
from operations.rebuilding.replaying import derive_anew, require_all_events
from schemas.topics import EVENTS, TOPICS, Topic

COPY = f"{EVENTS}.copy"
QUIET_SECONDS = 3.0
"""As long nobody may have published, before anything is done."""

_EVENTS = next(topic for topic in TOPICS if topic.name == EVENTS)


def repartition(
    cluster: Cluster,
    clickhouse: str,
    partitions: int,
    *,
    replication: int,
    on_step: Callable[[str], None] = lambda _: None,
    on_copied: OnCopied = lambda _copied, _total: None,
) -> None:
    """Give every topic another number of partitions; the next worker screens all events again.

    Args:
        cluster: Where the events are. No worker may run.
        clickhouse: URL of the database with the tables.
        partitions: How many each topic is to have.
        replication: Replicas of the topics that are made.
        on_step: Told of each step in a few words.
        on_copied: Told, often, how many records the step has copied.

    Raises:
        RebuildError: Somebody publishes, events are missing, the number is the present one, or
            another procedure is not complete.
        KafkaError: Kafka cannot be reached or refuses.
        clickhouse_connect.driver.exceptions.Error: ClickHouse does, likewise.
    """
    mark = marker.read(cluster)
    if mark is None:
        mark = _begin(cluster, partitions, replication, on_step)
    elif mark.partitions != partitions:
        raise marker.unfinished(mark)
    if mark.step == Step.SWAP and _published_since(cluster, mark):
        mark = Mark(Step.COPY, partitions)
        marker.write(cluster, mark, replication)
    if mark.step == Step.COPY:
        on_step("copying the events")
        copied = _copy(cluster, partitions, replication, on_copied)
        mark = Mark(Step.SWAP, partitions, copied)
        marker.write(cluster, mark, replication)
    if mark.step == Step.SWAP:
        on_step("making the topic of the events anew")
        if cluster.partitions(EVENTS) != partitions:
            if _published_since(cluster, mark):
                raise _published()
            cluster.delete(EVENTS)
            cluster.make(_EVENTS, partitions=partitions, replication=replication)
        asyncio.run(copy_back(cluster, COPY, EVENTS, on_copied))
        mark = Mark(Step.DERIVE, partitions)
        marker.write(cluster, mark, replication)
    cluster.delete(COPY)
    derive_anew(cluster, clickhouse, replication=replication, on_step=on_step)
    marker.clear(cluster)


def _begin(
    cluster: Cluster, partitions: int, replication: int, on_step: Callable[[str], None]
) -> Mark:
    """Look whether it can be done, and say that it is under way."""
    require_all_events(cluster)
    if cluster.partitions(EVENTS) == partitions:
        raise RebuildError(f"{EVENTS} has {partitions} partitions already")
    before = cluster.ends(EVENTS)
    on_step("looking whether somebody publishes")
    time.sleep(QUIET_SECONDS)
    if cluster.ends(EVENTS) != before:
        raise _published()
    mark = Mark(Step.COPY, partitions)
    marker.write(cluster, mark, replication)
    return mark


def _copy(
    cluster: Cluster, partitions: int, replication: int, on_copied: OnCopied
) -> tuple[int, ...]:
    """Make the copy; where somebody published meanwhile, leave everything as it was.

    Returns:
        Where the old partitions ended.
    """
    # Another run of this command may have come further.
    mark = marker.read(cluster)
    if mark is None or mark.step != Step.COPY or not cluster.partitions(EVENTS):
        raise RebuildError("the command runs twice at once: let the other one end")
    cluster.delete(COPY)
    cluster.make(Topic(COPY, _EVENTS.config), partitions=partitions, replication=replication)
    copied = asyncio.run(copy_out(cluster, EVENTS, COPY, on_copied))
    if cluster.ends(EVENTS) != copied:
        cluster.delete(COPY)
        marker.clear(cluster)
        raise _published()
    return tuple(copied)


def _published_since(cluster: Cluster, mark: Mark) -> bool:
    """Whether the old topic is still there, and has more than was copied.

    Raises:
        RebuildError: It is another one, which somebody has made meanwhile.
    """
    if cluster.partitions(EVENTS) in (0, mark.partitions):
        return False
    ends, copied = cluster.ends(EVENTS), mark.copied or ()
    if len(ends) != len(copied) or any(end < was for end, was in zip(ends, copied, strict=True)):
        raise RebuildError(
            f"somebody has made {EVENTS} meanwhile, which is not the topic that was copied: delete"
            f" it, and never {COPY}, which has every event; then run the command again"
        )
    return tuple(ends) != copied


def _published() -> RebuildError:
    return RebuildError(
        "somebody publishes: stop every intake, importer and publisher first, then run the command"
        " again; no event was moved"
    )
