"""The importer of Decidim's open-data exports."""

import csv
import io
import zipfile
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.decidim import read
from intake.edge import Edge
from intake.importing import Meter, Source
from intake.masking import Masking
from intake.pseudonyms import Pseudonymiser
from intake.tables import Problem, TableError
from schemas.events import (
    CapturedBy,
    ConsultationOpened,
    ContributionSubmitted,
    ContributionWithdrawn,
    MeetingHeld,
    Mode,
    ResponsePublished,
    Role,
    Stance,
    TopicOpened,
    decode,
    encode,
)
from tests.intake.items import of, problems, submitted

EDGE = Edge(Pseudonymiser(b"k" * 32), scope="decidim")
HOST = "take-part.example"
SPACE = f"https://{HOST}/processes/green-city"


def proposal(number=1, **cells):
    return {
        "id": str(number),
        "author/id": "7",
        "author/name": "Zaphod Planted",
        "author/url": f"https://{HOST}/profiles/zaphod",
        "participatory_space/url": SPACE,
        "component/id": "12",
        "title/ca": "",
        "title/en": "Trees",
        "body/ca": "",
        "body/en": "More of them.",
        "answer/en": "",
        "answered_at": "",
        "published_at": "2024-03-05 10:11:12 UTC",
        "url": f"{SPACE}/f/12/proposals/{number}",
        "withdrawn": "false",
        "withdrawn_at": "",
        **cells,
    }


def comment(number=1, on="proposals/1", **cells):
    return {
        "id": str(number),
        "created_at": "2024-03-06 10:11:12 UTC",
        "body": "Yes.",
        "locale": "en",
        "author/id": "8",
        "author/name": "Trillian Planted",
        "alignment": "0",
        "depth": "0",
        "commentable_id": "1",
        "commentable_type": "Decidim::Proposals::Proposal",
        "root_commentable_url": f"{SPACE}/f/12/{on}",
        **cells,
    }


def reply(number, to, **cells):
    kind = "Decidim::Comments::Comment"
    return comment(number, commentable_id=str(to), commentable_type=kind, depth="1", **cells)


