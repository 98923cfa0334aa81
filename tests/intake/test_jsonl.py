"""The importer of JSON lines."""

import tracemalloc

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from intake.delimited import read as read_csv
from intake.edge import Edge
from intake.importing import Meter, Source
from intake.jsonl import MAX_LINE_BYTES, read
from intake.masking import Masking
from intake.pseudonyms import Pseudonymiser
from intake.tables import Problem, TableError
from schemas.events import ContributionSubmitted, encode
from tests.events import events as logs

EDGE = Edge(Pseudonymiser(b"k" * 32), "web", Masking(region="DE"))


def submitted(identity="1", **data):
    return {
        "specversion": "1.0",
        "type": "contribution.submitted.v1",
        "id": identity,
        "source": "urn:web",
        "data": {
            "consultation": "parks",
            "topic": "trees",
            "contribution": identity,
            "channel": "web",
            "mode": "online",
            "participant": "Ann Smith",
            "text": "More trees.",
            "occurred_at": "2024-05-02T18:00:00+02:00",
            **data,
        },
    }


@pytest.fixture
def file(tmp_path):
    """Makes a file of lines: bytes as they are, anything else as JSON."""

    def make(*lines, end=b"\n", start=b""):
        path = tmp_path / "events.jsonl"
        content = [line if isinstance(line, bytes) else orjson.dumps(line) for line in lines]
        path.write_bytes(start + end.join([*content, b""]))
        return path

    return make


def items(path, **options):
    return list(read(Source(path, **options), EDGE, Meter()))


def ids(path, **options):
    return [event.id for event in items(path, **options) if not isinstance(event, Problem)]


def problems(path, **options):
    return [item for item in items(path, **options) if isinstance(item, Problem)]


def test_a_line_is_an_event_with_its_own_source_and_id(file):
    [event] = items(file(submitted("web-7")))

    assert isinstance(event, ContributionSubmitted)
    assert ("urn:web", "web-7", "More trees.") == (event.source, event.id, event.data.text)


def test_a_participant_comes_out_as_a_pseudonym_and_texts_masked(file):
    [event] = items(file(submitted(text="Mail ann@example.org")))

    assert EDGE.participant("Ann Smith") == event.data.participant
    assert event.data.text == "Mail [mail]"


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 1_000))
def test_whatever_was_published_is_read_back_equal(file, seed):
    published = list(logs(seed, 30))

    path = file(*map(encode, published))

    assert published == list(read(Source(path), Edge(EDGE.pseudonyms, "x"), Meter()))


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\n\n", b"\n  \r\n"])
@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf", b"\n"])
def test_line_ends_blank_lines_and_a_byte_order_mark_do_not_matter(file, start, end):
    path = file(submitted("1"), submitted("2"), start=start, end=end)

    assert ids(path) == ["1", "2"]
    assert problems(path) == []


def test_the_last_line_needs_no_end(tmp_path):
    path = tmp_path / "events.jsonl"
    path.write_bytes(orjson.dumps(submitted("1")))

    assert ids(path) == ["1"]


@pytest.mark.parametrize(
    ("line", "field", "reason"),
    [
        (b"{", "line", "not JSON"),
        (b'{"a": NaN}', "line", "not JSON"),
        (b"\xff\xfe{}", "line", "not UTF-8"),
        (b"[1]", "line", "not a JSON object"),
        (b"null", "line", "not a JSON object"),
        (b"[" * 2_000, "line", "not JSON"),
        ({"topic": "trees"}, "specversion", "no value"),
        (submitted(text=7), "data.text", "valid string"),
        (submitted(text="x" * 20_001), "data.text", "at most 20000"),
        (submitted(participant=7), "data.participant", "valid string"),
        (submitted(occurred_at="2024-05-02T18:00:00"), "data.occurred_at", "timezone"),
        (submitted(occurred_at="1700000000"), "data.occurred_at", "RFC 3339"),
        ({**submitted(), "type": "unheard.of.v1"}, "type", "not one of"),
        ({**submitted(), "data": None}, "data", "should be an object"),
        (
            {
                "specversion": "1.0",
                "type": "policy.set.v1",
                "id": "1",
                "source": "urn:web",
                "data": {"policy": {}, "partition": 0},
            },
            "type",
            "a policy is set by its own command",
        ),
    ],
)
def test_a_bad_line_is_a_problem_with_its_number_and_the_rest_is_kept(file, line, field, reason):
    path = file(submitted("1"), line, submitted("3"))

    [problem] = problems(path)

    assert ("events.jsonl", 2, field) == (problem.file, problem.line, problem.field)
    assert reason in problem.reason
    assert ids(path) == ["1", "3"]


def test_a_bad_line_can_be_mended(file):
    line = orjson.dumps(submitted(text=7))

    [problem] = problems(file(line))

    assert {"line": line.decode()} == problem.cells


def test_an_event_of_another_consultation_is_a_problem(file):
    path = file(submitted("1"), submitted("2", consultation="roads"))

    [problem] = problems(path, consultation="parks")

    assert (problem.line, problem.field) == (2, "data.consultation")
    assert ids(path, consultation="parks") == ["1"]


