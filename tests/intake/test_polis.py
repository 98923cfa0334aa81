"""The importer of Polis export folders."""

import csv
import json
import math
import os
import re
import unicodedata
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.edge import Edge
from intake.polis import read_export
from intake.pseudonyms import Pseudonymiser
from intake.tables import Problem, TableError
from schemas.events import (
    CapturedBy,
    ConsultationOpened,
    ContributionSubmitted,
    ContributionSupported,
    Identity,
    Mode,
    Role,
    TopicOpened,
    decode,
    encode,
)

OLD = "timestamp,datetime,comment-id,author-id,agrees,disagrees,moderated,comment-body"
NEW = (
    "timestamp,comment-id,author-id,agrees,disagrees,moderated,is-meta,is-seed,"
    "group-informed-consensus,comment-body"
)
VOTES = "timestamp,datetime,comment-id,voter-id,vote"
EDGE = Edge(Pseudonymiser(b"k" * 32), scope="the channel")


@pytest.fixture
def folder(tmp_path):
    """Makes an export folder from the lines of its files."""

    def make(comments=(OLD,), votes=None, summary=None, name="bins"):
        path = tmp_path / name
        path.mkdir(exist_ok=True)
        for file, lines in {"comments": comments, "votes": votes, "summary": summary}.items():
            if lines is not None:
                (path / f"{file}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    return make


def read(path, **options):
    return read_export(path, edge=EDGE, **options)


def submitted(export):
    return [event for event in export.events() if isinstance(event, ContributionSubmitted)]


def supported(export):
    return [event for event in export.events() if isinstance(event, ContributionSupported)]


def comment(identity, text="Text", *, time=1000, author=7):
    return f"{time},Wed Apr 27 07:51:34 PDT 2022,{identity},{author},1,2,1,{text}"


def vote(identity, voter, value, *, time=1000):
    return f"{time},Wed Apr 27 07:51:34 PDT 2022,{identity},{voter},{value}"


def test_a_statement_keeps_all_that_the_row_says(folder):
    path = folder([OLD, comment(5, '"Grüße, ""Welt""\n  zweite Zeile "', time=1651071094558)])

    (event,) = submitted(read(path))

    assert event.source == "urn:isegoria:polis:bins"
    data = event.data
    assert (data.consultation, data.topic, data.contribution) == ("bins", "statements", "5")
    assert (data.channel, data.mode) == ("polis", Mode.ONLINE)
    assert (data.role, data.identity, data.captured_by) == (
        Role.PARTICIPANT,
        Identity.NONE,
        CapturedBy.SELF,
    )
    assert data.text == 'Grüße, "Welt"\n  zweite Zeile '
    assert data.occurred_at == datetime(2022, 4, 27, 14, 51, 34, 558_000, tzinfo=UTC)


def test_the_new_header_says_the_same_as_the_old_one(folder):
    old = submitted(read(folder([OLD, comment(5, "Bins")])))
    new = submitted(read(folder([NEW, "1000,5,7,1,2,1,false,true,0.5,Bins"])))

    assert old == new


def test_a_byte_order_mark_changes_nothing(folder):
    path = folder([OLD, comment(5)])
    plain = submitted(read(path))
    file = path / "comments.csv"
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())

    assert plain == submitted(read(path))


def test_rejected_statements_are_contributions_too(folder):
    path = folder([OLD, "1000,x,5,7,0,0,-1,Rejected"])

    assert ["Rejected"] == [event.data.text for event in submitted(read(path))]


def test_the_consultation_and_its_topic_open_first(folder):
    path = folder(
        [OLD, comment(5)],
        summary=["topic,Bins", "url,x", 'conversation-description,"How often?\nTell us."'],
    )

    consultation, topic, *_ = read(path).events()

    assert isinstance(consultation, ConsultationOpened)
    assert consultation.data.title == "Bins"
    assert isinstance(topic, TopicOpened)
    assert (topic.data.topic, topic.data.title) == ("statements", "Bins")
    assert topic.data.question == "How often?\nTell us."