def written(rows, delimiter=";"):
    file = io.StringIO()
    header = list(dict.fromkeys(column for row in rows for column in row))
    writer = csv.DictWriter(file, header, delimiter=delimiter, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue().encode()


def save(folder, *, host=HOST, **entities):
    folder.mkdir(exist_ok=True)
    for entity, rows in entities.items():
        content = rows if isinstance(rows, bytes) else written(rows)
        (folder / f"{host}-open-data-{entity}.csv").write_bytes(content)
    return folder


@pytest.fixture
def items(tmp_path):
    """Imports an export with the given rows by entity."""

    def items(**entities):
        return list(read(Source(save(tmp_path / "export", **entities)), EDGE, Meter()))

    return items


def titles(items):
    return {event.data.topic: event.data.title for event in of(TopicOpened, items)}


def test_a_proposal_is_a_contribution_to_its_component(items):
    (data,) = submitted(items(proposals=[proposal(1)]))

    assert ("component-12", "proposal-1") == (data.topic, data.contribution)
    assert "Trees\n\nMore of them." == data.text
    assert ("decidim", Mode.ONLINE, "en") == (data.channel, data.mode, data.language)
    assert datetime(2024, 3, 5, 10, 11, 12, tzinfo=UTC) == data.occurred_at


def test_a_proposal_is_a_topic_of_its_own_for_its_comments(items):
    found = items(proposals=[proposal(1)], proposal_comments=[comment(5)])

    assert {"component-12": "green-city: component 12", "proposal-1": "Trees"} == titles(found)
    assert ["component-12", "proposal-1"] == [data.topic for data in submitted(found)]


def test_a_debate_is_a_topic_with_its_description_as_the_question(items):
    debate = {"id": "3", "title/en": "Noise", "description/en": "<p>What is too loud?</p>"}
    found = items(debates=[debate], debate_comments=[comment(5, "debates/3")])

    (event,) = of(TopicOpened, found)
    assert ("debate-3", "Noise") == (event.data.topic, event.data.title)
    assert "What is too loud?" == event.data.question


@pytest.mark.parametrize(
    ("on", "topic", "title"),
    [
        ("meetings/5", "meeting-5", "Meeting 5"),
        ("meetings/5?locale=en", "meeting-5", "Meeting 5"),
        ("budgets/2/projects/9", "project-9", "Project 9"),
        ("proposals/77", "proposal-77", "Proposal 77"),
        ("collaborative_drafts/3", "collaborative_draft-3", "Collaborative draft 3"),
    ],
)
def test_what_is_not_in_the_export_is_a_topic_from_its_first_comment_on(items, on, topic, title):
    found = items(meeting_comments=[comment(1, on), comment(2, on)])

    assert {topic: title} == titles(found)
    assert 1 == len(of(TopicOpened, found))


def test_the_platform_is_the_consultation(items):
    (event,) = of(ConsultationOpened, items(proposals=[]))

    assert HOST == event.data.consultation
    assert HOST == event.data.title
    assert f"urn:isegoria:decidim:{HOST}" == event.source


def test_a_given_consultation_is_used(tmp_path):
    source = Source(save(tmp_path, proposals=[]), consultation="parks", title="Parks", name="urn:x")
    (event,) = read(source, EDGE, Meter())

    assert ("parks", "Parks", "urn:x") == (event.data.consultation, event.data.title, event.source)


@pytest.mark.parametrize(
    ("alignment", "stance"),
    [("1", Stance.FOR), ("0", Stance.NEUTRAL), ("-1", Stance.AGAINST), ("", None)],
)
def test_the_alignment_of_a_comment_is_its_stance(items, alignment, stance):
    (data,) = submitted(items(proposal_comments=[comment(alignment=alignment)]))

    assert stance is data.stance


def test_a_reply_names_the_comment_that_it_answers(items):
    found = items(proposal_comments=[comment(1), reply(2, 1), reply(3, 2)])

    assert [None, "comment-1", "comment-2"] == [data.reply_to for data in submitted(found)]
    assert {"proposal-1"} == {data.topic for data in submitted(found)}


def test_a_user_is_the_same_person_in_proposals_and_comments(items):
    found = items(
        proposals=[proposal(1, **{"author/id": "8"})],
        proposal_comments=[comment(1), comment(2, **{"author/id": "9"})],
    )

    writer, same, other = (data.participant for data in submitted(found))
    assert EDGE.participant("8") == writer == same
    assert EDGE.participant("9") == other


def test_the_first_of_several_authors_speaks(items):
    urls = f", https://{HOST}/profiles/ford"
    (data,) = submitted(items(proposals=[proposal(**{"author/id": "7, 8", "author/url": urls})]))

    assert EDGE.participant("7") == data.participant


def test_the_organisation_is_an_official_whatever_its_number(items):
    cells = {"author/id": "7", "author/url": f"https://{HOST}/"}
    (data,) = submitted(items(proposals=[proposal(**cells)]))

    assert (None, Role.OFFICIAL) == (data.participant, data.role)


MEETING = {
    "id": "5",
    "title/en": "First evening",
    "location/en": "Town hall",
    "start_time": "2024-03-01 18:00:00 +0100",
    "end_time": "2024-03-01 20:00:00 +0100",
    "attendees": "84",
    "closed_at": "2024-03-02 09:00:00 UTC",
}


def test_a_meeting_is_told_with_its_place_and_how_many_came(items):
    [held] = [item for item in items(meetings=[MEETING]) if isinstance(item, MeetingHeld)]
    data = held.data
    assert ("First evening", "Town hall", 84) == (data.title, data.place, data.attendance)
    assert datetime(2024, 3, 1, 17, 0, tzinfo=UTC) == data.occurred_at


def test_a_meeting_that_was_only_announced_was_not_held(items):
    announced = {**MEETING, "attendees": "", "closed_at": ""}
    assert [] == [item for item in items(meetings=[announced]) if isinstance(item, MeetingHeld)]


def test_a_meeting_that_ended_before_it_began_is_a_problem(items):
    turned = {**MEETING, "end_time": "2024-03-01 17:00:00 +0100"}
    assert any(isinstance(item, Problem) for item in items(meetings=[turned]))


def test_what_a_meeting_proposed_was_said_in_the_room_and_by_nobody_known(items):
    cells = {"author/id": "7", "author/url": f"{SPACE}/f/13/meetings/7"}
    (data,) = submitted(items(proposals=[proposal(**cells)]))

    assert (None, Role.PARTICIPANT) == (data.participant, data.role)
    assert (Mode.OFFLINE, CapturedBy.STAFF) == (data.mode, data.captured_by)


def test_what_a_user_proposed_in_a_meeting_was_said_in_the_room(items):
    (data,) = submitted(items(proposals=[proposal(created_in_meeting="true")]))

    assert (EDGE.participant("7"), Mode.OFFLINE) == (data.participant, data.mode)


def test_the_organiser_that_was_named_is_the_organiser(tmp_path):
    path = save(tmp_path / "export", proposal_comments=[comment(1)])

    (data,) = submitted(read(Source(path, organiser="8"), EDGE, Meter()))
    assert Role.ORGANISER is data.role


def test_a_proposal_of_an_older_export_has_no_known_author(items):
    row = {key: cell for key, cell in proposal().items() if not key.startswith("author")}
    (data,) = submitted(items(proposals=[row]))

    assert None is data.participant


def test_the_user_group_of_an_older_comment_is_its_group(items):
    cells = {"user_group/id": "3", "user_group/name": "Cyclists"}
    (data,) = submitted(items(proposal_comments=[comment(**cells)]))

    assert "Cyclists" == data.group


def test_a_proposal_is_taken_in_the_language_that_it_was_written_in(items):
    cells = {"title/ca": "Arbres", "body/ca": "Més.", "body/en": "", "title/en": ""}
    machine = {"title/machine_translations/en": "Trees", "body/machine_translations/en": "More."}
    (data,) = submitted(items(proposals=[{**machine, **proposal(**cells)}]))

    assert ("Arbres\n\nMés.", "ca") == (data.text, data.language)


def test_title_and_body_are_taken_in_one_language_where_both_have_it(items):
    (data,) = submitted(items(proposals=[proposal(**{"title/ca": "Arbres"})]))

    assert ("Trees\n\nMore of them.", "en") == (data.text, data.language)


def test_a_comment_of_an_older_export_has_its_language_in_the_column(items):
    row = comment(**{"body/ca": "Sí."})
    (data,) = submitted(items(proposal_comments=[{**row, "body": "", "locale": ""}]))

    assert ("Sí.", "ca") == (data.text, data.language)


def test_a_text_without_translations_has_no_language(items):
    cells = {"title/en": "", "body/en": "", "title": "Trees", "body": "<p>More &amp; more</p>"}
    (data,) = submitted(items(proposals=[proposal(**cells)]))

    assert ("Trees\n\nMore & more", None) == (data.text, data.language)


@pytest.mark.parametrize(
    "cells",
    [
        {"withdrawn": "true", "withdrawn_at": "2024-04-01 00:00:00 UTC"},
        {"state": "withdrawn", "updated_at": "2024-04-01 00:00:00 UTC"},
    ],
    ids=["newer", "older"],
)
def test_a_withdrawn_proposal_is_withdrawn_after_it_was_made(items, cells):
    *_, made, withdrawn = items(proposals=[proposal(**cells)])

    assert isinstance(made, ContributionSubmitted)
    assert isinstance(withdrawn, ContributionWithdrawn)
    assert made.data.contribution == withdrawn.data.contribution
    assert made.data.topic == withdrawn.data.topic
    assert datetime(2024, 4, 1, tzinfo=UTC) == withdrawn.data.occurred_at


def test_an_answer_is_a_response_in_the_topic_of_the_proposal(items):
    cells = {"answer/en": "<p>We will.</p>", "answered_at": "2024-05-01 00:00:00 UTC"}
    (event,) = of(ResponsePublished, items(proposals=[proposal(1, **cells)]))

    assert ("proposal-1", "We will.") == (event.data.topic, event.data.text)
    assert f"{SPACE}/f/12/proposals/1" == event.data.url
    assert datetime(2024, 5, 1, tzinfo=UTC) == event.data.occurred_at


def test_an_answer_of_unknown_time_has_that_of_the_state_that_it_explains(items):
    cells = {"answer/en": "We will.", "state_published_at": "2024-05-01 00:00:00 UTC"}
    (event,) = of(ResponsePublished, items(proposals=[proposal(1, **cells)]))

    assert datetime(2024, 5, 1, tzinfo=UTC) == event.data.occurred_at


def test_a_proposal_that_was_never_published_has_the_time_at_which_it_was_made(items):
    cells = {"published_at": "", "created_at": "2024-03-01 00:00:00 UTC"}
    (data,) = submitted(items(proposals=[proposal(1, **cells)]))

    assert datetime(2024, 3, 1, tzinfo=UTC) == data.occurred_at


def test_an_answer_without_a_time_leaves_the_proposal_in(items):
    found = items(proposals=[proposal(**{"answer/en": "We will."})])

    assert [("answered_at", "no value")] == [(one.field, one.reason) for one in problems(found)]
    assert 1 == len(submitted(found))
    assert [] == of(ResponsePublished, found)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2024-03-05 10:11:12 UTC", datetime(2024, 3, 5, 10, 11, 12, tzinfo=UTC)),
        ("2024-03-05 10:11:12 +0100", datetime(2024, 3, 5, 9, 11, 12, tzinfo=UTC)),
        ("2024-03-05 10:11:12 -0300", datetime(2024, 3, 5, 13, 11, 12, tzinfo=UTC)),
        ("2024-03-05T10:11:12.500Z", datetime(2024, 3, 5, 10, 11, 12, 500_000, tzinfo=UTC)),
        ("2024-02-29 00:00:00 UTC", datetime(2024, 2, 29, tzinfo=UTC)),
    ],
)
def test_times_have_the_zone_that_they_name(items, cell, expected):
    (data,) = submitted(items(proposal_comments=[comment(created_at=cell)]))

    assert expected == data.occurred_at


