"""A stack as an operator has it: the command line, Kafka and ClickHouse from outside."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from embedded.stack import Stack, running
from intake.publisher import Publisher
from isegoria.pipeline import wait_until_complete
from schemas.events import Event
from sinks.connection import connect

PARTITIONS = 4
PATIENCE_SECONDS = 60


class System:
    """The stack of one data directory."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.stack = Stack(folder)

    def cli(self, *arguments: str, code: int | None = 0) -> subprocess.CompletedProcess[str]:
        """Run `isegoria` on this stack, and hold it to its exit code."""
        command = [sys.executable, "-m", "isegoria", *arguments, "--data-dir", str(self.folder)]
        # A worker that was killed gives its partitions back after this silence.
        environment = {**os.environ, "ISEGORIA_KAFKA_SESSION_SECONDS": "3", "COLUMNS": "100"}
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=150, env=environment, check=False
        )
        assert code in (None, done.returncode), done.stdout + done.stderr
        return done

    def up(self) -> None:
        self.cli("up", "--kafka-port", "0", "--clickhouse-port", "0")

    @property
    def kafka(self) -> str:
        addresses = running(self.folder)
        assert addresses is not None
        return addresses.kafka

    def publish(self, events: Iterable[Event]) -> None:
        with Publisher(self.kafka) as publisher:
            for event in events:
                publisher.publish(event)

    def wait(self) -> None:
        """Wait until everything published is in the tables."""
        wait_until_complete(self.kafka, PARTITIONS, seconds=PATIENCE_SECONDS)

    def topics(self, consultation: str) -> list[dict[str, Any]]:
        """What `isegoria topics --json` prints of a consultation."""
        printed = self.cli("topics", "--consultation", consultation, "--json").stdout
        listed: list[dict[str, Any]] = json.loads(printed)
        return listed

    def query(self, sql: str, **parameters: Any) -> list[Any]:
        """Rows from ClickHouse."""
        addresses = running(self.folder)
        assert addresses is not None
        client = connect(addresses.clickhouse)
        try:
            return list(client.query(sql, parameters=parameters).result_rows)
        finally:
            client.close()
