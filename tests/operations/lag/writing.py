"""Records for the tests of lag."""

from contextlib import closing

from kafka import KafkaProducer, TopicPartition

from operations.lag.offsets import Offsets
from tests.fixtures.processes import wait_for


def write_in_a_transaction(kafka, topic, partition=0):
    """Write a record and, behind it, the mark of its transaction: the last offset of two."""
    place = TopicPartition(topic, partition)
    producer = KafkaProducer(bootstrap_servers=kafka, transactional_id=f"for-{topic}")
    with closing(producer), Offsets(kafka) as offsets:
        (end,) = offsets.ends([place]).values()
        producer.init_transactions()
        producer.begin_transaction()
        producer.send(topic, b"record", partition=partition)
        producer.commit_transaction()
        wait_for(lambda: offsets.ends([place]) == {place: end + 2})