TIME = "not a time with a zone like 2024-03-05 10:11:12 UTC"
ADDRESS = "not an address like …/proposals/12"


@pytest.mark.parametrize(
    ("cells", "field", "reason"),
    [
        ({"id": ""}, "id", "no value"),
        ({"id": "five"}, "id", "not a whole number"),
        ({"created_at": ""}, "created_at", "no value"),
        ({"created_at": "2024-03-05"}, "created_at", TIME),
        ({"created_at": "2024-03-05 10:11:12"}, "created_at", TIME),
        ({"created_at": "2023-02-29 10:11:12 UTC"}, "created_at", TIME),
        ({"created_at": "0001-01-01 00:00:00 +0100"}, "created_at", TIME),
        ({"alignment": "2"}, "alignment", "not one of -1, 0, 1"),
        ({"body": "x" * 20_001}, "body", "20,001 characters, at most 20,000"),
        ({"root_commentable_url": ""}, "root_commentable_url", ADDRESS),
        ({"root_commentable_url": "https://[x/a/b"}, "root_commentable_url", ADDRESS),
    ],
)
def test_a_bad_comment_is_skipped_and_explained(items, cells, field, reason):
    found = items(proposal_comments=[comment(1), comment(2, **cells), comment(3)])

    assert [Problem(f"{HOST}-open-data-proposal_comments.csv", 3, field, reason)] == problems(found)
    assert ["comment-1", "comment-3"] == [data.contribution for data in submitted(found)]


