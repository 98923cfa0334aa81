"""Kafka is away: a clear answer, nothing lost, and the same request is taken afterwards."""

import gc
import logging
import signal

import pytest

from embedded.ports import HOST, free_port
from tests.fixtures.kafka import create_topic, running_broker
from tests.fixtures.processes import wait_for
from tests.intake.http.serving import BATCH, PARTITIONS, STRUCTURED, event, read, ready, serving

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")


@pytest.fixture(autouse=True)
def _sockets(caplog):
    # kafka-python leaves refused sockets to the garbage collector; kept log records hold them.
    caplog.set_level(logging.CRITICAL + 1, logger="kafka")
    yield
    gc.collect()


def test_without_kafka_the_intake_says_so_and_when_to_come_again():
    with serving(f"{HOST}:{free_port()}", "nowhere") as client:
        answer = client.post(event(), STRUCTURED)
        assert (503, "5", "/docs#unavailable") == (
            answer.status,
            answer.headers["retry-after"],
            answer.json["type"],
        )
        assert [200, 503] == [
            client.request("GET", path).status for path in ("/healthz", "/readyz")
        ]


def test_what_a_stopped_broker_did_not_take_is_accepted_once_it_is_back(tmp_path):
    port = free_port()
    kafka = f"{HOST}:{port}"
    batch = [event(f"again-{number}") for number in range(50)]
    with running_broker(tmp_path, port):
        topic = create_topic(kafka, "events", partitions=PARTITIONS)
    with serving(kafka, topic, delivery_seconds=3) as client:
        with running_broker(tmp_path, port) as broker:
            ready(client)
            assert 202 == client.post(event("before"), STRUCTURED).status
            broker.send_signal(signal.SIGKILL)
            broker.wait()
            # The first waits for an acknowledgement that does not come, the second is told at once.
            assert [503, 503] == [client.post(batch, BATCH).status for _ in range(2)]
            assert 503 == client.request("GET", "/readyz").status
        with running_broker(tmp_path, port):
            ready(client)
            wait_for(lambda: client.post(batch, BATCH).status == 202)
            ids = [one.id for one in read(kafka, topic)]
    assert {"before", *(one["id"] for one in batch)} == set(ids)
