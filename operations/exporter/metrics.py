"""All that the exporter tells, of the newest looks; a scrape waits for no server."""

import platform
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from prometheus_client.metrics_core import InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from operations.exporter.clickhouse import ClickHouseLook, Table
from operations.exporter.gauges import gauge, single
from operations.exporter.kafka import KafkaLook
from operations.exporter.lag import lag_metrics


class ExporterMetrics(Collector):
    """Collects them for a registry. The figures of a source that does not answer are left out.

    Args:
        kafka: The newest look at Kafka; None while it does not answer.
        clickhouse: Likewise at ClickHouse.
        version: Of Isegoria.
    """

    def __init__(
        self,
        kafka: Callable[[], KafkaLook | None],
        clickhouse: Callable[[], ClickHouseLook | None],
        version: str,
    ) -> None:
        self._kafka = kafka
        self._clickhouse = clickhouse
        self._version = version

    def collect(self) -> Iterator[Metric]:
        """The metrics, as they are now."""
        kafka, clickhouse = self._kafka(), self._clickhouse()
        up = gauge("isegoria_source_up", "Whether the last look at the source succeeded.", "source")
        up.add_metric(["kafka"], kafka is not None)
        up.add_metric(["clickhouse"], clickhouse is not None)
        yield up
        if kafka is not None:
            yield from _of_kafka(kafka)
        if clickhouse is not None:
            yield from _of_clickhouse(clickhouse)
        build = {"version": self._version, "python": platform.python_version()}
        yield InfoMetricFamily("isegoria_build", "What the exporter runs.", build)


def _of_kafka(look: KafkaLook) -> Iterator[Metric]:
    yield from lag_metrics(look.groups)
    if look.up_to is not None:
        yield single(
            "isegoria_freshness_seconds",
            "Age of the moment up to which everything published is in the tables.",
            (datetime.now(UTC) - look.up_to).total_seconds(),
        )
    yield single(
        "isegoria_rejected_records", "Events ever rejected, each with a reason.", look.rejected
    )


def _of_clickhouse(look: ClickHouseLook) -> Iterator[Metric]:
    figures: list[tuple[str, str, Callable[[Table], int | None]]] = [
        ("rows", "Rows in active parts, replaced ones among them.", lambda table: table.rows),
        ("parts", "Active parts.", lambda table: table.parts),
        ("bytes", "Size of the active parts on disk.", lambda table: table.bytes),
        (
            "modified_timestamp_seconds",
            "When the newest active part was written.",
            lambda table: table.modified,
        ),
    ]
    for name, says, figure in figures:
        family = gauge(f"isegoria_clickhouse_table_{name}", says, "table")
        for table in look.tables:
            value = figure(table)
            if value is not None:
                family.add_metric([table.name], value)
        yield family
    free = gauge("isegoria_clickhouse_disk_free_bytes", "Room left on the server's disk.", "disk")
    size = gauge("isegoria_clickhouse_disk_size_bytes", "Size of the server's disk.", "disk")
    for disk in look.disks:
        free.add_metric([disk.name], disk.free)
        size.add_metric([disk.name], disk.size)
    yield free
    yield size