def test_what_an_event_cannot_hold_is_a_problem_that_names_its_field(items):
    found = items(proposal_comments=[comment(1, created_at="1800-01-01 00:00:00 UTC")])

    assert ["occurred_at"] == [one.field for one in problems(found)]


def test_a_proposal_that_is_too_long_is_a_problem_and_still_a_topic(items):
    found = items(
        proposals=[proposal(1, **{"body/en": "x" * 20_000})], proposal_comments=[comment(5)]
    )

    assert ["body"] == [one.field for one in problems(found)]
    assert "Trees" == titles(found)["proposal-1"]
    assert ["comment-5"] == [data.contribution for data in submitted(found)]


@pytest.mark.parametrize("number", ["5", " 5"])
def test_another_text_under_the_same_id_is_a_problem(items, number):
    found = items(proposal_comments=[comment(5), comment(5, id=number, body="No.")])

    assert ["already used on line 2"] == [one.reason for one in problems(found)]
    assert ["Yes."] == [data.text for data in submitted(found)]


def test_a_problem_has_the_cells_of_its_row_for_whoever_mends_it(items):
    (problem,) = problems(items(proposal_comments=[comment(1, alignment="2")]))

    assert comment(1, alignment="2") == problem.cells


def test_a_problem_has_the_line_on_which_its_row_begins(items):
    rows = [comment(1, body="One\nTwo\nThree"), comment(2, id="", body="Four\nFive")]

    assert [5] == [one.line for one in problems(items(proposal_comments=rows))]


