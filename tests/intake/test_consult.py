"""The importer of Consult's JSON lines."""

from datetime import UTC, datetime

import orjson
import pytest

from intake.consult import read
from intake.edge import Edge
from intake.importing import Meter, Source
from intake.masking import Masking
from intake.pseudonyms import Pseudonymiser
from intake.tables import Problem, TableError
from schemas.events import ConsultationOpened, ContributionSubmitted, TopicOpened, encode
from tests.intake.items import of

EDGE = Edge(Pseudonymiser(b"k" * 32), "consult", Masking(region="GB"))
MAPPING = 'zone = "Europe/London"\n[constants]\noccurred_at = "2024-05-01"\n'


@pytest.fixture
def folder(tmp_path):
    """Makes a folder of a consultation; questions by number, each a text and its responses."""

    def make(questions, respondents=()):
        path = tmp_path / "parks"
        for number, (text, responses) in questions.items():
            part = path / f"question_part_{number}"
            part.mkdir(parents=True)
            asked = {"question_number": number, "question_text": text}
            (part / "question.json").write_bytes(orjson.dumps(asked))
            write(part / "responses.jsonl", responses)
        write(path / "respondents.jsonl", respondents)
        return path

    return make


def write(path, lines):
    path.parent.mkdir(exist_ok=True)
    shown = [line if isinstance(line, bytes) else orjson.dumps(line) for line in lines]
    path.write_bytes(b"\n".join(shown))


def items(path, mapping=MAPPING, meter=None, **options):
    file = path.parent / "mapping.toml"
    file.write_text(mapping)
    return list(read(Source(path, mapping=file, **options), EDGE, meter or Meter()))


def response(respondent, text="More trees.", **fields):
    return {"themefinder_id": respondent, "text": text, **fields}


def test_a_question_becomes_a_topic_in_the_order_of_the_numbers(folder):
    path = folder({number: (f"What of {number}?", [response(1)]) for number in (10, 2, 1)})

    opened = of(TopicOpened, items(path))

    assert [("question-1", "What of 1?"), ("question-2", "What of 2?")] == [
        (event.data.topic, event.data.title) for event in opened[:2]
    ]
    assert opened[2].data.topic == "question-10"


def test_a_response_becomes_a_contribution_of_the_time_in_the_mapping(folder):
    [event] = of(ContributionSubmitted, items(folder({1: ("Trees?", [response(7)])})))

    data = event.data
    assert ("More trees.", data.participant) == (data.text, data.contribution)
    assert f"question-1/{data.participant}" == event.id
    assert datetime(2024, 5, 1, 11, tzinfo=UTC) == data.occurred_at


def test_a_respondent_is_one_person_in_all_questions_and_another_in_another_consultation(folder):
    path = folder({1: ("A?", [response(7)]), 2: ("B?", [response(7), response(8)])})

    seven, again, eight = of(ContributionSubmitted, items(path))
    elsewhere, *_ = of(ContributionSubmitted, items(path, consultation="roads"))

    assert seven.data.participant == again.data.participant
    assert seven.data.participant not in {eight.data.participant, elsewhere.data.participant}


def test_demographics_and_chosen_options_come_along(folder):
    path = folder(
        {1: ("A?", [response(7, options=["Yes", "Partly"]), response(8)])},
        [
            {"themefinder_id": 7, "demographics": {"region": "North", "carer": True}},
            {"themefinder_id": 8},
        ],
    )

    seven, eight = of(ContributionSubmitted, items(path))

    assert {"region": "North", "carer": "true", "answer": "Yes; Partly"} == seven.data.demographics
    assert eight.data.demographics == {}


def test_a_choice_without_a_text_is_counted_and_is_no_contribution(folder):
    path, meter = (
        folder({1: ("A?", [response(7, None, options=["Yes"]), response(8, " ")])}),
        Meter(),
    )

    assert of(ContributionSubmitted, items(path, meter=meter)) == []
    assert ["question_part_1.responses.jsonl: 2 responses without text are no contributions."] == (
        meter.notices
    )


