"""`isegoria import`, as a clerk meets it: the streams' side is tested in `tests/system`."""

import json
import os
import signal
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from itertools import islice

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition

from embedded import ports
from intake.importing import Meter, Source
from intake.pseudonyms import Pseudonymiser
from intake.template import csv_template, write_xlsx_template
from isegoria.inputs import Input
from isegoria.resuming import Progress
from schemas.events import decode
from schemas.topics import EVENTS
from tests.fixtures.kafka import running_broker
from tests.fixtures.processes import wait_for

HEADER = "topic,contribution,text,participant,mode,channel,occurred_at"
LARGE = 200_000


def line(number, **cells):
    told = {"text": f"The tram should stop at the school says form {number}.", **cells}
    day = told.get("day", "2026-03-31")
    return f"tram,{number},{told['text']},member {number % 97},offline,paper,{day}"


@pytest.fixture
def folder(tmp_path):
    return tmp_path


@pytest.fixture
def forms(folder):
    """Makes a CSV file of the given lines."""

    def make(*lines, name="forms.csv"):
        path = folder / name
        path.write_text("\n".join((HEADER, *lines)) + "\n", encoding="utf-8")
        return path

    return make


def command(*arguments, folder):
    return [sys.executable, "-m", "isegoria", "import", *arguments, "--data-dir", str(folder)]


def isegoria(*arguments, folder, **environment):
    return subprocess.run(
        command(*arguments, folder=folder),
        capture_output=True,
        text=True,
        timeout=170,
        env={**os.environ, "COLUMNS": "200", **environment},
        check=False,
    )


def check(path, *arguments, folder, format_name="csv"):
    common = ("--consultation", "hall", "--zone", "Europe/Vienna", "--dry-run")
    return isegoria(format_name, str(path), *common, *arguments, folder=folder)


def test_without_a_bad_row_the_exit_code_is_0_and_nothing_is_written(folder, forms):
    path = forms(line(1), line(2))

    done = check(path, folder=folder)

    assert (0, "2 events could be published; nothing was.\n") == (done.returncode, done.stdout)
    assert {"forms.csv", "pseudonym.key"} == {file.name for file in folder.iterdir()}


def test_bad_rows_are_listed_and_kept_to_be_mended(folder, forms):
    path = forms(line(1), line(2, day="2026-02-29"), line(3))

    done = check(path, folder=folder)

    rejected = folder / "forms.csv.rejected.csv"
    assert 1 == done.returncode
    assert "2 events could be published" in done.stdout
    assert "forms.csv line 3, occurred_at: there is no such day" in done.stderr
    assert f"Mend them in {rejected}" in done.stderr
    assert "member" not in done.stderr
    rejected.write_bytes(rejected.read_bytes().replace(b"02-29", b"02-28"))
    assert 0 == check(rejected, folder=folder).returncode


def test_of_many_bad_rows_the_first_are_shown_and_all_are_kept(folder, forms):
    path = forms(*(line(number, day="soon") for number in range(50)))

    done = check(path, folder=folder)

    assert 20 == done.stderr.count("not a date")
    assert "… and 30 more" in done.stderr
    assert "50 rows were skipped." in done.stderr
    assert 51 == len((folder / "forms.csv.rejected.csv").read_text().splitlines())


def test_what_is_ignored_is_told(folder, forms):
    path = forms()
    path.write_text(f"{HEADER},Bemerkung\n{line(1)},x\n")

    assert "ignored: Bemerkung" in check(path, folder=folder).stderr


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("--zone", "Vienna"), "--zone"),
        (("--mapping", "absent.toml"), "--mapping"),
        (("--sheet", "Tuesday"), "--sheet"),
    ],
    ids=["a zone that is none", "a mapping that is not there", "an option of another format"],
)
def test_a_wrong_option_is_a_usage_error(folder, forms, arguments, named):
    done = check(forms(line(1)), *arguments, folder=folder)

    assert 2 == done.returncode
    assert named in done.stderr


def test_a_consultation_has_to_be_named(folder, forms):
    done = isegoria("csv", str(forms()), "--dry-run", folder=folder)

    assert (2, True) == (done.returncode, "--consultation" in done.stderr)


