"""Ports: free ones are found, taken ones are refused in words that help."""

import socket
from collections.abc import Iterator

import pytest

from embedded import ports


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind((ports.HOST, 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_a_free_port_can_be_listened_on() -> None:
    with socket.socket() as listener:
        listener.bind((ports.HOST, ports.free_port()))


def test_a_free_port_passes() -> None:
    ports.require_free(ports.free_port(), wanted_by="Kafka", option="--kafka-port")


def test_a_taken_port_is_refused_with_the_option_that_chooses_another(taken_port: int) -> None:
    expected = (
        f"^port {taken_port} for Kafka is taken by another process; "
        "choose another with --kafka-port$"
    )
    with pytest.raises(ports.PortTakenError, match=expected):
        ports.require_free(taken_port, wanted_by="Kafka", option="--kafka-port")


def test_a_port_with_connections_of_a_server_that_stopped_is_not_taken() -> None:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((ports.HOST, 0))
        listener.listen()
        port = listener.getsockname()[1]
        with socket.create_connection((ports.HOST, port)):
            accepted, _ = listener.accept()
            accepted.close()  # the server closes first, so its side lingers in TIME_WAIT
    ports.require_free(port, wanted_by="Kafka", option="--kafka-port")


def test_a_port_is_listening_while_a_server_has_it(taken_port: int) -> None:
    assert ports.is_listening(taken_port)


def test_a_free_port_is_not_listening() -> None:
    assert not ports.is_listening(ports.free_port())
