"""HTML that becomes plain text."""

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.markup import plain_text


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("one<br/>two<BR>three<br />four", "one\ntwo\nthree\nfour"),
        ("<p>One</p><p>Two</p>", "One\nTwo"),
        ("<p>One</p>\n\n\n<p>Two</p>", "One\n\nTwo"),
        ("<ul><li>one</li><li>two</li></ul>", "one\ntwo"),
        ('a <b>bold</b> <a href="https://x.example">link</a>', "a bold link"),
        ("<p>first \n second</p>", "first\nsecond"),
        ("<br/>", ""),
        ("AT&amp;T &lt;br&gt; &#39;x&#39;", "AT&T <br> 'x'"),
    ],
)
def test_tags_and_entities_become_lines_and_characters(markup, text):
    assert text == plain_text(markup)


@pytest.mark.parametrize(
    "text",
    [
        "no markup,  two blanks \n and a line ",
        "1 < 2, I <3 trees, AT&T",
        "write to <me@example.org> soon",
        "if a<b and c>d",
        "<script>x</script>",
        "<enter your name>",
        "unfinished <b",
    ],
)
def test_what_is_no_markup_of_a_text_stays(text):
    assert text == plain_text(text)


@given(st.text())
def test_an_escaped_text_comes_back(text):
    assert text == plain_text(html.escape(text))


@given(st.text(), st.text())
def test_no_word_beside_a_tag_is_lost(one, two):
    words = plain_text(f"{html.escape(one)}<br>{html.escape(two)}").split()

    assert [*one.split(), *two.split()] == words
