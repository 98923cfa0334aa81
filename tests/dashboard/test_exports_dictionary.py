from typing import get_type_hints

import pytest

from dashboard.exports.dictionary import (
    AMBASSADORS,
    AWARDS,
    CONSULTATIONS,
    CONTRIBUTIONS,
    DAYS,
    LETTERS,
    RESPONSES,
    SUSPECTS,
    TABLES,
    TOPICS,
    WAITING,
    appearances,
)
from dashboard.exports.views import Disclosure, Kind
from sinks.answers import Waiting
from sinks.letters import LetterShown
from sinks.people import Ambassador, Appearance, Award, Spread, Suspect
from sinks.reading.contributions import Contribution
from sinks.reading.filters import LATE_DAYS
from sinks.reading.mixes import Day
from sinks.reading.overview import Overview, TopicRow
from sinks.reading.responses import Response

ROWS = [
    (CONSULTATIONS, Overview),
    (TOPICS, TopicRow),
    (CONTRIBUTIONS, Contribution),
    (DAYS, Day),
    (LETTERS, LetterShown),
    (WAITING, Waiting),
    (AMBASSADORS, Ambassador),
    (AWARDS, Award),
]
TYPES = {
    Kind.TEXT: str,
    Kind.INTEGER: int,
    Kind.NUMBER: float,
    Kind.SHARE: float,
    Kind.DAY: str,
    Kind.MOMENT: str,
    Kind.FLAG: int,
    Kind.LIST: list,
}
COLUMNS = {
    f"{table.name}.{column.name}": column for table in TABLES.values() for column in table.columns
}
SPREAD = Spread(
    contributions=5, voices=3, top1_share=0.6, effective_voices_1=2.5, effective_voices_2=2.0
)
SUSPECT = Suspect(
    consultation="climate-2026",
    visibility="open",
    participant="p-1",
    appearances=[
        Appearance(
            topic=topic, sentences=["Wrote 60 %."], contributions=3, now=SPREAD, without=SPREAD
        )
        for topic in ("", "tram")
    ],
)


@pytest.mark.parametrize(("table", "row"), ROWS, ids=[table.name for table, _ in ROWS])
def test_every_field_of_a_row_has_a_column_in_its_order(table, row):
    assert list(row.__annotations__) == [column.name for column in table.columns]


@pytest.mark.parametrize(("table", "row"), ROWS, ids=[table.name for table, _ in ROWS])
def test_every_column_is_of_the_kind_of_its_field(table, row):
    hints = get_type_hints(row)

    for column in table.columns:
        kind, hint = TYPES[column.kind], hints[column.name]
        assert kind.__name__ in str(hint), column.name


def test_responses_of_several_topics_say_which():
    assert ["topic", *Response.__annotations__] == [column.name for column in RESPONSES.columns]


def test_a_suspect_has_a_row_for_each_place_with_its_figures_side_by_side():
    rows = list(appearances([SUSPECT]))

    assert ["", "tram"] == [row["topic"] for row in rows]
    assert [column.name for column in SUSPECTS.columns] == list(rows[0])
    assert (3, 0.6, 2.0) == tuple(
        rows[0][name] for name in ("contributions", "now_top1_share", "without_effective_voices_2")
    )


@pytest.mark.parametrize("column", COLUMNS.values(), ids=COLUMNS)
def test_every_column_is_described_in_a_sentence(column):
    assert len(column.description.split()) > 2
    assert column.description.endswith(".")


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_every_view_has_each_column_once_and_says_what_a_row_is(table):
    names = [column.name for column in table.columns]

    assert len(names) == len(set(names))
    assert table.description.startswith("A row for each ")


def test_late_means_what_the_dictionary_says():
    [late] = [column for column in DAYS.columns if column.name == "late_offline"]

    assert 7 == LATE_DAYS
    assert "seven days later" in late.description


def test_open_data_leaves_out_attachments_and_keeps_live_texts_alone():
    assert {"attachments": Disclosure.CLOSED, "text": Disclosure.LIVE} == {
        column.name: column.disclosure
        for column in CONTRIBUTIONS.columns
        if column.disclosure is not Disclosure.OPEN
    }


def test_no_view_tells_of_devices_or_of_what_people_said_of_themselves():
    names = {column.name for column in COLUMNS.values()}

    assert set() == names & {"device", "captured_by", "demographics", "identity", "source"}
