"""Ports on the loopback interface: choosing a free one, and refusing one that is taken."""

import errno
import socket

HOST = "127.0.0.1"


class PortTakenError(RuntimeError):
    """A wanted port cannot be listened on; the message says how to choose another one."""


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def require_free(port: int, *, wanted_by: str, option: str, host: str = HOST) -> None:
    """Check that a port can be listened on.

    Args:
        port: The port.
        wanted_by: What wants to listen, as the reader knows it: "Kafka".
        option: The command line option that chooses another port.
        host: The address to listen on.

    Raises:
        PortTakenError: Another process has it, or the system refuses it.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except socket.gaierror:
        raise PortTakenError(f"{wanted_by} cannot listen on {host}: no such address") from None
    with socket.socket(family) as probe:
        # As servers do: connections of a server that just stopped do not make its port taken.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            taken = error.errno == errno.EADDRINUSE
            reason = "is taken by another process" if taken else f"is refused: {error.strerror}"
            raise PortTakenError(
                f"port {port} for {wanted_by} {reason}; choose another with {option}"
            ) from None


def is_listening(port: int) -> bool:
    """Whether somebody accepts connections on the port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((HOST, port)) == 0
