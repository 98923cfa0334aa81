"""The sink reads its topics once more, if nothing is lost of them."""

from contextlib import closing

import pytest
from kafka import KafkaAdminClient, TopicPartition

from operations.rebuilding.errors import RebuildError
from operations.rebuilding.restoring import restore
from schemas.topics import SCREENED
from tests.operations.rebuilding.logs import said, write


def test_rows_that_retention_took_are_not_there_to_restore(broker, cluster):
    key, value = said(1, 1)
    write(broker, [(key, value, 2)] * 2, SCREENED)
    with closing(KafkaAdminClient(bootstrap_servers=broker)) as admin:
        admin.delete_records({TopicPartition(SCREENED, 2): 1})
    with pytest.raises(RebuildError, match="'isegoria replay' makes them again"):
        restore(cluster)
