"""The same facts through a CSV file, a workbook, JSON lines and HTTP are the same rows.

Each way has a consultation of its own. Its rows are held against those of the CSV file without what
says where they came from and where they stand in the log (`APART`). Where a row points to another
by its place in the log, the contribution there is compared instead.
"""

import csv
import json

import pytest
from openpyxl import Workbook

from schemas.records import Kind
from tests.intake.http.serving import BATCH
from tests.make import withdrawal
from tests.streams.test_tables import differences
from tests.system.running import moved
from tests.system.test_intake import intake

WAYS = ("csv", "xlsx", "jsonl", "http")
SCOPE = "members"
TITLES = {"tram": "A tram along the river", "bus": "Nächte & Busse 🚌"}

# Columns that are not compared, and why.
APART = {
    "consultation": "each way has its own",
    "source": "names the channel",
    "partition": "follows from the consultation's id",
    "offset": "a place in the log",
    "as_of_offset": "a place in the log",
    "representative_offset": "a place in the log; `representative` is compared",
    "version": "an offset, where it is a topic's",
}
# Columns that are compared as the contribution that is there.
PLACES = ("offset", "root_offset")
TABLES = {
    Kind.CONSULTATION: ("event_id",),
    Kind.TOPIC: ("topic", "event_id"),
    Kind.CONTRIBUTION: ("topic", "contribution"),
    Kind.STANDING: ("topic", "at_offset"),
    Kind.SUMMARY: ("topic",),
    Kind.DAY: ("topic", "day"),
    Kind.LETTER: ("topic", "representative"),
    Kind.DOMINANCE: ("topic",),
}

LETTER = (
    "Bitte lassen Sie die Straßenbahn am Fluss fahren, denn unsere Kinder brauchen sie für den Weg"
    " zur Schule, und der Bus steht jeden Morgen im selben Stau wie die Autos."
)
TEXTS = (
    "The stop should be in front of the school, not behind it.",
    'She said "no", twice;\nthen she left, and so did I, with a long face.',
    LETTER,
    f"{LETTER} Ich wohne seit 1984 hier.",
    "公園にもっと木を植えてください。夏はとても暑いです。",
    "=SUM(1;2) is no reason to build a tram here, whatever the council's table says.",
    "I agree 👍🏽",
    "  Two blanks before, and 0.5 % of it; a comma, too.  ",
)


def facts(number):
    """The cells of one row; times without a zone are Vienna's."""
    moments = (
        ("2024-02-29 09:30", "2024-02-29T09:30:00+01:00"),
        ("2024-07-01T10:15:00-05:00", "2024-07-01T10:15:00-05:00"),
        (f"2024-03-{number % 28 + 1:02} 18:00", f"2024-03-{number % 28 + 1:02}T18:00:00+01:00"),
    )
    typed, meant = moments[number % 3]
    # Typed in later, in another zone.
    recorded = "2024-09-02T23:45:00+05:30" if number % 5 == 0 else ""
    said = {
        "topic": ("tram", "bus")[number % 2],
        "contribution": f"F-{number:03}",
        "text": TEXTS[number % len(TEXTS)],
        "participant": "" if number % 7 == 0 else f"member {number // 4 % 3}",
        "mode": ("offline", "online")[number % 2],
        "channel": ("paper form", "web")[number % 2],
        "identity": ("self-declared", "e-mail")[number % 2],
        "captured_by": ("staff", "self")[number % 2],
        "stance": ("for", "against", "")[number % 3],
        "language": ("de", "en-GB", "")[number % 3],
        "group": "Parents' council" if number % 4 == 0 else "",
        "reply_to": "F-001" if number == 9 else "",
        "attachments": "map.pdf; list, old.csv" if number % 6 == 0 else "",
        "demographics.age": "35-44" if number % 2 else "",
        "demographics.district": 'Währing, "18th"' if number % 3 else "",
        "recorded_at": recorded,
    }
    return {**said, "occurred_at": typed}, {**said, "occurred_at": meant}


NUMBERS = range(1, 31)
FIRST_LETTER = "F-002"
TYPED = [
    {"topic_title": TITLES[typed["topic"]] if typed["contribution"] in ("F-001", "F-002") else ""}
    | typed
    for typed, _ in map(facts, NUMBERS)
]


