"""What flags say, in the language of the reader."""

import pytest

from dashboard.flags import sentence, too_few
from dashboard.i18n import ENGLISH, Words
from schemas.policy import Policy
from schemas.records import Flag

PERSON = "p-00000000000000000000000000000001"
GERMAN = Words("de")


def flag(measure, figure, threshold, *, starts_at=None, ends_at=None):
    return Flag(
        participant=PERSON,
        measure=measure,
        window="all" if starts_at is None else "1h",
        starts_at=starts_at,
        ends_at=ends_at,
        figure=figure,
        threshold=threshold,
        sentence="What the pipeline says.",
    )


FLAGS = {
    "top1_share": (flag("top1_share", 0.28, 0.2), ("28\xa0%", "20\xa0%")),
    "top5_share": (flag("top5_share", 0.72, 0.6), ("fünf aktivsten", "72\xa0%", "60\xa0%")),
    "window_top1_share": (
        flag(
            "window_top1_share",
            0.95,
            0.6,
            starts_at="2022-05-01T12:05:00.000Z",
            ends_at="2022-05-01T13:05:00.000Z",
        ),
        ("95\xa0%", "60\xa0%", "01.05.2022, 12:05:00 UTC", "13:05:00 UTC"),
    ),
    "posting_limit": (flag("posting_limit", 31, 2), ("31 Beiträge", "Beitragsgrenze von 2")),
}


@pytest.mark.parametrize("name", FLAGS)
def test_in_english_it_is_the_sentence_of_the_pipeline(name):
    assert "What the pipeline says." == sentence(FLAGS[name][0], Words(ENGLISH))


@pytest.mark.parametrize("name", FLAGS)
def test_in_another_language_it_names_the_person_and_the_figures(name):
    raised, expected = FLAGS[name]
    told = sentence(raised, GERMAN)
    assert [] == [part for part in (PERSON, *expected) if part not in told]


def test_why_a_whole_is_not_judged_is_said_with_the_policys_numbers():
    told = too_few("Too few.", Policy(), GERMAN)
    assert "ab 20 Beiträgen von 10 Stimmen" in told


def test_in_english_why_is_the_sentence_of_the_pipeline():
    assert "Too few." == too_few("Too few.", Policy(), Words(ENGLISH))
