"""Quotes: what many people said, in their words, and nothing that was taken back or is not ours."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.records import Kind
from sinks.quotes import ELLIPSIS, MAX_QUOTES, quotes, shortened
from tests.sinks.rows import (
    consultation,
    contribution,
    insert,
    moment,
    pseudonym,
    standing,
    support,
)

LONG_ENOUGH = "We should plant oaks along the whole river, number {}."


@pytest.fixture(autouse=True)
def parks(client):
    insert(client, Kind.CONSULTATION, consultation(0))


def said(offset, **changes):
    """An original of readable length; everybody says one."""
    text = LONG_ENOUGH.format(offset)
    return contribution(offset, **{"participant": pseudonym(offset), "text": text, **changes})


def quoted(client, terms=()):
    return [row["contribution"] for row in quotes(client, "parks", "trees", terms)]


def votes(offset, contribution, *values):
    return [
        support(offset + n, contribution=contribution, participant=pseudonym(n), value=value)
        for n, value in enumerate(values)
    ]


def test_a_quote_says_where_it_comes_from(client):
    insert(
        client,
        Kind.CONTRIBUTION,
        said(1, stance="for", mode="offline", channel="hall", language="en", group="north"),
    )
    insert(client, Kind.SUPPORT, *votes(10, "c1", 1, 1, 1, -1))
    expected = {
        "consultation": "parks",
        "topic": "trees",
        "visibility": "open",
        "contribution": "c1",
        "text": "We should plant oaks along the whole river, number 1.",
        "stance": "for",
        "mode": "offline",
        "channel": "hall",
        "language": "en",
        "group": "north",
        "occurred_at": "2024-03-01T09:01:00.250Z",
        "support": 2,
        "key_terms": 1,
    }
    assert [expected] == quotes(client, "parks", "trees", ["oaks", "limes"])


def test_among_equals_the_first_in_the_log_are_quoted(client):
    insert(client, Kind.CONTRIBUTION, *[said(n) for n in (7, 3, 5, 2, 9, 4)])
    assert ["c2", "c3", "c4", "c5", "c7"] == quoted(client)


def test_the_most_supported_come_first(client):
    insert(client, Kind.CONTRIBUTION, *[said(n) for n in (1, 2, 3)])
    insert(client, Kind.SUPPORT, *votes(10, "c2", 1), *votes(20, "c3", 1, 1), *votes(30, "c1", -1))
    assert ["c3", "c2", "c1"] == quoted(client)


def test_of_the_votes_of_a_person_the_last_counts(client):
    insert(client, Kind.CONTRIBUTION, said(1), said(2))
    insert(
        client,
        Kind.SUPPORT,
        support(10, contribution="c1", occurred_at=moment(60)),
        # Cast before, came later.
        support(11, contribution="c1", occurred_at=moment(50), value=-1),
        support(12, contribution="c2"),
        support(13, contribution="c2", value=0, withdrawn=1),
        support(14, contribution="c2", redelivered=1),
    )
    assert [("c1", 1), ("c2", 0)] == [
        (row["contribution"], row["support"]) for row in quotes(client, "parks", "trees")
    ]


def test_with_equal_support_the_one_with_most_key_terms_comes_first(client):
    insert(client, Kind.CONTRIBUTION, said(1), said(2, text=LONG_ENOUGH.format("two") + " Limes!"))
    assert ["c2", "c1"] == quoted(client, ["oaks", "limes"])


def test_every_stance_and_mode_is_heard_before_the_most_supported(client):
    popular = [said(n, stance="for") for n in range(1, 7)]
    others = [
        said(11, stance="against"),
        said(12, stance="neutral"),
        said(13),
        said(14, stance="for", mode="offline"),
    ]
    insert(client, Kind.CONTRIBUTION, *popular, *others)
    insert(client, Kind.SUPPORT, *[vote for n in range(1, 7) for vote in votes(20 * n, f"c{n}", 1)])
    assert ["c1", "c11", "c12", "c13", "c14"] == quoted(client)


def test_one_that_adds_a_stance_and_a_mode_goes_before_one_that_adds_a_stance(client):
    rows = said(1), said(2, stance="for"), said(3, stance="against", mode="offline")
    insert(client, Kind.CONTRIBUTION, *rows)
    assert ["c1", "c3", "c2"] == quoted(client)


def test_no_two_quotes_are_by_one_person(client):
    one = pseudonym(99)
    rows = [said(1, participant=one), said(2, participant=one, stance="for"), said(3)]
    insert(client, Kind.CONTRIBUTION, *rows)
    assert ["c1", "c3"] == quoted(client)


def test_unknown_authors_are_not_one_person(client):
    insert(client, Kind.CONTRIBUTION, said(1, participant=""), said(2, participant=""))
    assert ["c1", "c2"] == quoted(client)


def test_whoever_wrote_most_leaves_room_for_the_others(client):
    loud = [said(n, participant=pseudonym(99)) for n in range(1, 20)]
    insert(client, Kind.CONTRIBUTION, *loud, *[said(n) for n in range(20, 25)])
    assert ["c1", "c20", "c21", "c22", "c23"] == quoted(client)


def test_a_letter_is_quoted_once(client):
    copies = [said(n, verdict="campaign", root_offset=1) for n in (2, 3)]
    insert(client, Kind.CONTRIBUTION, said(1), *copies)
    assert ["c1"] == quoted(client)


@pytest.mark.parametrize(
    "changes",
    [
        {"role": "organiser"},
        {"role": "official"},
        {"verdict": "redelivered"},
        {"verdict": "resubmitted"},
        {"verdict": "campaign"},
        {"attachment_only": 1},
        {"text": "1234 5678 ?!"},
        {"topic": "benches"},
    ],
)
def test_only_what_participants_said_themselves_is_quoted(client, changes):
    insert(client, Kind.CONTRIBUTION, said(1, **changes))
    assert [] == quoted(client)


def test_a_withdrawal_shows_at_once_and_promotes_the_next_of_a_letter(client):
    insert(client, Kind.CONTRIBUTION, said(1), said(2, verdict="campaign", root_offset=1), said(3))
    assert ["c1", "c3"] == quoted(client)
    withdrawn = standing(1, as_of_offset=9, withdrawn=1)
    insert(client, Kind.STANDING, withdrawn, standing(2, as_of_offset=9))
    assert ["c2", "c3"] == quoted(client)


def test_a_correction_is_quoted_in_the_place_of_what_it_corrects(client):
    corrected = said(2, contribution="c1", correction=1, text=LONG_ENOUGH.format("corrected"))
    insert(client, Kind.CONTRIBUTION, said(1), corrected)
    insert(client, Kind.STANDING, standing(1, as_of_offset=2, superseded=1))
    assert [LONG_ENOUGH.format("corrected")] == [
        row["text"] for row in quotes(client, "parks", "trees")
    ]


@pytest.mark.parametrize("visibility", ["restricted", "private"])
def test_a_restriction_shows_at_once(client, visibility):
    insert(client, Kind.CONTRIBUTION, said(1))
    assert ["c1"] == quoted(client)
    insert(client, Kind.CONSULTATION, consultation(5, visibility=visibility))
    assert [] == quoted(client)
    (quote,) = quotes(client, "parks", "trees", visibilities=("open", visibility))
    assert ("c1", visibility) == (quote["contribution"], quote["visibility"])


def test_a_consultation_that_was_never_opened_is_private(client):
    insert(client, Kind.CONTRIBUTION, said(1, consultation="roads"))
    assert [] == quotes(client, "roads", "trees", visibilities=("open", "restricted"))
    assert 1 == len(quotes(client, "roads", "trees", visibilities=("private",)))


def test_texts_of_readable_length_are_preferred(client):
    long, short = "long " * 200, "Yes."
    insert(client, Kind.CONTRIBUTION, said(1, text=short), said(2, text=long), said(3))
    assert ["c3", "c1", "c2"] == quoted(client)


def test_a_long_text_is_cut_after_a_word(client):
    insert(client, Kind.CONTRIBUTION, said(1, text="four " * 200))
    ((text,),) = ([row["text"]] for row in quotes(client, "parks", "trees"))
    # 119 words and the spaces between them are 594 characters; another would make 599, and the
    # ellipsis 601.
    assert " ".join(["four"] * 119) + ELLIPSIS == text


def test_a_text_without_spaces_is_cut_where_it_must_be():
    assert "樹" * 598 + ELLIPSIS == shortened("樹" * 700)


@given(st.text(alphabet="ab \n", max_size=700))
def test_a_shortened_text_is_readable_and_a_beginning_of_the_whole(text):
    short = shortened(text)
    assert len(short) <= 600
    assert text.startswith(short.removesuffix(ELLIPSIS))


def test_there_are_never_more_than_five(client):
    insert(client, Kind.CONTRIBUTION, *[said(n) for n in range(1, 30)])
    assert MAX_QUOTES == len(quoted(client))


def test_reading_twice_gives_the_same(client):
    rows = [said(n, stance=("", "for", "against")[n % 3]) for n in range(1, 40)]
    insert(client, Kind.CONTRIBUTION, *rows)
    first = quoted(client)
    insert(client, Kind.CONTRIBUTION, *reversed(rows))
    assert first == quoted(client)
