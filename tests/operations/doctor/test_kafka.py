"""What the doctor says of brokers, and where there is none."""

from pathlib import Path

from operations.doctor import cluster
from operations.doctor import kafka as doctor
from operations.doctor.cluster import Broker
from operations.doctor.finding import Level, Remedies

REMEDIES = Remedies(Path("data"), "isegoria up", "isegoria worker")


def expected(bootstrap):
    return doctor.Expected(
        bootstrap_servers=bootstrap,
        partitions=4,
        replication=1,
        group="isegoria",
        topics=["participation.events"],
        remedies=REMEDIES,
        clickhouse_is_wrong=False,
    )


def test_brokers_that_answer_are_right():
    found = doctor.brokers([Broker("a:9092", (4, 3)), Broker("b:9092", (4, 3))])
    assert (Level.OK, "a:9092, b:9092: all answer, Kafka 4.3") == (found.level, found.says)


def test_a_broker_that_cannot_be_reached_is_named():
    found = doctor.brokers([Broker("a:9092", (4, 3)), Broker("b:9092", None)])
    assert (Level.WRONG, "1 of 2 cannot be reached: b:9092") == (found.level, found.says)


def test_where_kafka_does_not_answer_the_rest_is_not_looked_at(deaf, monkeypatch):
    monkeypatch.setattr(cluster, "_TIMEOUT_SECONDS", 0.2)
    first, *others = doctor.examine(expected(deaf))
    assert (Level.WRONG, REMEDIES.server) == (first.level, first.mend)
    assert list(doctor.CHECKS[1:]) == [finding.check for finding in others]
    assert all(finding.says.startswith("not looked at") for finding in others)
