"""What the doctor says of topics."""

from pathlib import Path

import pytest

from operations.doctor import topics
from operations.doctor.cluster import Partition, TopicSeen
from operations.doctor.finding import Level, Remedies
from schemas.topics import EVENTS, SCREENED, SUMMARIES, TOPICS

REMEDIES = Remedies(Path("/my data"), "isegoria up", "isegoria worker")
HERE = "--data-dir '/my data'"
HEALTHY = Partition(replicas=1, in_sync=1, led=True)


def seen(partitions=4, partition=HEALTHY, **changed):
    """Every topic, kept as it should be; `changed` says how many partitions some have."""
    counts = {topic.name: partitions for topic in TOPICS} | changed
    return {
        topic.name: TopicSeen([partition] * counts[topic.name], config(topic)) for topic in TOPICS
    }


def config(topic):
    defaults = {"cleanup.policy": "delete", "retention.ms": "604800000", "retention.bytes": "-1"}
    return defaults | topic.config


def configured(name, **settings):
    """Every topic, one of them kept in another way; underscores stand for dots."""
    found = seen()
    changed = found[name].config | {key.replace("_", "."): to for key, to in settings.items()}
    return found | {name: TopicSeen(found[name].partitions, changed)}


def without(*names):
    return {name: topic for name, topic in seen().items() if name not in names}


def test_when_all_are_there_all_is_well():
    assert Level.OK is topics.there(seen(), REMEDIES).level


def test_a_missing_topic_is_named():
    found = topics.there(without(SCREENED), REMEDIES)
    assert (Level.WRONG, f"missing: {SCREENED}") == (found.level, found.says)


def test_missing_topics_are_made_by_a_worker():
    assert REMEDIES.worker == topics.there({}, REMEDIES).mend


def test_what_was_in_a_missing_topic_is_made_again_from_the_events():
    found = topics.there(without(SCREENED), REMEDIES)
    assert f"isegoria replay {HERE}\nisegoria worker" == found.mend


def test_events_that_are_missing_come_from_a_copy_alone():
    assert topics.there(without(EVENTS), REMEDIES).mend.startswith(f"restore {EVENTS} from a copy")


def test_as_many_partitions_as_are_set_are_right():
    assert Level.OK is topics.partitions(seen(4), 4, REMEDIES).level


def test_another_number_is_mended_by_the_setting_or_by_repartitioning():
    found = topics.partitions(seen(4), 3, REMEDIES)
    assert (f"set ISEGORIA_KAFKA_PARTITIONS=4, or\nisegoria repartition 3 {HERE}") == found.mend


def test_topics_that_are_not_alike_are_wrong():
    found = topics.partitions(seen(4, **{SCREENED: 2}), 4, REMEDIES)
    assert (Level.WRONG, True) == (found.level, f"{SCREENED} has 2" in found.says)


@pytest.mark.parametrize(
    ("set_to", "mend"),
    [
        (4, f"isegoria replay {HERE}"),
        (3, f"set ISEGORIA_KAFKA_PARTITIONS=4\nisegoria replay {HERE}"),
    ],
)
def test_topics_that_are_not_alike_are_made_as_the_events_are(set_to, mend):
    assert mend == topics.partitions(seen(4, **{SCREENED: 2}), set_to, REMEDIES).mend


def test_replicas_in_sync_are_right():
    assert Level.OK is topics.replication(seen(), 1).level


@pytest.mark.parametrize(
    ("partition", "level"),
    [
        (Partition(replicas=3, in_sync=0, led=False), Level.WRONG),
        (Partition(replicas=3, in_sync=2, led=True), Level.WARNING),
        (Partition(replicas=2, in_sync=2, led=True), Level.WARNING),
        (Partition(replicas=3, in_sync=3, led=True), Level.OK),
    ],
    ids=["no leader", "one behind", "one too few", "as set"],
)
def test_replicas_are_judged_by_what_is_set(partition, level):
    assert level is topics.replication(seen(partition=partition), 3).level


def test_topics_that_keep_records_as_they_are_set_to_are_right():
    assert Level.OK is topics.settings(seen(), "broker:9092").level


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        (EVENTS, {"retention_ms": "604800000"}),
        (EVENTS, {"retention_bytes": "1000000"}),
        (EVENTS, {"cleanup_policy": "compact"}),
        (EVENTS, {"max_message_bytes": "1048588"}),
        (SUMMARIES, {"cleanup_policy": "delete"}),
        (SUMMARIES, {"cleanup_policy": "compact,delete"}),
    ],
)
def test_a_topic_that_loses_or_refuses_records_is_wrong(name, settings):
    assert Level.WRONG is topics.settings(configured(name, **settings), "broker:9092").level


def test_larger_messages_do_no_harm():
    found = configured(EVENTS, max_message_bytes=str(1 << 30))
    assert Level.OK is topics.settings(found, "broker:9092").level


def test_a_setting_is_mended_by_a_command_to_copy():
    found = topics.settings(configured(EVENTS, retention_ms="1000"), "broker:9092")
    assert (
        "kafka-configs.sh --bootstrap-server broker:9092 --alter --entity-type topics"
        f" --entity-name {EVENTS} --add-config retention.ms=-1"
    ) == found.mend
