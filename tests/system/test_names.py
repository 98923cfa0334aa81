"""What channels know people by is nowhere behind the edge, and neither is masked contact data.

Names are planted wherever a channel can put one, in what is right and in what is wrong; then all
that the system wrote is searched for them. They may be in the file of rejected rows that lies
beside the channel's own file, and nowhere else.
"""

import csv
import json
import subprocess
import sys
from contextlib import closing

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from openpyxl import Workbook

from embedded.stack import running
from sinks.connection import connect
from tests.intake.http.serving import BATCH
from tests.system.running import System, environment
from tests.system.test_intake import intake

NAME, MAIL, PHONE = "Wilhelmina Featherstonehaugh", "o.tuppence@example.org", "+43 660 1234567"
MEMBER, IBAN = "member-0815-4711", "AT61 1904 3002 3457 3201"
PLANTED = ("Featherstonehaugh", "tuppence", "1234567", MEMBER, "1904 3002", "19043002")
PEOPLE = (NAME, MAIL, PHONE, MEMBER)

TEXT = (
    f"The tram should stop at the market. Write to me at {MAIL} or call {PHONE}, and pay the"
    f" difference to {IBAN} if you like."
)
RIGHT = {
    "topic": "tram",
    "text": TEXT,
    "mode": "offline",
    "channel": "paper",
    "occurred_at": "2026-03-01",
}
# What is wrong in a row, with a name where one does not belong.
WRONG = (
    {"mode": NAME},
    {"occurred_at": MAIL},
    {"contribution": MAIL},
    {"device": PHONE},
    {"reply_to": NAME},
    {"language": NAME},
    {"stance": MAIL},
    {"topic": NAME},
)
FIELDS = (*RIGHT, "participant", "contribution", "device", "reply_to", "language", "stance")
ROWS = [{**RIGHT, "participant": person} for person in PEOPLE] + [
    {**RIGHT, "participant": NAME, **wrong} for wrong in WRONG
]


def write(way, path):
    if way == "csv":
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, FIELDS)
            writer.writeheader()
            writer.writerows(ROWS)
    elif way == "xlsx":
        book = Workbook()
        book.active.append(FIELDS)
        for row in ROWS:
            book.active.append([row.get(field, "") for field in FIELDS])
        book.save(path)
    else:
        path.write_text("".join(f"{json.dumps(row)}\n" for row in ROWS) + f"{{ {NAME}\n")


def event(number, row):
    at = "2026-03-01T09:00:00Z" if row["occurred_at"] == "2026-03-01" else row["occurred_at"]
    data = {"contribution": f"h{number}", **row, "consultation": "names-http", "occurred_at": at}
    source = "urn:isegoria:channel:web"
    kind = "contribution.submitted.v1"
    return {"specversion": "1.0", "id": f"h{number}", "source": source, "type": kind, "data": data}


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    system = System(tmp_path_factory.mktemp("names"))
    command = [sys.executable, "-m", "isegoria", "up", "--kafka-port", "0"]
    subprocess.run(
        [*command, "--clickhouse-port", "0", "--data-dir", str(system.folder)],
        env={**environment(), "ISEGORIA_LOG_LEVEL": "DEBUG"},
        capture_output=True,
        check=True,
    )
    yield system
    system.cli("down")


@pytest.fixture(scope="module")
def said(stack, tmp_path_factory):
    """All that commands, answers and logs of the channels' side say; everything is published."""
    folder = tmp_path_factory.mktemp("channels")
    found = []
    settings = {**environment(), "ISEGORIA_MASKING": '{"region": "AT"}'}
    settings["ISEGORIA_LOG_LEVEL"] = "DEBUG"
    for way in ("csv", "xlsx", "jsonl"):
        path = folder / f"rows.{way}"
        write(way, path)
        done = subprocess.run(
            [
                *(sys.executable, "-m", "isegoria", "import", way, str(path)),
                *("--consultation", f"names-{way}", "--zone", "Europe/Vienna"),
                *("--data-dir", str(stack.folder)),
            ],
            env=settings,
            capture_output=True,
            text=True,
            check=False,
        )
        assert 1 == done.returncode, done.stderr
        found += [done.stdout, done.stderr]
    with intake(stack, folder, 'masking = { region = "AT" }') as (client, log):
        for number, row in enumerate(ROWS):
            answer = client.post([event(number, row)], BATCH)
            assert (202 if number < len(PEOPLE) else 400) == answer.status, answer.body
            found.append(answer.body.decode())
        answer = client.post([{**event(99, RIGHT), "type": NAME}], BATCH)
        found.append(answer.body.decode())
        answer = client.post([event(98, {**RIGHT, NAME: MAIL})], BATCH)
        found.append(answer.body.decode())
    stack.wait()
    return "\n".join([*found, log.read_text()])


