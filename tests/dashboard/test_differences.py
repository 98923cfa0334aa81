import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.differences import Piece, differences

TEXTS = st.text(alphabet="ab c.\n我。\u3000", max_size=200)
LONG = 20_000
TAKES_AT_MOST = 0.05


def test_equal_texts_are_one_piece():
    assert [Piece("No tram. ", "No tram. ", same=True)] == differences("No tram. ", "No tram. ")


def test_a_word_in_the_place_of_another_is_marked_alone():
    assert [
        Piece("We want ", "We want ", same=True),
        Piece("the ", "a ", same=False),
        Piece("tram.", "tram.", same=True),
    ] == differences("We want the tram.", "We want a tram.")


def test_a_sentence_that_is_added_is_no_part_of_the_first_text():
    assert [
        Piece("No tram. ", "No tram. ", same=True),
        Piece("", "I live there. ", same=False),
        Piece("Thank you.", "Thank you.", same=True),
    ] == differences("No tram. Thank you.", "No tram. I live there. Thank you.")


def test_what_is_left_out_is_no_part_of_the_second_text():
    assert [
        Piece("No ", "No ", same=True),
        Piece("new ", "", same=False),
        Piece("tram.", "tram.", same=True),
    ] == differences("No new tram.", "No tram.")


def test_where_words_have_no_spaces_between_them_characters_are_compared():
    assert [
        Piece("我們要", "我們要", same=True),
        Piece("電車", "公園", same=False),
        Piece("。", "。", same=True),
    ] == differences("我們要電車。", "我們要公園。")


def test_other_spaces_are_no_difference():
    assert [Piece("No  tram.\n", "No tram.", same=True)] == differences("No  tram.\n", "No tram.")


@pytest.mark.parametrize(("before", "after"), [("", "No tram."), ("No tram.", ""), (" ", "No.")])
def test_against_an_empty_text_everything_differs(before, after):
    assert [Piece(before, after, same=False)] == differences(before, after)


def test_two_empty_texts_have_no_pieces():
    assert [] == differences("", "")


@settings(deadline=None)
@given(TEXTS, TEXTS)
def test_the_pieces_together_are_both_texts(before, after):
    pieces = differences(before, after)

    assert before == "".join(piece.before for piece in pieces)
    assert after == "".join(piece.after for piece in pieces)


@settings(deadline=None)
@given(TEXTS, TEXTS)
def test_the_same_pieces_have_the_same_words(before, after):
    for piece in differences(before, after):
        if piece.same:
            assert "".join(piece.before.split()) == "".join(piece.after.split())


@settings(deadline=None)
@given(TEXTS, TEXTS)
def test_pieces_that_are_the_same_and_that_differ_take_turns(before, after):
    kinds = [piece.same for piece in differences(before, after)]

    assert all(one != other for one, other in pairwise(kinds))


def test_a_long_text_is_compared_word_by_word_within_the_sentences_that_differ():
    sentences = [f"This is sentence number {number} of the letter. " for number in range(300)]
    changed = [*sentences]
    changed[10] = "This is sentence number ten of the letter. "
    changed[290] = "This is sentence number 290 of my letter. "

    told = [piece for piece in differences("".join(sentences), "".join(changed)) if not piece.same]

    assert [Piece("10 ", "ten ", same=False), Piece("the ", "my ", same=False)] == told


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a b " * (LONG // 4), "b b a " * (LONG // 6)),
        ("a. b. " * (LONG // 6), "b. b. a. " * (LONG // 9)),
        (
            "".join(f"w{n} x{n}. " for n in range(LONG // 13)),
            "".join(f"w{n} y{n}. " for n in range(LONG // 13)),
        ),
        (
            "".join(f"w{n} x{n} " for n in range(200)),
            "".join(f"w{n} y{n} " for n in range(200)),
        ),
        (
            "".join(f"{('one', 'two')[n * n % 7 % 2]} " for n in range(398)) + "end",
            "".join(f"{('one', 'two')[n * n % 5 % 2]} " for n in range(398)) + "fin",
        ),
        ("我要" * (LONG // 2), "要我我" * (LONG // 3)),
        ("我。要。" * (LONG // 4), "要。我。我。" * (LONG // 6)),
        ("x" * LONG, "y" * LONG),
        ("\n" * LONG, "." * LONG),
        (" " * LONG + "a", " " * LONG + "b"),
    ],
)
def test_the_longest_texts_take_milliseconds(before, after):
    best = min(_seconds(before, after) for _ in range(3))

    assert best < TAKES_AT_MOST


def _seconds(before, after):
    started = time.perf_counter()
    differences(before, after)
    return time.perf_counter() - started
