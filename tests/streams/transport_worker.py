"""A worker with the batching transport and an agent that does as told; run by the transport tests.

Writes a line per batch, `partition first last count`, to standard output. What it is told:
`--acknowledge all|none|all-but-second`, `--without-codec NAME`. With `--slow` it has a backlog: its
batches are short and each takes a while, as does each record of the changelog that it recovers.
"""

import argparse
import asyncio
import sys

import faust
from aiokafka import codec
from mode.supervisors import CrashingSupervisor

from streams.recovery import TableManager
from streams.transport import consumer, unreadable

SLOW_BATCH_RECORDS = 10
SLOW_SECONDS = 0.1


def create_app(told):
    """The app, with a table and short batches where it is to be slow."""
    app = faust.App(
        f"group-{told.topic}",
        broker=f"batched://{told.bootstrap}",
        autodiscover=False,
        agent_supervisor=CrashingSupervisor,
        broker_commit_interval=0.2,
        broker_session_timeout=3.0,
        broker_heartbeat_interval=0.5,
        consumer_auto_offset_reset="earliest",
        stream_wait_empty=False,
        stream_buffer_maxsize=16,
        store="memory://",
        table_standby_replicas=0,
        topic_disable_leader=True,
        topic_allow_declare=False,
        web_enabled=False,
        TableManager=TableManager,
    )
    if told.slow:
        consumer.MAX_BATCH_RECORDS = SLOW_BATCH_RECORDS
        app.Table("journal", key_type=bytes, value_type=bytes, on_changelog_event=linger)
    return app


async def linger(_event=None):
    await asyncio.sleep(SLOW_SECONDS)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--bootstrap", required=True)
    parser.add_argument("--topic", required=True)
    parser.add_argument("--acknowledge", default="all")
    parser.add_argument("--fail", action="store_true")
    parser.add_argument("--without-codec")
    parser.add_argument("--rewind-after", type=int)
    parser.add_argument("--seek-after", type=int)
    parser.add_argument("--slow", action="store_true")
    told = parser.parse_args()
    if told.without_codec:
        # A codec cannot be uninstalled for one test: aiokafka asks these functions for it.
        setattr(codec, f"has_{told.without_codec}", lambda: False)

    app = create_app(told)
    topic = app.topic(told.topic, key_serializer="raw", value_serializer="raw")
    taken = 0

    @app.agent(topic)
    async def take(stream):
        nonlocal taken
        async for event in stream.noack().events():
            records = event.value
            troubles = [trouble for record in records if (trouble := unreadable(record))]
            note = "".join(f" {t.base_offset}-{t.last_offset}: {t.reason}" for t in troubles)
            starts = [trouble.base_offset for trouble in troubles]
            first = min([records[0].offset, *starts])
            taken += 1
            line = f"{records[0].partition} {first} {records[-1].offset} {len(records)}{note}"
            sys.stdout.write(f"{line}\n")
            sys.stdout.flush()
            if told.slow:
                await linger()
            if told.rewind_after is not None and records[-1].offset >= told.rewind_after:
                # Fetch from the beginning again, unknown to Faust, as a seek during a fetch does.
                told.rewind_after = None
                app.consumer._thread.seek(event.message.tp, 0)
            if told.seek_after is not None and records[-1].offset >= told.seek_after:
                told.seek_after = None
                await app.consumer.perform_seek()
            if told.fail:
                raise RuntimeError("nobody foresaw this")
            if told.acknowledge == "all" or (told.acknowledge == "all-but-second" and taken != 2):
                app.consumer.acknowledge(event.message)

    # Faust draws a spinner on what it takes for a terminal.
    worker = faust.Worker(
        app, override_logging=False, redirect_stdouts=False, quiet=True, stdout=sys.stderr
    )
    worker.execute_from_commandline()


if __name__ == "__main__":
    main()
