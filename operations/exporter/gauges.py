"""Gauges by the Prometheus conventions."""

from prometheus_client.metrics_core import GaugeMetricFamily

_UNITS = ("seconds", "bytes")


def gauge(name: str, says: str, *labels: str) -> GaugeMetricFamily:
    """An empty gauge; OpenMetrics is told its unit where the name ends with one.

    Args:
        name: Of the metric.
        says: What it means, in a sentence.
        labels: Names of its labels.
    """
    unit = next((unit for unit in _UNITS if name.endswith(f"_{unit}")), "")
    return GaugeMetricFamily(name, says, labels=labels, unit=unit)


def single(name: str, says: str, value: float) -> GaugeMetricFamily:
    """A gauge without labels."""
    family = gauge(name, says)
    family.add_metric([], value)
    return family