def test_a_line_that_is_too_long_is_never_in_memory(file):
    path = file(submitted("1"), b"x" * (32 * MAX_LINE_BYTES), submitted("3"))

    tracemalloc.start()
    found = problems(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert [(problem.line, problem.field) for problem in found] == [(2, "line")]
    assert ids(path) == ["1", "3"]
    assert peak < 8 * MAX_LINE_BYTES


@pytest.mark.parametrize("size", [MAX_LINE_BYTES, MAX_LINE_BYTES + 1])
def test_the_limit_of_a_line_is_its_own_bytes_without_the_end(file, size):
    line = orjson.dumps(submitted("1"))
    path = file(line + b" " * (size - len(line)), submitted("2"))

    assert (["1", "2"] if size == MAX_LINE_BYTES else ["2"]) == ids(path)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_refused(tmp_path, encoding):
    path = tmp_path / "events.jsonl"
    path.write_bytes(("\ufeff" + orjson.dumps(submitted()).decode()).encode(encoding))

    with pytest.raises(TableError, match=r"events.jsonl: UTF-16; save it as UTF-8"):
        items(path)


def test_a_file_that_cannot_be_opened_is_named(tmp_path):
    with pytest.raises(TableError, match=r"none.jsonl: cannot be read"):
        items(tmp_path / "none.jsonl")


def test_reading_says_how_far_it_is(file):
    path, meter = file(*[submitted(str(number)) for number in range(200)]), Meter()

    stream = read(Source(path), EDGE, meter)
    next(stream)
    first = meter.done
    list(stream)

    assert 0 < first < meter.done
    assert (path.stat().st_size, path.stat().st_size) == (meter.done, meter.total)


def row(**fields):
    return {
        "topic": "trees",
        "text": "More trees.",
        "mode": "offline",
        "channel": "paper",
        "occurred_at": "2024-05-02T18:00:00+02:00",
        "participant": "Ann Smith",
        **fields,
    }


def test_a_row_of_the_form_is_a_contribution(file):
    [event] = items(file(row(contribution="F-17", stance="for")), consultation="parks")

    assert ("parks", "trees", "F-17") == (
        event.data.consultation,
        event.data.topic,
        event.data.contribution,
    )
    assert EDGE.participant("Ann Smith") == event.data.participant


def test_rows_say_the_same_as_a_csv_file_of_the_same_facts(file, tmp_path):
    path = tmp_path / "events.csv"
    rows = [row(**{"demographics.age": "34"}), row(text="Fewer cars.", **{"demographics.age": ""})]
    lines = [",".join(rows[0]), *(",".join(said.values()) for said in rows)]
    path.write_text("\n".join(lines))
    said_in_csv = list(read_csv(Source(path, "parks", name="urn:x"), EDGE, Meter()))

    said = items(
        file(row(demographics={"age": 34}), row(text="Fewer cars.", group=None)),
        consultation="parks",
        name="urn:x",
    )

    assert said_in_csv == said


def test_contact_data_in_rows_is_masked(file):
    [event] = items(file(row(text="Mail ann@example.org")))

    assert event.data.text == "Mail [mail]"


def test_a_list_of_attachments_is_one(file):
    [event] = items(file(row(attachments=["map.pdf", "list.csv"])))

    assert event.data.attachments == ("map.pdf", "list.csv")


@pytest.mark.parametrize(
    ("line", "field"),
    [
        (row(text={"de": "Mehr"}), "text"),
        (row(topic=[[1]]), "topic"),
        (row(occurred_at="yesterday"), "occurred_at"),
        (row(mode=None), "mode"),
        (submitted(), "specversion"),
        (b"{", "line"),
    ],
)
def test_a_bad_row_is_a_problem_with_its_number_and_the_rest_is_kept(file, line, field):
    found = items(file(row(contribution="1"), line, row(contribution="3")))

    [problem] = [item for item in found if isinstance(item, Problem)]
    assert (problem.line, problem.field) == (2, field)
    assert ["trees/1", "trees/3"] == [item.id for item in found if item is not problem]


def test_a_row_among_events_is_a_problem(file):
    [problem] = problems(file(submitted(), row()))

    assert (problem.line, problem.field) == (2, "specversion")


NAMES = ("Ann Smith", "ann@example.org", "030 1234567")


@pytest.mark.parametrize("broken", ["channel", "occurred_at", "consultation", "language", "extra"])
def test_no_name_comes_through_in_an_event_or_a_reason(file, broken):
    told = f"{NAMES[0]}, {NAMES[1]}, {NAMES[2]}"
    path = file(
        submitted("1", text="Write to ann@example.org or call 030 1234567."),
        submitted("2", participant="ann@example.org"),
        submitted("3", **{broken: {"name": told}}),
        submitted("4", **{told: told}),
        orjson.dumps(submitted("5", text=told))[:-9],
    )

    shown = "".join(
        str(item) if isinstance(item, Problem) else encode(item).decode() for item in items(path)
    )

    assert not [name for name in NAMES if name in shown]
    assert len(problems(path)) == 3
