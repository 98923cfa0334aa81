"""Connecting to Kafka again and again."""

import threading
from contextlib import closing

import pytest
from kafka.errors import KafkaError

from intake.admin import open_admin


def test_it_connects(kafka):
    with closing(open_admin(kafka, "test", 30)) as admin:
        assert admin.describe_cluster()["brokers"]


def test_a_broker_that_does_not_answer_leaves_no_thread_behind(deaf):
    before = threading.active_count()
    for _ in range(3):
        with pytest.raises(KafkaError):
            open_admin(deaf, "test", 0.2)
    assert before == threading.active_count()