def test_a_key_that_is_none_is_told_in_a_sentence(folder, forms):
    key = folder / "pseudonym.key"
    key.write_bytes(b"short")
    key.chmod(0o600)

    done = check(forms(line(1)), folder=folder)

    assert 1 == done.returncode
    assert "at least 32 are needed" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_template_is_a_file_that_can_be_imported(folder):
    for name, format_name in (("form.csv", "csv"), ("form.xlsx", "xlsx")):
        path = folder / name
        subprocess.run(command("template", str(path), folder=folder)[:-2], check=True)

        assert 0 == check(path, folder=folder, format_name=format_name).returncode


def test_without_a_path_the_template_is_printed(folder):
    done = subprocess.run(
        command("template", folder=folder)[:-2], capture_output=True, text=True, check=True
    )

    assert done.stdout.startswith("topic,")


def test_a_large_file_takes_little_memory(folder):
    path = folder / "large.csv"
    padding = "word " * 50
    # Held in memory, rows of this size would take more than the bound.
    with path.open("w") as file:
        file.write(HEADER + "\n")
        for number in range(LARGE):
            file.write(f"tram,,{padding}{number},member {number},offline,paper,2026-03-31\n")
    # A process of its own, so that the largest child is this one.
    script = (
        "import resource, subprocess, sys; code = subprocess.run(sys.argv[1:]).returncode;"
        " print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss); sys.exit(code)"
    )
    arguments = command(
        "csv", str(path), "--consultation", "hall", "--zone", "UTC", "--dry-run", folder=folder
    )

    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=True
    )

    told, kilobytes = done.stdout.splitlines()[-2:]
    assert f"{LARGE:,} events" in told
    assert int(kilobytes) < 200 * 1024


class Broker:
    """The events that came to a broker which several tests share, from here on."""

    def __init__(self, address):
        self.address = address
        with KafkaAdminClient(bootstrap_servers=address) as admin:
            if EVENTS not in admin.list_topics():
                admin.create_topics({EVENTS: {"num_partitions": 1}}, wait_for_metadata=True)
        self._place = TopicPartition(EVENTS, 0)
        self._begin = self._end()

    @property
    def environment(self):
        return {
            "ISEGORIA_KAFKA_BOOTSTRAP_SERVERS": self.address,
            "ISEGORIA_CLICKHOUSE_URL": "http://nobody:nothing@127.0.0.1:9/none",
        }

    def ids(self):
        """Ids of the events, in order."""
        end = self._end()
        with closing(KafkaConsumer(bootstrap_servers=self.address)) as consumer:
            consumer.assign([self._place])
            consumer.seek(self._place, self._begin)
            records = islice(consumer, end - self._begin)
            return [decode(record.value).id for record in records]

    def _end(self):
        with closing(KafkaConsumer(bootstrap_servers=self.address)) as consumer:
            return consumer.end_offsets([self._place])[self._place]


@pytest.fixture(scope="module")
def own_kafka(tmp_path_factory):
    """A broker whose topic of events has one partition, unlike that of other tests."""
    port = ports.free_port()
    with running_broker(tmp_path_factory.mktemp("importing"), port):
        yield f"{ports.HOST}:{port}"


@pytest.fixture
def broker(own_kafka):
    return Broker(own_kafka)


def publish(path, *arguments, folder, broker):
    common = ("--consultation", "hall", "--zone", "Europe/Vienna")
    return isegoria("csv", str(path), *common, *arguments, folder=folder, **broker.environment)


def test_an_import_that_ends_leaves_no_progress(folder, forms, broker):
    done = publish(forms(line(1), line(2)), folder=folder, broker=broker)

    assert (0, "2 events published.\n") == (done.returncode, done.stdout)
    assert not (folder / "forms.csv.progress").exists()
    assert ["tram/1", "tram/2"] == broker.ids()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_an_interrupted_import_goes_on_where_kafka_had_everything(folder, forms, broker, how):
    count = 60_000
    path = forms(line(0, day="soon"), *(line(number) for number in range(1, count + 1)))
    progress = folder / "forms.csv.progress"
    arguments = ("csv", str(path), "--consultation", "hall", "--zone", "Europe/Vienna")
    process = subprocess.Popen(
        command(*arguments, folder=folder),
        env={**os.environ, **broker.environment},
        stderr=subprocess.PIPE,
        text=True,
    )
    wait_for(progress.exists)
    process.send_signal(how)
    told = process.communicate(timeout=60)[1]
    in_kafka = json.loads(progress.read_text())["in_kafka"]

    done = publish(path, "--resume", folder=folder, broker=broker)

    ids = broker.ids()
    assert 0 < in_kafka < count
    assert (1, f"{count:,} events published.\n") == (done.returncode, done.stdout)
    assert f"{in_kafka:,} events are in Kafka already." in done.stderr
    assert [f"tram/{number}" for number in range(1, count + 1)] == list(dict.fromkeys(ids))
    # Nothing was sent again that the first run knew to be there.
    assert ids[:in_kafka] == [f"tram/{number}" for number in range(1, in_kafka + 1)]
    assert ids.index(f"tram/{in_kafka}") == len(ids) - 1 - ids[::-1].index(f"tram/{in_kafka}")
    assert 2 == len((folder / "forms.csv.rejected.csv").read_text().splitlines())
    assert ("--resume" in told) == (how == signal.SIGINT)
    assert "Traceback" not in told


