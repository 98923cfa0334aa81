"""The policy of a deployment: how it takes effect, and which one did."""

from collections import defaultdict
from contextlib import closing
from datetime import UTC, datetime

from clickhouse_connect.driver.client import Client

from intake.publisher import Publisher
from isegoria.connections import Connections
from isegoria.settings import Settings
from schemas.events import PolicySet, PolicySetData, milliseconds
from schemas.policy import DeploymentPolicy, read_policy
from sinks.connection import connect

SOURCE = "urn:isegoria:policy"
"""The `source` of the events by which policies take effect."""


class MixedPoliciesError(Exception):
    """Partitions have different policies; the message says which has which and what to do."""


def configured(settings: Settings) -> DeploymentPolicy | None:
    """The policy that the settings name, None where they name none.

    Raises:
        PolicyError: As `schemas.policy.read_policy` does.
    """
    return None if settings.policy_file is None else read_policy(settings.policy_file)


def publish(policy: DeploymentPolicy, kafka: str) -> int:
    """Write a policy to every partition of the events.

    Each time has event ids of its own, so that an earlier policy can take effect again.

    Returns:
        The number of partitions; all have acknowledged it.

    Raises:
        DeliveryError: It is not in all partitions.
    """
    now = datetime.now(UTC)
    with Publisher(kafka, "isegoria-policy") as publisher:
        for partition in range(publisher.partitions):
            publisher.publish(_event(policy, partition, now))
        return publisher.partitions


def put_in_force(policy: DeploymentPolicy, connections: Connections, partitions: int) -> None:
    """Publish a policy, unless the tables say that it is in force in every partition.

    Raises:
        DeliveryError: It is not in all partitions.
    """
    with closing(connect(connections.clickhouse.get_secret_value())) as client:
        found = by_partition(client, partitions)
    if any(policy.hash != other.hash for other in found):
        publish(policy, connections.kafka)


def by_partition(client: Client, partitions: int) -> list[DeploymentPolicy]:
    """The last policy of each partition that is in the tables; without one, the defaults."""
    rows = client.query(
        "SELECT `partition`, argMax(policy, `offset`) FROM policies FINAL"
        " WHERE NOT redelivered GROUP BY `partition`"
    ).result_rows
    last = {partition: DeploymentPolicy.model_validate_json(policy) for partition, policy in rows}
    return [last.get(partition, DeploymentPolicy()) for partition in range(partitions)]


def in_force(client: Client, partitions: int) -> DeploymentPolicy:
    """The policy that all partitions have.

    Raises:
        MixedPoliciesError: They have different ones.
    """
    policies = by_partition(client, partitions)
    where: defaultdict[str, list[str]] = defaultdict(list)
    for partition, policy in enumerate(policies):
        where[policy.hash].append(str(partition))
    if len(where) > 1:
        found = "; ".join(f"{found} in {', '.join(numbers)}" for found, numbers in where.items())
        raise MixedPoliciesError(
            f"partitions have different policies: {found}. If that stays when the workers have"
            " caught up, apply the policy again"
        )
    return policies[0]


def _event(policy: DeploymentPolicy, partition: int, now: datetime) -> PolicySet:
    return PolicySet(
        id=f"{policy.hash}-{milliseconds(now)}-{partition}",
        source=SOURCE,
        time=now,
        data=PolicySetData(policy=policy, partition=partition),
    )
