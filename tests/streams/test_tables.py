"""The tables are a function of the log: held against the oracle, row for row."""

import math

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.events import PolicySet, PolicySetData
from schemas.policy import DeploymentPolicy, Dominance, Policy, PostingLimit
from schemas.records import Kind
from schemas.topics import partition_of
from tests.events import Placed, logs
from tests.oracle import oracle
from tests.streams.pipeline import Regulars, Tables, Worker, partitions_of

# Small enough for small logs to be judged.
POLICY = DeploymentPolicy(
    default=Policy(
        posting_limit=PostingLimit(posts=2, hours=24.0),
        dominance=Dominance(
            minimum_contributions=6,
            minimum_voices=3,
            window_minimum_contributions=3,
            maximum_effective_voices=6.0,
        ),
    )
)


def governed(log, policy):
    """The log with a policy at the beginning of each partition."""
    for partition in {placed.partition for placed in log}:
        data = PolicySetData(policy=policy, partition=partition)
        yield Placed(partition, 0, PolicySet(id="policy", source="urn:test", data=data))
    for partition, offset, event in log:
        yield Placed(partition, offset + 1, event)


FATES = ["lives"] * 6 + ["before journal", "before outputs", "before telling", "before commit"]


def run(log, draw):
    """Screen a log with batches, crashes and an interleaving that `draw` decides."""
    tables = Tables()
    waiting = partitions_of(log)
    workers = {partition: Worker(partition, tables) for partition in waiting}
    done = dict.fromkeys(waiting, 0)
    regulars = [Regulars(tables) for _ in range(draw(st.integers(1, len(waiting))))]
    while left := [partition for partition in waiting if done[partition] < len(waiting[partition])]:
        partition = draw(st.sampled_from(left))
        worker, start = workers[partition], done[partition]
        end = draw(st.integers(start + 1, min(start + 30, len(waiting[partition]))))
        fate = draw(st.sampled_from(FATES))
        activities, _ = worker.process(
            waiting[partition][start:end], journalled=fate != "before journal"
        )
        if fate in {"before journal", "before outputs"}:
            worker.restart()
            continue
        if fate == "before telling":
            activities = activities[: draw(st.integers(0, len(activities)))]
        for record in activities:
            places = list(waiting).index(partition), partition_of(record.consultation, 1 << 16)
            regulars[places[not record.policy] % len(regulars)].process([record])
        if draw(st.booleans()):
            draw(st.sampled_from(regulars)).restart()
        if fate == "before telling":
            worker.restart()
            continue
        worker.tell()
        for regular in regulars:
            regular.tell()
        if fate == "before commit":
            worker.restart()
            continue
        done[partition] = end
    return tables


def comparable(kind, row):
    """A row without what the oracle does not say, and in its order."""
    row = {column: value for column, value in row.items() if column != "policy"}
    if row.get("judgement"):
        row["judgement"] = "too few"
    if kind is Kind.DOMINANCE:
        # A policy counts as a fact, and the oracle's is in force from the beginning.
        row["version"] = 0 if not row["topic"] else row["version"]
        flags = [{**flag, "sentence": ""} for flag in row["flags"]]
        row["flags"] = sorted(flags, key=lambda f: (f["participant"], f["measure"], f["window"]))
        row["windows"] = sorted(row["windows"], key=lambda w: (w["window"], w["pick"]))
    return row


def differences(path, expected, actual):
    """Where two values are not the same, floats but for rounding."""
    if isinstance(expected, float) and isinstance(actual, float | int):
        same = math.isclose(expected, actual, rel_tol=1e-9, abs_tol=1e-12)
        return [] if same else [(path, expected, actual)]
    if isinstance(expected, dict) and isinstance(actual, dict):
        keys = sorted(expected.keys() | actual.keys(), key=str)
        pairs = [(key, expected.get(key, "-"), actual.get(key, "-")) for key in keys]
    elif isinstance(expected, list | tuple) and isinstance(actual, list | tuple):
        if len(expected) != len(actual):
            return [(path, expected, actual)]
        pairs = [(place, *pair) for place, pair in enumerate(zip(expected, actual, strict=True))]
    else:
        return [] if expected == actual else [(path, expected, actual)]
    return [found for key, *pair in pairs for found in differences(f"{path}.{key}", *pair)]


TABLES = {
    "consultations": Kind.CONSULTATION,
    "closings": Kind.CLOSING,
    "meetings": Kind.MEETING,
    "topics": Kind.TOPIC,
    "recognitions": Kind.RECOGNITION,
    "contributions": Kind.CONTRIBUTION,
    "standings": Kind.STANDING,
    "withdrawals": Kind.WITHDRAWAL,
    "supports": Kind.SUPPORT,
    "responses": Kind.RESPONSE,
    "summaries": Kind.SUMMARY,
    "days": Kind.DAY,
    "letters": Kind.LETTER,
    "dominance": Kind.DOMINANCE,
}


@settings(max_examples=20, deadline=None)
@given(logs(), st.data())
def test_the_tables_are_the_oracles_whatever_the_batches_and_crashes(log, data):
    log = list(governed(log, POLICY))
    tables = run(log, data.draw)
    expected = oracle(log, POLICY)
    found = []
    for name, kind in TABLES.items():
        right = {key: comparable(kind, row) for key, row in getattr(expected, name).items()}
        told = {key: comparable(kind, row) for key, row in tables.rows[kind].items()}
        found += differences(name, right, told)
    assert [] == found[:5]
