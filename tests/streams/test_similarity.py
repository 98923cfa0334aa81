"""Near the same: shingles, sketches, and what counts as a copy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.policy import Similarity
from streams.similarity import CROWDED, SKETCH, Shingles, is_short, near_same, shingle_sets, sketch
from streams.text import normalise

SIMILARITY = Similarity()
LETTER = (
    "We ask the council to keep the small ferry at Osier Point. It carries nurses to the early"
    " shift, pupils to school and bicycles that no bus will take. The bridge is far and has no"
    " pavement."
)

texts = st.lists(st.sampled_from(["a", "b", "cc", "dd", "é", "樹", "木", "公園"]), max_size=40).map(
    " ".join
)


def shingles(text: str) -> Shingles:
    return shingle_sets([normalise(text)])[0]


def are_near_same(one: str, other: str, similarity: Similarity = SIMILARITY) -> bool:
    return near_same(shingles(one).compared, shingles(other).compared, similarity)


def words(*numbers: int) -> str:
    return " ".join(f"word{number}" for number in numbers)


def test_hashes_are_the_same_on_every_machine():
    [words, characters] = shingle_sets(["keep the old ferry", "請開放圖書館"])
    assert [1340553174, 2255882867, 3795325092] == words.compared.tolist()
    assert [779050712, 2850648491] == words.looked_up.tolist()
    assert [1952563422, 2936337101, 3255105926, 3640458222] == characters.compared.tolist()
    assert [3590135236, 3677990676] == characters.looked_up.tolist()


@given(st.lists(texts, max_size=8))
def test_a_text_has_the_same_shingles_in_any_batch(batch):
    alone = [part.tolist() for text in batch for part in shingle_sets([text])[0]]
    assert alone == [part.tolist() for one in shingle_sets(batch) for part in one]


@given(texts)
def test_shingles_are_distinct_and_rising(text):
    for part in shingle_sets([text])[0]:
        assert sorted(set(part.tolist())) == part.tolist()
        assert np.uint32 == part.dtype


def test_shingles_are_pairs_and_triples_of_neighbouring_words():
    assert [3, 2] == [len(part) for part in shingles("one two three four")]


def test_the_order_of_words_matters():
    assert shingles("one two").compared.tolist() != shingles("two one").compared.tolist()


def test_spaces_do_not_matter_where_there_are_none_between_words():
    assert shingles("請開放 圖書館").compared.tolist() == shingles("請開放圖書館").compared.tolist()


def test_a_text_shorter_than_a_shingle_has_none():
    assert [[], []] == [part.tolist() for part in shingles("word")]


def test_no_texts_have_no_shingles():
    assert [] == shingle_sets([])


def test_a_sketch_is_the_smallest_values():
    letter = shingles(LETTER).looked_up.tolist()
    assert sorted(letter)[:SKETCH] == sketch(letter, [0] * len(letter))


def test_values_that_many_roots_are_known_by_are_left_out():
    assert [2, 3] == sketch([1, 2, 3], [CROWDED, CROWDED - 1, 0])


@pytest.mark.parametrize(
    ("text", "short"),
    [
        (words(*range(7)), True),
        (words(*range(8)), False),
        ("樹" * 15, True),
        ("樹" * 16, False),
        ("", True),
    ],
)
def test_a_short_text_is_not_to_be_compared(text, short):
    assert short == is_short(text, SIMILARITY)


@given(texts, texts)
def test_near_same_does_not_depend_on_the_order(one, other):
    assert are_near_same(one, other) == are_near_same(other, one)


@given(texts)
def test_a_text_is_near_the_same_as_itself(text):
    compared = shingle_sets([text])[0].compared
    assert bool(len(compared)) == near_same(compared, compared, SIMILARITY)


def test_a_letter_with_own_words_around_it_is_a_copy():
    text = f"My name is of no matter, I row. {LETTER} My mother went by it, and so did her mother."
    assert are_near_same(LETTER, text)


def test_a_letter_with_scattered_edits_is_a_copy():
    edited = LETTER.replace("council", "mayor").replace("small", "little").replace("early", "late")
    assert are_near_same(LETTER, edited)


def test_two_opinions_that_share_a_sentence_are_none():
    shared = range(10)
    one, other = words(*shared, *range(20, 34)), words(*shared, *range(40, 54))
    assert not are_near_same(one, other)


def test_one_word_can_turn_a_short_statement_round():
    statement = "Make parking for the staff of the office free"
    assert not are_near_same(statement, statement.replace("free", "dear"))


def test_a_word_in_front_of_a_short_statement_does_not():
    statement = "Make parking for the staff of the office free"
    assert are_near_same(statement, f"Question: {statement}")


def test_a_policy_can_ask_for_more():
    edited = LETTER.replace("council", "mayor").replace("small", "little").replace("early", "late")
    assert not are_near_same(LETTER, edited, Similarity(jaccard=0.95, containment=0.95))
