"""The importer of regulations.gov's bulk downloads."""

import csv
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.edge import Edge
from intake.importing import Meter, Source
from intake.masking import Masking
from intake.pseudonyms import Pseudonymiser
from intake.regulations import read
from intake.tables import InvalidIdError, Problem, TableError
from schemas.events import (
    ConsultationOpened,
    ContributionSubmitted,
    ContributionWithdrawn,
    Identity,
    Mode,
    Role,
    TopicOpened,
    decode,
    encode,
)
from tests.intake.items import of, problems, submitted

EDGE = Edge(Pseudonymiser(b"k" * 32), scope="regulations")
DOCKET = "TREE-2024-0001"
NOTICE = f"{DOCKET}-0001"


def comment(number=2, **cells):
    document = f"{DOCKET}-{number:04}"
    return {
        "Document ID": document,
        "Agency ID": "TREE",
        "Docket ID": DOCKET,
        "Document Type": "Public Submission",
        "Posted Date": "2024-05-28T04:00Z",
        "Is Withdrawn?": "false",
        "Title": "Comment from Zaphod Planted",
        "Comment on Document ID": NOTICE,
        "Received Date": "2024-03-05T05:00Z",
        "Duplicate Comments": "1",
        "First Name": "Zaphod",
        "Last Name": "Planted",
        "City": "Springfield",
        "State/Province": "OH",
        "Country": "United States",
        "Organization Name": "",
        "Comment": "More trees.",
        "Category": "",
        "Attachment Files": "",
        **cells,
    }


def notice(**cells):
    empty = dict.fromkeys(comment(), "")
    return {
        **empty,
        "Document ID": NOTICE,
        "Docket ID": DOCKET,
        "Document Type": "Proposed Rule",
        "Title": "Trees &amp; Shrubs",
        **cells,
    }


def save(folder, rows):
    path = folder / "download.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, comment())
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.fixture
def items(tmp_path):
    """Imports a download with the given rows."""

    def items(*rows, meter=None, **options):
        return list(read(Source(save(tmp_path, rows), **options), EDGE, meter or Meter()))

    return items


def people(items):
    return [data.participant for data in submitted(items)]


def test_a_comment_keeps_all_that_the_row_says(items):
    (event,) = of(ContributionSubmitted, items(comment(2)))

    assert f"urn:isegoria:regulations:{DOCKET}" == event.source
    data = event.data
    assert (DOCKET, NOTICE, f"{DOCKET}-0002") == (data.consultation, data.topic, data.contribution)
    assert ("regulations", Mode.ONLINE, "en") == (data.channel, data.mode, data.language)
    assert (Role.PARTICIPANT, Identity.SELF_DECLARED) == (data.role, data.identity)
    assert "More trees." == data.text
    assert {"state": "OH", "country": "United States"} == data.demographics


def test_the_notice_is_no_comment_and_gives_the_topic_its_title(items):
    found = items(notice(), comment(2))

    assert [f"{DOCKET}-0002"] == [data.contribution for data in submitted(found)]
    assert [(NOTICE, "Trees & Shrubs")] == [
        (event.data.topic, event.data.title) for event in of(TopicOpened, found)
    ]


def test_a_topic_without_its_notice_is_called_by_its_document(items):
    (event,) = of(TopicOpened, items(comment(2), comment(3)))

    assert (NOTICE, NOTICE) == (event.data.topic, event.data.title)


def test_a_comment_on_no_document_is_on_its_docket(items):
    (data,) = submitted(items(comment(2, **{"Comment on Document ID": ""})))

    assert DOCKET == data.topic


def test_other_documents_of_a_docket_are_neither_topics_nor_comments(items):
    assert [] == items(notice(**{"Document Type": "Supporting & Related Material"}))


def test_each_docket_is_a_consultation(items):
    found = items(comment(2), comment(3, **{"Docket ID": "OTHER-2024-0009"}))

    assert [DOCKET, "OTHER-2024-0009"] == [
        event.data.consultation for event in of(ConsultationOpened, found)
    ]


def test_a_given_consultation_holds_every_docket(items):
    rows = [comment(2), comment(3, **{"Docket ID": "OTHER-2024-0009"})]
    found = items(*rows, consultation="trees", title="Trees", name="urn:x")

    (event,) = of(ConsultationOpened, found)
    assert ("trees", "Trees", "urn:x") == (event.data.consultation, event.data.title, event.source)
    assert {"trees"} == {data.consultation for data in submitted(found)}


def test_every_event_has_an_id_of_its_own_under_a_given_source(items):
    other = {"Docket ID": "OTHER-1", "Comment on Document ID": "OTHER-1-0001"}
    found = items(notice(), comment(2), comment(3, **other), name="urn:x")

    assert len(found) == len({event.id for event in found if not isinstance(event, Problem)})


