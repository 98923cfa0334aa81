"""What cannot be read is rejected with its bytes, the reason and the position; the rest goes on."""

import json
import os
import pty
import subprocess
from contextlib import closing, contextmanager

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from schemas.events import encode
from schemas.topics import EVENTS, REJECTED, partition_of
from tests.make import contribution
from tests.system.running import PARTITIONS

KEY = "rejected/t"
PARTITION = partition_of(KEY, PARTITIONS)


def event(event_id, text="The crossing needs a light for those who walk slowly.", **changes):
    made = contribution(event_id, topic="t")
    changes["text"] = text  # unchecked: it may be over the limit
    return made.model_copy(
        update={"data": made.data.model_copy(update={"consultation": "rejected", **changes})}
    )


MALFORMED = {
    "not JSON": (b"\xff\xfe not json", "Invalid JSON"),
    "an unknown type": (
        encode(event("m1")).replace(b"contribution.submitted.v1", b"contribution.shouted.v1"),
        "type: not one of consultation.opened.v1",
    ),
    "a missing field": (
        encode(event("m2")).replace(b'"channel":"web",', b""),
        "data.channel: Field required",
    ),
    "2 MB of text": (encode(event("m3", text="word " * 400_000)), "at most 262,144"),
    "a text over the limit": (encode(event("m4", text="a" * 20_001)), "data.text"),
    "nothing at all": (b"", "event"),
}


@pytest.fixture(scope="module")
def rejected(system):
    """Malformed events between good ones, and the rejected records by their offset."""
    offsets = {}
    producer = KafkaProducer(bootstrap_servers=system.kafka, max_request_size=8_000_000)
    with closing(producer):

        def send(value, key=KEY, partition=PARTITION):
            sent = producer.send(EVENTS, value, key=key.encode(), partition=partition)
            return sent.get(20).offset

        for number, (name, (payload, _)) in enumerate(MALFORMED.items()):
            send(encode(event(f"before-{number}")))
            offsets[name] = send(payload)
        good = encode(event("elsewhere"))
        offsets["another partition"] = send(good, partition=(PARTITION + 1) % PARTITIONS)
        send(encode(event("last")))
    system.wait()
    return offsets, read_rejected(system.kafka)


def read_rejected(kafka):
    consumer = KafkaConsumer(bootstrap_servers=kafka, auto_offset_reset="earliest")
    with closing(consumer):
        places = [TopicPartition(REJECTED, p) for p in range(PARTITIONS)]
        consumer.assign(places)
        ends = consumer.end_offsets(places)
        records = {}
        while any(consumer.position(place) < ends[place] for place in places):
            for batch in consumer.poll(1000).values():
                for record in batch:
                    headers = {name: value.decode() for name, value in record.headers}
                    place = (int(headers["partition"]), int(headers["offset"]))
                    records[place] = (record.value, headers)
        return records


@pytest.mark.parametrize("name", MALFORMED)
def test_it_is_kept_with_its_bytes_its_position_and_the_reason(rejected, name):
    offsets, records = rejected
    payload, reason = MALFORMED[name]
    value, headers = records[PARTITION, offsets[name]]
    assert payload == value
    assert reason in headers["reason"]
    assert EVENTS == headers["topic"]


def test_the_reason_does_not_repeat_what_the_event_says(rejected):
    offsets, records = rejected
    _, headers = records[PARTITION, offsets["a text over the limit"]]
    assert "aaaa" not in headers["reason"]


def test_an_event_in_a_partition_where_its_topic_does_not_live_is_rejected(rejected):
    offsets, records = rejected
    place = ((PARTITION + 1) % PARTITIONS, offsets["another partition"])
    assert f"belong to partition {PARTITION} of {PARTITIONS}" in records[place][1]["reason"]


@pytest.mark.usefixtures("rejected")
def test_nothing_valid_around_it_is_lost(system):
    rows = system.query("SELECT event_id FROM contributions FINAL WHERE consultation = 'rejected'")
    expected = {f"before-{number}" for number in range(len(MALFORMED))} | {"last"}
    assert expected == {event_id for (event_id,) in rows}


def listed(system):
    """What `isegoria rejected list` has, by place."""
    lines = map(json.loads, system.cli("rejected", "list", "--json").stdout.splitlines())
    return {f"{line['partition']}/{line['offset']}": line for line in lines}


@pytest.fixture
def place(rejected):
    """The place of a malformed event."""
    offsets, _ = rejected
    return lambda name: f"{PARTITION}/{offsets[name]}"


@pytest.mark.parametrize("name", MALFORMED)
def test_it_is_listed_with_its_reason_and_size(system, place, name):
    payload, reason = MALFORMED[name]
    found = listed(system)[place(name)]
    assert reason in found["reason"]
    assert (len(payload), False) == (found["bytes"], found["readable"])


