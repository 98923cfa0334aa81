"""CSV files in the columns of the form."""

import csv
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake import delimited
from intake.edge import Edge
from intake.importing import Meter
from intake.pseudonyms import Pseudonymiser
from intake.tables import TableError
from schemas.events import CapturedBy, ConsultationOpened, Identity, Mode, Role, Stance, TopicOpened
from tests.intake.form import EDGE, HEADER, read, row


@pytest.fixture
def file(tmp_path):
    """Makes a CSV file of rows; all have the first one's columns."""

    def make(*rows, encoding="utf-8", delimiter=",", name="forms.csv"):
        path = tmp_path / name
        with path.open("w", encoding=encoding, newline="") as out:
            writer = csv.writer(out, delimiter=delimiter)
            writer.writerows([rows[0].keys(), *(one.values() for one in rows)])
        return path

    return make


@pytest.fixture
def mapping(tmp_path):
    """Makes a mapping file."""

    def make(text):
        path = tmp_path / "mapping.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return make


def refused(path, match, **options):
    with pytest.raises(TableError, match=match):
        read(delimited.read, path, **options)


def test_a_contribution_keeps_all_that_the_row_says(file):
    path = file(
        {
            **row(text=' "Yes", she said.\n And left. '),
            "contribution": "F-17",
            "role": "official",
            "stance": "against",
            "language": "de-AT",
            "recorded_at": "2026-04-07 09:00",
            "captured_by": "staff",
            "identity": "self-declared",
            "device": "kiosk-2",
            "attachments": "map.pdf; plan.pdf",
            "group": "Parents' council",
            "reply_to": "F-16",
            "demographics.age": "35-44",
            "demographics.district": "",
        }
    )

    ((event,), problems) = read(delimited.read, path)

    data = event.data
    assert [] == problems
    assert ("urn:isegoria:csv:hall", "tram/F-17") == (event.source, event.id)
    assert ("hall", "tram", "F-17") == (data.consultation, data.topic, data.contribution)
    assert ' "Yes", she said.\n And left. ' == data.text
    assert EDGE.participant("member 7") == data.participant
    assert (Role.OFFICIAL, Identity.SELF_DECLARED) == (data.role, data.identity)
    assert (Mode.OFFLINE, "paper", "kiosk-2") == (data.mode, data.channel, data.device)
    assert (CapturedBy.STAFF, Stance.AGAINST) == (data.captured_by, data.stance)
    assert ("de-AT", "F-16", "Parents' council") == (data.language, data.reply_to, data.group)
    assert datetime(2026, 3, 31, 10, tzinfo=UTC) == data.occurred_at
    assert datetime(2026, 4, 7, 7, tzinfo=UTC) == data.recorded_at
    assert ("map.pdf", "plan.pdf") == data.attachments
    assert {"age": "35-44"} == data.demographics


@pytest.mark.parametrize("participant", ["", " ", "Anonymous", "n/a"])
def test_a_row_without_a_name_is_an_unknown_authors(file, participant):
    ((event,), _) = read(delimited.read, file(row(participant=participant)))

    assert event.data.participant is None


def test_people_are_told_apart_by_the_scope(file):
    other = Edge(EDGE.pseudonyms, scope="another hall")
    here, there = (read(delimited.read, file(row()), edge=edge)[0][0] for edge in (EDGE, other))

    assert here.data.participant != there.data.participant


def test_the_consultation_opens_under_a_title_that_is_given(file):
    ((opened, _), _) = read(delimited.read, file(row()), title="The tram")

    assert isinstance(opened, ConsultationOpened)
    assert "The tram" == opened.data.title


def test_a_topic_opens_before_its_first_contribution_where_it_has_a_title(file):
    rows = [
        row(topic_title=title, topic=topic)
        for topic, title in [("tram", "The tram"), ("tram", ""), ("bus", ""), ("tram", "The tram")]
    ]

    events, problems = read(delimited.read, file(*rows))

    assert [True, False, False, False, False] == [
        isinstance(event, TopicOpened) for event in events
    ]
    assert ("topic-tram", "The tram") == (events[0].id, events[0].data.title)
    assert [] == problems


def test_another_title_for_a_topic_is_a_problem(file):
    _, (problem,) = read(delimited.read, file(row(topic_title="A"), row(topic_title="B")))

    assert (3, "topic_title") == (problem.line, problem.field)
    assert "another title than on line 2" == problem.reason


def test_equal_rows_without_an_id_stay_as_many(file):
    events, _ = read(delimited.read, file(row(), row(), row(text="No.")))

    assert 3 == len({event.id for event in events})


def test_importing_a_file_again_gives_the_same_ids(file):
    path = file(row(), row(), row(text="No."))

    assert read(delimited.read, path) == read(delimited.read, path)


