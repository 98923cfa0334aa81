"""A dashboard on tables that a test fills by itself, without Kafka."""

from contextlib import nullcontext
from datetime import UTC, datetime
from typing import Any, cast

from starlette.testclient import TestClient

from dashboard.app import create_app
from dashboard.config import DashboardConfig
from intake.http.acknowledged import AcknowledgedPublisher
from schemas.policy import DeploymentPolicy


def browsing(clickhouse: str, config: DashboardConfig) -> TestClient:
    """A browser on a dashboard that nothing can be published with."""
    app = create_app(
        config,
        clickhouse,
        lambda: cast("AcknowledgedPublisher", nullcontext()),
        lambda: datetime.now(UTC),
    )
    headers = {"Origin": config.public_url}
    return TestClient(app, config.public_url, headers=headers, client=("127.0.0.1", 50000))


def policy_row(policy: DeploymentPolicy) -> dict[str, Any]:
    """A policy as it was put in force."""
    return {
        "partition": 0,
        "offset": 0,
        "source": "/team",
        "event_id": "p0",
        "hash": policy.hash,
        "policy": policy.model_dump_json(),
        "redelivered": 0,
    }
