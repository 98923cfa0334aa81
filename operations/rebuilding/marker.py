"""What stands in Kafka while a procedure is under way, so that no worker starts in the middle.

A topic of one partition holds it; its last record is what counts. The topic is deleted when the
procedure is complete.
"""

from contextlib import closing
from enum import IntEnum

import msgspec
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from operations.rebuilding.cluster import Cluster
from operations.rebuilding.errors import RebuildError
from schemas.topics import Topic

MARKER = Topic("isegoria-rebuilding", {"retention.ms": "-1"})

_PLACE = TopicPartition(MARKER.name, 0)
_WRITE_SECONDS = 30


class Step(IntEnum):
    """How far a procedure is, in order."""

    COPY = 1
    """The events are copied to another topic; theirs is whole."""
    SWAP = 2
    """The copy is whole; the topic of the events is made anew from it."""
    DERIVE = 3
    """The events are whole; what follows from them is made anew."""


class Mark(msgspec.Struct, frozen=True):
    """A procedure under way.

    Attributes:
        step: Where it is, or was interrupted.
        partitions: The number that `isegoria repartition` was given; None for `isegoria replay`.
        copied: From `Step.SWAP` on, where the old partitions ended when they were copied.
    """

    step: Step
    partitions: int | None = None
    copied: tuple[int, ...] = ()

    @property
    def command(self) -> str:
        """The command that completes it."""
        if self.partitions is None:
            return "isegoria replay"
        return f"isegoria repartition {self.partitions}"


def read(cluster: Cluster) -> Mark | None:
    """The procedure under way, None where there is none."""
    if not cluster.partitions(MARKER.name):
        return None
    [end] = cluster.ends(MARKER.name)
    if not end:
        return None  # interrupted before it did anything
    with closing(KafkaConsumer(bootstrap_servers=cluster.bootstrap_servers)) as consumer:
        consumer.assign([_PLACE])
        consumer.seek(_PLACE, end - 1)
        while True:
            for record in consumer.poll(timeout_ms=1000).get(_PLACE, ()):
                return msgspec.json.decode(record.value, type=Mark)


def write(cluster: Cluster, mark: Mark, replication: int) -> None:
    """Say which procedure is under way, and where it is.

    Args:
        cluster: Where.
        mark: What.
        replication: Replicas of the marker.
    """
    if not cluster.partitions(MARKER.name):
        cluster.make(MARKER, partitions=1, replication=replication)
    producer = KafkaProducer(
        bootstrap_servers=cluster.bootstrap_servers, acks="all", enable_idempotence=True
    )
    with closing(producer):
        producer.send(MARKER.name, msgspec.json.encode(mark), partition=0).get(_WRITE_SECONDS)


def clear(cluster: Cluster) -> None:
    """Say that no procedure is under way."""
    cluster.delete(MARKER.name)


def require_none(cluster: Cluster) -> None:
    """Refuse to go on in the middle of a procedure.

    Raises:
        RebuildError: One was interrupted, or is under way; the message names the command.
    """
    mark = read(cluster)
    if mark is not None:
        raise unfinished(mark)


def unfinished(mark: Mark) -> RebuildError:
    """Why nothing else may be done now."""
    return RebuildError(
        f"'{mark.command}' is under way, or was interrupted: let it end, or run it again, with"
        " this installation's --data-dir"
    )
