"""A batch of paper forms that comes late: the days it belongs to change, and no other."""

from collections import Counter

import pytest

from intake.sample import sample_consultation
from schemas.events import ContributionSubmitted
from schemas.records import Kind, Verdict
from tests.system.running import moved

CONSULTATION = "late-batch"
SAMPLE = sample_consultation()


def is_late(event):
    late = SAMPLE.truth.late_batch
    return isinstance(event, ContributionSubmitted) and event.data.contribution in late


EVENTS = [moved(event, CONSULTATION) for event in SAMPLE.events]
LATE = {index: event for index, event in enumerate(EVENTS) if is_late(event)}


def forms(*verdicts):
    """How many of them have these verdicts, by what identifies the row of their day."""
    return Counter(
        (CONSULTATION, event.data.topic, event.data.occurred_at.date().isoformat())
        for index, event in LATE.items()
        if SAMPLE.truth.verdicts[index].verdict in verdicts
    )


FORMS = forms(Verdict.ORIGINAL, Verdict.RESUBMITTED)
COUNTS = {
    "contributions": FORMS,
    "offline": FORMS,
    "online": Counter(),
    "originals": forms(Verdict.ORIGINAL),
    "resubmitted": forms(Verdict.RESUBMITTED),
    "campaign": Counter(),
}


def tables(system):
    days = {(row["consultation"], row["topic"], row["day"]): row for row in system.rows(Kind.DAY)}
    letters = {
        (row["consultation"], row["topic"], row["partition"], row["root_offset"]): row
        for row in system.rows(Kind.LETTER)
    }
    return days, letters


@pytest.fixture(scope="module")
def before_and_after(system):
    system.publish(event for event in EVENTS if not is_late(event))
    system.wait()
    before = tables(system)
    system.publish(LATE.values())
    system.wait()
    return before, tables(system)


def test_the_days_on_which_the_forms_were_written_change_and_no_other(before_and_after):
    (before, _), (after, _) = before_and_after
    changed = {key for key in before | after if before.get(key) != after.get(key)}
    assert set(FORMS) == changed


@pytest.mark.parametrize("count", COUNTS)
def test_those_days_count_the_forms(before_and_after, count):
    (before, _), (after, _) = before_and_after
    added = {key: after[key][count] - before.get(key, {count: 0})[count] for key in FORMS}
    assert {key: COUNTS[count][key] for key in FORMS} == added


def test_no_letter_changes(before_and_after):
    (_, before), (_, after) = before_and_after
    assert before
    assert before == after