def events(consultation):
    """The same as a web platform sends it."""

    def envelope(kind, event_id, **data):
        data = {"consultation": consultation, **data}
        ours = {"specversion": "1.0", "source": "urn:isegoria:channel:web"}
        return {**ours, "type": f"{kind}.v1", "id": event_id, "data": data}

    yield envelope("consultation.opened", "consultation", title="Our town")
    for number in NUMBERS:
        _, meant = facts(number)
        if (topic := meant["topic"]) and number in (1, 2):
            yield envelope("topic.opened", f"topic-{topic}", topic=topic, title=TITLES[topic])
        data = {name: value for name, value in meant.items() if value and "." not in name}
        if attached := data.pop("attachments", ""):
            data["attachments"] = [name.strip() for name in attached.split(";")]
        snapshot = {name: meant[f"demographics.{name}"] for name in ("age", "district")}
        data["demographics"] = {name: value for name, value in snapshot.items() if value}
        yield envelope("contribution.submitted", f"{topic}/{data['contribution']}", **data)


def write(way, path):
    if way == "csv":
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, TYPED[0])
            writer.writeheader()
            writer.writerows(TYPED)
    elif way == "xlsx":
        book = Workbook()
        book.active.append([*TYPED[0]])
        for typed in TYPED:
            book.active.append([*typed.values()])
            for cell in book.active[book.active.max_row]:
                # What begins with = is text here and no formula.
                cell.data_type = "s" if cell.value else "n"
        book.save(path)
    else:
        path.write_text("".join(f"{json.dumps(typed)}\n" for typed in TYPED))


@pytest.fixture(scope="module")
def rows(system, tmp_path_factory):
    """The rows of each way, by table, in an order that is the same for all."""
    folder = tmp_path_factory.mktemp("facts")
    for way in WAYS[:3]:
        path = folder / f"facts.{way}"
        write(way, path)
        said = ("--consultation", f"facts-{way}", "--title", "Our town", "--zone", "Europe/Vienna")
        system.cli("import", way, str(path), *said, "--scope", SCOPE)
    more = f'scope = "{SCOPE}"\ntypes = ["consultation.opened.v1", "topic.opened.v1",'
    with intake(system, folder, f'{more} "contribution.submitted.v1"]') as (client, _):
        answer = client.post(list(events("facts-http")), BATCH)
        assert 202 == answer.status, answer.body
    # What comes later makes standings: the first letter goes, and the next one is promoted.
    system.publish(
        moved(withdrawal(f"withdrawn-{way}", FIRST_LETTER, topic="tram"), f"facts-{way}")
        for way in WAYS
    )
    system.wait()
    return {way: {kind: of(system, f"facts-{way}", kind) for kind in TABLES} for way in WAYS}


def of(system, consultation, kind):
    """The rows of a table, without what is apart, and with contributions for places."""
    at = {
        (row["topic"], row["offset"]): row["contribution"]
        for row in system.rows(Kind.CONTRIBUTION)
        if row["consultation"] == consultation
    }
    found = []
    for row in system.rows(kind):
        if row["consultation"] == consultation:
            compared = {name: value for name, value in row.items() if name not in APART}
            places = {
                f"at_{name}": at.get((row.get("topic"), row[name]))
                for name in PLACES
                if name in row
            }
            compared.pop("root_offset", None)
            found.append(compared | places)
    return sorted(found, key=lambda row: [row[column] for column in TABLES[kind]])


@pytest.mark.parametrize("kind", TABLES)
def test_there_are_rows_to_compare(rows, kind):
    assert rows["csv"][kind]


@pytest.mark.parametrize("way", WAYS[1:])
@pytest.mark.parametrize("kind", TABLES)
def test_the_rows_are_those_of_the_csv_file(rows, way, kind):
    assert [] == differences(kind.value, rows["csv"][kind], rows[way][kind])[:5]


def test_the_facts_have_every_verdict_that_a_file_can_lead_to(rows):
    verdicts = {row["verdict"] for row in rows["csv"][Kind.CONTRIBUTION]}
    assert {"original", "resubmitted", "campaign"} == verdicts


def test_the_facts_have_known_and_unknown_authors(rows):
    people = {row["participant"] for row in rows["csv"][Kind.CONTRIBUTION]}
    assert 4 == len(people)
    assert "" in people


def test_a_text_is_in_the_table_to_the_letter(rows):
    stored = {row["contribution"]: row["text"] for row in rows["csv"][Kind.CONTRIBUTION]}
    assert {typed["contribution"]: typed["text"] for typed in TYPED} == stored
