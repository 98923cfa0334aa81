"""The embedded broker: real, on the loopback interface alone, and its data outlive it."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType
from kafka.errors import UnknownTopicOrPartitionError

from embedded import ports
from embedded.kafka import MAX_MESSAGE_BYTES
from tests.fixtures.kafka import create_topic, running_broker, start_broker


def produce(bootstrap: str, topic: str, values: list[bytes]) -> None:
    with KafkaProducer(
        bootstrap_servers=bootstrap, acks="all", max_request_size=MAX_MESSAGE_BYTES
    ) as producer:
        for sent in [producer.send(topic, value, partition=0) for value in values]:
            sent.get(timeout=20)


def consume(bootstrap: str, topic: str, count: int) -> list[bytes]:
    with KafkaConsumer(
        bootstrap_servers=bootstrap, auto_offset_reset="earliest", consumer_timeout_ms=20_000
    ) as consumer:
        consumer.assign([TopicPartition(topic, 0)])
        return [record.value for _, record in zip(range(count), consumer, strict=False)]


def address(port: int) -> str:
    return f"{ports.HOST}:{port}"


def test_a_record_comes_back(kafka: str) -> None:
    topic = create_topic(kafka)
    produce(kafka, topic, [b"one", b"two"])
    assert consume(kafka, topic, 2) == [b"one", b"two"]


def test_a_message_of_eight_megabytes_fits(kafka: str) -> None:
    topic = create_topic(kafka)
    large = os.urandom(8 * 1024 * 1024)
    produce(kafka, topic, [large])
    assert consume(kafka, topic, 1) == [large]


def test_an_unknown_topic_is_an_error_and_not_made(kafka: str) -> None:
    with KafkaAdminClient(bootstrap_servers=kafka) as admin:
        (topic,) = admin.describe_topics(["misspelt"])
    assert topic["error_code"] == UnknownTopicOrPartitionError.errno


def test_records_are_kept_for_good(kafka: str) -> None:
    topic = create_topic(kafka)
    with KafkaAdminClient(bootstrap_servers=kafka) as admin:
        resource = ConfigResource(ConfigResourceType.TOPIC, topic)
        configs = admin.describe_configs([resource], config_filter="all")
    assert configs["topic"][topic]["retention.ms"]["value"] == "-1"


def test_nobody_outside_the_machine_can_connect(kafka: str) -> None:
    port = int(kafka.rpartition(":")[2])
    listening = {
        connection.laddr.ip
        for connection in psutil.net_connections("tcp")
        if connection.status == psutil.CONN_LISTEN and connection.laddr.port == port
    }
    assert listening == {ports.HOST}


def test_without_java_or_maven_on_the_path_it_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "empty").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with running_broker(tmp_path, port := ports.free_port()):
        assert create_topic(address(port)).startswith("test-")


def test_sigkill_loses_nothing_acknowledged_and_the_port_may_change(tmp_path: Path) -> None:
    # An accent, a comma and a blank: what Java, its locale and its properties files stumble over.
    folder = tmp_path / "données, 50 %"
    folder.mkdir()
    values = [f"{number}".encode() for number in range(1000)]
    process = start_broker(folder, port := ports.free_port())
    try:
        topic = create_topic(address(port))
        produce(address(port), topic, values)
    finally:
        process.kill()
        process.wait()
    with running_broker(folder, other := ports.free_port()):
        assert consume(address(other), topic, len(values)) == values


def test_a_taken_port_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with socket.socket() as listener:
        listener.bind((ports.HOST, 0))
        listener.listen()
        port = listener.getsockname()[1]
        result = subprocess.run(
            [sys.executable, "-m", "embedded.kafka", "--data-dir", tmp_path, "--port", str(port)],
            capture_output=True,
            text=True,
            check=False,
        )
    assert (result.returncode, result.stderr, list(tmp_path.iterdir())) == (
        1,
        f"error: port {port} for Kafka is taken by another process; choose another with --port\n",
        [],
    )