def test_the_meter_knows_the_place_of_every_event(tmp_path):
    meter = Meter()
    path = save(tmp_path / "export", proposal_comments=[comment(1), comment(2)])

    lines = [
        meter.place[1].line
        for event in read(Source(path), EDGE, meter)
        if isinstance(event, ContributionSubmitted) and meter.place
    ]
    assert [2, 3] == lines


def test_a_row_that_cannot_be_read_costs_itself_alone(items):
    lines = written([comment(1), comment(2), comment(3)]).splitlines(keepends=True)
    lines[2] = lines[2].replace(b"Yes.", b'"Yes')
    found = items(proposal_comments=b"".join(lines))

    assert [3] == [one.line for one in problems(found)]
    assert ["comment-1", "comment-3"] == [data.contribution for data in submitted(found)]


def test_bytes_that_are_no_utf8_cost_their_row_alone(items):
    content = written([comment(1, body="Sí"), comment(2)])
    found = items(proposal_comments=content.replace("Sí".encode(), "Sí".encode("cp1252")))

    assert [(2, "not UTF-8")] == [(one.line, one.reason) for one in problems(found)]
    assert ["comment-2"] == [data.contribution for data in submitted(found)]


def test_a_row_with_other_columns_than_the_header_is_a_problem(items):
    found = items(proposal_comments=written([comment(1)]) + b"2;Hello\r\n")

    assert ["2 columns where the header has 11"] == [one.reason for one in problems(found)]


def test_an_entity_without_rows_is_an_empty_file(items):
    assert [] == problems(items(proposals=b"\n", proposal_comments=b""))


def test_a_byte_order_mark_and_commas_between_columns_are_read(items):
    content = b"\xef\xbb\xbf" + written([comment(1)], delimiter=",")

    assert 1 == len(submitted(items(proposal_comments=content)))


def test_a_wrong_header_is_an_error_that_names_the_missing_columns(items):
    with pytest.raises(TableError, match=r"proposals\.csv: the header lacks component/id"):
        items(proposals=b"id;title/en\n")


def test_another_encoding_is_refused(items):
    with pytest.raises(TableError, match="not UTF-8; save it as CSV in UTF-8"):
        items(proposals=written([proposal()]).decode().encode("utf-16"))


def test_a_zip_a_folder_and_a_file_say_the_same(tmp_path):
    folder = save(tmp_path / "export", proposal_comments=[comment(1), reply(2, 1)])
    (file,) = folder.iterdir()
    archive = tmp_path / "open-data.zip"
    with zipfile.ZipFile(archive, "w") as out:
        out.write(file, file.name)

    expected = list(read(Source(folder), EDGE, Meter()))
    assert expected == list(read(Source(file), EDGE, Meter()))
    assert expected == list(read(Source(archive), EDGE, Meter()))


def test_proposals_are_read_before_their_comments_wherever_they_stand(tmp_path):
    archive = tmp_path / "open-data.zip"
    with zipfile.ZipFile(archive, "w") as out:
        out.writestr("x-open-data-proposal_comments.csv", written([comment(1)]))
        out.writestr("x-open-data-proposals.csv", written([proposal(1)]))

    assert "Trees" == titles(read(Source(archive), EDGE, Meter()))["proposal-1"]