def test_no_id_tells_a_name(file):
    """Whoever has the log and guesses a name cannot test the guess without the key."""
    path = file(row(participant="Ann"))
    edges = (Edge(Pseudonymiser(key), "the hall") for key in (b"k" * 32, b"l" * 32))
    here, there = (read(delimited.read, path, edge=edge)[0][0].id for edge in edges)

    assert here != there


def test_an_id_that_is_used_for_something_else_is_a_problem(file):
    first = row(contribution="1")
    path = file(first, first, row(contribution="1", text="No."), row(contribution="1", topic="bus"))

    events, (problem,) = read(delimited.read, path)

    assert ["tram/1", "tram/1", "bus/1"] == [event.id for event in events]
    assert (4, "contribution", "already used on line 2 for something else") == (
        problem.line,
        problem.field,
        problem.reason,
    )


@pytest.mark.parametrize(
    ("cells", "field", "reason"),
    [
        ({"topic": ""}, "topic", "no value"),
        ({"topic": "The tram"}, "topic", "not an id"),
        ({"text": " \n"}, "text", "no value"),
        ({"text": "x" * 20_001}, "text", "at most 20000 characters"),
        ({"mode": ""}, "mode", "no value"),
        ({"mode": "paper"}, "mode", "'online' or 'offline'"),
        ({"channel": ""}, "channel", "no value"),
        ({"stance": "ja"}, "stance", "'for', 'against' or 'neutral'"),
        ({"contribution": "F 17"}, "contribution", "not an id"),
        ({"reply_to": "F 17"}, "reply_to", "not an id"),
        ({"occurred_at": ""}, "occurred_at", "no value"),
        ({"occurred_at": "2026-02-29"}, "occurred_at", "there is no such day"),
        ({"recorded_at": "yesterday"}, "recorded_at", "not a date like"),
        ({"demographics.age": "x" * 129}, "demographics.age", "at most 128 characters"),
        ({"topic_title": "x" * 501}, "topic_title", "at most 500 characters"),
    ],
)
def test_a_bad_row_is_set_apart_with_its_line_field_and_reason(file, cells, field, reason):
    good = {**row(), **dict.fromkeys(cells, "")} | {
        key: row()[key] for key in cells if key in row()
    }
    bad = {**good, **cells}

    events, (problem,) = read(delimited.read, file(good, bad, good))

    assert 2 == len(events)
    assert ("forms.csv", 3, field) == (problem.file, problem.line, problem.field)
    assert reason in problem.reason
    assert bad == problem.cells


def test_no_reason_repeats_what_a_row_says(file):
    cells = dict.fromkeys(("topic", "mode", "stance", "occurred_at", "reply_to"), "Ann Secret")
    for field, secret in cells.items():
        _, (problem,) = read(delimited.read, file(row(**{field: secret})))

        assert "Secret" not in problem.reason


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("tram,Text,me,offline,paper", "5 columns where the header has 6"),
        ("tram,Text,me,offline,paper,2026-03-31,", "7 columns where the header has 6"),
        ('tram,"Text,me,offline,paper,2026-03-31', "not readable as CSV"),
    ],
)
def test_a_row_that_does_not_fit_the_header_costs_itself_alone(file, line, reason):
    path = file(row())
    with path.open("a") as out:
        out.write(line + "\n" + ",".join(row().values()) + "\n")

    events, (problem,) = read(delimited.read, path)

    assert (2, 3) == (len(events), problem.line)
    assert reason in problem.reason


def test_a_missing_column_is_named(file):
    cells = row()
    del cells["mode"], cells["channel"]

    refused(file(cells), "the header lacks mode, channel")


def test_a_column_that_is_there_twice_is_refused(tmp_path):
    path = tmp_path / "forms.csv"
    path.write_text(",".join((*HEADER, "text")) + "\n")

    refused(path, "the column text is there twice")


def test_unknown_columns_are_ignored_and_told_once(file):
    meter = Meter()

    events, problems = read(
        delimited.read, file(row(Bemerkung="x"), row(Bemerkung="y")), meter=meter
    )

    assert (2, []) == (len(events), problems)
    assert ["forms.csv: columns that mean nothing here are ignored: Bemerkung."] == meter.notices


def test_a_mapping_says_which_column_is_what(file, mapping):
    path = file(
        {
            "Wortmeldung": "Ja bitte",
            "E-Mail": "ann@example.org",
            "Datum": "3.4.2026",
            "Alter": "34,5",
            "Für?": "ja",
        },
        delimiter=";",
        encoding="windows-1252",
    )
    chosen = mapping(
        """
        encoding = "windows-1252"
        delimiter = ";"
        zone = "Europe/Vienna"
        date_order = "day-first"
        decimal_comma = true
        [columns]
        text = "Wortmeldung"
        participant = "E-Mail"
        occurred_at = "Datum"
        stance = "Für?"
        "demographics.age" = "Alter"
        [constants]
        topic = "tram"
        channel = "paper"
        mode = "offline"
        [values.stance]
        ja = "for"
        """
    )

    ((event,), problems) = read(delimited.read, path, mapping=chosen, zone=None)

    assert [] == problems
    data = event.data
    assert ("Ja bitte", "tram", "paper") == (data.text, data.topic, data.channel)
    assert (Stance.FOR, {"age": "34.5"}) == (data.stance, data.demographics)
    assert datetime(2026, 4, 3, 10, tzinfo=UTC) == data.occurred_at
    assert EDGE.participant("ann@example.org") == data.participant