@pytest.fixture
def interrupted(forms):
    """A file whose import was interrupted after its first event."""
    path = forms(line(1), line(2))
    source = Source(path, "hall", zone="Europe/Vienna")
    progress = Progress.beginning(Input("csv", source, Pseudonymiser(b"k" * 32)))
    progress.model_copy(update={"in_kafka": 1}).save(path)
    return path


def test_only_what_kafka_lacks_is_sent(interrupted, folder, broker):
    done = publish(interrupted, "--resume", folder=folder, broker=broker)

    assert (0, ["tram/2"]) == (done.returncode, broker.ids())


def test_without_resume_an_import_begins_anew(interrupted, folder, broker):
    publish(interrupted, folder=folder, broker=broker)

    assert ["tram/1", "tram/2"] == broker.ids()


def test_where_nothing_was_interrupted_resume_begins(folder, forms, broker):
    publish(forms(line(1)), "--resume", folder=folder, broker=broker)

    assert ["tram/1"] == broker.ids()


def test_a_file_that_changed_is_not_resumed(interrupted, folder, broker):
    with interrupted.open("a") as file:
        file.write(line(3) + "\n")

    done = publish(interrupted, "--resume", folder=folder, broker=broker)

    assert 1 == done.returncode
    assert "changed since that import was begun: forms.csv; leave --resume out" in done.stderr


def test_other_options_are_not_resumed(interrupted, folder, broker):
    done = publish(interrupted, "--resume", "--source", "hall", folder=folder, broker=broker)

    assert 1 == done.returncode
    assert "begun with other options" in done.stderr


def test_a_progress_file_that_is_none_is_refused(interrupted, folder, broker):
    (folder / "forms.csv.progress").write_text("{}")

    done = publish(interrupted, "--resume", folder=folder, broker=broker)

    assert (1, True) == (done.returncode, "not a progress file" in done.stderr)


def test_the_progress_tells_nothing_of_people(interrupted):
    progress = interrupted.with_name("forms.csv.progress")

    assert "member" not in progress.read_text()


def test_a_file_that_cannot_be_read_is_told_before_kafka_is_asked(folder):
    path = folder / "forms.csv"
    path.write_text("Wortmeldung\n")

    done = isegoria("csv", str(path), "--consultation", "hall", folder=folder)

    assert 1 == done.returncode
    assert "the header lacks topic, text, mode, channel, occurred_at" in done.stderr


def events(format_name, folder, name):
    source = Source(folder, name)
    given = Input(format_name, source, Pseudonymiser(b"k" * 32))
    return [*given.events(Meter(), datetime(2026, 4, 1, tzinfo=UTC), pytest.fail)]


def test_the_same_number_in_another_conversation_is_another_person(folder):
    (folder / "comments.csv").write_text(
        "timestamp,comment-id,author-id,comment-body\n1483908221702,1,7,Plant trees\n"
    )

    here, there = (events("polis", folder, name)[-1] for name in ("here", "there"))

    assert here.data.participant != there.data.participant


def test_the_same_member_on_another_form_of_a_consultation_is_the_same_person(folder):
    write_xlsx_template(folder / "form.xlsx")
    (folder / "form.csv").write_text(csv_template())
    people = {
        format_name: [
            event.data.participant
            for event in Input(
                format_name,
                Source(folder / f"form.{format_name}", "hall", zone="UTC"),
                Pseudonymiser(b"k" * 32),
            ).events(Meter(), datetime(2027, 4, 1, tzinfo=UTC), pytest.fail)
            if event.type == "contribution.submitted.v1"
        ]
        for format_name in ("csv", "xlsx")
    }

    assert people["csv"] == people["xlsx"]
