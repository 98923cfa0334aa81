"""Letters: what they say, how they grew, and the copies of those who signed."""

import pytest

from schemas.policy import Letters
from schemas.records import Kind
from sinks.letters import MAX_BURSTS, letters, signed
from sinks.letters import letter as letter_of
from tests.sinks.rows import (
    consultation,
    contribution,
    insert,
    letter,
    moment,
    pseudonym,
    standing,
)

DAY = 24 * 60


@pytest.fixture(autouse=True)
def parks(client):
    insert(client, Kind.CONSULTATION, consultation(0))


def copy(offset, person, minutes, root=1, **changes):
    """A copy of the letter with the root; person 0 is unknown."""
    row = {
        "participant": pseudonym(person) if person else "",
        "occurred_at": moment(minutes),
        "root_offset": root,
        "verdict": "original" if offset == root else "campaign",
        "text": f"Plant oaks, says copy {offset}.",
    }
    return contribution(offset, **{**row, **changes})


def test_a_letter_is_told_with_its_text_and_its_growth(client):
    insert(
        client,
        Kind.CONTRIBUTION,
        copy(1, 1, 0, group="north"),
        copy(2, 2, 10),
        copy(3, 2, DAY, verdict="resubmitted"),
        copy(4, 0, 2 * DAY),
        copy(5, 0, 2 * DAY + 1),
        contribution(6, participant=pseudonym(9)),
    )
    row = letter(1, contributions=5, senders=4, unknown_senders=2, last_at=moment(2 * DAY + 1))
    insert(client, Kind.LETTER, row)
    expected = {
        "consultation": "parks",
        "topic": "trees",
        "visibility": "open",
        "root_offset": 1,
        "representative": "c1",
        "group": "north",
        "language": "en",
        "text": "Plant oaks, says copy 1.",
        "contributions": 5,
        "senders": 4,
        "unknown_senders": 2,
        "first_at": "2024-03-01T09:01:00.250Z",
        "last_at": "2024-03-03T09:01:00.250Z",
        "growth": [{"day": "2024-03-01", "senders": 2}, {"day": "2024-03-03", "senders": 4}],
        "bursts": [],
    }
    assert [expected] == letters(client, "parks")


def test_a_burst_is_many_senders_in_one_second(client):
    within = "2024-03-01T10:00:00.{:03d}Z"
    together = [copy(n, n, 0, occurred_at=within.format(n * 300)) for n in (1, 2, 3)]
    late = copy(4, 4, 0, occurred_at="2024-03-01T10:00:01.000Z")
    again = [copy(n, 5, 99, verdict="resubmitted") for n in (5, 6, 7)]
    insert(client, Kind.CONTRIBUTION, *together, late, *again)
    insert(client, Kind.LETTER, letter(1))
    (found,) = letters(client, "parks", rules=Letters(burst_senders=3))
    assert [{"at": "2024-03-01T10:00:00.000Z", "senders": 3}] == found["bursts"]
    assert [] == letters(client, "parks", rules=Letters(burst_senders=4))[0]["bursts"]


def test_a_policy_may_take_a_longer_time_for_a_burst(client):
    moments = ("10:00:01", "10:00:09", "10:00:11")
    copies = [copy(n, n, 0, occurred_at=f"2024-03-01T{at}.000Z") for n, at in enumerate(moments, 1)]
    insert(client, Kind.CONTRIBUTION, *copies)
    insert(client, Kind.LETTER, letter(1))
    (found,) = letters(client, "parks", rules=Letters(burst_senders=2, burst_seconds=10))
    assert [{"at": "2024-03-01T10:00:00.000Z", "senders": 2}] == found["bursts"]


def test_of_many_bursts_the_largest_are_given_in_the_order_of_time(client):
    sizes = [2, 3, *[2] * MAX_BURSTS]
    copies = [
        copy(100 * minute + n, 100 * minute + n, minute, root=1)
        for minute, size in enumerate(sizes, 1)
        for n in range(size)
    ]
    insert(client, Kind.CONTRIBUTION, copy(1, 1, 0), *copies)
    insert(client, Kind.LETTER, letter(1))
    (found,) = letters(client, "parks", rules=Letters(burst_senders=2))
    # The two smallest that came last are left out.
    expected = [
        {"at": moment(minute).replace(".250Z", ".000Z"), "senders": size}
        for minute, size in enumerate(sizes, 1)
    ][:MAX_BURSTS]
    assert expected == found["bursts"]


def test_letters_that_most_signed_come_first_up_to_the_limit(client):
    insert(client, Kind.CONTRIBUTION, copy(1, 1, 0), copy(2, 2, 0, root=2), copy(3, 3, 0, root=3))
    sizes = {1: 2, 2: 9, 3: 5}
    insert(client, Kind.LETTER, *[letter(root, senders=n) for root, n in sizes.items()])
    assert [2, 3, 1] == [row["root_offset"] for row in letters(client, "parks")]
    assert [2, 3] == [row["root_offset"] for row in letters(client, "parks", limit=2)]


