"""Normalising: what changes the wording and what does not."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.text import fingerprint, normalise


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
    assert by_definition == normalise(text)


def test_fingerprints_keep_the_border_between_parts():
    assert fingerprint("ab", "c") != fingerprint("a", "bc")
