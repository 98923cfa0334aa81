"""The monitoring port of a process: where it listens, and what it says."""

from collections.abc import Mapping
from typing import NamedTuple

from prometheus_client import (
    REGISTRY,
    CollectorRegistry,
    GCCollector,
    PlatformCollector,
    ProcessCollector,
)

from embedded.ports import require_free
from operations.monitoring import Check, MonitoringServer, application

EXPORTER_PORT = 9610
WORKER_PORT = 9611
INTAKE_PORT = 9612
DASHBOARD_PORT = 9613


class Listening(NamedTuple):
    """An address to listen on; port 0 takes any that is free."""

    host: str
    port: int


def of_the_process() -> CollectorRegistry:
    """Metrics of the process alone, whatever else it has imported."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    GCCollector(registry=registry)
    return registry


def monitoring(
    listening: Listening,
    ready: Mapping[str, Check],
    alive: Mapping[str, Check] | None = None,
    registry: CollectorRegistry = REGISTRY,
) -> MonitoringServer:
    """A server of this process's metrics and health; see `operations.monitoring`.

    Raises:
        PortTakenError: Another process listens there.
    """
    if listening.port:
        require_free(
            listening.port,
            wanted_by="monitoring",
            option="--monitoring-port",
            host=listening.host,
        )
    app = application(ready, alive=alive, registry=registry)
    return MonitoringServer(app, listening.host, listening.port)