def test_without_a_summary_the_folder_gives_the_title(folder):
    export = read(folder(name="Bins & Bags 2022"))

    assert (export.title, export.consultation) == ("Bins & Bags 2022", "Bins-Bags-2022")


def test_a_title_or_question_that_does_not_fit_is_a_problem(folder):
    path = folder(summary=["topic," + "x" * 501, "conversation-description," + "y" * 20_001])

    export = read(path)

    assert (export.title, export.question) == ("bins", "")
    assert [(1, "topic"), (2, "conversation-description")] == [
        (problem.line, problem.field) for problem in export.problems
    ]


def test_a_given_consultation_id_is_used(folder):
    (event, *_) = read(folder(), consultation="rubbish:2022").events()

    assert event.data.consultation == "rubbish:2022"


@pytest.mark.parametrize("consultation", ["", "with space", "-dash", "x" * 129])
def test_a_consultation_id_that_is_none_is_refused(folder, consultation):
    with pytest.raises(ValueError, match="consultation: give an id"):
        read(folder(), consultation=consultation)


def test_a_folder_name_without_a_usable_letter_asks_for_an_id(folder):
    with pytest.raises(ValueError, match="consultation: give an id"):
        read(folder(name="東京"))


def test_statements_come_before_votes_and_both_in_time_order(folder):
    path = folder(
        [OLD, comment(2, time=3000), comment(1, time=2000)],
        [VOTES, vote(2, 8, 1, time=2500), vote(1, 8, 1, time=1500)],
    )

    events = list(read(path).events())[2:]

    assert [("ContributionSubmitted", "1"), ("ContributionSubmitted", "2"),
            ("ContributionSupported", "1"), ("ContributionSupported", "2")] == [
        (type(event).__name__, event.data.contribution) for event in events
    ]  # fmt: skip


def test_every_vote_row_is_an_event_of_its_own(folder):
    rows = [vote(1, 8, 1), vote(1, 8, 1), vote(1, 8, -1), vote(1, 8, 1, time=2000)]

    events = supported(read(folder([OLD], [VOTES, *rows])))

    assert [1, 1, -1, 1] == [event.data.value for event in events]
    assert len({(event.source, event.id) for event in events}) == 4


def test_of_votes_in_the_same_millisecond_the_later_row_comes_last(folder):
    rows = [vote(1, 8, 0), vote(1, 8, -1), vote(1, 8, 1)]

    events = supported(read(folder([OLD], [VOTES, *rows])))

    assert [0, -1, 1] == [event.data.value for event in events]


@settings(deadline=None)
@given(st.lists(st.tuples(*[st.integers(0, 2)] * 3, st.sampled_from([-1, 0, 1]))), st.randoms())
def test_the_names_of_events_do_not_depend_on_the_order_of_rows(tmp_path_factory, votes, random):
    path = tmp_path_factory.mktemp("polis")
    (path / "comments.csv").write_text(OLD + "\n")

    def names(rows):
        lines = [vote(target, voter, value, time=time) for time, target, voter, value in rows]
        (path / "votes.csv").write_text("\n".join([VOTES, *lines]) + "\n")
        export = read(path, consultation="bins")
        return sorted((event.source, event.id) for event in export.events())

    shuffled = list(votes)
    random.shuffle(shuffled)

    assert names(votes) == names(shuffled)
    assert len(set(names(votes))) == len(votes) + 2


def test_a_second_import_gives_the_same_events(folder):
    path = folder([OLD, comment(1), comment(2)], [VOTES, vote(1, 8, 1)])

    assert list(read(path).events()) == list(read(path).events())


def test_authors_and_voters_are_the_same_people(folder):
    export = read(folder([OLD, comment(1, author=8)], [VOTES, vote(2, 8, 1), vote(2, 9, 1)]))

    author = submitted(export)[0].data.participant
    voters = [event.data.participant for event in supported(export)]

    assert voters[0] == author
    assert voters[1] != author