def in_kafka(stack):
    """Keys, values and headers of every record of every topic."""
    found = []
    consumer = KafkaConsumer(bootstrap_servers=stack.kafka, exclude_internal_topics=False)
    with closing(consumer):
        topics = sorted(consumer.topics())
        places = [
            TopicPartition(topic, partition)
            for topic in topics
            for partition in consumer.partitions_for_topic(topic)
        ]
        consumer.assign(places)
        consumer.seek_to_beginning(*places)
        ends = consumer.end_offsets(places)
        while any(consumer.position(place) < ends[place] for place in places):
            for records in consumer.poll(500).values():
                for record in records:
                    found += [record.key or b"", record.value or b"", repr(record.headers).encode()]
    return topics, b"\n".join(found).decode(errors="replace")


def in_clickhouse(stack):
    """Every row of every table, as text."""
    with closing(connect(running(stack.folder).clickhouse)) as client:
        tables = client.query("SELECT name FROM system.tables WHERE database = currentDatabase()")
        return "\n".join(
            client.raw_query(f"SELECT * FROM {table}", fmt="TSV").decode()
            for (table,) in tables.result_rows
        )


def planted_in(text):
    return [planted for planted in PLANTED if planted.casefold() in text.casefold()]


def test_they_are_in_no_answer_and_no_output(said):
    assert "rows were skipped" in said
    assert [] == planted_in(said)


@pytest.mark.usefixtures("said")
def test_they_are_in_no_topic(stack):
    topics, text = in_kafka(stack)
    assert "participation.events" in topics
    assert "stop at the market" in text
    assert [] == planted_in(text)


@pytest.mark.usefixtures("said")
def test_they_are_in_no_table(stack):
    text = in_clickhouse(stack)
    assert "stop at the market" in text
    assert [] == planted_in(text)


@pytest.mark.usefixtures("said")
def test_they_are_in_no_log(stack):
    logs = "".join(path.read_text(errors="replace") for path in stack.folder.rglob("*.log"))
    assert "batch screened" in logs
    assert [] == planted_in(logs)


@pytest.mark.usefixtures("said")
def test_what_was_written_past_the_edge_is_not_repeated_in_the_reason(stack):
    """An event that somebody writes straight to Kafka is kept as it came, since it can be mended;
    only what says why it was rejected is ours.
    """
    with closing(KafkaProducer(bootstrap_servers=stack.kafka)) as producer:
        wrong = {**event(100, RIGHT), "type": NAME}
        unknown = event(101, {**RIGHT, NAME: MAIL})
        for made in (wrong, unknown):
            value = json.dumps(made).encode()
            producer.send("participation.events", value, key=b"names/tram", partition=0).get(30)
    stack.wait()
    topic = "participation.rejected"
    consumer = KafkaConsumer(bootstrap_servers=stack.kafka)
    with closing(consumer):
        places = [TopicPartition(topic, number) for number in range(4)]
        consumer.assign(places)
        consumer.seek_to_beginning(*places)
        ends = consumer.end_offsets(places)
        headers = []
        while any(consumer.position(place) < ends[place] for place in places):
            for records in consumer.poll(500).values():
                headers += [repr(record.headers) for record in records]
    assert 2 == len(headers)
    assert [] == planted_in("\n".join(headers))
