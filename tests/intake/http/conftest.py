"""One intake per test module, for what does not change it."""

import pytest

from tests.fixtures.kafka import create_topic
from tests.intake.http.serving import PARTITIONS, channel, ready, serving


@pytest.fixture(scope="module")
def topic(kafka):
    return create_topic(kafka, "events", partitions=PARTITIONS)


@pytest.fixture(scope="module")
def intake(kafka, topic):
    channels = {
        "web": channel(),
        "own": channel("the-token-of-own", pseudonyms="own"),
        "narrow": channel(
            "the-token-of-narrow", types=["topic.opened.v1"], consultations=["elsewhere"]
        ),
        "masked": channel("the-token-of-masked", masking={"region": "DE"}),
        "hall": channel("the-token-of-hall", source="urn:hall", scope="members"),
        "members": channel("the-token-of-members", source="urn:members", scope="members"),
        "staff": channel("the-token-of-staff", types=["response.published.v1"]),
    }
    with serving(kafka, topic, channels) as client:
        ready(client)
        yield client