def test_the_same_number_in_another_scope_is_another_person(folder):
    path = folder([OLD, comment(1)])
    edges = (Edge(EDGE.pseudonyms, scope=name) for name in ("here", "there"))
    here, there = (submitted(read_export(path, edge=edge))[0] for edge in edges)

    assert here.data.participant != there.data.participant


@pytest.mark.parametrize("organiser", ["0", "7"])
def test_the_organiser_is_whoever_has_that_id(folder, organiser):
    path = folder(
        [OLD, comment(1, author=0), comment(2, author=7)], [VOTES, vote(2, 0, 1), vote(1, 7, 1)]
    )
    export = read(path, organiser=organiser)

    expected = [
        Role.ORGANISER if author == organiser else Role.PARTICIPANT for author in ("0", "7")
    ]
    assert expected == [event.data.role for event in submitted(export)]
    assert expected == [event.data.role for event in supported(export)]


def test_an_organiser_that_is_no_number_is_refused(folder):
    with pytest.raises(ValueError, match="organiser"):
        read(folder(), organiser="town hall")


@pytest.mark.parametrize(
    ("row", "field", "reason"),
    [
        ("x,d,5,7,0,0,1,Text", "timestamp", "not a whole number"),
        ("1e9,d,5,7,0,0,1,Text", "timestamp", "not a whole number"),
        ("-5,d,5,7,0,0,1,Text", "timestamp", "not a whole number"),
        (
            "7258118400000,d,5,7,0,0,1,Text",
            "timestamp",
            "not a Unix time in milliseconds before the year 2200",
        ),
        ("1000,d,,7,0,0,1,Text", "comment-id", "no value"),
        ("1000,d,five,7,0,0,1,Text", "comment-id", "not a whole number"),
        ("1000,d,5,,0,0,1,Text", "author-id", "no value"),
        ("1000,d,5,7,0,0,1," + "x" * 20_001, "comment-body", "20,001 characters, at most 20,000"),
        ("1000,d,5,7,0,0,1", "row", "7 columns where the header has 8"),
        ("1000,d,5,7,0,0,1,Hello, world", "row", "9 columns where the header has 8"),
    ],
)
def test_a_bad_statement_is_skipped_and_explained(folder, row, field, reason):
    export = read(folder([OLD, comment(1), row, comment(3)]))

    assert export.problems == (Problem("comments.csv", 3, field, reason),)
    assert ["1", "3"] == [event.data.contribution for event in submitted(export)]


@pytest.mark.parametrize(
    ("row", "field", "reason"),
    [
        ("1000,d,1,8,2", "vote", "not one of -1, 0, 1"),
        ("1000,d,1,8,", "vote", "not one of -1, 0, 1"),
        ("1000,d,1,me,1", "voter-id", "not a whole number"),
        ("1000,d,1,8", "row", "4 columns where the header has 5"),
    ],
)
def test_a_bad_vote_is_skipped_and_explained(folder, row, field, reason):
    export = read(folder([OLD], [VOTES, row, vote(1, 8, 1)]))

    assert export.problems == (Problem("votes.csv", 2, field, reason),)
    assert len(supported(export)) == 1


def test_a_problem_is_known_by_its_physical_line(folder):
    path = folder([OLD, comment(1, '"one\ntwo\nthree"'), "x,d,5,7,0,0,1,Text"])

    assert [5] == [problem.line for problem in read(path).problems]


def test_another_text_under_the_same_id_is_a_problem(folder):
    export = read(folder([OLD, comment(5, "First"), comment(5, "Second")]))

    assert export.problems == (Problem("comments.csv", 3, "comment-id", "already used on line 2"),)


def test_the_same_row_twice_is_the_same_event_twice(folder):
    first, second = submitted(read(folder([OLD, comment(5), comment(5)])))

    assert first == second


