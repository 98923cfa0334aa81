"""The senders of a letter over time."""

import json

from dashboard.charts import cosigners
from dashboard.i18n import ENGLISH, Words

WORDS = Words(ENGLISH)
GROWTH = [
    {"day": "2026-05-03", "senders": 2},
    {"day": "2026-05-05", "senders": 52},
    {"day": "2026-05-20", "senders": 61},
]
BURSTS = [
    {"at": "2026-05-05T10:00:00Z", "senders": 41},
    {"at": "2026-05-05T11:00:00Z", "senders": 6},
]


def datasets(chart):
    return json.loads(chart.spec)["datasets"]


def test_a_letter_grows_by_steps_up_to_all_of_its_senders():
    steps = datasets(cosigners(GROWTH, [], WORDS, "k"))["senders"]

    assert [(step["x"], step["y"]) for step in steps] == [
        (0, 0), (0.5, 2), (2.5, 52), (17.5, 61), (18, 61),
    ]  # fmt: skip


def test_the_largest_burst_of_a_day_is_marked_where_it_got_the_letter_to():
    assert datasets(cosigners(GROWTH, BURSTS, WORDS, "k"))["bursts"] == [
        {"x": 2.5, "y": 52, "tip": "41 in one second"}
    ]


def test_a_table_has_the_days_with_new_senders():
    chart = cosigners(GROWTH, BURSTS, WORDS, "k")

    assert chart.header == ("Day", "Senders so far", "Largest burst")
    assert chart.rows == (
        ("3 May 2026", "2", ""),
        ("5 May 2026", "52", "41"),
        ("20 May 2026", "61", ""),
    )


def test_a_description_says_how_many_sent_it_and_the_largest_burst():
    assert cosigners(GROWTH, BURSTS, WORDS, "k").description == (
        "61 senders by 20 May 2026. The largest burst (a diamond): 41 senders within one second,"
        " 5 May 2026, 10:00:00 UTC."
    )


def test_a_letter_without_a_burst_is_described_without_one():
    assert cosigners(GROWTH[:1], [], WORDS, "k").description == "2 senders by 3 May 2026."
