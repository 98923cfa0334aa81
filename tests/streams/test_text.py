"""Normalising: what changes the wording and what does not."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.text import (
    added_words,
    is_attachment_only,
    is_spaceless,
    normalise,
)


@pytest.mark.parametrize(
    ("text", "normalised"),
    [
        ("More trees, please!", "more trees please"),
        ("  MORE\n\ttrees … PLEASE  ", "more trees please"),
        ("Straße", "strasse"),
        ("ﬁne", "fine"),
        ("我覺得，應該。", "我覺得 應該"),  # noqa: RUF001 - as it is written
        ("snake_case stays", "snake_case stays"),
        ("👍 !!!", ""),
        ("", ""),
    ],
)
def test_case_punctuation_and_spacing_do_not_change_the_wording(text, normalised):
    assert normalised == normalise(text)


@given(st.text(alphabet=st.characters(max_codepoint=127)))
def test_the_ascii_shortcut_gives_what_the_definition_gives(text):
    by_definition = re.sub(r"\W+", " ", unicodedata.normalize("NFKC", text).casefold()).strip()
    has_word = any(character.isalnum() for character in by_definition)
    assert (by_definition if has_word else "") == normalise(text)


@pytest.mark.parametrize(
    "text", ["我覺得應該開放", "これは意見です", "ขอให้เปิดห้องสมุด", "Uber的出現 因服務內容明確"]
)
def test_languages_without_spaces_are_known_by_their_characters(text):
    assert is_spaceless(normalise(text))


@pytest.mark.parametrize(
    "text", ["More trees", "더 많은 나무를 심자", "Больше деревьев", "The word 樹 means tree", ""]
)
def test_other_languages_have_spaces(text):
    assert not is_spaceless(normalise(text))


@pytest.mark.parametrize(
    "text",
    [
        "See attached file(s)",
        "Please see attachment.",
        "PLEASE FIND ATTACHED MY COMMENTS, thank you",
        "Véase el archivo adjunto",
        "Siehe Anhang!",
        "Veuillez trouver ci-joint mon courrier",
        "Si veda il documento allegato",
        "Segue em anexo",
        "Zie bijlage",
        "請見附件，謝謝",  # noqa: RUF001 - as it is written
        "添付ファイルをご覧ください。",
        "別紙の通りお願いいたします。",
    ],
)
def test_a_text_that_only_points_to_an_attachment(text):
    assert is_attachment_only(normalise(text), has_attachments=False)


@pytest.mark.parametrize(
    "text",
    [
        "See attached: we oppose the road",
        "Please see my comments",
        "The library is attached to the school",
        "請見附件，我反對拓寬",  # noqa: RUF001 - as it is written
        "添付の計画に反対します",
    ],
)
def test_a_text_that_says_something_is_more_than_its_attachment(text):
    assert not is_attachment_only(normalise(text), has_attachments=True)


@pytest.mark.parametrize("has_attachments", [True, False])
def test_an_empty_text_is_attachment_only_beside_an_attachment(has_attachments):
    assert has_attachments == is_attachment_only(normalise(" - "), has_attachments=has_attachments)


LETTER = "Please keep the old ferry running all year. Nurses need it for the early shift."


@pytest.mark.parametrize(
    ("text", "added"),
    [
        (LETTER, ""),
        (LETTER.upper(), ""),
        (f"{LETTER} My son is a nurse!", "My son is a nurse!"),
        (f"Dear mayor, {LETTER} I swim badly.", "Dear mayor, … I swim badly."),
        (LETTER.replace("old ferry", "dear old ferry"), "dear"),
        ("Nurses need it for the early shift. Please keep the old ferry running all year.", ""),
        ("Close it.", "Close it."),
        ("", ""),
    ],
)
def test_what_a_sender_added_to_a_letter(text, added):
    assert added == added_words(text, LETTER)


def test_what_was_added_in_a_language_without_spaces():
    letter = "請讓圖書館晚上繼續開放。"
    assert "我女兒每天去。" == added_words(f"{letter}我女兒每天去。", letter)


@given(st.text(max_size=80))
def test_nothing_is_added_to_a_text_by_itself(text):
    assert "" == added_words(text, text)


@given(st.lists(st.sampled_from(["a", "b", "c", "d", "-", "e"]), max_size=30), st.text(max_size=20))
def test_what_was_added_stands_in_the_text(words, letter):
    text = " ".join(words)
    assert all(run in text for run in added_words(text, letter).split(" … "))


def test_marks_without_end_are_cut_and_other_marks_are_not():
    assert normalise("e\u0301" + "\u0301" * 29) != normalise("e")
    assert normalise("a" + "\u0315\u0300" * 10_000) == normalise("a" + "\u0315\u0300" * 15)
