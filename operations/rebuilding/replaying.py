"""Everything derived, made again from the events: journals, verdicts, summaries, tables.

A mark in Kafka stands from before the first change until after the last. While it stands no worker
starts, and the command, run again, does all steps once more; each can be repeated, and none touches
the events. So it may be interrupted anywhere.
"""

from collections.abc import Callable
from contextlib import closing

from operations.provisioning import make_topics
from operations.rebuilding import marker
from operations.rebuilding.cluster import Cluster
from operations.rebuilding.errors import RebuildError
from operations.rebuilding.marker import Mark, Step
from schemas.records import Kind
from schemas.topics import EVENTS, TOPICS
from sinks.connection import connect
from sinks.migrate import migrate

DERIVED = tuple(topic.name for topic in TOPICS if topic.name != EVENTS)

# ClickHouse refuses to empty a table of more than 50 GB, unless it is told that this is meant.
_ANY_SIZE = {"max_table_size_to_drop": 0}


def replay(
    cluster: Cluster,
    clickhouse: str,
    *,
    replication: int,
    on_step: Callable[[str], None] = lambda _: None,
) -> None:
    """Have the next worker screen every event again, from the first.

    Args:
        cluster: Where the events are.
        clickhouse: URL of the database with the tables.
        replication: Replicas of the topics that are made again.
        on_step: Told of each step in a few words.

    Raises:
        RebuildError: Workers run, events are missing, or a change of partitions is not complete.
        KafkaError: Kafka cannot be reached or refuses.
        clickhouse_connect.driver.exceptions.Error: ClickHouse does, likewise.
    """
    mark = marker.read(cluster)
    if mark is not None and mark.partitions is not None:
        raise marker.unfinished(mark)
    require_all_events(cluster)
    marker.write(cluster, Mark(Step.DERIVE), replication)
    derive_anew(cluster, clickhouse, replication=replication, on_step=on_step)
    marker.clear(cluster)


def require_all_events(cluster: Cluster) -> None:
    """Refuse where the log of the events does not begin with the first.

    Raises:
        RebuildError: Events were deleted, or there is no topic of them.
    """
    if not cluster.partitions(EVENTS):
        raise RebuildError(f"there is no topic {EVENTS}: nothing was published yet")
    lost = [str(number) for number, start in enumerate(cluster.starts(EVENTS)) if start]
    if lost:
        raise RebuildError(
            f"{EVENTS} has lost its oldest events (partition {', '.join(lost)}): what follows from"
            " them cannot be made again, and is kept as it is"
        )


def derive_anew(
    cluster: Cluster,
    clickhouse: str,
    *,
    replication: int,
    on_step: Callable[[str], None],
) -> None:
    """Empty all that follows from the events, for as many partitions as these have."""
    partitions = cluster.partitions(EVENTS)
    on_step("forgetting how far the workers were")
    cluster.forget_commits()
    on_step("deleting the derived topics")
    cluster.delete(*DERIVED)
    on_step("emptying the tables")
    with closing(connect(clickhouse)) as client:
        migrate(client)
        for kind in Kind:
            client.command(f"TRUNCATE TABLE {kind}", settings=_ANY_SIZE)
    on_step("making the derived topics")
    make_topics(cluster.bootstrap_servers, partitions=partitions, replication=replication)
    # Refused if a worker came meanwhile, that had been starting already.
    cluster.forget_commits()