def test_a_consultation_id_that_is_none_is_refused(items):
    with pytest.raises(InvalidIdError, match="consultation: give an id"):
        items(consultation="with space")


@pytest.mark.parametrize(
    "cells",
    [
        {"First Name": "ZAPHOD", "Last Name": " planted "},
        {"City": "springfield"},
        {"Comment on Document ID": f"{DOCKET}-0009"},
        {"Organization Name": "Trees United"},
    ],
)
def test_one_name_in_one_place_is_one_person(items, cells):
    first, second = people(items(comment(2), comment(3, **cells)))

    assert first == second


@pytest.mark.parametrize(
    "cells",
    [
        {"City": "Portland"},
        {"State/Province": "MA"},
        {"City": ""},
        {"First Name": "Arthur"},
        {"First Name": "Zaphod Planted", "Last Name": "Springfield", "City": ""},
    ],
)
def test_another_name_or_place_is_another_person(items, cells):
    first, second = people(items(comment(2), comment(3, **cells)))

    assert first != second


@pytest.mark.parametrize(
    ("first", "last"), [("", ""), ("Zaphod", ""), ("", "Planted"), ("Anonymous", "Anonymous")]
)
def test_without_a_whole_name_the_author_is_unknown(items, first, last):
    (data,) = submitted(items(comment(2, **{"First Name": first, "Last Name": last})))

    assert (None, Identity.NONE) == (data.participant, data.identity)


def test_an_organisation_is_a_group_and_no_person(items):
    cells = {"First Name": "", "Last Name": "", "Organization Name": "Trees &amp; Co"}
    (data,) = submitted(items(comment(2, **cells)))

    assert ("Trees & Co", None) == (data.group, data.participant)


def test_a_label_that_is_too_long_is_cut(items):
    (data,) = submitted(items(comment(2, **{"Organization Name": "x" * 200})))

    assert "x" * 128 == data.group


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2024-03-05T05:00Z", datetime(2024, 3, 5, 17, tzinfo=UTC)),
        ("2024-07-05T04:00Z", datetime(2024, 7, 5, 16, tzinfo=UTC)),
        ("2024-03-05", datetime(2024, 3, 5, 17, tzinfo=UTC)),
        ("2024-07-05", datetime(2024, 7, 5, 16, tzinfo=UTC)),
        ("2024-03-10", datetime(2024, 3, 10, 16, tzinfo=UTC)),
        ("2024-02-29", datetime(2024, 2, 29, 17, tzinfo=UTC)),
    ],
    ids=["winter", "summer", "day in winter", "day in summer", "clocks change", "leap day"],
)
def test_a_day_is_its_noon_in_washington(items, cell, expected):
    (data,) = submitted(items(comment(2, **{"Received Date": cell})))

    assert expected == data.occurred_at


def test_a_time_that_is_no_midnight_in_washington_is_a_time(items):
    (data,) = submitted(items(comment(2, **{"Received Date": "2024-03-05T13:30Z"})))

    assert datetime(2024, 3, 5, 13, 30, tzinfo=UTC) == data.occurred_at


def test_line_breaks_and_entities_of_a_comment_become_text(items):
    (data,) = submitted(items(comment(2, Comment="Don&#39;t cut.<br/>Plant &amp; water.")))

    assert "Don't cut.\nPlant & water." == data.text


def test_attachments_are_called_by_comment_and_file(items):
    folder = f"https://downloads.example/{DOCKET}-0002"
    cells = {
        "Comment": "See attached file(s)",
        "Attachment Files": f"{folder}/attachment_1.pdf,{folder}/attachment_2.docx",
    }
    (data,) = submitted(items(comment(2, **cells)))

    assert (
        f"{DOCKET}-0002/attachment_1.pdf",
        f"{DOCKET}-0002/attachment_2.docx",
    ) == data.attachments


def test_a_withdrawn_comment_is_withdrawn_after_it_was_made(items):
    made, withdrawn = items(notice(), comment(2, **{"Is Withdrawn?": "true"}))[-2:]

    assert isinstance(made, ContributionSubmitted)
    assert isinstance(withdrawn, ContributionWithdrawn)
    assert (made.data.topic, made.data.contribution) == (
        withdrawn.data.topic,
        withdrawn.data.contribution,
    )


def test_copies_that_the_agency_counted_are_told(items):
    meter = Meter()
    items(comment(2), comment(3, **{"Duplicate Comments": "1201"}), meter=meter)

    (notice,) = meter.notices
    assert "1,200 copies" in notice


DAY = "not a day like 2024-03-05 or 2024-03-05T05:00Z"


