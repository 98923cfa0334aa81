"""Verdicts: who said this already?"""

import pytest

from schemas.events import partition_key
from schemas.records import Verdict
from streams.screening import screen
from streams.state import PartitionState
from tests.make import contribution, support, topic_opened

WORDS = "The bus should stop at the clinic again, as it did before."


class Log:
    """A log of events, screened as they are added."""

    def __init__(self):
        self.state = PartitionState()
        self.offset = -1

    def add(self, event):
        self.offset += 1
        return screen(event, partition_key(event), self.offset, self.state)

    @property
    def topic(self):
        return self.state.topics["borough/tram"]


@pytest.fixture
def log():
    return Log()


def verdict(screened):
    return (screened.verdict, screened.refers_to)


def test_what_nobody_said_before_is_original(log):
    assert (Verdict.ORIGINAL, "") == verdict(log.add(contribution("1")))


def test_the_same_source_and_id_is_redelivered(log):
    log.add(contribution("1"))
    assert (Verdict.REDELIVERED, "1") == verdict(log.add(contribution("1")))


def test_the_same_id_from_another_source_is_another_event(log):
    log.add(contribution("1", person=1))
    again = contribution("1", person=2, source="urn:other")
    assert (Verdict.ORIGINAL, "") == verdict(log.add(again))


def test_a_person_saying_the_same_again_has_resubmitted(log):
    log.add(contribution("1", WORDS))
    again = contribution("2", WORDS.upper(), channel="paper", mode="offline")
    assert (Verdict.RESUBMITTED, "1") == verdict(log.add(again))


def test_every_repeat_refers_to_the_first_one(log):
    for number in range(1, 62):
        log.add(contribution(str(number), WORDS))
    assert (Verdict.RESUBMITTED, "1") == verdict(log.add(contribution("62", WORDS)))


def test_another_person_saying_the_same_is_original(log):
    log.add(contribution("1", WORDS, person=1))
    assert (Verdict.ORIGINAL, "") == verdict(log.add(contribution("2", WORDS, person=2)))


def test_the_same_words_on_another_topic_are_original(log):
    log.add(contribution("1", WORDS))
    assert (Verdict.ORIGINAL, "") == verdict(log.add(contribution("2", WORDS, topic="bus")))


def test_unknown_authors_are_not_one_person(log):
    log.add(contribution("1", WORDS, person=None))
    assert (Verdict.ORIGINAL, "") == verdict(log.add(contribution("2", WORDS, person=None)))


@pytest.mark.parametrize("text", ["", "!!!", "👍👍"])
def test_a_text_without_letter_or_digit_matches_nothing(log, text):
    log.add(contribution("1", text))
    assert (Verdict.ORIGINAL, "") == verdict(log.add(contribution("2", text)))


def test_a_vote_and_a_contribution_may_share_an_id(log):
    log.add(support("1", on="9"))
    assert (Verdict.ORIGINAL, "") == verdict(log.add(contribution("1")))


def test_the_last_vote_of_a_person_on_a_contribution_counts(log):
    log.add(support("v1", on="1", value=1, minute=1))
    log.add(support("v2", on="1", value=-1, minute=2))
    assert [-1] == [vote.value for vote in log.topic.votes.values()]


def test_a_vote_that_arrives_late_does_not_undo_a_newer_one(log):
    log.add(support("v2", on="1", value=-1, minute=2))
    log.add(support("v1", on="1", value=1, minute=1))
    assert [-1] == [vote.value for vote in log.topic.votes.values()]


def test_of_votes_cast_at_the_same_moment_the_last_in_the_log_counts(log):
    log.add(support("v1", on="1", value=-1))
    log.add(support("v2", on="1", value=1))
    log.add(support("v1", on="1", value=-1))  # redelivered, not newer
    assert [1] == [vote.value for vote in log.topic.votes.values()]


def test_redelivered_contributions_do_not_enter_the_figures(log):
    log.add(contribution("1"))
    log.add(contribution("1"))
    assert 1 == log.topic.everyone.figures().contributions


def test_organisers_enter_the_figures_of_everyone_only(log):
    log.add(contribution("1", person=1, role="organiser"))
    log.add(contribution("2", person=2))
    assert 1 == log.topic.participants.figures().contributions
    assert 2 == log.topic.everyone.figures().contributions


def test_the_newest_title_holds(log):
    log.add(topic_opened("a", title="Trams"))
    log.add(topic_opened("b", title="Trams and buses"))
    assert "Trams and buses" == log.topic.title


def test_a_summary_is_true_up_to_the_last_event_of_its_topic(log):
    log.add(contribution("1"))
    log.add(contribution("2", topic="bus"))
    assert 0 == log.topic.as_of_offset
