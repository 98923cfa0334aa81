"""What was to be looked at and is not there."""

from datetime import UTC, datetime

import pytest

from operations.lag.report import GroupLag, PartitionLag, PartitionStatus
from operations.lag.unseen import unseen

DOCTOR = "isegoria doctor --data-dir here"


def group(name, *topics, members=0, state="Stable"):
    partitions = [
        PartitionLag(topic, 0, 0, 0, 0, 0.0, PartitionStatus.OK, None, None, 0.0)
        for topic in topics
    ]
    return GroupLag(name, datetime(2026, 3, 1, tzinfo=UTC), state, members, partitions)


@pytest.mark.parametrize("topics", [None, ["events"]])
def test_where_everything_was_looked_at_there_is_nothing_to_say(topics):
    assert unseen([group("readers", "events")], {"readers": topics}, DOCTOR) is None


def test_a_missing_topic_is_named_with_the_command_that_says_more():
    told = unseen([group("readers", "events")], {"readers": ["events", "screened"]}, DOCTOR)
    assert f"missing in Kafka: screened; '{DOCTOR}' says more" == told


@pytest.mark.parametrize(
    ("members", "words"),
    [
        (0, "nothing is known of a consumer group 'typo': no commits, no members"),
        (1, "the consumer group 'typo' has not committed anything yet"),
    ],
)
def test_a_group_without_commits_is_named(members, words):
    assert words == unseen([group("typo", members=members)], {"typo": None}, DOCTOR)


def test_a_group_that_is_not_there_is_told_beside_one_that_is():
    seen = [group("readers", "events"), group("typo")]
    assert "'typo'" in unseen(seen, {"readers": None, "typo": None}, DOCTOR)


@pytest.mark.parametrize("topics", [None, ["events"]])
def test_a_group_whose_coordinator_is_away_is_not_said_to_be_missing(topics):
    told = unseen([group("readers", state="Unknown")], {"readers": topics}, DOCTOR)
    assert "Kafka cannot say yet how the consumer group 'readers' does: ask again" == told