def test_people_see_the_reasons_and_the_places(system, place):
    shown = system.cli("rejected", "list", "--last", "1000").stdout
    assert "data.channel: Field required" in shown
    assert all(place(name) in shown for name in MALFORMED)


def test_what_only_came_to_the_wrong_place_is_readable(system, rejected):
    offsets, _ = rejected
    misplaced = f"{(PARTITION + 1) % PARTITIONS}/{offsets['another partition']}"
    assert listed(system)[misplaced]["readable"]


@pytest.mark.parametrize("name", MALFORMED)
def test_its_bytes_come_as_they_are(system, place, name):
    done = subprocess.run(
        system.command("rejected", "show", place(name)), capture_output=True, check=True
    )
    assert MALFORMED[name][0] == done.stdout
    assert MALFORMED[name][1] in " ".join(done.stderr.decode().split())


@contextmanager
def terminal():
    """A terminal: what it shows is read from the one end, the other is a command's."""
    screen, end = pty.openpty()
    with os.fdopen(screen, "rb", 0) as shown, os.fdopen(end, "wb", 0) as written:
        yield shown, written


def test_on_a_terminal_its_bytes_are_shown_and_do_nothing(system, place):
    with terminal() as (shown, written):
        command = system.command("rejected", "show", place("not JSON"))
        subprocess.run(command, stdout=written, check=True)
        assert b"\\xff\\xfe not json\r\n" == shown.read(1000)


def test_beside_a_progress_bar_json_goes_where_it_is_to_go(system, place):
    with terminal() as (_, written):
        command = system.command("rejected", "list", "--json")
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=written, check=True)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert place("not JSON") in {f"{line['partition']}/{line['offset']}" for line in lines}


def test_a_file_for_its_bytes_is_its_owners_alone(system, place, tmp_path):
    path = tmp_path / "event.json"
    system.cli("rejected", "show", place("not JSON"), "--output", str(path))
    assert MALFORMED["not JSON"][0] == path.read_bytes()
    assert 0o600 == path.stat().st_mode & 0o777


def test_a_file_that_is_there_is_left_alone(system, place, tmp_path):
    path = tmp_path / "event.json"
    path.write_text("mine")
    refused = system.cli("rejected", "show", place("not JSON"), "--output", str(path), code=1)
    assert f"{path}: File exists" in refused.stderr
    assert "mine" == path.read_text()


def verdicts(system, event_id):
    """How an event was screened, each time that it came."""
    system.wait()
    rows = system.query(
        "SELECT verdict FROM contributions FINAL WHERE consultation = 'rejected'"
        " AND event_id = {id:String} ORDER BY offset",
        id=event_id,
    )
    return [verdict for (verdict,) in rows]


def test_what_came_to_the_wrong_place_is_counted_once_it_is_replayed(system, rejected):
    offsets, _ = rejected
    misplaced = f"{(PARTITION + 1) % PARTITIONS}/{offsets['another partition']}"
    assert [] == verdicts(system, "elsewhere")
    for _ in range(2):
        printed = system.cli("rejected", "replay", misplaced).stdout
        assert "1 published, 0 cannot be read\n" == printed
    assert ["resubmitted", "redelivered"] == verdicts(system, "elsewhere")


def test_a_mended_event_is_published_instead(system, place, tmp_path):
    mended = tmp_path / "event.json"
    mended.write_bytes(encode(event("m2", text="The lamp at the gate is out.")))
    system.cli("rejected", "replay", place("a missing field"), "--with", str(mended))
    assert ["original"] == verdicts(system, "m2")


def test_what_still_cannot_be_read_is_told_and_keeps_nothing_back(system, rejected, place):
    offsets, _ = rejected
    misplaced = f"{(PARTITION + 1) % PARTITIONS}/{offsets['another partition']}"
    done = system.cli("rejected", "replay", place("not JSON"), misplaced, code=1)
    assert f"{place('not JSON')}: event: Invalid JSON" in done.stderr
    assert "1 published, 1 cannot be read\n" == done.stdout


def test_a_mended_file_that_is_too_large_is_refused(system, place, tmp_path):
    mended = tmp_path / "event.json"
    mended.write_bytes(b" " * 300_000)
    done = system.cli("rejected", "replay", place("not JSON"), "--with", str(mended), code=1)
    assert "at most 262,144" in done.stderr


def test_a_place_where_nothing_was_rejected_is_named(system):
    refused = system.cli("rejected", "show", "0/999999", code=1)
    assert "nothing was rejected at 0/999999" in refused.stderr


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "name places, or say --all"),
        (["--all", "0/1"], "name places, or say --all"),
        (["0/1", "0/2", "--with", os.devnull], "--with is for one place"),
        (["first"], "such as 2/17"),
    ],
)
def test_what_is_to_be_replayed_must_be_said(system, arguments, sentence):
    assert sentence in system.cli("rejected", "replay", *arguments, code=2).stderr
