"""Who sits in which partition."""

from aiokafka.partitioner import DefaultPartitioner
from hypothesis import given
from hypothesis import strategies as st

from schemas.topics import partition_of


@given(st.text(min_size=1), st.integers(1, 64))
def test_the_partition_is_the_one_that_kafka_clients_choose(key, partitions):
    everywhere = list(range(partitions))
    chosen = DefaultPartitioner()(key.encode(), everywhere, everywhere)
    assert chosen == partition_of(key, partitions)