def test_total_counts_the_events(folder):
    export = read(folder([OLD, comment(1), "bad"], [VOTES, vote(1, 8, 1), vote(1, 8, 1)]))

    assert len(list(export.events())) == export.total


def test_votes_are_optional(folder):
    assert supported(read(folder([OLD, comment(1)]))) == []


def test_a_folder_without_comments_is_an_error_that_names_the_file(tmp_path):
    with pytest.raises(TableError, match=r"comments\.csv: no such file"):
        read(tmp_path)


def test_a_path_that_is_no_folder_is_an_error(tmp_path):
    with pytest.raises(TableError, match="not a folder"):
        read(tmp_path / "nowhere")


@pytest.mark.parametrize("file", ["comments", "votes"])
def test_a_wrong_header_is_an_error_that_names_the_missing_columns(folder, file):
    with pytest.raises(TableError, match=rf"{file}\.csv: the header lacks timestamp"):
        read(folder(**{"comments": [OLD], file: ["when,comment-id,author-id,voter-id,vote,x"]}))


def test_every_event_is_valid_for_those_who_read_it(folder):
    path = folder([OLD, comment(1, "")], [VOTES, vote(1, 8, 0)], ["topic,Bins"])

    for event in read(path).events():
        assert decode(encode(event)) == event


# Reference figures: computed here once more, from the events and in plain Python.


def reference_data():
    default = Path(__file__).parents[3] / "shared" / "data"
    return Path(os.environ.get("ISEGORIA_REFERENCE_DATA", default))


FOLDERS = sorted(path.parent.name for path in reference_data().glob("polis/*/comments.csv"))


def normalise(text):
    return re.sub(r"\W+", " ", unicodedata.normalize("NFKC", text).casefold()).strip()


def figures(authors):
    counts = sorted(Counter(authors).values())
    total, voices = sum(counts), len(counts)
    shares = [count / total for count in counts]
    ranked = sum(rank * count for rank, count in enumerate(counts, 1))
    return {
        "contributions": total,
        "voices": voices,
        "top1_share": shares[-1],
        "top5_share": sum(shares[-5:]),
        "gini": 2 * ranked / (voices * total) - (voices + 1) / voices,
        "effective_voices_1": math.exp(-sum(share * math.log(share) for share in shares)),
        "effective_voices_2": 1 / sum(share * share for share in shares),
    }


@pytest.mark.skipif(not FOLDERS, reason="no reference data (set ISEGORIA_REFERENCE_DATA)")
@pytest.mark.parametrize("name", FOLDERS)
def test_the_figures_of_real_exports_come_out_of_the_events(name):
    truth = json.loads((reference_data() / "TRUTH.json").read_text())[f"polis/{name}"]
    export = read(reference_data() / "polis" / name)
    said = [event.data for event in submitted(export)]
    votes = [event.data for event in supported(export)]

    participants = [data.participant for data in said if data.role is Role.PARTICIPANT]
    texts = Counter((data.participant, normalise(data.text)) for data in said)
    found = {
        "everyone": pytest.approx(figures([data.participant for data in said]), abs=1e-6),
        "participants": pytest.approx(figures(participants), abs=1e-6),
        "resubmitted_exact": sum(count - 1 for (_, text), count in texts.items() if text),
        "no_letter_or_digit": sum(count for (_, text), count in texts.items() if not text),
    }
    if votes:
        found["vote_rows"] = len(votes)
        found["supports"] = len({(data.contribution, data.participant) for data in votes})

    assert export.problems == ()
    assert truth == found


@pytest.mark.skipif(not FOLDERS, reason="no reference data (set ISEGORIA_REFERENCE_DATA)")
@pytest.mark.parametrize("name", FOLDERS)
def test_the_texts_of_real_exports_are_kept_as_they_are(name):
    path = reference_data() / "polis" / name
    with (path / "comments.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["comment-id"]: row["comment-body"] for row in csv.DictReader(file)}

    assert rows == {event.data.contribution: event.data.text for event in submitted(read(path))}
