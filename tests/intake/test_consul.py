"""The importer of CONSUL export folders."""

import csv
import json
import os
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.consul import read_export
from intake.edge import Edge
from intake.pseudonyms import Pseudonymiser
from intake.tables import Problem, TableError
from schemas.events import (
    ConsultationOpened,
    ContributionSubmitted,
    Identity,
    Mode,
    Role,
    TopicOpened,
    decode,
    encode,
)

COMMENTS = (
    ",id,parentId,proposalId,page,userId,userType,date,time,text,"
    "numVotes,numPositiveVotes,numNegativeVotes"
)
PROPOSALS = (
    ",id,url,code,title,userId,date,summary,text,numComments,status,numSupports,isAssociation"
)
EDGE = Edge(Pseudonymiser(b"k" * 32), scope="the channel")


@pytest.fixture
def folder(tmp_path):
    """Makes an export folder from the lines of its files."""

    def make(comments=(), proposals=None, name="parks"):
        path = tmp_path / name
        path.mkdir(exist_ok=True)
        write(path / "comments.csv", [COMMENTS, *comments])
        if proposals is not None:
            write(path / "proposals.csv", [PROPOSALS, *proposals])
        return path

    return make


def write(path, lines):
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def read(path, **options):
    return read_export(path, edge=EDGE, **options)


def topics(export):
    return [event for event in export.events() if isinstance(event, TopicOpened)]


def submitted(export):
    return [event for event in export.events() if isinstance(event, ContributionSubmitted)]


def comment(identity, text="Texto", *, parent=-1, proposal=50, user=7, kind="", **when):
    date, time = when.get("date", "2015-09-15"), when.get("time", "0 days 11:48:43")
    return f"8,{identity},{parent},{proposal},1,{user},{kind},{date},{time},{text},7,6,1"


def proposal(identity, title="Parques", summary="¿Más parques?"):
    return f"2,{identity},/x,MAD-1,{title},9,2015-09-15,{summary},Larga,99,archived,7908,0"


def test_a_comment_keeps_all_that_the_row_says(folder):
    path = folder([comment(17162, '"Sí, ""claro"".\n  Otra línea "')])

    (event,) = submitted(read(path))

    assert "urn:isegoria:consul:parks" == event.source
    data = event.data
    assert ("parks", "proposal-50", "17162") == (data.consultation, data.topic, data.contribution)
    assert ("consul", Mode.ONLINE, "es") == (data.channel, data.mode, data.language)
    assert (Role.PARTICIPANT, Identity.NONE) == (data.role, data.identity)
    assert 'Sí, "claro".\n  Otra línea ' == data.text
    assert datetime(2015, 9, 15, 9, 48, 43, tzinfo=UTC) == data.occurred_at


def test_a_proposal_is_a_topic_with_its_title_and_summary(folder):
    (event,) = topics(read(folder([], [proposal(50, " Parques ", '"¿Más, o no?"')])))

    assert ("proposal-50", "Parques") == (event.data.topic, event.data.title)
    assert "¿Más, o no?" == event.data.question


@pytest.mark.parametrize("proposals", [None, [], [proposal(72)], [proposal(50, "")]])
def test_a_topic_without_a_title_of_its_own_is_called_by_its_number(folder, proposals):
    export = read(folder([comment(1, proposal=50)], proposals))

    assert "Proposal 50" in [event.data.title for event in topics(export)]


def test_a_title_or_summary_that_is_too_long_is_cut(folder):
    export = read(folder([], [proposal(50, "t" * 501, "s" * 20_001)]))

    (event,) = topics(export)
    assert ("t" * 500, "s" * 20_000) == (event.data.title, event.data.question)
    assert () == export.problems


def test_the_consultation_and_its_topics_open_first(folder):
    path = folder([comment(1, proposal=9), comment(2, proposal=50)], [proposal(152), proposal(50)])

    events = list(read(path).events())

    assert isinstance(events[0], ConsultationOpened)
    assert ["proposal-9", "proposal-50", "proposal-152"] == [
        event.data.topic for event in events[1:4] if isinstance(event, TopicOpened)
    ]


def test_the_folder_gives_the_consultation_its_title_and_id(folder):
    export = read(folder(name="Parques & más 2015"))

    assert ("Parques & más 2015", "Parques-mas-2015") == (export.title, export.consultation)


def test_a_given_consultation_id_is_used(folder):
    (event, *_) = read(folder(), consultation="parks:2015").events()

    assert "parks:2015" == event.data.consultation


def test_a_consultation_id_that_is_none_is_refused(folder):
    with pytest.raises(ValueError, match="consultation: give an id"):
        read(folder(), consultation="with space")


def test_comments_come_in_the_order_of_time_and_then_of_their_ids(folder):
    late = {"date": "2015-09-16"}
    path = folder([comment(10, **late), comment(9, **late), comment(11), comment(8, **late)])

    assert ["11", "8", "9", "10"] == [event.data.contribution for event in submitted(read(path))]


