"""The same facts through a CSV file, a workbook, JSON lines and HTTP are the same rows.

Each way has a consultation of its own. Its rows are held against those of the CSV file without what
says where they came from and where they stand in the log.
"""

import csv
import json

import pytest
from openpyxl import Workbook

from schemas.records import Kind
from tests.intake.http.serving import BATCH
from tests.streams.test_tables import differences
from tests.system.test_intake import intake

WAYS = ("csv", "xlsx", "jsonl", "http")
SCOPE = "members"
TITLES = {"tram": "A tram along the river", "bus": "Nächte & Busse 🚌"}

# Which consultation, which channel, and places in the log.
APART = {
    "consultation",
    "source",
    "partition",
    "offset",
    "as_of_offset",
    "representative_offset",
    "version",
}
TABLES = {
    Kind.CONSULTATION: ("event_id",),
    Kind.TOPIC: ("topic", "event_id"),
    Kind.CONTRIBUTION: ("topic", "contribution"),
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
        ("2024-07-01T10:15:00Z", "2024-07-01T10:15:00Z"),
        (f"2024-03-{number % 28 + 1:02} 18:00", f"2024-03-{number % 28 + 1:02}T18:00:00+01:00"),
    )
    typed, meant = moments[number % 3]
    said = {
        "topic": ("tram", "bus")[number % 2],
        "contribution": f"F-{number:03}",
        "text": TEXTS[number % len(TEXTS)],
        "participant": "" if number % 7 == 0 else f"member {number % 5}",
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
    }
    return {**said, "occurred_at": typed}, {**said, "occurred_at": meant}


NUMBERS = range(1, 31)
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
        if age := meant["demographics.age"]:
            data["demographics"] = {"age": age}
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
    system.wait()
    return {way: {kind: of(system, f"facts-{way}", kind) for kind in TABLES} for way in WAYS}


def of(system, consultation, kind):
    found = [row for row in system.rows(kind) if row["consultation"] == consultation]
    if kind is Kind.CONTRIBUTION:
        ids = {(row["topic"], row["offset"]): row["contribution"] for row in found}
        found = [{**row, "root_offset": ids[row["topic"], row["root_offset"]]} for row in found]
    if kind is Kind.LETTER:
        found = [{**row, "root_offset": ""} for row in found]
    told = [{name: row[name] for name in row if name not in APART} for row in found]
    return sorted(told, key=lambda row: [row[column] for column in TABLES[kind]])


@pytest.mark.parametrize("kind", TABLES)
def test_there_are_rows_to_compare(rows, kind):
    assert rows["csv"][kind]


@pytest.mark.parametrize("way", WAYS[1:])
@pytest.mark.parametrize("kind", TABLES)
def test_the_rows_are_those_of_the_csv_file(rows, way, kind):
    assert [] == differences(kind.value, rows["csv"][kind], rows[way][kind])[:5]


def test_a_text_is_in_the_table_to_the_letter(rows):
    stored = {row["contribution"]: row["text"] for row in rows["csv"][Kind.CONTRIBUTION]}
    assert {typed["contribution"]: typed["text"] for typed in TYPED} == stored
