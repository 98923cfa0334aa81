"""The importer of EngagementHQ's survey exports."""

import zipfile
from datetime import UTC, datetime

import openpyxl
import pytest

from intake import xlsx
from intake.edge import Edge
from intake.engagementhq import read
from intake.importing import Meter, Source
from intake.masking import Masking
from intake.pseudonyms import Pseudonymiser
from intake.tables import Problem, TableError
from schemas.events import ConsultationOpened, ContributionSubmitted, Identity, TopicOpened, encode
from tests.intake.items import of

EDGE = Edge(Pseudonymiser(b"k" * 32), "engagementhq", Masking(region="AU"))
RIVER, PATH = "What should change at the river?", "Which path do you take?"
HEADER = ("Login", "Email address", "Suburb", RIVER, PATH)
MAPPING = f"""
zone = "Australia/Sydney"
[columns]
"demographics.suburb" = "Suburb"
[values.topic]
"{RIVER}" = "river"
"{PATH}" = "path"
[constants]
identity = "e-mail"
"""


@pytest.fixture
def file(tmp_path):
    """Makes a workbook of responses: the date first, then what stands below the headers."""

    def make(*responses, header=HEADER, date="Date Published (dd-mm-yyyy)", title="River park"):
        book = openpyxl.Workbook()
        sheet = book.active
        sheet["D1"], sheet["D3"] = title, date
        for column, name in enumerate(header, start=5):
            sheet.cell(4, column, name)
        for number, response in enumerate(responses, start=5):
            for column, value in enumerate(response, start=4):
                sheet.cell(number, column, value)
        path = tmp_path / "river.xlsx"
        book.save(path)
        return path

    return make


def response(date="02-05-2024", river="More shade.", path=None, email="ann@example.org", **said):
    return (date, said.get("login", "ann"), email, said.get("suburb", "Glebe"), river, path)


def items(path, mapping=MAPPING, **options):
    file = path.parent / "mapping.toml"
    file.write_text(mapping)
    return list(read(Source(path, mapping=file, **options), EDGE, Meter()))


def test_an_answer_to_a_chosen_question_becomes_a_contribution(file):
    [event] = of(ContributionSubmitted, items(file(response())))

    assert ("river", "river", "More shade.") == (
        event.data.consultation,
        event.data.topic,
        event.data.text,
    )
    assert datetime(2024, 5, 2, 2, tzinfo=UTC) == event.data.occurred_at
    assert (Identity.EMAIL, {"suburb": "Glebe"}) == (event.data.identity, event.data.demographics)
    assert EDGE.participant("ann@example.org") == event.data.participant


def test_a_question_becomes_a_topic_and_the_title_the_consultations(file):
    found = items(file(response(path="The left one, The right one")))

    assert [("river", RIVER), ("path", PATH)] == [
        (event.data.topic, event.data.title) for event in of(TopicOpened, found)
    ]
    assert ["River park"] == [event.data.title for event in of(ConsultationOpened, found)]


def test_an_answer_keeps_its_commas(file):
    events = of(ContributionSubmitted, items(file(response(path="Left, right"))))

    assert [event.data.text for event in events] == ["More shade.", "Left, right"]


@pytest.mark.parametrize("date", ["02-05-2024", "2/5/2024", "2024-05-02", datetime(2024, 5, 2)])  # noqa: DTZ001
def test_a_date_is_read_day_first_or_as_a_date_cell(file, date):
    [event] = of(ContributionSubmitted, items(file(response(date))))

    assert datetime(2024, 5, 2, 2, tzinfo=UTC) == event.data.occurred_at


@pytest.mark.parametrize("date", [None, "", "05-13-2024", "29-02-2023", "2 May", True, 45414])
def test_an_answer_whose_date_cannot_be_read_is_a_problem_and_the_rest_is_kept(file, date):
    found = items(file(response(), response(date, "Lost?"), response(river="Benches.")))

    [problem] = of(Problem, found)

    assert ("river.xlsx", 6, "occurred_at") == (problem.file, problem.line, problem.field)
    assert problem.cells["text"] == "Lost?"
    assert ["More shade.", "Benches."] == [
        event.data.text for event in of(ContributionSubmitted, found)
    ]


def test_a_formula_is_a_problem_and_the_other_answer_is_kept(file):
    found = items(file(response(river="=1+1", path="Left")))

    assert [(5, RIVER)] == [(problem.line, problem.field) for problem in of(Problem, found)]
    assert ["Left"] == [event.data.text for event in of(ContributionSubmitted, found)]


def test_without_an_email_address_an_author_is_unknown(file):
    header = tuple(name for name in HEADER if name != "Email address")

    [event] = of(
        ContributionSubmitted, items(file(("02-05-2024", "ann", "Glebe", "Shade"), header=header))
    )

    assert event.data.participant is None


def test_equal_answers_stay_two_and_a_second_import_gives_the_same(file):
    path = file(response(), response())

    first, second = of(ContributionSubmitted, items(path))

    assert first.id != second.id
    assert items(path) == items(path)


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        ('zone = "Australia/Sydney"', "which questions are topics"),
        (MAPPING.replace(RIVER, "Unasked"), "no column Unasked in row 4"),
        (MAPPING.replace('zone = "Australia/Sydney"', ""), "zone"),
    ],
)
def test_a_mapping_that_lacks_something_is_refused(file, mapping, message):
    with pytest.raises(TableError, match=message):
        items(file(response()), mapping)


def test_a_question_that_stands_twice_is_refused(file):
    with pytest.raises(TableError, match="more than one column"):
        items(file(response(), header=(*HEADER[:4], RIVER, PATH)))


def test_another_workbook_is_refused(file):
    with pytest.raises(TableError, match="no header of a date in D3"):
        items(file(response(), date=None))


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"PK\x03\x04"])
def test_what_is_no_workbook_is_refused(file, content):
    path = file(response())
    path.write_bytes(content)

    with pytest.raises(TableError, match=r"river.xlsx: not an XLSX workbook"):
        items(path)


def test_a_zip_bomb_is_refused_before_it_is_unpacked(file):
    path = file(response())
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/theme/theme2.xml", b" " * (xlsx.MAX_PART_BYTES + 1))

    with pytest.raises(TableError, match=r"theme2.xml unpacks to 8,388,609 bytes"):
        items(path)


def test_a_workbook_that_breaks_off_is_a_damaged_one(file):
    path = file(response())
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["xl/worksheets/sheet1.xml"] = parts["xl/worksheets/sheet1.xml"][:-40]
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)

    with pytest.raises(TableError, match="a damaged workbook"):
        items(path)


def test_contact_data_is_masked_in_answers_and_titles(file):
    asked = RIVER + " " * 467 + "x@example.org"
    path = file(
        response(river="Mail ann@example.org"),
        header=(*HEADER[:3], asked, PATH),
        title="Write to x@example.org",
    )

    found = items(path, MAPPING.replace(RIVER, asked))

    shown = "".join(encode(item).decode() for item in found)
    assert "@" not in shown
    assert 3 == len(found)


def test_no_name_comes_through_in_an_event_or_a_reason(file):
    names = ("Ann Smith", "ann@example.org", "0412 345 678")
    path = file(
        response(river="Call 0412 345 678 or ann@example.org", login="Ann Smith"),
        response(date=", ".join(names)),
        response(river=f"={names[0]}"),
        response(suburb=", ".join(names) * 5),
    )

    found = items(path)
    shown = "".join(
        str(item) if isinstance(item, Problem) else encode(item).decode() for item in found
    )

    assert not [name for name in names if name in shown]
    assert len(of(Problem, found)) == 3
