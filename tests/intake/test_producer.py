"""kafka-python's producer is ended in any case."""

import signal

from embedded.ports import HOST, free_port
from intake import producer
from schemas.topics import EVENTS
from tests.fixtures.kafka import create_topic, running_broker
from tests.fixtures.processes import wait_for


def test_what_is_never_sent_does_not_keep_a_producer_from_ending(tmp_path, monkeypatch):
    monkeypatch.setattr(producer, "_CLOSE_SECONDS", 0.2)
    port = free_port()
    with running_broker(tmp_path, port) as broker:
        address = f"{HOST}:{port}"
        topic = create_topic(address, EVENTS)
        made, _ = producer.connect(
            address, "test", topic=topic, delivery_seconds=60, connect_seconds=10
        )
        broker.send_signal(signal.SIGSTOP)
        try:
            future = made.send(topic, value=b"1", key=b"1", partition=0)
            producer.close(made, in_flight=False)
            wait_for(lambda: future.is_done and not made._sender.is_alive())
        finally:
            broker.send_signal(signal.SIGCONT)
    assert future.exception is not None
