"""Consumer groups, looked at again and again."""

import signal
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import KafkaError
from kafka.structs import OffsetAndMetadata

from embedded import ports
from operations.lag.monitor import LagMonitor
from operations.lag.report import UNKNOWN, GroupStatus, PartitionStatus
from operations.lag.status import STALL_SECONDS, WINDOW
from tests.fixtures.kafka import create_topic, running_broker
from tests.fixtures.processes import wait_for
from tests.operations.lag.writing import write_in_a_transaction


class Clock:
    """Both clocks, which go on when they are told to."""

    def __init__(self):
        self.now = datetime.now(UTC)
        self._seconds = 1000.0

    def __call__(self):
        return self.now

    def seconds(self):
        return self._seconds

    def go_on(self, seconds):
        self.now += timedelta(seconds=seconds)
        self._seconds += seconds


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def topic(kafka):
    return create_topic(kafka)


def write(kafka, topic, records, partition=0):
    with closing(KafkaProducer(bootstrap_servers=kafka)) as producer:
        for _ in range(records):
            producer.send(topic, b"record", partition=partition)
        producer.flush()


def commit(kafka, topic, offset):
    """Commit the offset for the group of the same name, which has no members."""
    with closing(KafkaAdminClient(bootstrap_servers=kafka)) as admin:
        committed = {TopicPartition(topic, 0): OffsetAndMetadata(offset, "", -1)}
        admin.alter_group_offsets(topic, committed)


def delete_before(kafka, topic, offset):
    """Have Kafka delete the records before the offset."""
    with closing(KafkaAdminClient(bootstrap_servers=kafka)) as admin:
        admin.delete_records({TopicPartition(topic, 0): offset})


@contextmanager
def idle_member(kafka, topic):
    """A member of the group of the same name, which has the partition and commits nothing."""
    consumer = KafkaConsumer(
        topic, bootstrap_servers=kafka, group_id=topic, enable_auto_commit=False
    )
    with closing(consumer):
        wait_for(lambda: consumer.poll(100, max_records=1) or consumer.assignment())
        consumer.pause(*consumer.assignment())
        yield


def only(groups):
    """The only partition of the only group."""
    ((partition,),) = (group.partitions for group in groups)
    return partition


def test_lag_is_what_is_not_committed(kafka, topic):
    write(kafka, topic, 10)
    commit(kafka, topic, 4)
    with LagMonitor(kafka, {topic: [topic]}) as monitor:
        seen = only(monitor.observe())
    assert (4, 10, 6) == (seen.committed, seen.end, seen.lag)


def test_without_a_commit_all_that_is_there_lags(kafka, topic):
    write(kafka, topic, 10)
    delete_before(kafka, topic, 3)
    with LagMonitor(kafka, {topic: [topic]}) as monitor:
        seen = only(monitor.observe())
    assert (None, 10, 7) == (seen.committed, seen.end, seen.lag)


def test_a_group_has_the_topics_it_committed_offsets_of_with_all_their_partitions(kafka):
    topic = create_topic(kafka, partitions=2)
    commit(kafka, topic, 0)
    with LagMonitor(kafka, {topic: None}) as monitor:
        (group,) = monitor.observe()
    assert [(topic, 0), (topic, 1)] == [(one.topic, one.partition) for one in group.partitions]


def test_a_topic_that_is_missing_is_left_out(kafka, topic):
    with LagMonitor(kafka, {topic: [topic, "missing"]}) as monitor:
        assert topic == only(monitor.observe()).topic


def test_old_lag_of_a_group_without_members_is_a_stop(kafka, topic, clock):
    write(kafka, topic, 1)
    clock.go_on(60)
    with LagMonitor(kafka, {topic: [topic]}, clock=clock, seconds=clock.seconds) as monitor:
        assert PartitionStatus.STOP == only(monitor.observe()).status


def test_without_lag_the_age_is_zero(kafka, topic):
    with LagMonitor(kafka, {topic: [topic]}) as monitor:
        assert 0.0 == only(monitor.observe()).seconds