def test_a_letter_needs_its_senders_now(client):
    insert(client, Kind.CONTRIBUTION, copy(1, 1, 0), copy(2, 2, 0, root=2))
    insert(client, Kind.LETTER, letter(1, senders=1), letter(2, senders=3))
    assert [2] == [row["root_offset"] for row in letters(client, "parks")]
    assert [] == letters(client, "parks", rules=Letters(minimum_senders=4))


def test_one_topics_letters_can_be_asked_for(client):
    insert(client, Kind.CONTRIBUTION, copy(1, 1, 0), copy(1, 1, 0, topic="benches"))
    insert(client, Kind.LETTER, letter(1), letter(1, topic="benches"))
    assert ["benches", "trees"] == [row["topic"] for row in letters(client, "parks")]
    assert ["trees"] == [row["topic"] for row in letters(client, "parks", "trees")]


def test_the_copies_are_given_in_the_order_of_the_log(client):
    insert(client, Kind.CONTRIBUTION, copy(3, 0, 0), copy(1, 1, 9, group="north"), copy(4, 1, 0))
    first, *others = signed(client, "parks", "trees", 1)
    assert {
        "consultation": "parks",
        "topic": "trees",
        "visibility": "open",
        "contribution": "c1",
        "participant": pseudonym(1),
        "role": "participant",
        "verdict": "original",
        "mode": "online",
        "channel": "web",
        "group": "north",
        "language": "en",
        "text": "Plant oaks, says copy 1.",
        "occurred_at": "2024-03-01T09:09:00.250Z",
    } == first
    assert ["Plant oaks, says copy 3.", "Plant oaks, says copy 4."] == [
        row["text"] for row in others
    ]


def test_only_so_many_copies_are_given_as_asked_for(client):
    insert(client, Kind.CONTRIBUTION, *[copy(n, n, 0) for n in (1, 2, 3)])
    assert ["c1", "c2"] == [
        row["contribution"] for row in signed(client, "parks", "trees", 1, limit=2)
    ]


def test_what_was_withdrawn_or_came_twice_is_no_copy(client):
    twice = copy(4, 2, 0, verdict="redelivered")
    insert(client, Kind.CONTRIBUTION, copy(1, 1, 0), copy(2, 2, 0), copy(3, 3, 0), twice)
    insert(client, Kind.STANDING, standing(1, as_of_offset=9, withdrawn=1))
    insert(client, Kind.LETTER, letter(1, representative="c2", representative_offset=2))
    (found,) = letters(client, "parks")
    assert "Plant oaks, says copy 2." == found["text"]
    assert [2] == [point["senders"] for point in found["growth"]]
    copies = signed(client, "parks", "trees", 1)
    assert ["c2", "c3"] == [row["contribution"] for row in copies]


@pytest.mark.parametrize("visibility", ["restricted", "private"])
def test_texts_are_for_those_who_may_read_the_consultation(client, visibility):
    insert(client, Kind.CONTRIBUTION, copy(1, 1, 0), copy(2, 2, 0))
    insert(client, Kind.LETTER, letter(1))
    insert(client, Kind.CONSULTATION, consultation(9, visibility=visibility))
    assert ([], []) == (letters(client, "parks"), signed(client, "parks", "trees", 1))
    allowed = ("open", visibility)
    assert [visibility] == [row["visibility"] for row in letters(client, "parks", None, allowed)]
    copies = signed(client, "parks", "trees", 1, allowed)
    assert [visibility] * 2 == [row["visibility"] for row in copies]


def test_a_consultation_that_was_never_opened_is_private(client):
    client.command("TRUNCATE TABLE consultations")
    insert(client, Kind.CONTRIBUTION, copy(1, 1, 0))
    insert(client, Kind.LETTER, letter(1))
    closed = ("open", "restricted")
    assert ([], []) == (
        letters(client, "parks", None, closed),
        signed(client, "parks", "trees", 1, closed),
    )
    assert 1 == len(letters(client, "parks", None, ("private",)))


def test_one_letter_is_found_however_few_senders_it_has_left(client):
    insert(client, Kind.CONTRIBUTION, copy(1, 1, 0), copy(2, 2, 10), copy(3, 3, 20))
    insert(client, Kind.LETTER, letter(1, senders=1), letter(2, representative_offset=2))
    found = letter_of(client, "parks", "trees", 1)
    assert (1, 1) == (found["root_offset"], found["senders"])


@pytest.mark.parametrize("place", [("trees", 7), ("benches", 1)])
def test_where_there_is_no_letter_there_is_none(client, place):
    insert(client, Kind.CONTRIBUTION, copy(1, 1, 0), copy(2, 2, 10))
    insert(client, Kind.LETTER, letter(1))
    assert letter_of(client, "parks", *place) is None