@pytest.mark.parametrize(
    ("cells", "field", "reason"),
    [
        ({"Document ID": ""}, "Document ID", "no value"),
        ({"Docket ID": ""}, "Docket ID", "no value"),
        ({"Document Type": ""}, "Document Type", "no value"),
        ({"Received Date": ""}, "Received Date", "no value"),
        ({"Received Date": "03/05/2024"}, "Received Date", DAY),
        ({"Received Date": "2023-02-29"}, "Received Date", DAY),
        ({"Received Date": "2024-03-05T05:00"}, "Received Date", DAY),
        ({"Received Date": "0001-01-01T00:00+01:00"}, "Received Date", DAY),
        ({"Comment": "x" * 20_001}, "Comment", "20,001 characters, at most 20,000"),
    ],
)
def test_a_bad_row_is_skipped_and_explained(items, cells, field, reason):
    found = items(notice(), comment(2), comment(3, **cells), comment(4))

    assert [Problem("download.csv", 4, field, reason)] == problems(found)
    assert [f"{DOCKET}-0002", f"{DOCKET}-0004"] == [one.contribution for one in submitted(found)]


def test_what_an_event_cannot_hold_is_a_problem_that_names_its_field(items):
    found = items(comment(2, **{"Attachment Files": ",".join(["https://x.example/a/b"] * 51)}))

    assert ["attachments"] == [one.field for one in problems(found)]


def test_another_comment_under_the_same_id_is_a_problem(items):
    found = items(comment(2), comment(2, Comment="Fewer trees."))

    assert ["already used on line 2"] == [one.reason for one in problems(found)]


def test_the_same_comment_twice_is_the_same_event_twice(items):
    first, second = of(ContributionSubmitted, items(comment(2), comment(2)))

    assert first == second


def test_a_wrong_header_is_an_error_that_names_the_missing_columns(tmp_path):
    path = tmp_path / "download.csv"
    path.write_text("Document ID,Comment\n")

    with pytest.raises(TableError, match=r"download\.csv: the header lacks Docket ID"):
        list(read(Source(path), EDGE, Meter()))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "no such file, or it is empty"),
        (b"x" * 200_000, "the header is not readable as CSV"),
        ("Größe".encode("cp1252"), "not UTF-8; save it as CSV in UTF-8"),
    ],
)
def test_what_is_no_download_is_an_error_that_says_so(tmp_path, content, reason):
    path = tmp_path / "download.csv"
    path.write_bytes(content)

    with pytest.raises(TableError, match=reason):
        list(read(Source(path), EDGE, Meter()))


def test_a_path_without_a_file_is_an_error(tmp_path):
    with pytest.raises(TableError, match=r"gone\.csv: no such file"):
        list(read(Source(tmp_path / "gone.csv"), EDGE, Meter()))


def test_the_meter_ends_at_the_size_of_the_file(tmp_path):
    meter = Meter()
    path = save(tmp_path, [comment(2)])

    assert [] != list(read(Source(path), EDGE, meter))
    assert path.stat().st_size == meter.total == meter.done


def test_names_neither_enter_events_nor_reasons(items):
    bad = {"Received Date": "Zaphod Planted", "Document ID": f"{DOCKET}-0003"}
    odd = {"Document ID": "Zaphod Planted"}
    found = items(notice(), comment(2), comment(3, **bad), comment(4, **odd))

    said = [encode(one).decode() for one in found if not isinstance(one, Problem)]
    said += [f"{one.field} {one.reason} {one!r}" for one in problems(found)]
    assert 2 == len(problems(found))
    assert [] == [one for one in said if "planted" in one.casefold()]


def test_contact_data_is_masked_where_the_edge_says_so(tmp_path):
    edge = Edge(EDGE.pseudonyms, EDGE.scope, Masking(region="US"))
    contact = "Write to zaphod@example.org."
    path = save(tmp_path, [notice(Title=contact), comment(2, Comment=contact)])

    events = [encode(one) for one in read(Source(path), edge, Meter())]
    assert [] == [event for event in events if b"zaphod" in event]


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="<&\r\0"), max_size=60)


@given(st.lists(TEXTS, max_size=8))
def test_texts_come_back_as_they_were(tmp_path_factory, texts):
    rows = [comment(number, Comment=text) for number, text in enumerate(texts, 2)]
    path = save(tmp_path_factory.mktemp("regulations"), rows)

    found = list(read(Source(path), EDGE, Meter()))

    assert texts == [data.text for data in submitted(found)]
    assert all(event == decode(encode(event)) for event in found)


ROWS = [
    notice(),
    comment(2),
    comment(3, **{"First Name": "", "Is Withdrawn?": "true"}),
    comment(4, **{"Comment on Document ID": f"{DOCKET}-0099"}),
    comment(5, **{"Docket ID": "OTHER-2024-0009", "Comment on Document ID": ""}),
    comment(2),
]


@given(st.permutations(ROWS))
def test_the_events_do_not_depend_on_the_order_of_rows(tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("regulations")

    def events(rows):
        return {encode(event) for event in read(Source(save(folder, rows)), EDGE, Meter())}

    assert events(ROWS) == events(rows)
