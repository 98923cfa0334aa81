"""Key terms: what a topic's people say and those of the other topics do not, each counted once."""

import math
import random

import pytest

from schemas.records import Kind
from sinks.terms import WORDS, key_terms
from tests.sinks.rows import (
    TEXTS,
    consultation,
    contribution,
    insert,
    normalised,
    pseudonym,
    standing,
)


@pytest.fixture(autouse=True)
def parks(client):
    """An open consultation with a second topic, in which two people say "benches"."""
    insert(client, Kind.CONSULTATION, consultation(0))
    insert(
        client,
        Kind.CONTRIBUTION,
        *said("benches everywhere", "benches", topic="seats", first=900),
    )


def said(*texts, first=1, **changes):
    """A contribution for each text, by the person of the number that its offset is."""
    return [
        contribution(n, **{"participant": pseudonym(n), "text": text, **changes})
        for n, text in enumerate(texts, first)
    ]


def terms(client, topic="trees", **options):
    return [row["term"] for row in key_terms(client, "parks", topic, **options)]


def people(client, topic="trees"):
    return {row["term"]: row["people"] for row in key_terms(client, "parks", topic)}


def test_the_score_is_class_based_tf_idf(client):
    insert(client, Kind.CONTRIBUTION, *said("oaks and shade", "oaks, benches!", "shade oaks"))
    # Words by people: oaks 3, shade 2, and 1, benches 1 here; benches 2, everywhere 1 there.
    average = (7 + 3) / 2
    expected = [("oaks", 3 * math.log(1 + average / 3), 3), ("shade", 2 * math.log(1 + 5 / 2), 2)]
    found = key_terms(client, "parks", "trees")
    assert [(term, pytest.approx(score), n) for term, score, n in expected] == [
        (row["term"], row["score"], row["people"]) for row in found
    ]


def test_every_topic_has_the_terms_that_it_has_alone(client):
    insert(client, Kind.CONTRIBUTION, *said("oaks", "oaks"))
    together = key_terms(client, "parks")
    assert [("seats", "benches"), ("trees", "oaks")] == [
        (row["topic"], row["term"]) for row in together
    ]
    assert together == key_terms(client, "parks", "seats") + key_terms(client, "parks", "trees")


def test_a_word_that_is_as_common_in_the_other_topics_is_no_term(client):
    insert(client, Kind.CONTRIBUTION, *said("benches oaks", "benches oaks"))
    assert ["oaks"] == terms(client)


def test_a_word_needs_twice_the_share_that_it_has_in_the_other_topics(client):
    # Elsewhere: benches 2 of 3. Here: with 2 of 2 words less than twice of that.
    insert(client, Kind.CONTRIBUTION, *said("benches", "benches"))
    assert [] == terms(client)


def test_what_one_person_says_again_and_again_is_no_term(client):
    rows = [contribution(n, text=f"oaks {n}") for n in range(1, 9)]
    insert(client, Kind.CONTRIBUTION, *rows)
    assert [] == terms(client)


def test_a_letter_makes_no_terms_however_many_sign_it(client):
    rows = said(*["Please plant limes instead of oaks in the park now"] * 9)
    for row in rows[1:]:
        row["verdict"], row["root_offset"] = "campaign", 1
    insert(client, Kind.CONTRIBUTION, *rows)
    assert [] == terms(client)


def test_an_unknown_author_counts_for_each_original(client):
    rows = [contribution(n, participant="", text="oaks") for n in (1, 2)]
    insert(client, Kind.CONTRIBUTION, *rows)
    assert {"oaks": 2} == people(client)


@pytest.mark.parametrize(
    "changes",
    [
        {"role": "organiser"},
        {"role": "official"},
        {"verdict": "redelivered"},
        {"verdict": "resubmitted"},
        {"attachment_only": 1},
    ],
)
def test_only_originals_of_participants_that_say_something_count(client, changes):
    insert(client, Kind.CONTRIBUTION, *said("oaks", "oaks"), *said("oaks", first=8, **changes))
    assert {"oaks": 2} == people(client)


@pytest.mark.parametrize("why", ["withdrawn", "superseded"])
def test_what_is_not_live_counts_no_more(client, why):
    insert(client, Kind.CONTRIBUTION, *said("oaks", "oaks", "oaks"))
    insert(client, Kind.STANDING, standing(2, as_of_offset=9, **{why: 1}))
    assert {"oaks": 2} == people(client)


def test_short_words_and_numbers_are_no_terms(client):
    insert(client, Kind.CONTRIBUTION, *said("we 2030 m40 ½ __ _1_", "we 2030 m40 ½ __ _1_"))
    assert ["m40"] == terms(client)