def test_a_record_written_between_two_looks_has_an_age_without_being_read(kafka, topic, clock):
    with LagMonitor(kafka, {topic: [topic]}, clock=clock, seconds=clock.seconds) as monitor:
        monitor.observe()
        write(kafka, topic, 10)
        commit(kafka, topic, 5)
        clock.go_on(60)
        assert 30.0 == pytest.approx(only(monitor.observe()).seconds)


@pytest.mark.parametrize("looks_before", [0, 1])
def test_the_exact_age_is_by_the_time_of_the_record(kafka, topic, clock, looks_before):
    with LagMonitor(
        kafka, {topic: [topic]}, exact=True, clock=clock, seconds=clock.seconds
    ) as monitor:
        for _ in range(looks_before):
            monitor.observe()
        write(kafka, topic, 10)
        clock.now = datetime.now(UTC) + timedelta(seconds=60)
        assert 60.0 == pytest.approx(only(monitor.observe()).seconds, abs=5)


def test_what_was_there_before_the_first_look_has_the_age_of_its_record(kafka, topic, clock):
    write(kafka, topic, 10)
    clock.now = datetime.now(UTC) + timedelta(seconds=60)
    with LagMonitor(kafka, {topic: [topic]}, clock=clock, seconds=clock.seconds) as monitor:
        assert 60.0 == pytest.approx(only(monitor.observe()).seconds, abs=5)


def test_after_one_look_no_rate_is_known(kafka, topic):
    with LagMonitor(kafka, {topic: [topic]}) as monitor:
        seen = only(monitor.observe())
    assert (None, None) == (seen.produced_per_second, seen.consumed_per_second)


def test_rates_are_those_between_the_first_look_and_the_last(kafka, topic, clock):
    with LagMonitor(kafka, {topic: [topic]}, clock=clock, seconds=clock.seconds) as monitor:
        monitor.observe()
        write(kafka, topic, 30)
        commit(kafka, topic, 20)
        clock.go_on(10)
        seen = only(monitor.observe())
    assert (3.0, 2.0) == (seen.produced_per_second, seen.consumed_per_second)


def test_the_age_of_the_commit_grows_until_the_next(kafka, topic, clock):
    write(kafka, topic, 10)
    ages = []
    with LagMonitor(kafka, {topic: [topic]}, clock=clock, seconds=clock.seconds) as monitor:
        for committed in (1, 1, 1, 2):
            commit(kafka, topic, committed)
            ages.append(only(monitor.observe()).commit_age)
            clock.go_on(10)
    assert [0.0, 10.0, 20.0, 0.0] == ages


def test_an_idle_group_has_no_age_of_its_commit(kafka, topic, clock):
    commit(kafka, topic, 0)
    with LagMonitor(kafka, {topic: [topic]}, clock=clock, seconds=clock.seconds) as monitor:
        monitor.observe()
        clock.go_on(60)
        assert 0.0 == only(monitor.observe()).commit_age


def test_records_that_kafka_deletes_are_not_consumed(kafka, topic, clock):
    write(kafka, topic, 10)
    commit(kafka, topic, 1)
    with LagMonitor(kafka, {topic: [topic]}, clock=clock, seconds=clock.seconds) as monitor:
        monitor.observe()
        delete_before(kafka, topic, 5)
        clock.go_on(10)
        seen = only(monitor.observe())
    assert (5, 0.0, 10.0) == (seen.lag, seen.consumed_per_second, seen.commit_age)


def test_what_was_deleted_before_the_first_commit_is_not_consumed(kafka, topic, clock):
    write(kafka, topic, 10)
    delete_before(kafka, topic, 5)
    with LagMonitor(kafka, {topic: [topic]}, clock=clock, seconds=clock.seconds) as monitor:
        monitor.observe()
        commit(kafka, topic, 6)
        clock.go_on(10)
        assert 0.1 == only(monitor.observe()).consumed_per_second


