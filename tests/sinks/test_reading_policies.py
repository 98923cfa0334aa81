"""The policy in force."""

from schemas.policy import DeploymentPolicy, Dominance, Policy
from schemas.records import Kind
from schemas.records import Policy as PolicyRecord
from sinks.reading.policies import policy_in_force
from tests.sinks.rows import insert


def allowing(voices: float) -> DeploymentPolicy:
    return DeploymentPolicy(
        default=Policy(dominance=Dominance(maximum_effective_voices=voices)),
        consultations={"parks": Policy()},
    )


def put(policy: DeploymentPolicy, partition: int, offset: int, redelivered: int = 0):
    return PolicyRecord(
        partition=partition,
        offset=offset,
        source="urn:isegoria:policy",
        event_id=f"e{partition}-{offset}",
        hash=policy.hash,
        policy=policy.model_dump_json(),
        redelivered=redelivered,
    )


def test_before_any_there_is_none(client):
    assert policy_in_force(client) is None


def test_the_last_one_of_the_log_is_in_force(client):
    insert(client, Kind.POLICY, put(allowing(9), 0, 5), put(allowing(8), 0, 3))
    insert(client, Kind.POLICY, put(allowing(7), 0, 9, redelivered=1))
    assert allowing(9) == policy_in_force(client)


def test_while_it_changes_it_is_that_of_most_partitions(client):
    old = [put(allowing(3), partition, 50) for partition in range(3)]
    new = [put(allowing(4), 0, 51), put(allowing(4), 2, 99)]
    insert(client, Kind.POLICY, *old, *new)
    assert allowing(4) == policy_in_force(client)
