"""What was seen of consumer groups, as metrics."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from prometheus_client.metrics_core import Metric

from operations.exporter.gauges import gauge
from operations.lag.report import GroupLag, GroupStatus, PartitionLag, PartitionStatus

_PLACE = ("group", "topic", "partition")


class _Figure(NamedTuple):
    """One figure of a partition: the metric's name, what it says, and where it is taken from."""

    name: str
    says: str
    of: Callable[[PartitionLag], float | None]


_FIGURES = (
    _Figure(
        "isegoria_consumer_lag_records",
        "Records that the group has not committed.",
        lambda partition: partition.lag,
    ),
    _Figure(
        "isegoria_consumer_lag_seconds",
        "Age of the first record that the group has not committed; 0 without lag.",
        lambda partition: partition.seconds,
    ),
    _Figure(
        "isegoria_consumer_committed_offset",
        "Where the group would read on.",
        lambda partition: partition.committed,
    ),
    _Figure(
        "isegoria_consumer_end_offset",
        "Where the partition ends.",
        lambda partition: partition.end,
    ),
    _Figure(
        "isegoria_consumer_commit_age_seconds",
        "Time since the group was seen to commit; 0 without lag.",
        lambda partition: partition.commit_age,
    ),
    _Figure(
        "isegoria_consumer_produced_records_per_second",
        "Records written to the partition, over the last looks.",
        lambda partition: partition.produced_per_second,
    ),
    _Figure(
        "isegoria_consumer_consumed_records_per_second",
        "Records committed by the group, over the last looks.",
        lambda partition: partition.consumed_per_second,
    ),
    _Figure(
        "isegoria_consumer_drain_seconds",
        "Time until nothing lags at these rates; +Inf where lag grows.",
        lambda partition: partition.drain_seconds,
    ),
)


def lag_metrics(groups: Sequence[GroupLag]) -> Iterator[Metric]:
    """The metrics of the groups. What is not known of a partition has no series."""
    for figure in _FIGURES:
        family = gauge(figure.name, figure.says, *_PLACE)
        for group in groups:
            for partition in group.partitions:
                value = figure.of(partition)
                if value is not None:
                    family.add_metric(_place(group, partition), value)
        yield family
    yield _partition_status(groups)
    yield _group_status(groups)
    members = gauge(
        "isegoria_consumer_group_members", "Workers that share the partitions.", "group"
    )
    for group in groups:
        members.add_metric([group.group], group.members)
    yield members


def _partition_status(groups: Sequence[GroupLag]) -> Metric:
    family = gauge(
        "isegoria_consumer_partition_status",
        "Whether the partition's consumer is in this state; exactly one holds.",
        *_PLACE,
        "status",
    )
    for group in groups:
        for partition in group.partitions:
            for status in PartitionStatus:
                labels = [*_place(group, partition), status.lower()]
                family.add_metric(labels, partition.status is status)
    return family


def _group_status(groups: Sequence[GroupLag]) -> Metric:
    family = gauge(
        "isegoria_consumer_group_status",
        "Whether the group is in this state, which is that of its worst partition.",
        "group",
        "status",
    )
    for group in groups:
        for status in GroupStatus:
            family.add_metric([group.group, status.lower()], group.status is status)
    return family


def _place(group: GroupLag, partition: PartitionLag) -> list[str]:
    return [group.group, partition.topic, str(partition.partition)]