def test_a_problem_names_the_tables_own_column(file, mapping):
    cells = row()
    cells["Art"] = cells.pop("mode")

    _, (problem,) = read(
        delimited.read, file({**cells, "Art": "?"}), mapping=mapping('columns.mode = "Art"')
    )

    assert "Art" == problem.field


def test_a_column_of_the_mapping_that_is_not_there_is_named(file, mapping):
    refused(file(row()), "lacks Wortmeldung", mapping=mapping('columns.text = "Wortmeldung"'))


@pytest.mark.parametrize(
    ("cells", "options", "reason"),
    [
        ({"occurred_at": "3.4.2026"}, {}, "line 3: .*date_order"),
        ({}, {"zone": None}, "line 2: .*--zone"),
    ],
)
def test_a_date_that_can_be_read_in_two_ways_ends_the_import(file, cells, options, reason):
    refused(file(row(), row(**cells)), reason, **options)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_byte_order_mark_tells_the_encoding(file, encoding):
    path = file(row(text="Größe “groß” 😀"), encoding=encoding)
    if encoding.endswith("e"):
        mark = "\ufeff".encode(encoding)
        path.write_bytes(mark + path.read_bytes())

    ((event,), _) = read(delimited.read, path)

    assert "Größe “groß” 😀" == event.data.text


def test_an_encoding_that_cannot_be_told_is_asked_for(file):
    path = file(row(), row(text="Größe"), encoding="windows-1252")

    refused(path, 'not UTF-8 from line 3; give encoding = "windows-1252".*--encoding')

    events, _ = read(delimited.read, path, encoding="windows-1252")
    assert "Größe" == events[1].data.text


def test_a_damaged_row_of_a_file_that_is_utf_8_costs_itself_alone(file):
    path = file(row(text="Größe"), row(text="damaged"), row())
    path.write_bytes(path.read_bytes().replace(b"damaged", b"dam\xffaged"))

    events, (problem,) = read(delimited.read, path)

    assert (2, 3, "not UTF-8") == (len(events), problem.line, problem.reason)


def test_utf_16_without_its_mark_is_refused(file):
    refused(file(row(), encoding="utf-16-le"), "UTF-16 without its byte order mark")


def test_utf_16_that_breaks_off_is_refused(file):
    path = file(row(), encoding="utf-16")
    path.write_bytes(path.read_bytes()[:-1])

    refused(path, "not UTF-16")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_header_tells_the_delimiter(file, delimiter):
    events, problems = read(delimited.read, file(row(text="a,b;c\td"), delimiter=delimiter))

    assert ("a,b;c\td", []) == (events[0].data.text, problems)


def test_a_header_that_tells_two_delimiters_is_refused_unless_it_is_declared(file, mapping):
    path = file({**row(), "a,b": ""}, delimiter=";")
    path.write_text(path.read_text().replace('"a,b"', "a,b"))

    refused(path, "comma and semicolon both stand in the header")

    events, _ = read(delimited.read, path, mapping=mapping('delimiter = ";"'))
    assert 1 == len(events)


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_refused(tmp_path, content):
    path = tmp_path / "forms.csv"
    path.write_bytes(content)

    refused(path, "the file is empty")


def test_a_line_without_end_is_refused(tmp_path):
    path = tmp_path / "forms.csv"
    path.write_bytes(b"x" * (1024 * 1024 + 1))

    refused(path, "line 1 is longer than")


def test_a_file_that_is_not_there_is_refused(tmp_path):
    refused(tmp_path / "forms.csv", "cannot be read")


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_whatever_the_bytes_are_there_is_an_answer(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "anything.csv"
    path.write_bytes(",".join(HEADER).encode() + b"\n" + content)

    with suppress(TableError):
        events, problems = read(delimited.read, path)
        assert len(events) + len(problems) <= content.count(b"\n") + content.count(b"\r") + 1


# A carriage return alone is a line end to csv; a surrogate is no character.
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=50)


@settings(deadline=None)
@given(
    st.lists(TEXT.filter(str.strip), max_size=5),
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_texts_that_are_written_are_read(tmp_path_factory, texts, delimiter, encoding):
    path = tmp_path_factory.getbasetemp() / "round-trip.csv"
    with path.open("w", encoding=encoding, newline="") as out:
        writer = csv.writer(out, delimiter=delimiter)
        writer.writerows([HEADER, *(row(text=text).values() for text in texts)])

    events, problems = read(delimited.read, path)

    assert (texts, []) == ([event.data.text for event in events], problems)
