"""What channels know people by is nowhere behind the edge, and neither is masked contact data.

Names are planted wherever a channel can put one, in what is right and in what is wrong; then all
that the system wrote is searched for them. There are two places where they may be. One is the file
of rejected rows that lies beside the channel's own file. The other is for an event that somebody
writes straight to Kafka and that never was at the edge: its bytes are in `participation.events`,
where they were written, and in `participation.rejected`, to be mended. Such events have names of
their own here.
"""

import csv
import json
import stat
import subprocess
import sys
from contextlib import closing

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from openpyxl import Workbook

from embedded.stack import running
from schemas.topics import EVENTS, REJECTED, TOPICS, partition_of
from sinks.connection import connect
from tests.intake.http.serving import BATCH
from tests.system.running import PARTITIONS, System, environment
from tests.system.test_intake import intake

NAME, MAIL, PHONE = "Wilhelmina Featherstonehaugh", "o.tuppence@example.org", "+43 660 1234567"
MEMBER, IBAN = "member-0815-4711", "AT61 1904 3002 3457 3201"
PLANTED = ("Featherstonehaugh", "tuppence", "1234567", MEMBER, "1904 3002", "19043002")
PEOPLE = (NAME, MAIL, PHONE, MEMBER)

# What exports of platforms know a person by, and contact data in the titles that they have.
NUMBERS = {"consul": "48151601", "polis": "48151602", "consult-jsonl": "48151603"}
TITLES = {form: f"{form}.title@example.org" for form in NUMBERS}
# Names where JSON has the name of a field, one a kind of place.
ROW_FIELD, EVENT_FIELD = "Cruickshank", "fotheringay"

INDEXES = {".index", ".timeindex"}

# What never was at the edge.
PAST, PAST_FIELD, PAST_TOPIC = "Cholmondeley", "marjoribanks", "Strachan"

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


def write_folder(form, path):
    """An export with a person, contact data in a title and a text, and what cannot be read."""
    path.mkdir()
    number, title = NUMBERS[form], f"Ask {TITLES[form]}"
    files = {
        "consul": {
            "proposals.csv": [("id", "title", "summary"), ("7", title, "Trams")],
            "comments.csv": [
                ("id", "parentId", "proposalId", "userId", "userType", "date", "time", "text"),
                ("1", "-1", "7", number, "", "2020-01-01", "0 days 10:00:00", TEXT),
                ("2", "-1", "7", NAME, "", "2020-01-01", "0 days 10:00:00", TEXT),
                ("3", "-1", "7", "8", "", MAIL, "0 days 10:00:00", TEXT),
            ],
        },
        "polis": {
            "comments.csv": [
                ("timestamp", "comment-id", "author-id", "comment-body"),
                ("1700000000000", "1", number, TEXT),
                ("1700000000000", "2", NAME, TEXT),
            ],
            "votes.csv": [
                ("timestamp", "comment-id", "voter-id", "vote"),
                ("1700000000000", "1", number, "1"),
                ("1700000000000", "1", MAIL, "1"),
            ],
            "summary.csv": [("topic", title)],
        },
    }
    for file, rows in files.get(form, {}).items():
        with (path / file).open("w", newline="", encoding="utf-8") as written:
            csv.writer(written).writerows(rows)
    if form == "consult-jsonl":
        (path / "question_part_1").mkdir()
        asked = {"question_number": 1, "question_text": title}
        responses = [{"themefinder_id": int(number), "text": TEXT}, {"themefinder_id": NAME}]
        (path / "question_part_1" / "question.json").write_text(json.dumps(asked))
        write_lines(path / "question_part_1" / "responses.jsonl", responses)
        write_lines(path / "respondents.jsonl", [{"themefinder_id": int(number)}])
        mapping = path.with_suffix(".toml")
        mapping.write_text('zone = "Europe/London"\n[constants]\noccurred_at = "2024-05-01"\n')
        return ("--mapping", str(mapping))
    return ()


def write_lines(path, rows):
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    system = System(tmp_path_factory.mktemp("names"))
    command = [sys.executable, "-m", "isegoria", "up", "--no-dashboard", "--kafka-port", "0"]
    subprocess.run(
        [*command, "--clickhouse-port", "0", "--data-dir", str(system.folder)],
        env={**environment(), "ISEGORIA_LOG_LEVEL": "DEBUG"},
        capture_output=True,
        check=True,
    )
    yield system
    system.cli("down")


@pytest.fixture(scope="module")
def channels(tmp_path_factory):
    """Where the channels' own files are, and what an import leaves beside them."""
    return tmp_path_factory.mktemp("channels")