def test_spellings_that_screening_folds_are_one_word(client):
    insert(client, Kind.CONTRIBUTION, *said("Straße", "STRASSE", "straße!"))
    assert {"strasse": 3} == people(client)


def test_words_are_those_of_the_normalised_text(client):
    for number, text in enumerate(TEXTS):
        insert(client, Kind.CONTRIBUTION, *said(text, text, first=10 * number, topic=f"t{number}"))
    for number, text in enumerate(TEXTS):
        words = {word for word in normalised(text).split() if len(word) > 2}
        assert words == set(terms(client, f"t{number}"))


def test_words_are_those_of_the_normalised_text_whatever_stands_beside_them(client):
    rng = random.Random(7)
    characters = (
        "aZk_9 ,<`~\0\n\x1f\x7f\xa0ñÑßẞİıſKﬁ½²٣ΣςЯǰJTé–’“…（Ａ３）नि\u0301\u0338\u030c\u0307🙂"  # noqa: RUF001
    )
    texts = ["".join(rng.choices(characters, k=rng.randrange(12))) for _ in range(2000)]
    insert(client, Kind.CONTRIBUTION, *said(*texts, topic="any"))
    found = client.query(
        f"SELECT text, arraySort(arrayDistinct(arrayFilter(x -> x != '', {WORDS})))"
        " FROM contributions WHERE topic = 'any' ORDER BY `offset`"
    ).result_rows
    assert [(text, sorted(set(normalised(text).split()), key=str.encode)) for text in texts] == [
        (text, words) for text, words in found
    ]


def test_a_person_counts_once_however_they_spell_a_word(client):
    spellings = ("Straße", "straße!", "STRASSE", "stra\u00dfe")
    rows = said(*spellings, participant=pseudonym(1)) + said("Straße", first=9)
    insert(client, Kind.CONTRIBUTION, *rows)
    assert {"strasse": 2} == people(client)


def test_a_topic_in_which_one_person_spoke_is_one_of_those_that_terms_are_compared_with(client):
    insert(client, Kind.CONTRIBUTION, *said("oaks", "oaks"), *said("dogs", first=8, topic="dogs"))
    # Words by people: oaks 2; benches 2, everywhere 1; dogs 1. Three topics have 6 together.
    (found,) = key_terms(client, "parks", "trees")
    assert pytest.approx(2 * math.log(1 + (6 / 3) / 2)) == found["score"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("計程車 2024年", ["程車", "計程"]),
        ("ความ", ["คว", "วา", "าม"]),
        ("나무를", ["나무", "무를"]),
        ("uberx司機", ["uberx", "司機"]),
    ],
)
def test_scripts_without_spaces_give_pairs_of_characters(client, text, expected):
    insert(client, Kind.CONTRIBUTION, *said(text, text))
    assert expected == terms(client)


def test_at_most_twelve_terms_are_given_those_of_equal_score_by_the_alphabet(client):
    text = " ".join(f"word{letter}" for letter in "nmlkjihgfedcba")
    insert(client, Kind.CONTRIBUTION, *said(text, text))
    assert [f"word{letter}" for letter in "abcdefghijkl"] == terms(client)


def test_with_a_single_topic_long_words_of_some_are_told_from_short_words_of_all(client):
    insert(client, Kind.CONSULTATION, consultation(0, consultation="roads"))
    texts = ("the cycleways are the best", "the cycleways are nice", "the bus", "the dog")
    insert(client, Kind.CONTRIBUTION, *said(*texts, consultation="roads", topic="bikes"))
    found = key_terms(client, "roads")
    expected = [("cycleways", 2 * math.log(4 / 2) * 9), ("are", 2 * math.log(4 / 2) * 3)]
    assert [(term, pytest.approx(score)) for term, score in expected] == [
        (row["term"], row["score"]) for row in found
    ]


@pytest.mark.parametrize("visibility", ["restricted", "private"])
def test_terms_are_for_those_who_may_read_the_consultation(client, visibility):
    insert(client, Kind.CONTRIBUTION, *said("oaks", "oaks"))
    insert(client, Kind.CONSULTATION, consultation(1000, visibility=visibility))
    assert [] == terms(client)
    (found,) = key_terms(client, "parks", "trees", visibilities=("open", visibility))
    assert ("oaks", visibility) == (found["term"], found["visibility"])


def test_a_consultation_that_was_never_opened_is_private(client):
    insert(client, Kind.CONTRIBUTION, *said("oaks oaks2", "oaks", "x y", consultation="roads"))
    assert [] == key_terms(client, "roads", visibilities=("open", "restricted"))
    assert ["oaks"] == [row["term"] for row in key_terms(client, "roads", None, ("private",))]


def test_ids_are_values_and_no_sql(client):
    assert [] == key_terms(client, "parks' OR '1' = '1", "trees\\' --")
