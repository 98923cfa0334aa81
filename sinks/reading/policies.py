"""The policy in force."""

from collections import Counter

from clickhouse_connect.driver.client import Client

from schemas.policy import DeploymentPolicy, Policy

_POLICIES = """
    SELECT argMax(policy, `offset`) FROM policies FINAL
    WHERE NOT redelivered
    GROUP BY `partition`
    ORDER BY `partition`
"""


def policy_in_force(client: Client) -> DeploymentPolicy | None:
    """The policy that the figures are made by; None where none was ever put in force.

    It takes effect partition by partition. While they differ, the one that most of them have is
    given, of equals the one in the first of the partitions.
    """
    rows = client.query(_POLICIES).result_rows
    if not rows:
        return None
    ((policy, _),) = Counter(policy for (policy,) in rows).most_common(1)
    return DeploymentPolicy.model_validate_json(policy)


def policy_of(policies: DeploymentPolicy | None, consultation: str) -> Policy:
    """The policy of a consultation; the default one where none was ever put in force."""
    return (policies or DeploymentPolicy()).of(consultation)