def test_the_meter_knows_the_size_and_ends_there(tmp_path):
    meter = Meter()
    folder = save(tmp_path / "export", proposals=[proposal(1)], proposal_comments=[comment(1)])
    found = read(Source(folder), EDGE, meter)
    next(found)
    size = sum(file.stat().st_size for file in folder.iterdir())

    assert size == meter.total
    assert [] != list(found)
    assert size == meter.done


def test_what_is_left_out_is_told(tmp_path):
    meter = Meter()
    folder = save(tmp_path / "export", proposals=[], users=[{"id": "1"}], results=[{"id": "2"}])

    assert 1 == len(list(read(Source(folder), EDGE, meter)))
    assert ["Left out of the export: results, users."] == meter.notices


def test_a_folder_without_anything_to_import_is_an_error_that_says_what_to_give(tmp_path):
    with pytest.raises(TableError, match="nothing to import; give the zip"):
        list(read(Source(tmp_path), EDGE, Meter()))


def test_a_path_without_a_file_is_an_error(tmp_path):
    with pytest.raises(TableError, match=r"gone\.zip: no such file"):
        list(read(Source(tmp_path / "gone.zip"), EDGE, Meter()))


def test_files_of_two_platforms_are_refused(tmp_path):
    save(tmp_path, proposals=[proposal(1)])
    save(tmp_path, host="other.example", proposals=[proposal(1)])

    with pytest.raises(TableError, match="several platforms"):
        list(read(Source(tmp_path), EDGE, Meter()))


def test_names_neither_enter_events_nor_reasons(items):
    found = items(
        proposals=[proposal(1), proposal(2, published_at="Zaphod Planted")],
        proposal_comments=[comment(1), comment(2, alignment="Trillian Planted")],
    )

    said = [encode(one).decode() for one in found if not isinstance(one, Problem)]
    said += [f"{one.field} {one.reason} {one!r}" for one in problems(found)]
    assert 2 == len(problems(found))
    assert [] == [one for one in said if "Planted" in one]


def test_contact_data_is_masked_where_the_edge_says_so(tmp_path):
    edge = Edge(EDGE.pseudonyms, EDGE.scope, Masking(region="ES"))
    contact = "Write to trillian@example.org."
    path = save(
        tmp_path / "export",
        proposals=[
            proposal(
                **{
                    "title/en": contact,
                    "body/en": contact,
                    "answer/en": contact,
                    "answered_at": "2024-05-01T00:00Z",
                }
            )
        ],
        proposal_comments=[comment(body=contact)],
    )

    events = [encode(one) for one in read(Source(path), edge, Meter())]
    assert [] == [event for event in events if b"trillian" in event]


TEXTS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="<&\r\0"), min_size=1, max_size=60
).filter(str.strip)


@given(st.lists(TEXTS, max_size=8))
def test_texts_come_back_as_they_were_but_for_the_blanks_around_them(tmp_path_factory, texts):
    rows = [comment(number, body=text) for number, text in enumerate(texts, 1)]
    path = save(tmp_path_factory.mktemp("decidim"), proposal_comments=rows)

    found = list(read(Source(path), EDGE, Meter()))

    assert [text.strip() for text in texts] == [data.text for data in submitted(found)]
    assert all(event == decode(encode(event)) for event in found)


ROWS = [
    comment(1),
    comment(2, "meetings/5", **{"author/id": ""}),
    reply(3, 1),
    comment(4, "proposals/9", alignment="-1"),
    comment(1),
]
PROPOSALS = [proposal(1), proposal(2, withdrawn="true"), proposal(3, **{"component/id": "13"})]


@given(st.permutations(ROWS), st.permutations(PROPOSALS))
def test_the_events_do_not_depend_on_the_order_of_rows(tmp_path_factory, rows, proposals):
    def events(rows, proposals):
        folder = tmp_path_factory.mktemp("decidim")
        path = save(folder, proposals=proposals, proposal_comments=rows)
        return {encode(event) for event in read(Source(path), EDGE, Meter())}

    assert events(ROWS, PROPOSALS) == events(rows, proposals)