@given(st.permutations([comment(1), comment(2, parent=1), comment(3, user=8), comment(1)]))
def test_the_events_do_not_depend_on_the_order_of_rows(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("consul")

    def events(lines):
        write(path / "comments.csv", [COMMENTS, *lines])
        return list(read(path, consultation="parks").events())

    assert events(sorted(rows)) == events(rows)


def test_the_same_user_is_the_same_person_in_every_topic(folder):
    path = folder([comment(1, proposal=50), comment(2, proposal=72), comment(3, user=8)])

    first, second, other = (event.data.participant for event in submitted(read(path)))

    assert first == second
    assert first != other


def test_the_same_number_in_another_scope_is_another_person(folder):
    path = folder([comment(1)])
    edges = (Edge(EDGE.pseudonyms, scope=name) for name in ("here", "there"))
    here, there = (submitted(read_export(path, edge=edge))[0] for edge in edges)

    assert here.data.participant != there.data.participant


@pytest.mark.parametrize(
    ("kind", "role"),
    [
        ("", Role.PARTICIPANT),
        ("Autor", Role.PARTICIPANT),
        ("Colectivo", Role.PARTICIPANT),
        ("Empleados públicos", Role.OFFICIAL),
    ],
)
def test_a_public_employee_is_an_official_and_all_others_participants(folder, kind, role):
    (event,) = submitted(read(folder([comment(1, kind=kind)])))

    assert role is event.data.role


def test_a_reply_names_the_comment_that_it_answers(folder):
    path = folder([comment(1), comment(2, parent=1), comment(3, parent=2)])

    assert [None, "1", "2"] == [event.data.reply_to for event in submitted(read(path))]


@pytest.mark.parametrize(
    "parent",
    [
        [],
        [comment(1, proposal=72)],
        [comment(1, "x" * 20_001)],
    ],
    ids=["missing", "in another topic", "skipped"],
)
def test_a_reply_to_what_is_not_in_the_topic_answers_nothing(folder, parent):
    *_, event = submitted(read(folder([*parent, comment(2, parent=1)])))

    assert ("2", None) == (event.data.contribution, event.data.reply_to)


@pytest.mark.parametrize(
    ("date", "time", "expected"),
    [
        ("2015-01-15", "12:00:00", datetime(2015, 1, 15, 11, tzinfo=UTC)),
        ("2015-07-15", "12:00:00", datetime(2015, 7, 15, 10, tzinfo=UTC)),
        ("2015-10-25", "01:59:59", datetime(2015, 10, 24, 23, 59, 59, tzinfo=UTC)),
        ("2015-10-25", "02:30:00", datetime(2015, 10, 25, 0, 30, tzinfo=UTC)),
        ("2015-10-25", "03:00:00", datetime(2015, 10, 25, 2, tzinfo=UTC)),
        ("2016-03-27", "01:59:59", datetime(2016, 3, 27, 0, 59, 59, tzinfo=UTC)),
        ("2016-03-27", "02:30:00", datetime(2016, 3, 27, 1, 30, tzinfo=UTC)),
        ("2016-03-27", "03:00:00", datetime(2016, 3, 27, 1, tzinfo=UTC)),
    ],
    ids=[
        "winter",
        "summer",
        "before the repeated hour",
        "in the repeated hour",
        "after the repeated hour",
        "before the skipped hour",
        "in the skipped hour",
        "after the skipped hour",
    ],
)
def test_times_are_the_local_time_of_madrid(folder, date, time, expected):
    (event,) = submitted(read(folder([comment(1, date=date, time=f"0 days {time}")])))

    assert expected == event.data.occurred_at


@given(st.integers(631_152_000, 1_893_456_000).map(lambda s: datetime.fromtimestamp(s, UTC)))
def test_what_the_site_showed_is_read_back_but_for_the_hour_shown_twice(tmp_path_factory, moment):
    path = tmp_path_factory.mktemp("consul")
    shown = moment.astimezone(ZoneInfo("Europe/Madrid"))
    date, time = f"{shown:%Y-%m-%d}", f"{shown:0 days %H:%M:%S}"
    write(path / "comments.csv", [COMMENTS, comment(1, date=date, time=time)])

    (event,) = submitted(read(path, consultation="parks"))

    assert moment - timedelta(hours=shown.fold) == event.data.occurred_at


DAY = "not a day like 2015-09-15"
TIME = "not a time like 0 days 11:48:43"


@pytest.mark.parametrize(
    ("row", "field", "reason"),
    [
        (comment(""), "id", "no value"),
        (comment("five"), "id", "not a whole number"),
        (comment(5, parent=""), "parentId", "no value"),
        (comment(5, parent="-2"), "parentId", "not a whole number"),
        (comment(5, proposal=""), "proposalId", "no value"),
        (comment(5, user=""), "userId", "no value"),
        (comment(5, date=""), "date", DAY),
        (comment(5, date="15/09/2015"), "date", DAY),
        (comment(5, date="2015-02-29"), "date", DAY),
        (comment(5, date="1899-12-31"), "date", "not a day of 1900 to 2199"),
        (comment(5, date="2200-01-01"), "date", "not a day of 1900 to 2199"),
        (comment(5, time=""), "time", TIME),
        (comment(5, time="11:48:43"), "time", TIME),
        (comment(5, time="1 days 11:48:43"), "time", TIME),
        (comment(5, time="0 days 24:00:00"), "time", TIME),
        (comment(5, "x" * 20_001), "text", "20,001 characters, at most 20,000"),
        (comment(5, "Hola, Madrid"), "row", "14 columns where the header has 13"),
    ],
)
def test_a_bad_comment_is_skipped_and_explained(folder, row, field, reason):
    export = read(folder([comment(1), row, comment(3)]))

    assert (Problem("comments.csv", 3, field, reason),) == export.problems
    assert ["1", "3"] == [event.data.contribution for event in submitted(export)]


@pytest.mark.parametrize("date", ["1900-01-01", "2199-12-31"])
def test_the_first_and_last_days_that_are_taken_fit_an_event(folder, date):
    for time in ("0 days 00:00:00", "0 days 23:59:59"):
        assert 1 == len(submitted(read(folder([comment(1, date=date, time=time)]))))


def test_a_bad_proposal_is_skipped_and_its_comments_are_kept(folder):
    export = read(folder([comment(1)], [proposal("fifty"), proposal(72)]))

    assert (Problem("proposals.csv", 2, "id", "not a whole number"),) == export.problems
    assert ["Proposal 50", "Parques"] == [event.data.title for event in topics(export)]
    assert 1 == len(submitted(export))


def test_another_text_under_the_same_id_is_a_problem(folder):
    export = read(folder([comment(5, "Uno"), comment(5, "Dos")], [proposal(50), proposal(50, "B")]))

    assert [
        Problem("proposals.csv", 3, "id", "already used on line 2"),
        Problem("comments.csv", 3, "id", "already used on line 2"),
    ] == list(export.problems)


def test_the_same_comment_twice_is_the_same_event_twice(folder):
    first, second = submitted(read(folder([comment(5), comment(5)])))

    assert first == second


def test_the_same_proposal_twice_is_one_topic(folder):
    assert 1 == len(topics(read(folder([], [proposal(50), proposal(50)]))))


def test_total_counts_the_events(folder):
    export = read(folder([comment(1), "bad", comment(2, proposal=9)], [proposal(50)]))

    assert export.total == len(list(export.events()))


def test_a_folder_without_comments_is_an_error_that_names_the_file(tmp_path):
    with pytest.raises(TableError, match=r"comments\.csv: no such file"):
        read(tmp_path)


def test_what_is_no_folder_is_an_error_that_says_so(folder):
    with pytest.raises(TableError, match="not a folder"):
        read(folder() / "comments.csv")


@pytest.mark.parametrize("file", ["comments", "proposals"])
def test_a_wrong_header_is_an_error_that_names_the_missing_columns(folder, file):
    path = folder([], [])
    write(path / f"{file}.csv", ["id,text"])

    with pytest.raises(TableError, match=rf"{file}\.csv: the header lacks (parentId|title)"):
        read(path)


def test_every_event_is_valid_for_those_who_read_it(folder):
    path = folder([comment(1, ""), comment(2, parent=1)], [proposal(72)])

    for event in read(path).events():
        assert event == decode(encode(event))


# Real files.

DATA = Path(
    os.environ.get("ISEGORIA_REFERENCE_DATA", Path(__file__).parents[3] / "shared" / "data")
)

reference = pytest.mark.skipif(
    not (DATA / "madrid").is_dir(), reason="no reference data (set ISEGORIA_REFERENCE_DATA)"
)


@reference
def test_the_real_files_have_every_contribution_and_voice_of_every_topic():
    truth = json.loads((DATA / "TRUTH.json").read_text())["madrid"]["topics"]
    export = read(DATA / "madrid")
    said = [event.data for event in submitted(export)]

    contributions = Counter(data.topic for data in said)
    voices = Counter(topic for topic, _ in {(data.topic, data.participant) for data in said})

    assert () == export.problems
    assert {
        f"proposal-{number}": figures["contributions"] for number, figures in truth.items()
    } == (contributions)
    assert {f"proposal-{number}": figures["voices"] for number, figures in truth.items()} == voices


@reference
def test_the_texts_of_the_real_files_are_kept_as_they_are():
    with (DATA / "madrid" / "comments.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["id"]: row["text"] for row in csv.DictReader(file)}

    found = submitted(read(DATA / "madrid"))
    assert rows == {event.data.contribution: event.data.text for event in found}
