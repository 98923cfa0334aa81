"""What a consultation's contributions can be filtered by."""

from schemas.records import Kind
from sinks.reading.choices import choices
from tests.sinks.reading_rows import contribution, insert


def test_channels_and_languages_are_those_of_the_consultation(client):
    insert(
        client,
        Kind.CONTRIBUTION,
        contribution(0, channel="web", language="de"),
        contribution(1, channel="paper", language=""),
        contribution(2, channel="web", language="de"),
        contribution(3, consultation="parks2", channel="phone", language="fr"),
    )
    assert {"channels": ["paper", "web"], "languages": ["", "de"]} == choices(client, "parks")


def test_a_consultation_without_contributions_has_none(client):
    assert {"channels": [], "languages": []} == choices(client, "parks")
