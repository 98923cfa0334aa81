"""The Faust app: one consumer group, whose workers share the partitions."""

from dataclasses import dataclass

import faust
from faust.types import TableT, TopicT
from mode.supervisors import CrashingSupervisor

from schemas.topics import MEBIBYTE
from streams.monitor import Monitor
from streams.recovery import TableManager

APP_ID = "isegoria"
"""Name of the app and so of its consumer group, and of its changelog's prefix."""

_METADATA_AGE_MS = 5_000


@dataclass(frozen=True)
class WorkerConfig:
    """What a worker must know.

    Attributes:
        bootstrap_servers: Brokers as `host:port`, separated by commas.
        partitions: Partitions of every topic of `schemas.topics`.
        session_timeout: Seconds after which a worker that went silent loses its partitions.
        commit_interval: Seconds between commits of what is acknowledged.
    """

    bootstrap_servers: str
    partitions: int
    session_timeout: float = 10.0
    commit_interval: float = 1.0


def create_app(config: WorkerConfig) -> faust.App:
    """A Faust app without agents."""
    brokers = [f"batched://{server}" for server in config.bootstrap_servers.split(",")]
    return faust.App(
        APP_ID,
        broker=brokers,
        autodiscover=False,
        agent_supervisor=CrashingSupervisor,
        broker_commit_interval=config.commit_interval,
        broker_session_timeout=config.session_timeout,
        broker_heartbeat_interval=config.session_timeout / 4,
        consumer_auto_offset_reset="earliest",
        consumer_max_fetch_size=4 * MEBIBYTE,
        # A broker that has just started may not know its topics yet: the group then shares out
        # nothing, and does so until somebody asks again (by default, after five minutes).
        consumer_metadata_max_age_ms=_METADATA_AGE_MS,
        producer_acks=-1,
        stream_buffer_maxsize=16,
        # Waiting for agents has no bound, and a batch that was not acknowledged comes again.
        stream_wait_empty=False,
        store="memory://",
        TableManager=TableManager,
        Monitor=Monitor,
        table_standby_replicas=0,
        topic_partitions=config.partitions,
        topic_replication_factor=1,
        topic_allow_declare=False,
        topic_disable_leader=True,
        # Its pages serve what is in the tables.
        web_enabled=False,
        worker_redirect_stdouts=False,
    )


def batches(app: faust.App, *topics: str) -> TopicT:
    """A Faust topic whose messages are lists of records, as the transport delivers them."""
    return app.topic(*topics, key_serializer="raw", value_serializer="raw")


def journal_table(app: faust.App, changelog: str) -> TableT[bytes, bytes]:
    """The Table that holds a journal, by the name of its changelog's topic."""
    name = changelog.removeprefix(f"{APP_ID}-").removesuffix("-changelog")
    return app.Table(name, key_type=bytes, value_type=bytes)
