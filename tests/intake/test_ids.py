"""Ids of rows that have none."""

from contextlib import closing
from datetime import timedelta, timezone

from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from intake.ids import Seen, contribution_fields, derived_id
from schemas.events import Identifier
from tests.make import contribution

FIELDS = st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=5)


@given(FIELDS, st.integers(1, 9))
def test_an_id_is_one_whatever_the_order_of_the_fields(fields, occurrence):
    backwards = dict(reversed(fields.items()))

    assert derived_id(fields, occurrence) == derived_id(backwards, occurrence)
    TypeAdapter(Identifier).validate_python(derived_id(fields, occurrence))


@settings(deadline=None)
@given(st.lists(FIELDS, max_size=8))
def test_every_row_of_a_file_has_an_id_of_its_own(rows):
    with closing(Seen()) as seen:
        ids = [derived_id(fields, seen.occurrence(fields)) for fields in rows]

    assert len(rows) == len(set(ids))


def test_the_same_moment_in_another_zone_is_the_same_fact():
    here = contribution("a").data
    there = here.model_copy(
        update={"occurred_at": here.occurred_at.astimezone(timezone(timedelta(hours=9)))}
    )

    assert contribution_fields(here) == contribution_fields(there)


def test_a_default_that_is_said_changes_nothing():
    assert contribution_fields(contribution("a").data) == contribution_fields(
        contribution("a", role="participant", attachments=()).data
    )


def test_another_text_is_another_fact():
    assert contribution_fields(contribution("a", "Yes").data) != contribution_fields(
        contribution("a", "No").data
    )


def test_a_name_used_for_something_else_tells_the_first_line():
    with closing(Seen()) as seen:
        told = [seen.conflict("id", "a", said, line) for line, said in enumerate("xxy", start=1)]

    assert [None, None, 1] == told
