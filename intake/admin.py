"""kafka-python's admin client, which leaves nothing behind where Kafka does not answer."""

from contextlib import closing

from kafka import KafkaAdminClient
from kafka.errors import KafkaError
from kafka.net.compat import KafkaNetClient

REACHED_SECONDS = 2.0


def open_admin(bootstrap_servers: str, client_id: str, seconds: float) -> KafkaAdminClient:
    """An admin client, to be closed.

    Where its constructor fails, it leaves a thread and sockets open that nobody can close: whoever
    tries again and again runs out of files. So the part that owns them is made here.

    Args:
        bootstrap_servers: Brokers as `host:port`, separated by commas.
        client_id: By which the broker knows it.
        seconds: How long connecting, and each answer, may take.

    Raises:
        KafkaError: No broker answers.
    """
    owners: list[KafkaNetClient] = []

    def owner(**config: object) -> KafkaNetClient:
        owners.append(KafkaNetClient(**config))
        return owners[-1]

    milliseconds = round(seconds * 1000)
    try:
        return KafkaAdminClient(
            bootstrap_servers=bootstrap_servers,
            client_id=client_id,
            bootstrap_timeout_ms=milliseconds,
            request_timeout_ms=milliseconds,
            kafka_client=owner,
        )
    except BaseException:
        for each in owners:
            each.close()
        raise


def kafka_answers(bootstrap_servers: str, seconds: float = REACHED_SECONDS) -> bool:
    """Whether a broker answers and has joined its cluster.

    Args:
        bootstrap_servers: Brokers as `host:port`, separated by commas.
        seconds: How long connecting, and the answer, may take.
    """
    try:
        with closing(open_admin(bootstrap_servers, "isegoria-probe", seconds)) as admin:
            return bool(admin.describe_cluster()["brokers"])
    except KafkaError:
        return False