def imported(stack, form, path, *options):
    """All that an import says of a source with rows that are wrong."""
    settings = {"ISEGORIA_MASKING": '{"region": "AT"}', "ISEGORIA_LOG_LEVEL": "DEBUG"}
    done = subprocess.run(
        [
            *(sys.executable, "-m", "isegoria", "import", form, str(path), *options),
            *("--consultation", f"names-{path.stem}", "--data-dir", str(stack.folder)),
        ],
        env={**environment(), **settings},
        capture_output=True,
        text=True,
        check=False,
    )
    assert 1 == done.returncode, done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def said(stack, channels):
    """All that commands, answers and logs of the channels' side say; everything is published."""
    found = []
    for way in ("csv", "xlsx", "jsonl"):
        path = channels / f"{way}-rows.{way}"
        write(way, path)
        found.append(imported(stack, way, path, "--zone", "Europe/Vienna"))
    for form in NUMBERS:
        path = channels / form
        found.append(imported(stack, form, path, *write_folder(form, path)))
    path = channels / "fields.jsonl"
    write_lines(path, [{**RIGHT, ROW_FIELD: "yes"}, {**RIGHT, "mode": NAME}])
    found.append(imported(stack, "jsonl", path, "--zone", "Europe/Vienna"))
    path = channels / "events.jsonl"
    write_lines(path, [event(97, {**RIGHT, "consultation": "names-events", EVENT_FIELD: MAIL})])
    found.append(imported(stack, "jsonl", path))
    with intake(stack, channels, 'masking = { region = "AT" }') as (client, log):
        for number, row in enumerate(ROWS):
            answer = client.post([event(number, row)], BATCH)
            assert (202 if number < len(PEOPLE) else 400) == answer.status, answer.body
            found.append(answer.body.decode())
        refused = [
            {**event(99, RIGHT), "type": NAME},
            event(98, {**RIGHT, NAME: MAIL}),
            event(96, {**RIGHT, EVENT_FIELD: MAIL}),
            event(95, {**RIGHT, "demographics": {NAME: 1}}),
            event(94, {**RIGHT, "demographics": {"reached by": MAIL}}),
            event(93, {**RIGHT, "attachments": [MAIL]}),
        ]
        answers = [client.post([sent], BATCH) for sent in refused]
        assert {400} == {answer.status for answer in answers}
        answers += [client.request("GET", path) for path in (f"/events?by={MAIL}", f"/{MEMBER}")]
        answers.append(
            client.request("POST", "/events", b"[]", {"Authorization": f"Bearer {MAIL}"})
        )
        assert 401 == answers[-1].status
        found += [answer.body.decode() for answer in answers]
    stack.wait()
    return "\n".join([*found, log.read_text()])


@pytest.fixture(scope="module")
def past(stack):
    """Events that somebody wrote straight to Kafka; gives what was said when they were rejected."""
    text = {**RIGHT, "text": "A tram at night, for those who work then."}
    key = f"names-http/{PAST_TOPIC}"
    elsewhere = (partition_of(key, PARTITIONS) + 1) % PARTITIONS
    with closing(KafkaProducer(bootstrap_servers=stack.kafka)) as producer:
        for made, partition in (
            ({**event(100, text), "type": PAST}, 0),
            (event(101, {**text, PAST: PAST}), 0),
            (event(102, {**text, "participant": PAST}), 0),
            (event(103, {**text, PAST_FIELD: 1}), 0),
            (event(104, {**text, "topic": PAST_TOPIC}), elsewhere),
        ):
            value = json.dumps(made).encode()
            producer.send(EVENTS, value, key=key.encode(), partition=partition).get(30)
    stack.wait()
    rejected = [record for record in records(stack) if record.topic == REJECTED]
    assert 5 == len(rejected)
    return "\n".join(repr(record.headers) for record in rejected)


def records(stack):
    """Every record of every topic, Kafka's own and the changelogs too."""
    found = []
    consumer = KafkaConsumer(bootstrap_servers=stack.kafka, exclude_internal_topics=False)
    with closing(consumer):
        places = [
            TopicPartition(topic, partition)
            for topic in consumer.topics()
            for partition in consumer.partitions_for_topic(topic)
        ]
        consumer.assign(places)
        consumer.seek_to_beginning(*places)
        ends = consumer.end_offsets(places)
        while any(consumer.position(place) < ends[place] for place in places):
            for batch in consumer.poll(500).values():
                found += batch
    return found


def in_kafka(found):
    """Keys, values and headers of records, as text."""
    parts = [
        part
        for record in found
        for part in (record.key or b"", record.value or b"", repr(record.headers).encode())
    ]
    return b"\n".join(parts).decode(errors="replace")