def test_the_consultation_opens_once_where_it_has_a_title(folder):
    path = folder({1: ("A?", [response(7)]), 2: ("B?", [response(7)])})

    [event] = of(ConsultationOpened, items(path, title="Parks"))

    assert ("parks", "Parks") == (event.data.consultation, event.data.title)


def respondent(number, data):
    return EDGE.participant(f"{data.consultation} respondent {number}")


@pytest.mark.parametrize(
    ("line", "field"),
    [
        (b"{", "line"),
        (response("7"), "themefinder_id"),
        (response(True), "themefinder_id"),
        (response(-1), "themefinder_id"),
        (response(1, "Something else."), "contribution"),
        (response(2, {"a": 1}), "text"),
        (response(2, "x" * 20_001), "text"),
        (response(2, options=[["Yes"]]), "options"),
    ],
)
def test_a_bad_response_is_a_problem_with_its_line_and_the_rest_is_kept(folder, line, field):
    found = items(folder({1: ("A?", [response(1), line, response(3)])}))

    [problem] = of(Problem, found)

    assert ("question_part_1.responses.jsonl", 2, field) == (
        problem.file,
        problem.line,
        problem.field,
    )
    kept = [event.data for event in of(ContributionSubmitted, found)]
    assert [respondent(1, kept[0]), respondent(3, kept[0])] == [data.participant for data in kept]


@pytest.mark.parametrize(
    ("line", "field"),
    [
        (b"[]", "line"),
        ({}, "themefinder_id"),
        ({"themefinder_id": 2, "demographics": ["North"]}, "demographics"),
        ({"themefinder_id": 1, "demographics": {"region": "South"}}, "themefinder_id"),
    ],
)
def test_a_bad_respondent_is_a_problem_and_what_was_said_is_kept(folder, line, field):
    first = {"themefinder_id": 1, "demographics": {"region": "North"}}
    found = items(folder({1: ("A?", [response(1), response(2)])}, [first, line]))

    [problem] = of(Problem, found)

    assert ("respondents.jsonl", 2, field) == (problem.file, problem.line, problem.field)
    assert len(of(ContributionSubmitted, found)) == 2


def test_a_question_that_cannot_be_read_is_a_problem_and_its_responses_are_kept(folder):
    path = folder({1: ("A?", [response(1)])})
    (path / "question_part_1" / "question.json").write_text("{")

    found = items(path)

    assert [("question_part_1.question.json", "file")] == [
        (problem.file, problem.field) for problem in of(Problem, found)
    ]
    assert ["Question 1"] == [event.data.title for event in of(TopicOpened, found)]
    assert len(of(ContributionSubmitted, found)) == 1


@pytest.mark.parametrize("mapping", ["", 'zone = "Europe/London"'])
def test_without_a_time_nothing_is_read(folder, mapping):
    with pytest.raises(TableError, match="occurred_at"):
        items(folder({1: ("A?", [response(1)])}), mapping)


def test_without_a_zone_nothing_is_read(folder):
    with pytest.raises(TableError, match="zone"):
        items(folder({1: ("A?", [response(1)])}), '[constants]\noccurred_at = "2024-05-01"')


def test_a_folder_without_questions_is_named(tmp_path):
    (tmp_path / "parks").mkdir()

    with pytest.raises(TableError, match="parks: no folder question_part_1"):
        items(tmp_path / "parks")


def test_a_second_import_gives_the_same_events(folder):
    path = folder({1: ("A?", [response(1), response(2)])})

    assert items(path) == items(path)


def test_no_name_comes_through_in_an_event_or_a_reason(folder):
    names = ("Ann Smith", "ann@example.org", "020 7946 0958")
    told = ", ".join(names)
    path = folder(
        {
            1: (
                "A? Ask ann@example.org",
                [
                    response(1, "Call 020 7946 0958 or ann@example.org"),
                    response(2, [[told]]),
                    response(told),
                    orjson.dumps(response(4, told))[:-1],
                ],
            )
        },
        [{"themefinder_id": 1, "supplied_respondent_id": told}, {"themefinder_id": told}],
    )

    shown = "".join(
        str(item) if isinstance(item, Problem) else encode(item).decode() for item in items(path)
    )

    assert not [name for name in names if name in shown]
    assert len(of(Problem, items(path))) == 4