def test_a_clock_that_is_set_back_changes_no_rate_and_no_age(kafka, topic, clock):
    with LagMonitor(kafka, {topic: [topic]}, clock=clock, seconds=clock.seconds) as monitor:
        monitor.observe()
        write(kafka, topic, 10)
        clock.go_on(10)
        monitor.observe()
        clock.go_on(10)
        clock.now -= timedelta(hours=1)
        seen = only(monitor.observe())
    assert (0.5, 20.0, 20.0) == (seen.produced_per_second, seen.commit_age, seen.seconds)


@pytest.mark.parametrize("looks_before", [0, 2])
def test_the_mark_of_a_transaction_is_no_lag(kafka, topic, clock, looks_before):
    with LagMonitor(kafka, {topic: [topic]}, clock=clock, seconds=clock.seconds) as monitor:
        for _ in range(looks_before):
            monitor.observe()
        write_in_a_transaction(kafka, topic)
        commit(kafka, topic, 1)
        monitor.observe()
        clock.go_on(60)
        seen = only(monitor.observe())
    assert (2, 0, 0.0, PartitionStatus.OK) == (seen.end, seen.lag, seen.seconds, seen.status)


def test_a_record_behind_the_mark_of_a_transaction_is_lag(kafka, topic, clock):
    write_in_a_transaction(kafka, topic)
    commit(kafka, topic, 1)
    with LagMonitor(kafka, {topic: [topic]}, clock=clock, seconds=clock.seconds) as monitor:
        assert 0 == only(monitor.observe()).lag
        write(kafka, topic, 1)
        clock.go_on(60)
        seen = only(monitor.observe())
    assert PartitionStatus.STOP == seen.status


def test_a_member_that_comes_back_has_the_time_of_a_stall_for_its_first_commit(kafka, topic, clock):
    write(kafka, topic, 10)
    commit(kafka, topic, 1)
    interval = STALL_SECONDS / WINDOW
    statuses = []
    with LagMonitor(kafka, {topic: [topic]}, clock=clock, seconds=clock.seconds) as monitor:
        for _ in range(WINDOW):
            clock.go_on(interval)
            statuses.append(only(monitor.observe()).status)
        with idle_member(kafka, topic):
            for _ in range(WINDOW + 1):
                clock.go_on(interval)
                statuses.append(only(monitor.observe()).status)
    before, since = statuses[:WINDOW], statuses[WINDOW:]
    assert {PartitionStatus.STOP} == set(before[1:])
    assert [PartitionStatus.OK] * (WINDOW - 1) == since[: WINDOW - 1]
    assert [PartitionStatus.WARN, PartitionStatus.STALL] == since[WINDOW - 1 :]


@pytest.fixture
def no_coordinator(tmp_path):
    """A broker on which no group ever was: nobody coordinates any."""
    port = ports.free_port()
    with running_broker(tmp_path, port):
        yield f"{ports.HOST}:{port}"


def test_before_kafka_says_how_a_group_does_nothing_is_said_of_its_lag(no_coordinator):
    topic = create_topic(no_coordinator)
    write(no_coordinator, topic, 10)
    with LagMonitor(no_coordinator, {topic: [topic]}) as monitor:
        [seen] = monitor.observe()
    assert (UNKNOWN, [], GroupStatus.OK) == (seen.state, seen.partitions, seen.status)


def test_a_broker_that_stops_answering_and_goes_on_is_looked_at_again(tmp_path):
    port = ports.free_port()
    address = f"{ports.HOST}:{port}"
    with running_broker(tmp_path, port) as broker:
        topic = create_topic(address)
        with LagMonitor(address, {topic: [topic]}) as monitor:
            wait_for(lambda: monitor.observe()[0].partitions)
            broker.send_signal(signal.SIGSTOP)
            try:
                with pytest.raises(KafkaError):
                    monitor.observe()
            finally:
                broker.send_signal(signal.SIGCONT)
            assert 0 == only(monitor.observe()).lag