def in_clickhouse(stack):
    """Every row of every table, as text."""
    with closing(connect(running(stack.folder).clickhouse)) as client:
        tables = client.query(
            "SELECT database, name FROM system.tables"
            " WHERE lower(database) NOT IN ('system', 'information_schema')"
        )
        return "\n".join(
            client.raw_query(f"SELECT * FROM `{database}`.`{table}`", fmt="TSV").decode()
            for database, table in tables.result_rows
        )


def in_files(stack, *, but=()):
    """Every file of the stack's data, byte by byte, but for those with such a name in their path.

    Kafka's indexes are left out: they are numbers, and 10 MiB each before there are any.
    """
    return b"\n".join(
        path.read_bytes()
        for path in stack.folder.rglob("*")
        if path.is_file() and path.suffix not in INDEXES and not {*but} & {*path.parts}
    ).decode(errors="replace")


@pytest.fixture(scope="module")
def behind(stack, said):
    """All that there is behind the edge once everything is published."""
    assert said
    return in_kafka(records(stack)) + in_clickhouse(stack) + in_files(stack)


def found_in(text, planted=PLANTED):
    text = text.casefold()
    return [one for one in planted if one.casefold() in text]


def test_they_are_in_no_answer_and_no_output(said):
    assert "rows were skipped" in said
    assert [] == found_in(said, (*PLANTED, *NUMBERS.values(), *TITLES.values()))


@pytest.mark.usefixtures("said")
def test_they_are_in_no_topic(stack):
    found = records(stack)
    assert {topic.name for topic in TOPICS} - {REJECTED} <= {record.topic for record in found}
    text = in_kafka(found)
    assert "stop at the market" in text
    assert [] == found_in(text)


@pytest.mark.usefixtures("said")
def test_they_are_in_no_table(stack):
    text = in_clickhouse(stack)
    assert "stop at the market" in text
    assert [] == found_in(text)


@pytest.mark.usefixtures("said")
def test_they_are_in_no_log_and_no_other_file_of_the_stack(stack):
    text = in_files(stack)
    assert "batch screened" in text
    assert [] == found_in(text)


@pytest.mark.usefixtures("said")
def test_the_rejected_rows_beside_the_source_have_them_for_their_owner_alone(channels):
    kept = [*channels.glob("*.rejected.csv")]
    text = "".join(path.read_text(encoding="utf-8-sig") for path in kept)
    assert ["Featherstonehaugh", "tuppence", "1234567"] == found_in(text, PLANTED[:3])
    assert {0o600} == {stat.S_IMODE(path.stat().st_mode) for path in kept}


@pytest.mark.parametrize(
    "form",
    [
        "consul",
        "polis",
        "consult-jsonl",
    ],
)
def test_a_persons_number_in_an_export_stays_on_this_side(behind, form):
    assert [] == found_in(behind, (NUMBERS[form],))


@pytest.mark.parametrize(
    "form",
    [
        "consul",
        "polis",
        "consult-jsonl",
    ],
)
def test_contact_data_in_the_title_of_an_export_is_masked(behind, form):
    assert [] == found_in(behind, (TITLES[form],))


def test_the_name_of_a_field_that_means_nothing_in_a_row_is_not_repeated(said):
    assert [] == found_in(said, (ROW_FIELD,))


def test_the_name_of_a_field_that_no_event_has_is_not_repeated(said):
    assert [] == found_in(said, (EVENT_FIELD,))


@pytest.mark.usefixtures("past")
def test_what_was_written_past_the_edge_is_where_it_was_written_and_where_it_can_be_mended(stack):
    holding = {record.topic for record in records(stack) if found_in(in_kafka([record]), (PAST,))}
    assert {EVENTS, REJECTED} == holding


@pytest.mark.usefixtures("past")
def test_what_was_written_past_the_edge_is_in_no_table_and_no_log(stack):
    text = in_clickhouse(stack) + in_files(stack, but=["kafka"])
    assert "batch screened" in text
    assert [] == found_in(text, (PAST, PAST_FIELD, PAST_TOPIC))


def test_the_reason_does_not_repeat_what_was_written_past_the_edge(past):
    assert "reason" in past
    assert [] == found_in(past, (PAST,))


def test_the_reason_does_not_repeat_the_name_of_a_field(past):
    assert [] == found_in(past, (PAST_FIELD,))


def test_the_reason_does_not_repeat_a_topic_in_the_wrong_partition(past):
    assert [] == found_in(past, (PAST_TOPIC,))
