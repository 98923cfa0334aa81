"""Where Kafka and ClickHouse are: the settings say, or the embedded stack that runs."""

from dataclasses import dataclass

from pydantic import SecretStr

from embedded.stack import running
from isegoria.settings import Settings


class NotConnectedError(Exception):
    """Neither the settings nor a running stack say where Kafka or ClickHouse is."""


@dataclass(frozen=True)
class Connections:
    """Addresses of both. The ClickHouse URL holds a password."""

    kafka: str
    clickhouse: SecretStr


def find_kafka(settings: Settings) -> str:
    """Find Kafka alone, for what needs no ClickHouse.

    Raises:
        NotConnectedError: As `find` has it.
    """
    return settings.kafka_bootstrap_servers or find(settings).kafka


def find(settings: Settings) -> Connections:
    """Find Kafka and ClickHouse.

    Raises:
        NotConnectedError: The message says how to start the stack or which variable to set.
    """
    kafka, clickhouse = settings.kafka_bootstrap_servers, settings.clickhouse_url
    if kafka is None or clickhouse is None:
        stack = running(settings.data_dir)
        if stack is None:
            raise NotConnectedError(
                f"no embedded stack runs on {settings.data_dir}: start it with"
                f" 'isegoria up --data-dir {settings.data_dir}', or set"
                " ISEGORIA_KAFKA_BOOTSTRAP_SERVERS and ISEGORIA_CLICKHOUSE_URL"
            )
        kafka = kafka or stack.kafka
        clickhouse = clickhouse or SecretStr(stack.clickhouse)
    return Connections(kafka, clickhouse)
